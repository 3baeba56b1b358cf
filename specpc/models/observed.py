"""Attention capture without patching: one registered attention function that can be watched.

A model loaded with ``attn_implementation=ATTENTION`` computes exactly transformers' own SDPA
attention. When its ``base_model`` is called with ``observer=...`` (an unknown keyword argument
travels down to every attention layer), the observer also sees each layer's queries and keys,
and may answer with an attention of its own.
Nothing is hooked, replaced or left behind, so calls are re-entrant. Importing this module registers
the function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from specpc.models.attention import ATTENTION, LayerAttention, Observer

if TYPE_CHECKING:
    import torch
    from torch import Tensor

__all__ = ["ATTENTION"]


def _observed_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    scaling: float | None = kwargs.pop("scaling", None)
    observer: Observer | None = kwargs.pop("observer", None)
    if observer is not None:
        scale = scaling if scaling is not None else query.shape[-1] ** -0.5
        layer = int(module.layer_idx)  # type: ignore[arg-type]
        found = observer(LayerAttention(layer, query, key, attention_mask, scale, value))
        if found is not None:
            return found, None
    output, _ = sdpa_attention_forward(
        module, query, key, value, attention_mask, scaling=scaling, **kwargs
    )
    return output, None


AttentionInterface.register(ATTENTION, _observed_attention)
# Without this, transformers builds no mask at all for an unknown name, and sliding windows vanish.
AttentionMaskInterface.register(ATTENTION, sdpa_mask)

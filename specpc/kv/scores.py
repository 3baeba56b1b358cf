"""What a layer's attention says of its keys, and which of them to keep: tensors in, tensors out.

Paper: "Draft-based Approximate Inference for LLMs" (arXiv 2506.08373), SpecKV; details as in the
authors' released code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import torch

from specpc.models.attention import LayerAttention, query_attention

if TYPE_CHECKING:
    from torch import Tensor

Reduction = Literal["max", "mean"]

# Attention probabilities held at once: 128 MiB in float32.
_MOST_PROBABILITIES: Final = 2**25


@dataclass(frozen=True)
class BatchLayout:
    """Where the tokens of a batch stand: prompts padded on the left, look-ahead on the right."""

    real: Tensor  # [batch, tokens], false for padding
    prompt: int  # tokens of a prompt, padding included

    @property
    def keys(self) -> int:
        """Tokens that can be kept: the prompt but for its last token, which is decoded."""
        return self.prompt - 1

    @property
    def first(self) -> Tensor:
        """``[batch]``, the first real token of each prompt."""
        return (~self.real[:, : self.prompt]).sum(-1)


def group_scores(
    attention: LayerAttention, layout: BatchLayout, window: int, reduction: Reduction
) -> Tensor:
    """Attention to the prompt from its end and the look-ahead: ``[batch, kv_heads, keys]`` float32.

    The queries are the ``window`` tokens before the last prompt token, that token, and the
    look-ahead; heads that share a KV head and all these queries are reduced to one.
    """
    batch, heads, tokens = attention.query.shape[:3]
    kv_heads, keys = attention.key.shape[1], layout.keys
    total = attention.query.new_zeros(batch, kv_heads, keys, dtype=torch.float32)
    first = max(0, keys - window)
    step = max(1, _MOST_PROBABILITIES // (batch * heads * tokens))
    for low in range(first, tokens, step):
        high = min(low + step, tokens)
        rows = query_attention(attention, low, high)[..., :keys].nan_to_num_(0.0)
        rows.mul_(layout.real[:, None, low:high, None])
        rows = rows.view(batch, kv_heads, -1, keys)
        if reduction == "max":
            total = torch.maximum(total, rows.amax(dim=2))
        else:
            total += rows.sum(dim=2)
    if reduction == "mean":
        queries = layout.real[:, first:].sum(-1) * (heads // kv_heads)
        total /= queries[:, None, None]
    return total


def choose(scores: Tensor, count: int, window: int, kernel_size: int, first: Tensor) -> Tensor:
    """The ``count`` keys to keep: the last ``window``, and the best of the others.

    Scores outside the window are max-pooled over ``kernel_size`` neighbours; of equal ones the
    earliest is kept.

    Args:
        scores: ``[batch, kv_heads, keys]``, at least 0.
        count: at most ``keys``.
        window: how many of the last are kept in any case.
        kernel_size: odd.
        first: ``[batch]``, the first key of each sequence that can be kept; where a sequence has
            fewer than ``count``, the rest are earlier ones, to be masked.

    Returns:
        ``[batch, kv_heads, count]``, ascending.
    """
    keys = scores.shape[-1]
    rank = scores.new_full(scores.shape, float("inf"))
    outside = max(0, keys - window)
    if outside:
        rank[..., :outside] = torch.nn.functional.max_pool1d(
            scores[..., :outside], kernel_size, stride=1, padding=kernel_size // 2
        )
    hidden = torch.arange(keys, device=scores.device) < first[:, None]
    rank = rank.masked_fill(hidden[:, None], float("-inf"))
    order = rank.sort(dim=-1, descending=True, stable=True).indices[..., :count]
    return order.sort(dim=-1).values


def pick(states: Tensor, indices: Tensor) -> Tensor:
    """Entries ``[batch, kv_heads, n, head_dim]`` of a layer's, by ``[batch, kv_heads, n]``."""
    return states.gather(2, indices[..., None].expand(-1, -1, -1, states.shape[-1]))

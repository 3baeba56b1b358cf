"""What an observer sees of a draft's attention, and what it can make of it.

`specpc.models.observed` has transformers models report it, `specpc.models.lean.decoder` does so
itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import torch

if TYPE_CHECKING:
    from torch import Tensor

ATTENTION: Final = "specpc"


@dataclass(frozen=True)
class LayerAttention:
    """What one attention layer is about to compute, after positions were applied.

    Without a mask attention is causal; else it is ``[batch or 1, 1, queries, keys]``, boolean (true
    where a query sees a key) or additive.
    """

    layer: int
    query: Tensor  # [batch, heads, queries, head_dim]; the queries are the last positions
    key: Tensor  # [batch, kv_heads, keys, head_dim]
    mask: Tensor | None
    scaling: float  # of the dot products
    value: Tensor  # as the key


class StopForward(Exception):  # noqa: N818 - a signal, not an error
    """Raised by an observer that has seen enough; the layer's own attention is not computed."""


class Observer(Protocol):
    """Called once per attention layer, in order, before its attention is computed."""

    def __call__(self, attention: LayerAttention) -> Tensor | None:
        """Look at one layer; reduce at once and keep little.

        Returns:
            ``None``, or ``[batch, queries, heads, head_dim]`` to take the place of the layer's own
            attention (in models of transformers).
        """


def window_attention(attention: LayerAttention, rows: int) -> Tensor:
    """Softmax attention of the last ``rows`` queries to every key, in float32.

    Returns:
        ``[batch, heads, rows, keys]``; each row sums to one over the keys it may see.
    """
    queries = attention.query.shape[2]
    return query_attention(attention, max(0, queries - rows), queries)


def question_attention(attention: LayerAttention, rows: slice, keys: int) -> Tensor:
    """``[heads, keys]`` mean attention of a question to the cached context of ``keys`` before it.

    The queries are what follows that context in a batch of one, ``rows`` the question among them.
    Keys that a sliding-window layer does not hold any more get no attention.
    """
    queries = attention.query.shape[2]
    seen = window_attention(attention, queries)[0, :, rows, :-queries].mean(dim=1)
    return torch.nn.functional.pad(seen, (keys - seen.shape[1], 0))


def query_attention(attention: LayerAttention, first: int, last: int) -> Tensor:
    """Softmax attention of the queries ``first..last - 1`` to every key, in float32.

    Returns:
        ``[batch, heads, last - first, keys]``; each row sums to one over the keys it may see.
    """
    query = attention.query[:, :, first:last]
    batch, heads, rows, head_dim = query.shape
    kv_heads, keys = attention.key.shape[1], attention.key.shape[2]
    # Grouped queries share a key head: fold the group into the rows rather than repeat the keys.
    grouped = query.reshape(batch, kv_heads, heads // kv_heads * rows, head_dim)
    logits = torch.matmul(grouped, attention.key.transpose(-1, -2))
    logits = logits.reshape(batch, heads, rows, keys).float() * attention.scaling
    mask = attention.mask
    if mask is None:
        offset = keys - attention.query.shape[2] + first
        hidden = torch.ones(rows, keys, dtype=torch.bool, device=logits.device).triu(offset + 1)
        logits = logits.masked_fill_(hidden, float("-inf"))
    elif mask.dtype == torch.bool:
        logits = logits.masked_fill_(~mask[:, :, first:last, :keys], float("-inf"))
    else:
        logits = logits + mask[:, :, first:last, :keys].float()
    return logits.softmax(dim=-1)

"""The attention that tokens receive from those after them, by head (see `specpc.received`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch

from specpc.attention import LayerAttention, StopForward, query_attention
from specpc.forward import not_observed, observe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from specpc.reading import Reader

# Queries whose attention is held at once: [heads, this, window] floats.
_BLOCK: Final = 256
# Attention below this is no attention: keeps the logarithm from telling apart nothing and less.
_FLOOR: Final = 1e-6


def score_window(reader: Reader, heads: Mapping[int, Sequence[int]], window: Tensor) -> Tensor:
    """``[tokens]`` mean over heads of the standardised log attention received in one window.

    Args:
        reader: the draft.
        heads: those that count, by layer; the forward ends after the deepest.
        window: ``[tokens]`` of the context.

    Raises:
        UnsupportedModelError: no attention layer reported to the observer.
        OutOfMemoryError: the machine or device ran out of memory.
    """
    before = torch.tensor(reader.frame("").before, dtype=torch.long)
    model = reader.draft.model
    observer = _Received(heads, len(before))
    prompt = torch.cat((before, window.long()))[None].to(model.device)
    observe(model, observer, input_ids=prompt, use_cache=False)
    if observer.total is None:
        raise not_observed(model)
    return (observer.total / observer.heads).cpu()


class _Received:
    """Observer that sums the heads' standardised log attention; ends after the deepest."""

    def __init__(self, chosen: Mapping[int, Sequence[int]], start: int) -> None:
        self.chosen = chosen
        self.start = start  # tokens of the template, which neither give nor get a score
        self.heads = sum(map(len, chosen.values()))
        self.total: Tensor | None = None  # [tokens of the window]

    def __call__(self, attention: LayerAttention) -> None:
        if heads := self.chosen.get(attention.layer):
            received = received_attention(attention, heads, self.start)
            total = standardise(received.clamp_(min=_FLOOR).log_()).sum(dim=0)
            self.total = total if self.total is None else self.total + total
        if attention.layer >= max(self.chosen):
            raise StopForward


def received_attention(attention: LayerAttention, heads: Sequence[int], start: int = 0) -> Tensor:
    """Mean attention each key receives from the queries that see it, itself included.

    Block by block of queries: never more than ``[heads, 256, keys]`` is held.

    Args:
        attention: one layer of a batch of one, whose queries are all of its tokens.
        heads: query heads wanted.
        start: first token that counts, as a query and as a key.

    Returns:
        ``[heads, tokens - start]``, float32.
    """
    chosen = _of_heads(attention, heads)
    tokens = chosen.query.shape[2]
    total = chosen.query.new_zeros((len(heads), tokens - start), dtype=torch.float32)
    seen = total.new_zeros(tokens - start)
    for first in range(start, tokens, _BLOCK):
        last = min(first + _BLOCK, tokens)
        rows = query_attention(chosen, first, last)[0, :, :, start:]
        total += rows.sum(dim=1)
        seen += _visible(chosen, first, last)[:, start:].sum(dim=0)
    return total / seen.clamp_(min=1)


def _of_heads(attention: LayerAttention, heads: Sequence[int]) -> LayerAttention:
    """The same layer with these query heads only, each with a key head of its own."""
    index = torch.tensor(heads, device=attention.query.device)
    group = attention.query.shape[1] // attention.key.shape[1]
    return LayerAttention(
        attention.layer,
        attention.query[:, index],
        attention.key[:, index // group],
        attention.mask,
        attention.scaling,
        attention.value[:, index // group],
    )


def _visible(attention: LayerAttention, first: int, last: int) -> Tensor:
    """``[last - first, keys]`` one where a query sees a key."""
    keys = attention.key.shape[2]
    mask = attention.mask
    if mask is None:
        return attention.query.new_ones((last - first, keys), dtype=torch.float32).tril(first)
    rows = mask[0, 0, first:last, :keys]
    return (rows if rows.dtype == torch.bool else rows == 0).float()


def standardise(values: Tensor) -> Tensor:
    """Mean 0 and standard deviation 1 along the last dimension (0 where all are equal)."""
    centred = values - values.mean(dim=-1, keepdim=True)
    return centred / centred.square().mean(dim=-1, keepdim=True).sqrt().clamp(min=1e-6)

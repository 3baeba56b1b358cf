"""Question-free scoring: the attention a token *receives* from what is read after it.

A token that later tokens keep looking back to carries something they build on, whatever will be
asked. The sum over later queries is H2O's score (arXiv 2306.14048); dividing by how many queries
see a key removes its bias towards early tokens (as FINCH does for rows, arXiv 2408.00167). As in
question-guided scoring a few heads carry the signal: they are known for the default draft.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import torch

from specpc.models.attention import LayerAttention, StopForward, query_attention
from specpc.models.forward import not_observed, observe
from specpc.text.pieces import Scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from specpc.models.reader import Reader
    from specpc.scorers.base import Context, Progress
    from specpc.scorers.settings import ReceivedSettings

# Queries whose attention is held at once: [heads, this, window] floats.
_BLOCK: Final = 256
# Attention below this is no attention: keeps the logarithm from telling apart nothing and less.
_FLOOR: Final = 1e-6


def score(
    settings: ReceivedSettings,
    reader: Reader,
    question: str,
    context: Context,
    progress: Progress = None,
) -> Scores:
    """Mean over heads of the standardised log attention received, window by window.

    Standardised within the window, so that a head which attends little counts as much as one which
    attends a lot, and no window takes another's budget. The question is not read.
    """
    model, heads = reader.draft.model, _by_layer(settings, reader)
    before, vectors = torch.tensor(reader.frame("").before, dtype=torch.long), []
    for ids in context.each_window(progress):
        observer = _Received(heads, len(before))
        prompt = torch.cat((before, torch.from_numpy(ids)))[None].to(model.device)
        observe(model, observer, input_ids=prompt, use_cache=False)
        if observer.total is None:
            raise not_observed(model)
        vectors.append((observer.total / observer.heads).cpu())
    return Scores(torch.cat(vectors).double().numpy())


def _by_layer(settings: ReceivedSettings, reader: Reader) -> dict[int, list[int]]:
    """The heads that count, by layer."""
    heads = settings.heads
    if heads is None:
        config = reader.draft.config
        layers, each = config.num_hidden_layers, config.num_attention_heads
        first = settings.skip_layers if layers > settings.skip_layers else 0
        heads = tuple((layer, head) for layer in range(first, layers) for head in range(each))
    chosen: dict[int, list[int]] = {}
    for layer, head in heads:
        chosen.setdefault(layer, []).append(head)
    return chosen


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
    """``[heads, tokens - start]`` mean attention keys get from the queries that see them.

    The layer is of a batch of one, whose queries are all of its tokens; of them count those from
    ``start`` on, as queries and as keys. Block by block of queries: never more than
    ``[heads, 256, keys]`` is held.
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
    key, value = attention.key[:, index // group], attention.value[:, index // group]
    return replace(attention, query=attention.query[:, index], key=key, value=value)


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

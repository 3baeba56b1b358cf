"""The paper's selection: the best tokens, each with its neighbours, rounded to whole words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from specpc.results import Span
from specpc.selection.base import Picked
from specpc.text.layout import tiles
from specpc.text.protection import Protected, forced_units
from specpc.text.units import safe_cuts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from torch import Tensor


@dataclass(frozen=True)
class TokenPicker:
    """The paper's selection, rounded to whole words so that none is cut in half.

    Attributes:
        text: the context.
        bounds: ``[tokens + 1]`` character offsets of the tokens (see `TokenizedText`).
        kernel_size: SpecPC's pooling kernel.
        neighbor_tokens: SpecPC's neighbours.
        forced: words that are always kept, by number.
    """

    text: str
    bounds: NDArray[np.int64]
    kernel_size: int
    neighbor_tokens: int
    forced: frozenset[int] = frozenset()

    @cached_property
    def _words(self) -> NDArray[np.int64]:
        """``[tokens]`` number of the word each token belongs to."""
        safe = np.zeros(len(self.text) + 1, dtype=bool)
        safe[sorted(safe_cuts(self.text))] = True
        inner = self.bounds[1:-1]
        # A token that owns no characters is the rest of a character begun before it.
        starts = safe[inner] & (np.diff(self.bounds)[1:] > 0)
        return np.concatenate(([0], np.cumsum(starts))).astype(np.int64)

    @property
    def unit_starts(self) -> NDArray[np.int64]:
        """Token positions where words start."""
        return np.flatnonzero(np.diff(self._words, prepend=-1))

    def protecting(self, protected: Protected) -> TokenPicker:
        """The same, keeping the words that protected text touches."""
        starts = np.append(self.unit_starts, len(self.bounds) - 1)
        words = tiles(self.bounds[starts].tolist())
        return replace(self, forced=forced_units(self.text, words, protected))

    def pick(self, scores: NDArray[np.float64], allowance: int) -> Picked:
        """SpecPC steps 4 and 5, protected words first, then whole words."""
        import torch

        always = np.flatnonzero(np.isin(self._words, list(self.forced)))
        count = max(allowance, len(always))
        selected = select_tokens(
            # Pooling pads with zeros: calibrated scores, which can be negative, are shifted.
            torch.from_numpy(scores - min(0.0, scores.min())),
            count,
            kernel_size=self.kernel_size,
            neighbor_tokens=self.neighbor_tokens,
            always=torch.from_numpy(always),
        )
        kept = whole_groups(selected.tolist(), scores, self._words, count)
        starts = np.append(self.unit_starts, len(scores))
        return Picked(
            [
                Span(
                    int(self.bounds[starts[word]]),
                    int(self.bounds[starts[word + 1]]),
                    float(scores[starts[word] : starts[word + 1]].max()),
                )
                for word in np.flatnonzero(kept)
            ]
        )

    def rated(self, scores: NDArray[np.float64]) -> list[Span]:
        """Words, each with its best token score before pooling."""
        starts = self.unit_starts
        best = np.maximum.reduceat(scores, starts)
        best[list(self.forced)] = np.inf
        edges = [*self.bounds[starts].tolist(), len(self.text)]
        return [
            Span(*edge, score) for edge, score in zip(pairwise(edges), best.tolist(), strict=True)
        ]


def max_pool(scores: Tensor, kernel_size: int) -> Tensor:
    """Centred max-pool with zero padding (SpecPC step 4).

    ``out[t] = max(scores[t - (k - 1) // 2 : t + k // 2 + 1])``, so an even kernel reaches one
    further to the right.

    Args:
        scores: ``[tokens]``, not negative.
        kernel_size: width k >= 1.
    """
    import torch

    left = (kernel_size - 1) // 2
    padded = torch.nn.functional.pad(scores, (left, kernel_size - 1 - left))
    return torch.nn.functional.max_pool1d(padded[None, None], kernel_size, stride=1)[0, 0]


def select_tokens(
    scores: Tensor,
    count: int,
    *,
    kernel_size: int,
    neighbor_tokens: int,
    last: int = 0,
    always: Tensor | None = None,
) -> Tensor:
    """SpecPC's token selection (steps 4 and 5), with every tie broken by position.

    The ``count`` best pooled tokens are taken in order of score; each brings its
    ``neighbor_tokens`` nearest positions, nearest first; the ``last`` tokens come before all;
    the first ``count`` distinct positions are kept.

    Args:
        scores: ``[tokens]`` importance scores, not negative.
        count: budget C in tokens.
        kernel_size: width of the max-pool.
        neighbor_tokens: positions each chosen token stands for, itself included.
        last: how many tokens at the end are always kept, before any other.
        always: further positions that are, before these.

    Returns:
        ``[min(count, tokens)]`` selected positions in ascending order.
    """
    import torch

    length = len(scores)
    count = min(count, length)
    if count == 0:
        return torch.empty(0, dtype=torch.long)
    order = torch.sort(max_pool(scores, kernel_size), descending=True, stable=True).indices[:count]
    low = -((neighbor_tokens - 1) // 2)
    offsets = torch.tensor(sorted(range(low, low + neighbor_tokens), key=abs))
    expanded = (order[:, None] + offsets).clamp_(0, length - 1).flatten()
    candidates = torch.cat((torch.arange(max(0, length - last), length), expanded))
    if always is not None:
        candidates = torch.cat((always, candidates))
    # When each position was named first; the earliest named stay.
    first = torch.full((length,), len(candidates))
    first.scatter_reduce_(0, candidates, torch.arange(len(candidates)), "amin")
    return torch.sort(first, stable=True).indices[:count].sort().values


def whole_groups(
    selected: Iterable[int], scores: NDArray[np.float64], groups: NDArray[np.int64], budget: int
) -> NDArray[np.bool_]:
    """Turn selected tokens into whole groups (words, characters) of no more tokens.

    Groups selected whole are kept; what the broken ones give back goes to those of them that
    score highest, as long as they fit.

    Args:
        selected: token positions.
        scores: ``[tokens]``.
        groups: ``[tokens]`` ascending group number of each token.
        budget: most tokens in the result.

    Returns:
        ``[groups]`` true where kept.
    """
    count = int(groups[-1]) + 1 if len(groups) else 0
    sizes = np.bincount(groups, minlength=count)
    mask = np.zeros(len(groups), dtype=bool)
    mask[np.fromiter(selected, dtype=np.int64)] = True
    inside = np.bincount(groups[mask], minlength=count)
    kept: NDArray[np.bool_] = (inside == sizes) & (sizes > 0)
    left = budget - int(sizes[kept].sum())
    best = np.full(count, -np.inf)
    np.maximum.at(best, groups, scores)
    broken = np.flatnonzero((inside > 0) & ~kept)
    for group in broken[np.argsort(-best[broken], kind="stable")]:
        if sizes[group] <= left:
            kept[group] = True
            left -= int(sizes[group])
    return kept

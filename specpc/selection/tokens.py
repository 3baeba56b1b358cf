"""The paper's selection: the best tokens, each with its neighbours, rounded to whole words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from specpc.errors import Argument, UsageError
from specpc.selection.base import Picked, Picker
from specpc.text.layout import tiles
from specpc.text.pieces import Pieces
from specpc.text.units import safe_cuts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from torch import Tensor

    from specpc.results import Span
    from specpc.text.pieces import Scores, Spread


@dataclass(frozen=True)
class TokenPicker(Picker):
    """The paper's selection, rounded to whole words so that none is cut in half.

    Attributes:
        pieces: the context in words.
        spread: how far it spreads.
    """

    spread: Spread

    @classmethod
    def of(cls, text: str, bounds: NDArray[np.int64], spread: Spread) -> TokenPicker:
        """Choose from a text, given the ``[tokens + 1]`` character offsets of its tokens."""
        safe = np.zeros(len(text) + 1, dtype=bool)
        safe[sorted(safe_cuts(text))] = True
        # A token that owns no characters is the rest of a character begun before it.
        inner = bounds[1:-1]
        starts = safe[inner] & (np.diff(bounds)[1:] > 0) & (inner > 0)
        edges = [0, *inner[starts].tolist(), len(text)]
        return cls(Pieces(text, bounds, tiles(edges)), spread)

    def pick(self, scores: Scores, allowance: int) -> Picked:
        """SpecPC steps 4 and 5, protected words first, then whole words."""
        import torch

        tokens, words = scores.tokens, self.pieces.of_token
        always = np.flatnonzero(np.isin(words, list(self.pieces.forced)))
        count = max(allowance, len(always))
        selected = select_tokens(
            # Pooling pads with zeros: calibrated scores, which can be negative, are shifted.
            torch.from_numpy(tokens - min(0.0, tokens.min())),
            count,
            self.spread,
            always=torch.from_numpy(always),
        )
        kept = whole_groups(selected.tolist(), tokens, words, count)
        best = self.pieces.pool(tokens, best=1)
        return Picked(self.pieces.spans(np.flatnonzero(kept).tolist(), best))

    def values(self, scores: Scores) -> NDArray[np.float64]:
        """See `Picker.values`; it is tokens that are chosen, and they have no order of merit."""
        raise UsageError(
            Argument("min_per_document="),
            " does not go with ",
            Argument("unit='token'"),
            ": leave one of them out",
        )

    def rated(self, scores: Scores) -> list[Span]:
        """Words, each with its best token score before pooling."""
        return self.pieces.rated(self.pieces.pool(scores.tokens, best=1))


def pool_scores(scores: Tensor, kernel_size: int, pool: str = "max") -> Tensor:
    """Centred pooling with zero padding (SpecPC step 4).

    ``out[t] = max(scores[t - (k - 1) // 2 : t + k // 2 + 1])``, so an even kernel reaches one
    further to the right.

    Args:
        scores: ``[tokens]``, not negative.
        kernel_size: width k >= 1.
        pool: ``max`` or ``mean``.
    """
    import torch

    functions = torch.nn.functional
    pooling: Any = functions.avg_pool1d if pool == "mean" else functions.max_pool1d
    left = (kernel_size - 1) // 2
    padded = torch.nn.functional.pad(scores, (left, kernel_size - 1 - left))
    pooled: Tensor = pooling(padded[None, None], kernel_size, stride=1)[0, 0]
    return pooled


def select_tokens(
    scores: Tensor,
    count: int,
    spread: Spread,
    *,
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
        spread: how scores are pooled, and how many neighbours each chosen token brings.
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
    pooled = pool_scores(scores, spread.kernel_size, spread.pool)
    order = torch.sort(pooled, descending=True, stable=True).indices[:count]
    low = -((spread.neighbor_tokens - 1) // 2)
    offsets = torch.tensor(sorted(range(low, low + spread.neighbor_tokens), key=abs))
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

    Groups selected whole are kept; what the broken ones give back goes to those of them that score
    highest, as long as they fit in the budget.

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

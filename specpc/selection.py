"""Which tokens or units stay within a budget: pure functions on scores.

Two ways: the paper's (the best tokens, each with its neighbours) and whole units of text.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray
    from torch import Tensor

    from specpc.layout import Layout

# At least this share of the budget is used wherever whole units allow it.
_USED: Final = 0.97
# How many of the weakest chosen units may be exchanged for a better fit, half of them at most:
# what a text is cut for must not go so that the budget looks well used.
_EXCHANGED: Final = 12
_FILLERS: Final = 400


def pool(scores: Tensor, kernel_size: int) -> Tensor:
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
    order = torch.sort(pool(scores, kernel_size), descending=True, stable=True).indices[:count]
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


def select_units(
    scores: NDArray[np.float64],
    sizes: NDArray[np.int64],
    budget: int,
    layout: Layout | None = None,
    forced: Collection[int] = (),
) -> NDArray[np.int64]:
    """The best units by score that fit a budget, which is used to 97% where that costs little.

    Units are taken in order of score, skipping those too large for what is left. A unit costs
    its own tokens and those of what it needs and nothing before it needed. If much is
    still left, some of the weaker half of them are exchanged for the fill of highest score that
    fits.

    Args:
        scores: ``[units]``.
        sizes: ``[units]`` in tokens.
        budget: most tokens the chosen units, and what they need, may hold together.
        layout: what units need; without one, nothing.
        forced: units that are chosen before all others, whatever their size.

    Returns:
        Chosen units in text order, without what they need (empty if none fits).
    """
    basket = _Basket(sizes, layout)
    for unit in sorted(forced):
        basket.add(unit)
    fixed = len(basket.chosen)
    eligible = sizes <= budget
    if layout is not None:
        eligible &= layout.units
    eligible[basket.chosen] = False
    order = np.argsort(-scores, kind="stable")
    for unit in order[eligible[order]].tolist():
        if basket.used >= budget:
            break
        if basket.used + basket.cost(unit) <= budget:
            basket.add(unit)
    if basket.used < budget:
        basket = _fill(basket, fixed, scores, eligible, budget)
    return np.sort(np.asarray(basket.chosen, dtype=np.int64))


class _Basket:
    """Chosen units in the order they were chosen, and the tokens of them and what they need."""

    def __init__(self, sizes: NDArray[np.int64], layout: Layout | None) -> None:
        self.sizes = sizes
        self.layout = layout
        self.needs = layout.all_needs if layout is not None else {}
        self.chosen: list[int] = []
        self.supports: set[int] = set()  # and what was chosen: a protected piece may be one
        self.used = 0

    def cost(self, unit: int) -> int:
        """Tokens it would add."""
        own = 0 if unit in self.supports else int(self.sizes[unit])
        for support in self.needs.get(unit, ()):
            if support not in self.supports:
                own += int(self.sizes[support])
        return own

    def add(self, unit: int) -> None:
        """Choose one more."""
        self.used += self.cost(unit)
        self.chosen.append(unit)
        self.supports.update((unit, *self.needs.get(unit, ())))

    def first(self, count: int) -> _Basket:
        """Only the units that were chosen first."""
        basket = _Basket(self.sizes, self.layout)
        for unit in self.chosen[:count]:
            basket.add(unit)
        return basket


def _fill(
    basket: _Basket,
    fixed: int,
    scores: NDArray[np.float64],
    eligible: NDArray[np.bool_],
    budget: int,
) -> _Basket:
    """Give up as few of the weakest chosen units as it takes to use the budget."""
    best = basket
    available = eligible.copy()
    available[basket.chosen] = False
    for given_up in range(min(_EXCHANGED, (len(basket.chosen) - fixed) // 2) + 1):
        if best.used >= _USED * budget:
            break
        kept = basket.first(len(basket.chosen) - given_up)
        available[basket.chosen[len(kept.chosen) :]] = True
        room = budget - kept.used
        fillers = np.flatnonzero(available & (basket.sizes <= room))
        fillers = fillers[np.argsort(-scores[fillers], kind="stable")][:_FILLERS]
        # Two that need the same support are charged twice for it: less is used, never more.
        costs = np.asarray([kept.cost(unit) for unit in fillers.tolist()], dtype=np.int64)
        fillers, costs = fillers[costs <= room], costs[costs <= room]
        wanted = math.ceil(_USED * budget) - kept.used
        for unit in fillers[_best_fill(costs, scores[fillers], room, wanted)].tolist():
            kept.add(unit)
        if kept.used > best.used:
            best = kept
    return best


def _best_fill(
    sizes: NDArray[np.int64], scores: NDArray[np.float64], room: int, wanted: int
) -> NDArray[np.int64]:
    """0/1 knapsack: the subset that fills ``wanted`` to ``room`` tokens, or else the most.

    Among the subsets that fill enough, the one whose token-weighted score is highest.
    """
    value = np.full(room + 1, -np.inf)
    value[0] = 0.0
    taken = np.zeros((len(sizes), room + 1), dtype=bool)
    worth = (scores - scores.min(initial=0.0) + 1e-12) * sizes
    for item, (size, gain) in enumerate(zip(sizes.tolist(), worth.tolist(), strict=True)):
        if size == 0:
            continue
        with_item = value[: room + 1 - size] + gain
        better = with_item > value[size:]
        taken[item, size:] = better
        value[size:] = np.where(better, with_item, value[size:])
    reachable = np.flatnonzero(np.isfinite(value))
    full = reachable[reachable >= wanted]
    total = int(full[np.argmax(value[full])]) if len(full) else int(reachable[-1])
    subset = []
    for item in range(len(sizes) - 1, -1, -1):
        if taken[item, total]:
            subset.append(item)
            total -= int(sizes[item])
    return np.asarray(subset, dtype=np.int64)


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

"""The best pieces by value that fill an allowance of tokens, with what they need."""

from __future__ import annotations

import math
from copy import copy
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from specpc.results import Span
    from specpc.text.layout import Layout
    from specpc.text.pieces import Pieces


# At least this share of the budget is used wherever whole units allow it.
_USED: Final = 0.97
# How many of the weakest chosen units may be exchanged for a better fit, half of them at most:
# what a text is cut for must not go so that the budget looks well used.
_EXCHANGED: Final = 12
_FILLERS: Final = 400


def best_pieces(
    pieces: Pieces,
    values: NDArray[np.float64],
    allowance: int,
    alike: NDArray[np.int64] | None = None,
    order: NDArray[np.float64] | None = None,
) -> list[Span]:
    """The pieces with the highest ``values`` ``[pieces]`` that fit, with what they need.

    They are chosen by another ``order`` ``[pieces]`` if there is one.
    """
    by = values if order is None else order
    chosen = select_units(by, pieces.sizes, allowance, pieces.layout, pieces.forced, alike)
    return pieces.spans(chosen.tolist(), values)


def select_units(
    scores: NDArray[np.float64],
    sizes: NDArray[np.int64],
    budget: int,
    layout: Layout | None = None,
    forced: Collection[int] = (),
    alike: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """The best units by score that fit a budget, which is used to 97% where that costs little.

    Units are taken in order of score, skipping those too large for what is left. A unit costs
    its own tokens and those of what it needs and nothing before it needed. If much is
    still left, some of the weaker half of them are exchanged for the fill of highest score that
    fits.

    Args:
        scores: ``[units]``; what scores minus infinity is no choice.
        sizes: ``[units]`` in tokens.
        budget: most tokens the chosen units, and what they need, may hold together.
        layout: what units need; without one, nothing.
        forced: units that are chosen before all others, whatever their size.
        alike: ``[units]`` numbers: of units with the same one, none is chosen beside another.

    Returns:
        Chosen units in text order, without what they need (empty if none fits).
    """
    basket = Basket(sizes, layout, np.arange(len(sizes)) if alike is None else alike)
    for unit in sorted(forced):
        basket.add(unit)
    fixed = len(basket.chosen)
    eligible = (sizes <= budget) & (scores > -math.inf)
    if layout is not None:
        eligible &= layout.units
    eligible[basket.chosen] = False
    order = np.argsort(-scores, kind="stable")
    for unit in order[eligible[order]].tolist():
        if basket.used >= budget:
            break
        if basket.fits((unit,), budget):
            basket.add(unit)
    if basket.used < budget:
        basket = _fill(basket, fixed, scores, eligible, budget)
    return np.sort(np.asarray(basket.chosen, dtype=np.int64))


class Basket:
    """Chosen units in the order they were chosen, and the tokens of them and what they need.

    Of units with the same number in ``alike`` only the first that is added counts as new.
    """

    def __init__(
        self, sizes: NDArray[np.int64], layout: Layout | None, alike: NDArray[np.int64]
    ) -> None:
        """Start empty; for ``[pieces]`` sizes and numbers."""
        self.sizes = sizes
        self._tokens: list[int] = sizes.tolist()
        self.layout = layout
        self.alike = alike
        self._alike: list[int] = alike.tolist()
        self.needs = layout.all_needs if layout is not None else {}
        self.chosen: list[int] = []
        self.supports: set[int] = set()  # and what was chosen: a protected piece may be one
        self.said: set[int] = set()  # numbers of what is alike
        self.used = 0
        # Many need the same, and all of it is there once one of them is.
        self.there: set[int] = set()

    def fits(self, units: Sequence[int], budget: int) -> bool:
        """Whether they say anything new, and may be added together."""
        new = any(self._alike[unit] not in self.said for unit in units)
        return new and self.used + self.cost(*units) <= budget

    def cost(self, *units: int) -> int:
        """Tokens they would add."""
        new = {*units}
        for unit in units:
            needs = self.needs.get(unit, ())
            if id(needs) not in self.there:
                new.update(needs)
        return sum(map(self._tokens.__getitem__, new - self.supports))

    def costs(self, units: Sequence[int]) -> list[int]:
        """What each of them would cost by itself; most need nothing."""
        needs, there, tokens = self.needs, self.supports, self._tokens
        return [
            self.cost(unit) if unit in needs else 0 if unit in there else tokens[unit]
            for unit in units
        ]

    def add(self, unit: int) -> None:
        """Choose one more."""
        self.used += self.cost(unit)
        self.chosen.append(unit)
        self.said.add(self._alike[unit])
        self.supports.add(unit)
        needs = self.needs.get(unit, ())
        if id(needs) not in self.there:
            self.supports.update(needs)
            self.there.add(id(needs))

    def with_more(self, units: Sequence[int]) -> Basket:
        """Another, to which some units are added."""
        basket = copy(self)
        basket.chosen = [*self.chosen]
        basket.supports, basket.said, basket.there = {*self.supports}, {*self.said}, {*self.there}
        for unit in units:
            basket.add(unit)
        return basket


def _fill(
    basket: Basket,
    fixed: int,
    scores: NDArray[np.float64],
    eligible: NDArray[np.bool_],
    budget: int,
) -> Basket:
    """Give up as few of the weakest chosen units as it takes to use the budget."""
    if basket.used >= _USED * budget:
        return basket
    best = basket
    # What stands out is what the text is cut for; it is never given up for what fits better.
    told = scores[scores > -math.inf]
    outstanding = told.mean() + told.std() if len(told) else math.inf
    weak = int(np.sum(scores[basket.chosen[fixed:]] < outstanding))
    available = eligible.copy()
    available[basket.chosen] = False
    most = min(_EXCHANGED, (len(basket.chosen) - fixed) // 2, weak)
    sure = len(basket.chosen) - most
    stays = Basket(basket.sizes, basket.layout, basket.alike).with_more(basket.chosen[:sure])
    for given_up in range(most + 1):
        if best.used >= _USED * budget:
            break
        kept = stays.with_more(basket.chosen[sure : len(basket.chosen) - given_up])
        available[basket.chosen[len(kept.chosen) :]] = True
        room = budget - kept.used
        fillers = np.flatnonzero(available & (basket.sizes <= room))
        fillers = fillers[np.argsort(-scores[fillers], kind="stable")][:_FILLERS]
        # Two that need the same support are charged twice for it: less is used, never more.
        fillers = fillers[[kept.fits((unit,), budget) for unit in fillers.tolist()]]
        fillers = fillers[np.sort(np.unique(kept.alike[fillers], return_index=True)[1])]
        costs = np.asarray([kept.cost(unit) for unit in fillers.tolist()], dtype=np.int64)
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

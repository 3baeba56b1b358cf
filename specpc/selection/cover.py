"""Pieces that together tell most of a text, where nobody knows yet what will be asked.

Any piece may hold the answer then, so pieces are chosen as a set: for the names, numbers and words
it tells, each of which is worth less every time it is told (coverage of concepts, after Gillick and
Favre, "A Scalable Global Model for Summarization", 2009), for what opens paragraphs and for what is
like the whole. Such a sum is submodular: what a piece adds only falls as more is chosen. So the
greedy choice is near the best one, and what was found to add most need only be looked at again if
it has lost since.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.selection.fill import Basket
from specpc.selection.units import UnitPicker, total_size
from specpc.text.facts import flat

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from specpc.results import Span
    from specpc.text.pieces import Pieces, Scores

    Choice = tuple[int, ...]
    """Units that are added together."""


# What is told again is worth this share of what it was worth before.
_AGAIN: Final = 0.5


@dataclass(frozen=True)
class CoverPicker(UnitPicker):
    """Whole units that together tell most of a text."""

    def too_large(self, pieces: Pieces, allowance: int) -> set[int]:
        """See `UnitPicker`; of what tells of errors, what can be said in short if all is too much.

        So of each error at least the line that names it is kept.
        """
        urgent = {*np.flatnonzero((pieces.urgency > 1) & pieces.layout.units).tolist()}
        large = super().too_large(pieces, allowance)
        if total_size(pieces, urgent) > allowance:
            large |= urgent & pieces.layout.finer.keys() & pieces.layout.whole
        return large

    def judge(self, pieces: Pieces, scores: Scores) -> NDArray[np.float64]:
        """See `UnitPicker`."""
        return pieces.told.alone

    def chosen(self, pieces: Pieces, values: NDArray[np.float64], allowance: int) -> list[Span]:
        """See `UnitPicker`."""
        among = pieces.layout.units & np.isfinite(values)
        return pieces.spans(covering_units(pieces, allowance, among), values)


def covering_units(
    pieces: Pieces, allowance: int, among: NDArray[np.bool_] | None = None
) -> list[int]:
    """Of all units, or some, those that fit an allowance with what they need, in text order.

    Those that are forced come first, whatever their size; then what tells of errors, then where
    they are, then all else: always the one that adds most to what is told, for the tokens it adds.
    What a unit says in short (see `Layout.bodies`) comes as a whole, or in parts when nothing else
    is left.
    """
    told = pieces.told
    basket = Basket(pieces.sizes, pieces.layout, pieces.alike)
    # Most tell a few facts: lists are quicker.
    news: list[float] = told.weights.tolist()
    facts: list[list[int]] = [own.tolist() for own in told.facts]
    own: list[float] = told.own.tolist()
    owners, every = flat(told.facts)

    def gain(units: Choice) -> float:
        said = facts[units[0]] if len(units) == 1 else {*chain(*(facts[unit] for unit in units))}
        worth = sum(news[fact] for fact in said) + sum(own[unit] for unit in units)
        return worth / max(1, basket.cost(*units))

    def first_gains(choices: list[Choice]) -> list[float]:
        # As `gain` tells them; what single units are worth, all at once.
        said = np.bincount(owners, np.asarray(news)[every], minlength=len(own))
        worth: list[float] = (said + told.own).tolist()
        costs = basket.costs([units[0] for units in choices])
        return [
            gain(units) if len(units) > 1 else worth[units[0]] / max(1, cost)
            for units, cost in zip(choices, costs, strict=True)
        ]

    def add(units: Choice) -> None:
        for unit in units:
            basket.add(unit)
            for fact in facts[unit]:
                news[fact] *= _AGAIN

    for unit in sorted(pieces.forced):
        add((unit,))
    for choices in _choices(pieces, allowance, pieces.layout.units if among is None else among):
        gains = first_gains(choices)
        waiting = [(-first, units) for first, units in zip(gains, choices, strict=True)]
        heapq.heapify(waiting)
        while waiting and basket.used < allowance:
            units = heapq.heappop(waiting)[1]
            if not basket.fits(units, allowance):
                continue
            now = (-gain(units), units)
            if waiting and now > waiting[0]:
                heapq.heappush(waiting, now)
            else:
                add(units)
    return sorted(basket.chosen)


def _choices(pieces: Pieces, allowance: int, units: NDArray[np.bool_]) -> list[list[Choice]]:
    """What may be added first, and what after that: units, or all units of a body that may fit."""
    units = units.copy()
    units[[*pieces.forced]] = False
    first, later = units.copy(), np.zeros(len(units), dtype=bool)
    whole: list[Choice] = []
    position = 0
    for head, end in sorted(pieces.layout.bodies.items()):
        if head < position:
            continue
        first[head] = units[head]
        own = (np.flatnonzero(units[head + 1 : end]) + head + 1).tolist()
        first[own], later[own] = False, True
        if own and int(pieces.sizes[own].sum()) <= allowance:
            whole.append(tuple(own))
            position = end
    urgency = pieces.urgency
    urgent = [_alone(units & (urgency == level)) for level in (2, 1)]
    return [*urgent, [*_alone(first), *whole], _alone(later)]


def _alone(units: NDArray[np.bool_]) -> list[Choice]:
    return [(unit,) for unit in np.flatnonzero(units).tolist()]

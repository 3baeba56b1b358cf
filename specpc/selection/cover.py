"""Pieces that together tell most of a text, where nobody knows yet what will be asked.

Any piece may hold the answer then, so none is chosen for being like the others. The set is, for the
names, numbers and words it tells, each counted once (coverage of concepts, as in Gillick and Favre,
"A Scalable Global Model for Summarization", 2009), and for what opens paragraphs. Such a sum is
submodular: what a piece adds only falls as more is chosen. So the greedy choice is near the best
one, and what was found to add most need only be looked at again if it has lost since.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from specpc.selection.fill import Basket
from specpc.selection.units import UnitPicker
from specpc.text.facts import cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from specpc.results import Span
    from specpc.text.pieces import Pieces, Scores


@dataclass(frozen=True)
class CoverPicker(UnitPicker):
    """Whole units that together tell most of a text."""

    def judge(self, pieces: Pieces, scores: Scores) -> NDArray[np.float64]:
        """See `UnitPicker`."""
        return pieces.told.alone

    def chosen(self, pieces: Pieces, values: NDArray[np.float64], allowance: int) -> list[Span]:
        """See `UnitPicker`."""
        return pieces.spans(covering_units(pieces, allowance), values)


def covering_units(pieces: Pieces, allowance: int) -> list[int]:
    """Units that fit an allowance of tokens with what they need, in text order.

    Those that are forced come first, whatever their size; then always the one that adds most to
    what is told, for the tokens it adds.
    """
    told = pieces.told
    basket = Basket(pieces.sizes, pieces.layout, pieces.alike)
    news = told.weights.copy()  # what is told already is worth nothing

    costs: dict[int, float] = {}

    def gain(unit: int) -> float:
        worth = float(news[told.facts[unit]].sum() + told.own[unit])
        tokens = basket.cost(unit)
        if tokens not in costs:
            costs[tokens] = float(cost(np.asarray(tokens)))
        return worth / costs[tokens]

    def add(unit: int) -> None:
        basket.add(unit)
        news[told.facts[unit]] = 0.0

    for unit in sorted(pieces.forced):
        add(unit)
    units = set(np.flatnonzero(pieces.layout.units).tolist()) - pieces.forced
    waiting = [(-gain(unit), unit) for unit in sorted(units)]
    heapq.heapify(waiting)
    while waiting and basket.used < allowance:
        unit = heapq.heappop(waiting)[1]
        if not basket.fits(unit, allowance):
            continue
        now = (-gain(unit), unit)
        if waiting and now > waiting[0]:
            heapq.heappush(waiting, now)
        else:
            add(unit)
    return sorted(basket.chosen)

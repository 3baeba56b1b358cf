"""Whole units of text: the best by score that fit an allowance, with what they need."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.results import Span
from specpc.selection.base import Picked, Picker
from specpc.selection.tokens import TokenPicker
from specpc.text.markers import marker_for
from specpc.text.pieces import Scores

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from specpc.selection.tokens import Spread
    from specpc.text.layout import Layout
    from specpc.text.markers import Marker
    from specpc.text.pieces import Pieces


@dataclass(frozen=True)
class UnitPicker(Picker):
    """Whole units of text, as a scorer judged them or by the mean of their best token scores.

    Attributes:
        pieces: the context in units.
        spread: of the paper's selection, for the one unit that must be cut inside when it exceeds
            the allowance alone.
    """

    spread: Spread

    @property
    def judged(self) -> Pieces:
        """All of them."""
        return self.pieces

    def pick(self, scores: Scores, allowance: int) -> Picked:
        """Best units first; where the best exceeds the allowance, its own best tokens."""
        values = self.values(scores)
        layout = self.pieces.layout
        best = int(np.where(layout.units, values, -np.inf).argmax())
        kept_whole = best in layout.whole or best in layout.heads
        divisible = not kept_whole and (best in layout.prose or not layout.all_needs.get(best))
        found: list[Span] = []
        if self.pieces.forced or not divisible or self.pieces.sizes[best] <= allowance:
            found = best_pieces(self.pieces, values, allowance)
        if divisible and not found:
            return self._cut(best, scores.tokens, allowance)
        return Picked(found)

    def values(self, scores: Scores) -> NDArray[np.float64]:
        """``[pieces]`` what the units are chosen by."""
        return self.pieces.pool(scores.tokens) if scores.pieces is None else scores.pieces

    def mark(self, gap: str) -> str | Marker:
        """The marker as each piece wants it before it."""
        return marker_for(self.pieces.text, self.pieces.layout, gap)

    def _cut(self, unit: int, scores: NDArray[np.float64], allowance: int) -> Picked:
        """What a unit needs, and of itself the best that still fits."""
        needs = self.pieces.layout.all_needs.get(unit, ())
        allowance -= int(self.pieces.sizes[list(needs)].sum())
        if allowance < 1:
            return Picked([])
        tokens = np.flatnonzero(self.pieces.of_token == unit)
        edges = self.pieces.edges.tolist()
        start, end = edges[unit : unit + 2]
        bounds = np.clip(self.pieces.bounds[tokens[0] : tokens[-1] + 2], start, end) - start
        bounds[0], bounds[-1] = 0, end - start
        text = self.pieces.text[start:end]
        inner = TokenPicker.of(text, bounds, self.spread.within(allowance))
        found = inner.pick(Scores(scores[tokens]), allowance).pieces
        if not found:
            return Picked([])
        own = [Span(p.start + start, p.end + start, p.score) for p in found]
        best = max(p.score for p in own)
        supports = [Span(edges[p], edges[p + 1], best) for p in needs]
        return Picked(sorted(own + supports, key=lambda piece: piece.start), True)


# At least this share of the budget is used wherever whole units allow it.
_USED: Final = 0.97
# How many of the weakest chosen units may be exchanged for a better fit, half of them at most:
# what a text is cut for must not go so that the budget looks well used.
_EXCHANGED: Final = 12
_FILLERS: Final = 400


def best_pieces(pieces: Pieces, values: NDArray[np.float64], allowance: int) -> list[Span]:
    """The pieces with the highest ``values`` ``[pieces]`` that fit, with what they need."""
    chosen = select_units(values, pieces.sizes, allowance, pieces.layout, pieces.forced)
    return pieces.spans(chosen.tolist(), values)


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

"""Methods that need no draft model, cut by the same token count and fitting as our scorers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from specpc.evaluation.base import KeptText
from specpc.options import Cut
from specpc.results import Span
from specpc.selection.base import Picked
from specpc.selection.fill import best_pieces
from specpc.selection.fit import Fit
from specpc.structure.units import cut_into_units
from specpc.text.joined import JoinedTexts
from specpc.text.pieces import Scores
from specpc.text.units import safe_cuts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from specpc.evaluation.base import MethodSetup
    from specpc.evaluation.data import Item
    from specpc.models.tokens import TextEncoder
    from specpc.selection.base import Chooser
    from specpc.text.pieces import Pieces

    Ranker = Callable[[Item, Sequence[str]], NDArray[np.float64]]
    """``[units]`` scores of the units of an item's context, higher is better."""


def cutting(
    text: str, encoder: TextEncoder, picker: Chooser, length: int
) -> Callable[[float], KeptText]:
    """What cuts a text of so many tokens to any ratio, by a picker that needs no scores.

    It raises `BudgetError` where the budget cannot hold any piece.
    """

    def cut(ratio: float) -> KeptText:
        budget = Cut(ratio).tokens(length)
        if budget == length:
            return KeptText(text, ((0, len(text)),), length, length)
        fit = Fit(JoinedTexts.plain(text), len(text), budget, "", encoder.count)
        fitted = fit.fit(picker, Scores(np.zeros(length)))
        ranges = tuple((span.start, span.end) for span in fitted.spans)
        return KeptText(fitted.texts[0].text, ranges, length, fitted.tokens)

    return cut


@dataclass(frozen=True)
class RankedMethod:
    """Whole units, best first, by what a ranker makes of them."""

    encoder: TextEncoder
    ranker: Ranker
    unit: str

    @classmethod
    def of(cls, setup: MethodSetup, ranker: Ranker, unit: str = "sentence") -> RankedMethod:
        """With units of the kind that the user named, or else of this one."""
        return cls(setup.models.encoder, ranker, setup.variant or unit)

    def prepare(self, item: Item) -> Callable[[float], KeptText]:
        """Cut the context into units and score them."""
        tokens = self.encoder.encode(item.context)
        units = cut_into_units(item.context, tokens.bounds, self.unit)
        scores = self.ranker(item, units.texts)
        picker = ScoredUnitPicker(units, scores - scores.min())
        return cutting(item.context, self.encoder, picker, len(tokens))


@dataclass(frozen=True)
class ScoredUnitPicker:
    """Whole units by a score each, ``values`` ``[units]``."""

    units: Pieces
    values: NDArray[np.float64]

    def pick(self, scores: Scores, allowance: int) -> Picked:
        """The best units, whatever the tokens' scores; or the beginning of one that is too long."""
        units, best = self.units, int(self.values.argmax())
        if units.sizes[best] <= allowance:
            return Picked(best_pieces(units, self.values, allowance))
        start, end = int(units.edges[best]), int(units.edges[best + 1])
        first = int(np.searchsorted(units.of_token, best))
        limit = min(end, int(units.bounds[first + allowance]))
        cuts = (cut for cut in safe_cuts(units.text[start:end]) if cut <= limit - start)
        cut = start + max(cuts, default=0)
        return Picked(
            [Span(start, cut, float(self.values[best]))] if cut > start else [], cut_unit=True
        )

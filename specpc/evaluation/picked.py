"""Baselines cut to a budget by the same segmentation, token count and fitting as our scorers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from specpc.options import Cut
from specpc.results import Span
from specpc.selection.base import Picked
from specpc.selection.fit import Fit
from specpc.selection.units import best_pieces
from specpc.text.joined import JoinedTexts
from specpc.text.units import safe_cuts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from specpc.models.tokens import TextEncoder
    from specpc.selection.base import Chooser
    from specpc.text.pieces import Pieces, Scores


@dataclass(frozen=True)
class Compressed:
    """What a method made of one text.

    Attributes:
        text: what is left.
        ranges: the kept character ranges of the source.
        original_tokens: the source's length in draft tokens.
        compressed_tokens: the length of ``text``.
        lookahead: what the draft went on with, where its scorer looked ahead.
    """

    text: str
    ranges: tuple[tuple[int, int], ...]
    original_tokens: int
    compressed_tokens: int
    lookahead: tuple[int, ...] = ()


@dataclass(frozen=True)
class PickedText:
    """A text with a picker and what it picks by, ready to be cut to any ratio.

    Attributes:
        text: the source.
        length: its length in tokens.
        encoder: counts tokens.
        picker: chooses pieces.
        scores: handed to the picker.
    """

    text: str
    length: int
    encoder: TextEncoder
    picker: Chooser
    scores: Scores

    def __call__(self, ratio: float) -> Compressed:
        """Keep that fraction of the tokens.

        Raises:
            BudgetError: the budget cannot hold any piece.
        """
        budget = Cut(ratio).tokens(self.length)
        if budget == self.length:
            return Compressed(self.text, ((0, len(self.text)),), self.length, self.length)
        source = JoinedTexts.plain(self.text)
        fit = Fit(source, len(self.text), budget, "", self.encoder.count)
        fitted = fit.fit(self.picker, self.scores)
        ranges = tuple((span.start, span.end) for span in fitted.spans)
        return Compressed(fitted.texts[0].text, ranges, self.length, fitted.tokens)


@dataclass(frozen=True)
class ScoredUnitPicker:
    """Whole units by a score each.

    Attributes:
        units: the source in units.
    """

    units: Pieces

    def pick(self, scores: Scores, allowance: int) -> Picked:
        """The best units by their scores; if the best alone is too long, its beginning."""
        assert scores.pieces is not None  # that is what they are made of
        units, values = self.units, scores.pieces
        best = int(values.argmax())
        if units.sizes[best] <= allowance:
            return Picked(best_pieces(units, values, allowance))
        start, end = int(units.edges[best]), int(units.edges[best + 1])
        first = int(np.searchsorted(units.of_token, best))
        limit = min(end, int(units.bounds[first + allowance]))
        cut = start + _last_at_most(units.text[start:end], limit - start)
        return Picked([Span(start, cut, float(values[best]))] if cut > start else [], True)


def _last_at_most(text: str, offset: int) -> int:
    """The last offset up to ``offset`` where the text may be cut."""
    return max((cut for cut in safe_cuts(text) if cut <= offset), default=0)


@dataclass(frozen=True)
class EndsPicker:
    """The beginning and the end of a text, half the allowance each, cut between words.

    Attributes:
        text: the source.
        bounds: ``[tokens + 1]`` character offsets of the tokens.
    """

    text: str
    bounds: NDArray[np.int64]
    _cuts: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find where the text may be cut."""
        cuts = np.asarray(sorted(safe_cuts(self.text)), dtype=np.int64)
        object.__setattr__(self, "_cuts", cuts)

    def pick(self, scores: Scores, allowance: int) -> Picked:
        """The first and last ``allowance / 2`` tokens, whatever the scores."""
        half = allowance // 2
        head = int(self.bounds[allowance - half])
        tail = int(self.bounds[len(self.bounds) - 1 - half])
        head = int(self._cuts[int(np.searchsorted(self._cuts, head, side="right")) - 1])
        tail = int(self._cuts[int(np.searchsorted(self._cuts, tail))])  # the end is a cut
        pieces = [Span(0, head, 0.0), Span(tail, len(self.text), 0.0)]
        return Picked([piece for piece in pieces if piece.start < piece.end])

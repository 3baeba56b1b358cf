"""Whole units of text, as a scorer judged them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.results import Span
from specpc.selection.base import Picked, Picker
from specpc.selection.fill import best_pieces
from specpc.selection.words import WordPicker, is_word
from specpc.text.layout import expand, tiles
from specpc.text.lexical import bm25, with_heads
from specpc.text.parts import unmarked
from specpc.text.pieces import Pieces, Scores, standardised
from specpc.text.terms import stems

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from specpc.text.layout import Layout

# Names and numbers answer: of a sentence that exceeds the budget, they go last.
_FACT: Final = 1.0
# So much of an allowance is for lines that tell of errors.
_FOR_ALARMS: Final = 0.7
_NEXT: Final = 1e-9
# How often what does not fit is cut finer: records into fields, a field into sentences, ...
_FINEST: Final = 8
# In prose there is one such mark in a hundred characters, in programs one in ten.
_MARKS: Final = re.compile(r"[][(){}<>=:;|&\\]")
_MOST_MARKS: Final = 0.06


@dataclass(frozen=True)
class UnitPicker(Picker):
    """Whole units of text, as a scorer judged them or by the mean of their best token scores.

    Attributes:
        pieces: the context in units.
        question: what the parts of a unit that must be cut are told apart by, besides the scores.
    """

    question: str = ""

    @property
    def judged(self) -> Pieces:
        """All of them."""
        return self.pieces

    def pick(self, scores: Scores, allowance: int) -> Picked:
        """Best units first; those that an allowance cannot hold are cut finer, if they can be.

        Where the best of all is the finest there is and exceeds the allowance, its own lines,
        or sentences, or clauses, or words.
        """
        pieces, values = self.pieces, self.values(scores)
        for _ in range(_FINEST):
            large = frozenset(self.too_large(pieces, allowance))
            if not large:
                break
            cut = pieces.opened(large)
            pieces, values = cut, _values_inside(pieces, values, cut, self.judge(cut, scores))
        best = int(np.where(pieces.layout.units, values, -np.inf).argmax())
        pieces = _without_spared(pieces, pieces.forced or {best}, allowance)
        found = self.chosen(pieces, values, allowance)
        fits = best in pieces.layout.whole or _cost(pieces, best) <= allowance
        if pieces.forced or fits or (found and not self.question):  # else any may be the best
            return Picked(found, pieces.layout)
        return self._parts(pieces, best, values, scores, allowance) or Picked(found, pieces.layout)

    def _parts(
        self,
        pieces: Pieces,
        unit: int,
        values: NDArray[np.float64],
        scores: Scores,
        allowance: int,
    ) -> Picked | None:
        """Parts of a unit that exceeds an allowance, and nothing else: the coarsest that fit.

        Or else words of the best of the finest; ``None`` if not even one fits.
        """
        start, end = pieces.edges[unit : unit + 2]
        best, finest = unit, pieces
        for cut in pieces.parted(unit):
            own = cut.layout.units & (cut.edges[:-1] >= start) & (cut.edges[:-1] < end)
            if not own.any():
                continue
            judged = _values_inside(pieces, values, cut, self.judge(cut, scores))
            judged[~own] = -np.inf
            best, finest = int(judged.argmax()), cut
            lean = _without_spared(cut, {best}, allowance)
            if _cost(lean, best) <= allowance:
                others = frozenset(np.flatnonzero(~own).tolist())
                layout = replace(lean.layout, supports=lean.layout.supports | others)
                return Picked(self.chosen(lean, judged, allowance), layout, cut_unit=True)
        return _words(finest, best, scores.tokens, allowance)

    def too_large(self, pieces: Pieces, allowance: int) -> set[int]:
        """Units that no allowance can hold, or not with all others that must be kept."""
        over = total_size(pieces, pieces.forced) > allowance
        return {
            unit
            for unit in pieces.layout.finer.keys() & pieces.layout.whole
            if (over and unit in pieces.forced) or _cost(pieces, unit) > allowance
        }

    def chosen(self, pieces: Pieces, values: NDArray[np.float64], allowance: int) -> list[Span]:
        """The best units by ``values`` ``[pieces]`` that fit an allowance, with what they need.

        What is worth minus infinity is no choice.
        """
        first = _alarms_first(pieces, values, allowance)
        return best_pieces(pieces, values, allowance, pieces.alike, first)

    def judge(self, pieces: Pieces, scores: Scores) -> NDArray[np.float64]:
        """``[pieces]`` what parts of units are worth, which no scorer saw."""
        judged = standardised(pieces.pool(scores.tokens))
        if self.question:
            said = with_heads(pieces, pieces.stems, np.arange(len(pieces)))
            shared = bm25(stems([self.question])[0], said)
            judged += standardised(shared)
        return judged

    def values(self, scores: Scores) -> NDArray[np.float64]:
        """``[pieces]`` what the units are chosen by."""
        return self.pieces.pool(scores.tokens) if scores.pieces is None else scores.pieces


def _in_words(layout: Layout, unit: int, said: str) -> Layout:
    """The words of a unit that can be told only by what it means."""
    own = layout.finer[unit](said)
    if own.kind == "word":
        return own
    edges = own.edges.tolist()
    return expand(
        own,
        {
            piece: _in_words(own, piece, said[slice(*edges[piece : piece + 2])])
            for piece in own.finer
        },
    )


def _alarms_first(
    pieces: Pieces, values: NDArray[np.float64], allowance: int
) -> NDArray[np.float64]:
    """``[pieces]`` by what is chosen: of what a tool printed, errors come before all but the best.

    They may take a part of the allowance only: something else may be asked for.
    """
    urgent = np.flatnonzero((pieces.urgency > 0) & pieces.layout.units & np.isfinite(values))
    if not len(urgent):
        return values
    urgent = urgent[np.lexsort((-values[urgent], -pieces.urgency[urgent]))]
    urgent = urgent[
        pieces.sizes[urgent] <= _FOR_ALARMS * allowance
    ]  # a long one keeps out no other
    urgent = urgent[np.cumsum(pieces.sizes[urgent]) <= _FOR_ALARMS * allowance]
    first: NDArray[np.float64] = values.copy()
    highest = float(values[pieces.layout.units].max())
    first[urgent] = np.maximum(first[urgent], highest - _NEXT * np.arange(1, len(urgent) + 1))
    return first


def _cost(pieces: Pieces, unit: int) -> int:
    """Tokens of a unit and all it needs."""
    needs = pieces.layout.all_needs.get(unit, ())
    return int(pieces.sizes[[unit, *needs]].sum())


def total_size(pieces: Pieces, units: Collection[int]) -> int:
    """Tokens of some units and all they need."""
    return int(pieces.sizes[sorted(pieces.layout.with_needs(units))].sum())


def _without_spared(pieces: Pieces, chosen: Collection[int], allowance: int) -> Pieces:
    """The pieces, of which none needs what is done without (see `_spared`)."""
    if not pieces.layout.spare:
        return pieces
    spared = _spared(pieces, chosen, allowance)
    return replace(pieces, layout=pieces.layout.without(spared)) if spared else pieces


def _spared(pieces: Pieces, chosen: Collection[int], allowance: int) -> set[int]:
    """What is done without so that an allowance holds some units with what they need.

    All that can be where that is not enough, but would leave too little for parts of them.
    """
    kept = pieces.layout.with_needs(chosen)
    spare = sorted((kept & pieces.layout.spare) - {*chosen}, key=lambda one: -pieces.sizes[one])
    over = int(pieces.sizes[sorted(kept)].sum()) - allowance
    if over > int(pieces.sizes[spare].sum()):
        heads = int(pieces.sizes[sorted(kept - {*chosen})].sum())
        return {*spare} if heads > allowance / 2 else set()
    spared: set[int] = set()
    for support in spare:
        if over <= 0:
            break
        spared.add(support)
        over -= int(pieces.sizes[support])
    return spared


def _values_inside(
    pieces: Pieces, values: NDArray[np.float64], cut: Pieces, own: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Values of the pieces after some were cut, which for themselves are worth their ``own``.

    The best part of each is worth as much as the whole was.
    """
    whole = np.searchsorted(pieces.edges, cut.edges[:-1], side="right") - 1
    best = np.full(len(pieces), -np.inf)
    np.maximum.at(best, whole[cut.layout.units], own[cut.layout.units])
    worse = np.where(np.isfinite(best[whole]), best[whole] - own, 0.0)
    inside: NDArray[np.float64] = values[whole] - worse
    return inside


def _is_written_in_marks(said: str) -> bool:
    """Whether words without the brackets and signs between them mean nothing: it is no prose."""
    return len(_MARKS.findall(said)) > _MOST_MARKS * len(said)


def _words(pieces: Pieces, unit: int, tokens: NDArray[np.float64], allowance: int) -> Picked | None:
    """What a unit needs, and of its words the most telling; ``None`` if not even one fits."""
    needs = [piece for piece in pieces.layout.complete([unit]) if piece != unit]
    allowance -= int(pieces.sizes[needs].sum())
    if allowance < 1:
        return None
    edges = pieces.edges.tolist()
    start, end = edges[unit : unit + 2]
    if _is_written_in_marks(pieces.text[start:end]):
        return None
    own = np.flatnonzero(pieces.of_token == unit)
    bounds = np.clip(pieces.bounds[own[0] : own[-1] + 2], start, end) - start
    bounds[0], bounds[-1] = 0, end - start
    text, whole = pieces.text[start:end], tiles([0, end - start])
    words = WordPicker.of(text, bounds, whole)
    if unit in pieces.layout.finer:  # they cannot be told from what is written
        cut = _in_words(pieces.layout, unit, text)
        cut = replace(cut, prose=frozenset(range(len(cut))))
        words = WordPicker(Pieces(text, bounds, cut), words.sentences)
    words = replace(words, fact=_FACT)
    found = words.pick(Scores(tokens[own]), allowance).pieces
    if not any(is_word(text[word.start : word.end]) for word in found):
        return None
    best = max(word.score for word in found)
    said = [Span(word.start + start, word.end + start, word.score) for word in found]
    said += [Span(edges[piece], edges[piece + 1], best) for piece in needs]
    inside = words.pieces.layout
    if unit not in pieces.layout.prose:
        inside = unmarked(inside)
    layout = expand(pieces.layout, {unit: inside})
    return Picked(sorted(said, key=lambda piece: piece.start), layout, cut_unit=True)

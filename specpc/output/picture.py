"""A picture of a scored text: what would be kept at each of several ratios, and what scored how.

Nothing is selected here: each ratio is what `ScoredText.compress` keeps at it, for what is kept at
a higher ratio need not hold all that is kept at a lower one.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.errors import BudgetError, UsageError
from specpc.results import Span
from specpc.text.joined import JoinedTexts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from specpc.pipeline.scored import ScoredText
    from specpc.results import CompressionResult

GRID: Final = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Ratios to look at: 0.05, 0.1, ... 0.95."""

LEVELS: Final = (0.4, 0.2, 0.1, 0.05)
"""Level 1 to 4: the share of the units that rank at least as high; level 0 is all others."""


@dataclass(frozen=True)
class Part:
    """A stretch of text of one fate.

    Attributes:
        start: first character.
        end: one past the last character.
        kept: for each ratio of the picture, whether it is kept.
        marked: whether it is in one of the places marked.
    """

    start: int
    end: int
    kept: tuple[bool, ...]
    marked: bool = False


@dataclass(frozen=True)
class Piece:
    """A unit, or what is kept for the sake of units or always.

    Attributes:
        parts: what it is made of, in text order: mostly one, more where a unit was cut inside or
            white space beside it was kept.
        tokens: how many draft tokens end in it.
        score: the score it is chosen by; minus infinity where it is kept only for the sake of
            others, infinity where it is always kept.
        rank: 1 for the best of the units; ``None`` where the score is infinite.
        level: 0 to 4, see `LEVELS`.
        kept: for each ratio of the picture, whether all of it is kept, white space aside.
    """

    parts: tuple[Part, ...]
    tokens: int
    score: float
    rank: int | None
    level: int
    kept: tuple[bool, ...]

    @property
    def start(self) -> int:
        """First character."""
        return self.parts[0].start

    @property
    def end(self) -> int:
        """One past the last character."""
        return self.parts[-1].end


@dataclass(frozen=True)
class MarkPlace:
    """Where a marked string stands.

    Attributes:
        mark: number of the string.
        start: first character.
        end: one past the last character.
        piece: number of the piece it begins in.
        kept: for each ratio, whether all of it is kept.
    """

    mark: int
    start: int
    end: int
    piece: int
    kept: tuple[bool, ...]


@dataclass(frozen=True)
class Picture:
    """A text in pieces, and their fate at each ratio.

    Attributes:
        text: the source, without protection marks.
        original_tokens: its length in the tokens of the budget.
        ratios: ascending.
        results: what the text was compressed to at each ratio.
        pieces: they tile the text.
        kind: what the text was laid out as, in a word.
        marks: the strings that were to be marked.
        places: where they stand, string by string.
    """

    text: str
    original_tokens: int
    ratios: tuple[float, ...]
    results: tuple[CompressionResult, ...]
    pieces: tuple[Piece, ...]
    kind: str = "sentence"
    marks: tuple[str, ...] = ()
    places: tuple[MarkPlace, ...] = ()

    @property
    def units(self) -> int:
        """How many pieces are ranked."""
        return sum(piece.rank is not None for piece in self.pieces)

    @property
    def units_kept(self) -> tuple[int, ...]:
        """For each ratio, how many of the ranked pieces are kept."""
        fates = [piece.kept for piece in self.pieces if piece.rank is not None]
        return tuple(map(sum, zip(*fates, strict=True))) or (0,) * len(self.ratios)

    def safe_from(self, kept: Sequence[bool]) -> int | None:
        """Number of the lowest ratio from which on something is always kept; ``None`` if none."""
        first = max((at + 1 for at, is_kept in enumerate(kept) if not is_kept), default=0)
        return first if first < len(self.ratios) else None

    def line(self, offset: int) -> int:
        """Number, from 1, of the line a character is in."""
        return bisect_right(self._line_starts, offset)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", self.text))]


def paint(
    scored: ScoredText,
    ratio: float,
    marks: Sequence[str] = (),
    grid: Sequence[float] = GRID,
    progress: Callable[[int, int], None] | None = None,
) -> Picture:
    """Compress a text to each ratio and see what became of every piece.

    Args:
        scored: the text, with its scores.
        ratio: a ratio that must be in the picture.
        marks: strings to be found in the text.
        grid: more ratios; those too low to hold anything are left out.
        progress: called with (ratios done, ratios in all) after each.

    Raises:
        BudgetError: ``ratio`` is out of range or cannot hold anything.
        UsageError: a mark is empty or does not occur.
    """
    # Spans of the text that is shown, not of its source.
    read = replace(scored.read, source=JoinedTexts.plain(scored.text))
    scored = replace(scored, read=read)
    found = find_marks(scored.text, marks)
    by_ratio = _compress_to(scored, [ratio, *sorted({*grid} - {ratio}, reverse=True)], progress)
    ratios = tuple(sorted(by_ratio))
    results = tuple(by_ratio[one] for one in ratios)
    rated = _rated(scored)
    bounds = [(span.start, span.end) for span in rated]
    places = [(start, end) for _, start, end in found]
    kept_at = [[(span.start, span.end) for span in result.spans] for result in results]
    edges = np.unique(np.asarray([*bounds, *places, *chain(*kept_at)], np.int64))
    kept = np.stack([_covered(edges, ranges) for ranges in kept_at], axis=1)
    parts = _parts(edges, kept, _covered(edges, places))
    pieces = _pieces(scored, rated, parts)
    return Picture(
        text=scored.text,
        original_tokens=scored.original_tokens,
        ratios=ratios,
        results=results,
        pieces=pieces,
        kind=scored.read.picker.pieces.layout.kind,
        marks=tuple(marks),
        places=_places(found, edges, kept, [start for start, _ in bounds]),
    )


def _compress_to(
    scored: ScoredText, ratios: Sequence[float], progress: Callable[[int, int], None] | None
) -> dict[float, CompressionResult]:
    """The result for the first ratio, and for the others as long as they can hold anything."""
    by_ratio: dict[float, CompressionResult] = {}
    for done, ratio in enumerate(ratios, start=1):
        try:
            by_ratio[ratio] = scored.compress(ratio=ratio)
        except BudgetError:
            if not by_ratio:
                raise
            break
        if progress is not None:
            progress(done, len(ratios))
    return by_ratio


def find_marks(text: str, marks: Sequence[str]) -> list[tuple[int, int, int]]:
    """Where each string occurs: (number of the string, first character, one past the last).

    Raises:
        UsageError: a string is blank or occurs nowhere.
    """
    found = []
    for number, mark in enumerate(marks):
        if not mark.strip():
            raise UsageError("a text to mark is empty: give the words to be found")
        at = text.find(mark)
        if at < 0:
            raise UsageError(f"{mark!r} does not occur in the text: mark what stands there exactly")
        while at >= 0:
            found.append((number, at, at + len(mark)))
            at = text.find(mark, at + len(mark))
    return found


def _rated(scored: ScoredText) -> list[Span]:
    """The pieces of the context, and the text's own question as one that is always kept."""
    if scored.scores is None:
        return [Span(0, len(scored.text), math.inf)]
    rated = scored.read.picker.rated(scored.scores)
    if scored.read.query.tail_start < len(scored.text):
        rated.append(Span(scored.read.query.tail_start, len(scored.text), math.inf))
    return rated


def _covered(edges: NDArray[np.int64], ranges: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """``[edges - 1]`` whether the stretch from each edge to the next is in one of the ranges."""
    steps = np.zeros(len(edges), dtype=np.int64)
    pairs = np.asarray(ranges, dtype=np.int64).reshape(-1, 2)
    np.add.at(steps, np.searchsorted(edges, pairs[:, 0]), 1)
    np.add.at(steps, np.searchsorted(edges, pairs[:, 1]), -1)
    covered: NDArray[np.bool_] = np.cumsum(steps)[:-1] > 0
    return covered


def _parts(
    edges: NDArray[np.int64], kept: NDArray[np.bool_], marked: NDArray[np.bool_]
) -> list[Part]:
    # Most stretches share their fate with many others: one tuple for each fate.
    fates, which = np.unique(kept, axis=0, return_inverse=True)
    tuples = [tuple(fate) for fate in fates.tolist()]
    return [
        Part(start, end, tuples[fate], is_marked)
        for (start, end), fate, is_marked in zip(
            pairwise(edges.tolist()), which.reshape(-1).tolist(), marked.tolist(), strict=True
        )
    ]


def _pieces(scored: ScoredText, rated: Sequence[Span], parts: Sequence[Part]) -> tuple[Piece, ...]:
    scores = np.asarray([span.score for span in rated])
    ranked = np.flatnonzero(np.isfinite(scores))
    ranks = np.zeros(len(rated), dtype=np.int64)
    ranks[ranked[np.argsort(-scores[ranked], kind="stable")]] = np.arange(1, len(ranked) + 1)
    ends = [span.end for span in rated]
    last = np.maximum(scored.read.tokens.bounds[1:] - 1, 0)
    owners = np.minimum(np.searchsorted(ends, last, side="right"), len(rated) - 1)
    tokens = np.bincount(owners, minlength=len(rated)).tolist()
    stops = np.searchsorted([part.end for part in parts], ends, side="right").tolist()
    pieces = []
    for (first, stop), size, span, rank in zip(
        pairwise([0, *stops]), tokens, rated, ranks.tolist(), strict=True
    ):
        own = tuple(parts[first:stop])
        kept = _fate([part for part in own if not scored.text[part.start : part.end].isspace()])
        level = sum((rank - 1) / len(ranked) < share for share in LEVELS) if rank else 0
        pieces.append(Piece(own, size, span.score, rank or None, level, kept or _fate(own)))
    return tuple(pieces)


def _fate(parts: Sequence[Part]) -> tuple[bool, ...]:
    """For each ratio, whether all of the parts are kept; empty for no parts."""
    return tuple(all(kept) for kept in zip(*(part.kept for part in parts), strict=True))


def _places(
    found: Sequence[tuple[int, int, int]],
    edges: NDArray[np.int64],
    kept: NDArray[np.bool_],
    starts: Sequence[int],
) -> tuple[MarkPlace, ...]:
    places = []
    for mark, start, end in found:
        first, stop = np.searchsorted(edges, (start, end)).tolist()
        fate = tuple(np.logical_and.reduce(kept[first:stop]).tolist())
        places.append(MarkPlace(mark, start, end, bisect_right(starts, start) - 1, fate))
    return tuple(places)

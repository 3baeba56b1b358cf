"""Text that is never cut: from patterns, marks in the text and counts to the pieces they touch.

Pure functions. Protection works by whole units: a unit of which any character is protected is
kept, with all it needs, before anything else is chosen.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import numpy as np
import regex

from specpc.errors import InputError, UsageError
from specpc.text.keeping import find_kind
from specpc.text.patterns import lazy_regex
from specpc.text.spans import merge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.options import Protection
    from specpc.results import Span
    from specpc.text.layout import Layout
    from specpc.text.spans import Range

OPENING: Final = "<specpc:keep>"
CLOSING: Final = "</specpc:keep>"

_MARKER: Final = lazy_regex("</?specpc:keep>")
# A pattern that backtracks without end must not hang a batch; honest ones take milliseconds.
_TIMEOUT_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Protected:
    """The protected part of one text.

    Attributes:
        ranges: characters, in any order, overlapping or not.
        first: units protected at the start.
        last: units protected at the end.
        notes: a sentence for each pattern that matches nothing.
        sections: stretches of the text in each of which units are counted; none for all of it.
    """

    ranges: tuple[Range, ...] = ()
    first: int = 0
    last: int = 0
    notes: tuple[str, ...] = ()
    sections: tuple[Range, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything may be protected."""
        return bool(self.ranges or self.first or self.last)


NOTHING: Final = Protected()


@dataclass(frozen=True)
class Unmarked:
    """A text without the marks around what is to be kept.

    Attributes:
        text: what is left of the source.
        marked: the ranges of ``text`` that stood between marks.
        cuts: where the marks stood in the source, in order, and what else was left out of it.
    """

    text: str
    marked: tuple[Range, ...] = ()
    cuts: tuple[Range, ...] = ()

    def to_source(
        self, spans: Sequence[Span], positions: Sequence[int]
    ) -> tuple[tuple[Span, ...], tuple[int, ...]]:
        """Spans of ``text`` and their places in the output, as spans of the source.

        A span from which a mark was removed becomes two, whose places in the output adjoin.
        """
        if not self.cuts:
            return tuple(spans), tuple(positions)
        from specpc.results import Span

        found: list[Span] = []
        places: list[int] = []
        for span, position in zip(spans, positions, strict=True):
            for start, end in self._source_ranges(span.start, span.end):
                found.append(Span(start, end, span.score))
                places.append(position)
                position += end - start  # noqa: PLW2901
        return tuple(found), tuple(places)

    def only(self, ranges: Sequence[Range]) -> Unmarked:
        """What is left of the source if of ``text`` only some ranges stay, in order, disjoint."""
        kept = [(start, end) for start, end in ranges if start < end]
        begins = [start for start, _ in kept]
        places = list(accumulate((end - start for start, end in kept), initial=0))

        def moved(offset: int) -> int:
            before = bisect_right(begins, offset) - 1
            if before < 0:
                return 0
            start, end = kept[before]
            return places[before] + min(offset, end) - start

        marked = ((moved(low), moved(high)) for low, high in self.marked)
        cuts, position = [], 0
        for start, end in (own for one in kept for own in self._source_ranges(*one)):
            if start > position:
                cuts.append((position, start))
            position = end
        return Unmarked(
            "".join(self.text[start:end] for start, end in kept),
            tuple(place for place in marked if place[0] < place[1]),
            tuple(cuts),
        )

    @cached_property
    def _removed(self) -> tuple[list[int], list[int]]:
        """Where in ``text`` each cut is, and how much was left out before it, and at last."""
        sizes = list(accumulate((end - start for start, end in self.cuts), initial=0))
        return [start - size for (start, _), size in zip(self.cuts, sizes, strict=False)], sizes

    def _source_ranges(self, start: int, end: int) -> Iterator[Range]:
        """Where ``text[start:end]``, not empty, stood in the source."""
        places, removed = self._removed
        cut = bisect_right(places, start)
        while cut < len(places) and places[cut] < end:
            if places[cut] > start:
                yield start + removed[cut], places[cut] + removed[cut]
                start = places[cut]
            cut += 1
        yield start + removed[cut], end + removed[cut]


def unmark(source: str) -> Unmarked:
    """Take the marks ``<specpc:keep>`` and ``</specpc:keep>`` out of a text.

    Raises:
        InputError: a mark has no counterpart.
    """
    if "specpc:keep>" not in source:
        return Unmarked(source)
    cuts: list[Range] = []
    kept: list[str] = []
    marked: list[Range] = []
    opened, opened_at = -1, 0  # where in the new text, and where in the source
    position = length = 0
    for match in _MARKER.finditer(source):
        kept.append(source[position : match.start()])
        length += match.start() - position
        position = match.end()
        cuts.append(match.span())
        if match.group() == OPENING:
            if opened >= 0:
                raise _unbalanced(source, match.start(), OPENING, "opens again before it is closed")
            opened, opened_at = length, match.start()
        else:
            if opened < 0:
                raise _unbalanced(source, match.start(), CLOSING, f"closes no {OPENING}")
            marked.append((opened, length))
            opened = -1
    if opened >= 0:
        raise _unbalanced(source, opened_at, OPENING, f"is never closed by {CLOSING}")
    kept.append(source[position:])
    return Unmarked("".join(kept), tuple(r for r in marked if r[0] < r[1]), tuple(cuts))


def check_marks(name: str, source: str) -> None:
    """Raise `InputError`, which names the text, if one of its marks has no counterpart."""
    try:
        unmark(source)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def _unbalanced(source: str, offset: int, mark: str, what: str) -> InputError:
    line = source.count("\n", 0, offset) + 1
    return InputError(f"the mark {mark} in line {line} {what}: marks come in pairs")


def find_protected(text: str, marked: Sequence[Range], keep: Protection) -> Protected:
    """What a text without its marks protects: ranges that were marked, and what else to keep.

    An empty match of a pattern protects nothing.

    Raises:
        UsageError: a pattern takes too long on this text.
    """
    ranges, notes, deadline = list(marked), [], time.monotonic() + _TIMEOUT_SECONDS
    for pattern in keep.patterns:
        found = matches(pattern, text, deadline - time.monotonic())
        ranges = merge(ranges + found)  # as many as the text has characters, at most
        if not found:
            notes.append(f"the pattern {pattern!r} to keep matches nothing in the text")
    for kind in keep.kinds:
        found = find_kind(kind, text)
        ranges = merge(ranges + found)
        if not found:
            notes.append(f"the text has no {kind} to keep")
    return Protected(tuple(ranges), keep.first, keep.last, tuple(notes))


def matches(pattern: str, text: str, seconds: float = _TIMEOUT_SECONDS) -> list[Range]:
    """The ranges a pattern matches, those without characters left out.

    Raises:
        UsageError: it takes too long, or too much memory.
    """
    found: list[Range] = []
    try:
        for match in regex.finditer(pattern, text, timeout=max(seconds, 0.001)):
            start, end = match.span()
            if found and start == found[-1][1]:
                found[-1] = found[-1][0], end
            elif start < end:
                found.append((start, end))
    except (TimeoutError, MemoryError, RecursionError) as error:
        raise UsageError(
            f"the pattern {pattern!r} takes more than {_TIMEOUT_SECONDS:g} s, or too much memory, "
            f"on a text of {len(text):,} characters: write it without nested repetitions"
        ) from error
    return found


def forced_units(text: str, layout: Layout, protected: Protected) -> frozenset[int]:
    """The pieces that protected text touches, and with them what makes them stand on their own.

    A separator stays where its two neighbours do, so these are taken in its place. A support (a
    bracket, a signature, a heading) is nothing without what it is there for: of the units that need
    it, the nearest comes along, unless one is there already. Of the units
    counted from either end, those without a letter or digit (a rule, a mark) do not count, but
    are kept with the others.
    """
    forced: set[int] = set()
    edges = layout.edges
    for start, end in protected.ranges:
        low = int(np.searchsorted(edges, start, side="right")) - 1
        high = int(np.searchsorted(edges, min(end, int(edges[-1])), side="left"))
        forced.update(range(low, high))
    for section in protected.sections or ((0, len(text)),):
        forced.update(_counted(text, layout, section, protected.first))
        forced.update(_counted(text, layout, section, -protected.last))
    for piece in forced & layout.separators.keys():
        forced.remove(piece)
        first, stop = layout.separators[piece]
        forced.update({max(piece - 1, first), min(piece + 1, stop - 1)} - {piece})
    return frozenset(forced | _users(layout, forced))


def _users(layout: Layout, forced: set[int]) -> set[int]:
    """For each of these supports that none of the pieces needs, the nearest unit that does."""
    needs, chosen = layout.all_needs, set[int]()
    lonely = forced & layout.supports
    for piece in forced - layout.supports:
        lonely.difference_update(needs.get(piece, ()))
    users: dict[int, list[int]] = {support: [] for support in lonely}
    for unit in np.flatnonzero(layout.units).tolist() if lonely else ():
        for support in lonely.intersection(needs.get(unit, ())):
            users[support].append(unit)
    for support in sorted(lonely):
        if support in lonely and users[support]:
            nearest = min(users[support], key=lambda unit: (unit < support, abs(unit - support)))
            chosen.add(nearest)
            lonely.difference_update(needs[nearest])
    return chosen


def _counted(text: str, layout: Layout, section: Range, count: int) -> Iterator[int]:
    """The first ``count`` units that say something, or last if negative, and those between."""
    low, high = np.searchsorted(layout.edges, section)
    pieces = range(int(low), min(int(high), len(layout)))
    left = abs(count)
    for piece in reversed(pieces) if count < 0 else pieces:
        if left <= 0:
            return
        if layout.units[piece]:
            yield piece
            start, end = layout.edges[piece], layout.edges[piece + 1]
            left -= any(map(str.isalnum, text[start:end]))

"""Texts that are read as one and come out as several again; one text is the case of one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from specpc.errors import InputError
from specpc.text.protection import Protected, Unmarked, find_protected, unmark
from specpc.text.spans import Range, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.options import Protection
    from specpc.text.layout import Layout
    from specpc.text.markers import Marker

SEPARATOR: Final = "\n\n"


@dataclass(frozen=True)
class JoinedTexts:
    """Where each of several texts stands in the one that was made by joining them.

    Attributes:
        text: all of them, with blank lines between them; without protection marks, where these
            are to be read.
        ranges: sorted, disjoint stretches of it, one a text; what is between them never comes out.
        unmarked: the texts, and the marks that stood in them.
        names: the names of the files they come from, ``None`` where there is none.
        alone: whether it is one text given by itself: it may close with a question of its own,
            and what is kept of it comes out even if it is blank.
        instead: what comes out for a text of which nothing but white space was kept.
        layouts: the pieces of texts that were taken apart already, ``None`` for others; they may
            end before the text does, where its own question begins. None at all if there is none.
    """

    text: str
    ranges: tuple[Range, ...]
    unmarked: tuple[Unmarked, ...]
    names: tuple[str | None, ...]
    alone: bool = False
    instead: str = ""
    layouts: tuple[Layout | None, ...] = ()

    @classmethod
    def single(cls, source: str, name: str | None = None, *, marks: bool = False) -> JoinedTexts:
        """One text, perhaps of a file of that name, and perhaps with marks.

        Raises:
            InputError: it is blank, or its marks do not pair.
        """
        unmarked = unmark(source) if marks else Unmarked(source)
        if not unmarked.text.strip():
            raise InputError("the text is empty: there is nothing to compress")
        whole = (0, len(unmarked.text))
        return cls(unmarked.text, (whole,), (unmarked,), (name,), alone=True)

    @classmethod
    def plain(cls, text: str) -> JoinedTexts:
        """One text, in which marks are mere characters."""
        return cls(text, ((0, len(text)),), (Unmarked(text),), (None,), alone=True)

    @classmethod
    def of(
        cls,
        sources: Sequence[str],
        names: Sequence[str] = (),
        instead: str = "",
        *,
        marks: bool = False,
    ) -> JoinedTexts:
        """Several texts, perhaps of files of these names, and perhaps with marks.

        Raises:
            InputError: there is none, one is blank, or its marks do not pair.
        """
        unmarked = tuple(map(unmark if marks else Unmarked, sources))
        if not unmarked or not all(text.text.strip() for text in unmarked):
            raise InputError("there is no text, or an empty one: there is nothing to compress")
        named = tuple(names) or (None,) * len(unmarked)
        return cls(*_joined(unmarked), unmarked, named, instead=instead)

    def with_parts(
        self, parts: Sequence[Unmarked], layouts: Sequence[Layout | None]
    ) -> JoinedTexts:
        """The same with other texts in place of its own, some of them taken apart already."""
        text, ranges = _joined(parts)
        return replace(
            self, text=text, ranges=ranges, unmarked=tuple(parts), layouts=tuple(layouts)
        )

    def split(self, ranges: Sequence[Range]) -> list[list[Range]]:
        """Kept ranges of the joined text, by the text they lie in; of a blank rest, none."""
        found: list[list[Range]] = []
        first = 0
        for start, end in self.ranges:
            while first < len(ranges) and ranges[first][1] <= start:
                first += 1
            inside, position = [], first
            while position < len(ranges) and ranges[position][0] < end:
                low, high = ranges[position]
                inside.append((max(low, start), min(high, end)))
                position += 1
            blank = all(self.text[low:high].isspace() for low, high in inside)
            found.append([] if blank and not self.alone else inside)
        return found

    def texts(self, split: Sequence[Sequence[Range]], gap: str | Marker) -> list[str]:
        """What comes out of each text, given its kept ranges as `split` gives them."""
        return [join(self.text, ranges, gap) if ranges else self.instead for ranges in split]

    def protected(self, keep: Protection) -> Protected:
        """What is protected in each of the texts by itself, as ranges of the joined text."""
        ranges: list[Range] = []
        notes: Counter[str] = Counter()
        for (start, _), text in zip(self.ranges, self.unmarked, strict=True):
            found = find_protected(text.text, text.marked, keep)
            ranges += [(start + low, start + high) for low, high in found.ranges]
            notes.update(dict.fromkeys(found.notes, 1))
        missed = tuple(note for note, count in notes.items() if count == len(self.ranges))
        return Protected(tuple(ranges), keep.first, keep.last, missed, self.ranges)


def _joined(parts: Sequence[Unmarked]) -> tuple[str, tuple[Range, ...]]:
    """Texts with blank lines between them, and where each is."""
    ranges, position = [], 0
    for part in parts:
        ranges.append((position, position + len(part.text)))
        position += len(part.text) + len(SEPARATOR)
    return SEPARATOR.join(part.text for part in parts), tuple(ranges)

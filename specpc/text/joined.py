"""Several texts that are read as one and come out as several again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specpc.text.protection import Protected, find_protected
from specpc.text.spans import Range, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.options import Protection
    from specpc.text.markers import Marker

SEPARATOR: Final = "\n\n"


@dataclass(frozen=True)
class JoinedTexts:
    """Where each of several texts stands in the one that was made by joining them.

    Attributes:
        ranges: sorted, disjoint stretches of the joined text; what is between them never comes
            out.
        instead: what comes out for a text of which nothing but white space was kept.
        marked: for each of the texts, its ranges that stood between protection marks.
        names: the names of the files they come from, if they do.
    """

    ranges: tuple[Range, ...]
    instead: str = ""
    marked: tuple[tuple[Range, ...], ...] = ()
    names: tuple[str, ...] = ()

    @classmethod
    def joined(cls, texts: Sequence[str], instead: str = "") -> tuple[str, JoinedTexts]:
        """Join texts, none of them empty, and say where each of them is."""
        ranges, position = [], 0
        for text in texts:
            ranges.append((position, position + len(text)))
            position += len(text) + len(SEPARATOR)
        return SEPARATOR.join(texts), cls(tuple(ranges), instead)

    def split(self, text: str, ranges: Sequence[Range]) -> list[list[Range]]:
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
            blank = all(text[low:high].isspace() for low, high in inside)
            found.append([] if blank else inside)
        return found

    def texts(self, text: str, split: Sequence[Sequence[Range]], gap: str | Marker) -> list[str]:
        """What comes out of each text, given its kept ranges as `split` gives them."""
        return [join(text, ranges, gap) if ranges else self.instead for ranges in split]

    def protected(self, text: str, keep: Protection) -> Protected:
        """What is protected in each of the texts by itself, as ranges of the joined text."""
        ranges: list[Range] = []
        notes: Counter[str] = Counter()
        for i, (start, end) in enumerate(self.ranges):
            found = find_protected(text[start:end], self.marked[i] if self.marked else (), keep)
            ranges += [(start + low, start + high) for low, high in found.ranges]
            notes.update(found.notes)
        missed = tuple(note for note, count in notes.items() if count == len(self.ranges))
        return Protected(tuple(ranges), keep.first, keep.last, missed, self.ranges)

"""From a compressed text back to its source: where a quote or a character was cut from.

Pure functions on the slices a compressed text is made of.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import InputError
from specpc.output.fields import documents_fields, json_fields
from specpc.results import CompressionResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.pipeline.documents import DocumentsResult

_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class SourcePlace:
    """A stretch of a source.

    Attributes:
        start: first character.
        end: one past the last character.
        document: name of the document it is in; ``None`` where there is only one text.
    """

    start: int
    end: int
    document: str | None = None


@dataclass(frozen=True)
class Slice:
    """A stretch of a compressed text that was cut from a source.

    Attributes:
        position: where it begins in the compressed text.
        place: where it was.
    """

    position: int
    place: SourcePlace

    @property
    def end(self) -> int:
        """Where it ends in the compressed text."""
        return self.position + self.place.end - self.place.start


@dataclass(frozen=True)
class SlicedText:
    """A compressed text and the slices it was put together from, in order."""

    text: str
    slices: tuple[Slice, ...]

    @cached_property
    def _ends(self) -> list[int]:
        """Where the slices end in the text."""
        return [piece.end for piece in self.slices]

    @classmethod
    def of(cls, result: CompressionResult | DocumentsResult | SlicedText) -> SlicedText:
        """What `Compressor.compress` or `Compressor.compress_documents` made."""
        if isinstance(result, SlicedText):
            return result
        if isinstance(result, CompressionResult):
            return cls.from_json(json_fields(result))
        return cls.from_json(documents_fields(result))

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> SlicedText:
        """A result as JSON: an object of `specpc.output.fields`, which the command line writes.

        Raises:
            InputError: it is none.
        """
        try:
            text = fields["compressed"]
            # Of each source: where its text begins in the whole, its name, and its spans.
            parts = [(0, fields.get("file"), fields)]
            if "documents" in fields:
                parts = [(made["position"], made["name"], made) for made in fields["documents"]]
            slices = [
                Slice(at + position, SourcePlace(start, end, name))
                for at, name, made in parts
                for (start, end), position in zip(made["spans"], _positions(made), strict=True)
            ]
            if not isinstance(text, str) or not all(_is_within(s, len(text)) for s in slices):
                raise ValueError("a span is outside of the text")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                "this is no result as JSON: give an object that specpc compress wrote"
            ) from error
        return cls(text, tuple(slices))

    def places(self, start: int, end: int) -> tuple[SourcePlace, ...]:
        """Where ``text[start:end]`` was; what was not cut from a source (a marker) is left out."""
        found: list[SourcePlace] = []
        for place in range(bisect_right(self._ends, start), len(self.slices)):
            piece = self.slices[place]
            if piece.position >= end:
                break
            low = max(start, piece.position) - piece.position + piece.place.start
            high = min(end, piece.end) - piece.position + piece.place.start
            found.append(SourcePlace(low, high, piece.place.document))
        return tuple(found)


def locate(
    result: CompressionResult | DocumentsResult | SlicedText, quote: str
) -> tuple[tuple[SourcePlace, ...], ...]:
    """Where a quote of a compressed text stood in its source.

    Args:
        result: the compressed text.
        quote: what is looked for; any white space in it stands for any other.

    Returns:
        For each place in the compressed text where the quote stands, the stretches of the source
        it came from: more than one where something between them was cut.

    Raises:
        InputError: the quote is blank.
    """
    sliced = SlicedText.of(result)
    words = quote.split()
    if not words:
        raise InputError("the quote is empty: give some of the compressed text")
    found = (sliced.places(start, end) for start, end in _found(sliced.text, words))
    return tuple(places for places in found if places)


def _found(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where words stand in a text, with any white space between them, from left to right."""
    # Looked for with one blank for all white space: a pattern would try each place word by word.
    shown: list[str] = []
    starts: list[int] = []  # where each stretch begins in the text, and in what is looked through
    places: list[int] = []
    position = size = 0
    for match in _SPACE.finditer(text):
        shown += [text[position : match.start()], " "]
        starts += [position, match.start()]
        places += [size, size + match.start() - position]
        size += match.start() - position + 1
        position = match.end()
    shown.append(text[position:])
    starts.append(position)
    places.append(size)
    through, said = "".join(shown), " ".join(words)
    found = through.find(said)
    while found >= 0:
        first, last = (bisect_right(places, at) - 1 for at in (found, found + len(said) - 1))
        yield starts[first] + found - places[first], starts[last] + found + len(said) - places[last]
        found = through.find(said, found + len(said))


def locate_position(
    result: CompressionResult | DocumentsResult | SlicedText, position: int
) -> SourcePlace | None:
    """Where one character of a compressed text stood; ``None`` for a character of a marker.

    Raises:
        InputError: the text has no such character.
    """
    sliced = SlicedText.of(result)
    if not 0 <= position < len(sliced.text):
        raise InputError(
            f"there is no character {position} in a compressed text of {len(sliced.text):,}"
        )
    return next(iter(sliced.places(position, position + 1)), None)


def line_and_column(source: str, position: int) -> tuple[int, int]:
    """Where a character stands, both counted from 1; lines end with ``\\n``."""
    return source.count("\n", 0, position) + 1, position - source.rfind("\n", 0, position)


def _is_within(piece: Slice, length: int) -> bool:
    """Whether a slice can be one of a text of that length."""
    place = piece.place
    numbers = all(type(n) is int for n in (piece.position, place.start, place.end))
    named = place.document is None or isinstance(place.document, str)
    inside = numbers and 0 <= piece.position <= piece.end <= length and place.start >= 0
    return named and inside


def _positions(made: dict[str, Any]) -> list[int]:
    """Where the spans begin; a batch line has none, as nothing stands between its spans."""
    if "positions" in made:
        return list(made["positions"])
    positions, at = [], 0
    for start, end in made["spans"]:
        positions.append(at)
        at += end - start
    if at != len(made["compressed"]):
        raise ValueError("something stands between the spans")
    return positions

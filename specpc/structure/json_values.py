"""JSON and JSON lines: what is kept is JSON again, and says of what it is said.

Each piece needs the bracket (and key) that opens what it stands in, that needs the closing bracket,
and commas are separators. A record is whole, or brings the members that tell it from others; a long
string is a text of its own. NaN and Infinity, which Python writes although the standard has no
such values, count as values.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from specpc.structure.blocks import small_size
from specpc.structure.json_records import alike, file_name, has_more, identifying, is_told
from specpc.structure.json_strings import LONG, are_lines, as_lines, as_text, is_text
from specpc.structure.json_tree import SPACE, is_container, read
from specpc.structure.lines import lines
from specpc.text.layout import LayoutBuilder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.structure.json_records import Path
    from specpc.structure.json_tree import JsonValue
    from specpc.text.layout import Layout, Nested

# A record up to this size stays whole where a budget can hold it (see `blocks`).
_WHOLE: Final = 400
# A list of numbers (a place, a curve) says nothing in part: it is whole up to this share of a text.
_NUMBERS: Final = 0.5
# Numbers of a longer list are kept or dropped in runs of about this size.
_RUN: Final = 80
# What is nested deeper is one piece.
_DEEPEST: Final = 50
# A shorter string is never cut, not even where a budget cannot hold it.
_INDIVISIBLE: Final = 40
_FEWEST_LINES: Final = 2
# A marker of a cut would be no JSON.
_NO_MARKER: Final = ""


def lay_out_json(text: str, small: int | None = None) -> Layout | None:
    """The pieces of one JSON array or object; white space around it belongs to its brackets.

    Containers of at most ``small`` characters stay whole: 400, or a tenth of a short text.

    Returns:
        ``None`` if Python's ``json`` does not read the text or it holds a lone string or number.
    """
    if not is_container(text):
        return None
    pieces = _JsonPieces(LayoutBuilder(), text, small_size(text) if small is None else small)
    value = read(text)
    if value.inside:
        pieces.cut(value, (), end=len(text))
    else:
        pieces.builder.unit(len(text), whole=True, gap=_NO_MARKER)
    return pieces.built("json")


def lay_out_json_lines(text: str) -> Layout | None:
    """The pieces of a text of which each line is a JSON array or object.

    A line is a record. Of lines that repeat the one before, the first counts and the others are
    never kept.

    Returns:
        ``None`` if a line is anything else, or if there are not at least two.
    """
    spans = lines(text)
    if len(spans) < _FEWEST_LINES or not all(is_container(text[slice(*span)]) for span in spans):
        return None
    records = [read(text, start, end) for start, end in spans]
    role = _Role(record=True, paths=identifying(records, text))
    pieces, last = _JsonPieces(LayoutBuilder(), text, small_size(text)), ""
    for record, (start, end) in zip(records, spans, strict=True):
        line = text[start:end].strip(SPACE)
        if line == last:
            pieces.builder.support(end, gap=_NO_MARKER)
        else:
            pieces.add(record, (), role, end=end)
        last = line
    return pieces.built("json lines")


@dataclass(frozen=True)
class _Role:
    """What is known of a value by where it stands.

    Attributes:
        record: whether it is one of several that stand for themselves.
        paths: the members by which it is known, if it has them.
        name: of the file whose text it is.
    """

    record: bool = False
    paths: frozenset[Path] = frozenset()
    name: str | None = None


_PLAIN: Final = _Role()


@dataclass(frozen=True)
class _JsonPieces:
    """Adds the pieces of valid values to a builder, from left to right.

    White space leads: an element or bracket takes that before it, so that dropping it drops the
    line it stands on.
    """

    builder: LayoutBuilder
    text: str
    small: int

    def add(
        self,
        value: JsonValue,
        needs: Sequence[int],
        role: _Role = _PLAIN,
        depth: int = 0,
        end: int | None = None,
    ) -> int:
        """Add a value, with its key, and give the piece that says what it needs.

        It is a unit, finer where no budget can hold it, if it is small, or cut right away. It is
        taken to end at ``end``, if what follows it stays with it.
        """
        if self._is_cut(value, role, depth):
            return self.cut(value, needs, role, depth, end)
        end = value.end if end is None else end
        piece = self.builder.unit(end, needs, whole=True, gap=_NO_MARKER)
        string = self.text[value.value] == '"' and value.size > _INDIVISIBLE
        divisible = bool(value.inside) and not value.numbers
        if depth < _DEEPEST and (divisible or (string and is_text(self._string(value)))):
            self.builder.refinable(piece, partial(_cut, role=role))
        return piece

    def cut(
        self,
        value: JsonValue,
        needs: Sequence[int],
        role: _Role = _PLAIN,
        depth: int = 0,
        end: int | None = None,
    ) -> int:
        """Add a value in pieces, and give the one that opens it."""
        end = value.end if end is None else end
        if not value.inside:
            return self._nested(value.value + 1, value.end - 1, end, needs, as_text(role.name))
        if are_lines(value, self.text):
            first, last = value.inside[0].value + 1, value.inside[-1].end - 1
            return self._nested(first, last, end, needs, as_lines(role.name))
        opening = self._support(value.value + 1, needs)
        if self.text[value.value] == "[":
            self._elements(value, opening, depth + 1)
        else:
            self._members(value, opening, role.paths, depth + 1, [])
        self._close(opening, end)
        return opening

    def built(self, kind: str) -> Layout:
        """The pieces so far: white space is theirs, and no cut inside is to leave any."""
        self.builder.tighten(range(1, self.builder.next_piece))
        return self.builder.build(kind)

    def _is_cut(self, value: JsonValue, role: _Role, depth: int) -> bool:
        if value.inside:
            largest = self.small
            if role.record:
                largest = _WHOLE
            if value.numbers:
                largest = max(largest, int(_NUMBERS * len(self.text)))
            return value.size > largest and depth < _DEEPEST
        long = self.text[value.value] == '"' and value.size >= max(LONG, self.small)
        return long and is_text(self._string(value))

    def _string(self, value: JsonValue) -> str:
        """A string as it is written between its quotes."""
        return self.text[value.value + 1 : value.end - 1]

    def _support(self, end: int, needs: Sequence[int] = ()) -> int:
        return self.builder.support(end, needs, gap=_NO_MARKER)

    def _close(self, opening: int, end: int) -> None:
        """Add what closes a value: neither it nor what opened it is kept without the other."""
        self.builder.require(opening, self._support(end, (opening,)))

    def _nested(self, start: int, stop: int, end: int, needs: Sequence[int], nested: Nested) -> int:
        """Add a value of which a part is a text of its own."""
        opening = self._support(start, needs)
        text = self.builder.unit(stop, (opening,), whole=True, gap=_NO_MARKER)
        self.builder.nest(text, nested)
        self._close(opening, end)
        return opening

    def _comma(self, before: JsonValue) -> int | None:
        """Add the comma before a value, if there is one."""
        return self._support(before.start) if before.start > self.builder.position else None

    def _end(self, comma: int | None, opening: int) -> None:
        """Have a comma, now that what follows it has its pieces, be a separator."""
        if comma is not None:
            self.builder.surround(comma, opening + 1, self.builder.next_piece)

    def _elements(self, array: JsonValue, opening: int, depth: int) -> None:
        """Add the elements of an array."""
        objects = [one for one in array.inside if self.text[one.value] == "{"]
        role = _Role(record=True, paths=identifying(objects, self.text))
        longest = min(_RUN, self.small)
        number = 0
        while number < len(array.inside):
            first = one = array.inside[number]
            comma = self._comma(first)
            while one.numbers and not one.inside and number + 1 < len(array.inside):
                after = array.inside[number + 1]
                if after.inside or not after.numbers or after.end - first.start > longest:
                    break
                one, number = after, number + 1
            self.add(first, (opening,), role, depth, one.end)
            self._end(comma, opening)
            number += 1

    def _members(
        self,
        value: JsonValue,
        opening: int,
        paths: frozenset[Path],
        depth: int,
        told: list[int] | None = None,
    ) -> None:
        """Add the members of an object; those by which it is known come along with the others.

        These are ``told`` what it is in, if it is in another by which that is known.
        """
        if told is None and has_more(value, paths, self.text):
            told = []
        role = _Role(record=alike(value.inside), name=file_name(value, self.text))
        rest: list[int] = []
        for member in value.inside:
            comma = self._comma(member)
            inner = frozenset(path[1:] for path in paths if path[:-1] == (member.key,))
            if inner and member.inside and told is not None:
                holder = self._support(member.value + 1, (opening,))
                self._members(member, holder, inner, depth + 1, told)
                self._close(holder, member.end)
                rest.append(holder)
            elif told is not None and is_told(member, paths, self.text):
                told.append(self._support(member.end, (opening,)))
            else:
                rest.append(self.add(member, (opening,), role, depth))
            self._end(comma, opening)
        for piece in rest:
            self.builder.require(piece, *told or ())


def _cut(text: str, role: _Role) -> Layout:
    """The pieces of a value that is a unit elsewhere."""
    pieces = _JsonPieces(LayoutBuilder(), text, small_size(text))
    pieces.cut(read(text), (), role, end=len(text))
    return pieces.built("json")

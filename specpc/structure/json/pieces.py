"""What is kept or dropped of JSON: its values, with the brackets, keys and commas around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from specpc.structure.json.dialects import LAST_COMMA, NOTE, in_json
from specpc.structure.json.messages import calls, exchanges
from specpc.structure.json.records import (
    alike,
    are_rows,
    columns,
    file_name,
    has_more,
    identifying,
    is_told,
    parallel,
)
from specpc.structure.json.strings import LONG, are_lines, are_runs, as_text, is_text
from specpc.structure.json.tree import read
from specpc.structure.parts.blocks import small_size
from specpc.structure.parts.denials import denies
from specpc.text.layout import LayoutBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.json.records import Path
    from specpc.structure.json.tree import JsonValue
    from specpc.text.layout import Layout, Nested

# A record up to this size stays whole where a budget can hold it (see `blocks`).
_WHOLE: Final = 400
# So is a line of rich text, whose parts are half sentences.
_RUNNING: Final = 2000
# A list of numbers (a place, a curve) says nothing in part: it is whole up to this share of a text.
_NUMBERS: Final = 0.5
# Numbers of a longer list are kept or dropped in runs of about this size.
_RUN: Final = 80
# In a record that is cut, so little says one thing: an amount and its currency, a trip's stops.
_ONE_THING: Final = 80
# What is nested deeper is one piece.
_DEEPEST: Final = 50
# Members with one name are told of the others so often.
_MOST_TOLD: Final = 12
# A shorter string is never cut, not even where a budget cannot hold it.
_INDIVISIBLE: Final = 40
# A marker of a cut would be no JSON.
NO_MARKER: Final = ""


@dataclass(frozen=True)
class Role:
    """What is known of a value by where it stands.

    Attributes:
        record: whether it is one of several that stand for themselves.
        paths: the members by which it is known, if it has them.
        name: of the file whose text it is.
    """

    record: bool = False
    paths: frozenset[Path] = frozenset()
    name: str | None = None


PLAIN: Final = Role()


@dataclass(frozen=True)
class _Cells:
    """Numbers of values that stand beside one another in several arrays, first and past the last.

    Attributes:
        start: of the first.
        end: one past that of the last.
        texts: whether some are texts, which are cut.
        pieces: what they are in each of the arrays.
    """

    start: int
    end: int
    texts: bool
    pieces: list[int] = field(default_factory=list)


@dataclass
class _Comma:
    """A value and the comma behind it.

    Attributes:
        first: the first piece of the value, which is the one that says what it needs.
        piece: the comma, if there is one.
        note: the comment behind it, if there is one.
    """

    first: int
    piece: int | None = None
    note: int | None = None


@dataclass(frozen=True)
class JsonPieces:
    """Adds the pieces of valid values to a builder, from left to right.

    White space leads: an element or bracket takes that before it, so that dropping it drops the
    line it stands on.

    Attributes:
        builder: what they are added to.
        text: where the values are written.
        small: most characters of a container that stays whole without being a record.
        source: the same in another dialect, if it is the text only as JSON (see `as_json`).
    """

    builder: LayoutBuilder
    text: str
    small: int
    source: str | None = None

    def add(
        self,
        value: JsonValue,
        needs: Sequence[int],
        role: Role = PLAIN,
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
        piece = self.builder.unit(end, needs, whole=True, gap=NO_MARKER)
        string = self.text[value.value] == '"' and value.size > _INDIVISIBLE
        divisible = bool(value.inside) and not value.numbers
        if depth < _DEEPEST and (divisible or (string and is_text(self._string(value)))):
            self.builder.refinable(piece, partial(_cut, role=role, dialect=self.source is not None))
        return piece

    def cut(
        self,
        value: JsonValue,
        needs: Sequence[int],
        role: Role = PLAIN,
        depth: int = 0,
        end: int | None = None,
    ) -> int:
        """Add a value in pieces, and give the one that opens it."""
        end = value.end if end is None else end
        if not value.inside:
            return self._nested(
                value.value + 1,
                value.end - 1,
                end,
                needs,
                as_text(role.name, dialect=self.source is not None),
            )
        if are_lines(value, self.text):
            first, last = value.inside[0].value + 1, value.inside[-1].end - 1
            return self._nested(
                first, last, end, needs, as_text(role.name, dialect=self.source is not None)
            )
        opening = self._support(value.value + 1, needs)
        if self.text[value.value] == "[":
            self._elements(value, opening, depth + 1)
        else:
            self._members(value, opening, role.paths, depth + 1)
            if alike(value.inside):
                self.pair(value.inside)
        self._close(opening, end)
        return opening

    def pair(self, records: Sequence[JsonValue]) -> None:
        """Have short answers among records that were added need their questions, and these them.

        What a tool gave needs what it was asked.
        """
        at = self.builder.piece_at
        for own in exchanges(records, self.text, self.source):
            asked = at(own.asked.value + 1)
            self.builder.require(asked, at(own.said.value + 1))
            if own.needed:
                for piece in {at(one.value) for one in own.places}:
                    self.builder.require(piece, asked)
        for result, asks in calls(records, self.text, self.source):
            string = (one.value + (self.text[one.value] == '"') for one in asks)
            own_call = {at(place) for place in string} - {at(result.value)}
            self.builder.require(at(result.value), *sorted(own_call))

    def built(self, kind: str) -> Layout:
        """The pieces so far: white space is theirs, and no cut inside is to leave any."""
        self.builder.tighten(range(1, self.builder.next_piece))
        return self.builder.build(kind)

    def _is_cut(self, value: JsonValue, role: Role, depth: int) -> bool:
        if value.inside:
            largest = self.small
            if role.record:
                largest = _WHOLE
            if value.size > largest and value.size <= _RUNNING and are_runs(value, self.text):
                largest = _RUNNING
            if value.numbers:
                largest = max(largest, int(_NUMBERS * len(self.text)))
            return value.size > largest and depth < _DEEPEST
        long = self.text[value.value] == '"' and value.size >= max(LONG, self.small)
        return long and is_text(self._string(value))

    def _string(self, value: JsonValue) -> str:
        """A string as it is written between its quotes."""
        return self.text[value.value + 1 : value.end - 1]

    def _support(self, end: int, needs: Sequence[int] = ()) -> int:
        return self.builder.support(end, needs, gap=NO_MARKER)

    def _close(self, opening: int, end: int) -> None:
        """Add what closes a value: neither it nor what opened it is kept without the other."""
        self.builder.require(opening, self._support(end, (opening,)))

    def _nested(self, start: int, stop: int, end: int, needs: Sequence[int], nested: Nested) -> int:
        """Add a value of which a part is a text of its own."""
        opening = self._support(start, needs)
        text = self.builder.unit(stop, (opening,), whole=True, gap=NO_MARKER)
        self.builder.nest(text, nested)
        self._close(opening, end)
        return opening

    def _comma(self, before: JsonValue, commas: list[_Comma]) -> None:
        """Add the comma before a value, if there is one, and the comment on what stands there."""
        if before.start > self.builder.position:
            commas[-1].piece = self._support(before.start)
            commas[-1].note = self._note()
        commas.append(_Comma(self.builder.next_piece))

    def _note(self) -> int | None:
        """Add the comment on a value that stands in the same line."""
        note = NOTE.match(self.source, self.builder.position) if self.source else None
        return self._support(note.end()) if note else None

    def _end(self, commas: Sequence[_Comma]) -> None:
        """Have commas, now that all has its pieces, be kept if a value before and after one is.

        Comments are where the value before them is: what closes the container follows them, too.
        """
        if commas and self.source:
            if last := LAST_COMMA.match(self.source, self.builder.position):
                self._support(last.end())  # what is kept of the others needs none
            commas[-1].note = self._note()
        end = self.builder.next_piece
        for comma in commas:
            if comma.piece is not None:
                self.builder.surround(comma.piece, comma.first, end)
            if comma.note is not None:
                self.builder.surround(comma.note, comma.first, end + 1)

    def _elements(self, array: JsonValue, opening: int, depth: int) -> None:
        """Add the elements of an array; a first row that names columns comes with the others."""
        objects = [one for one in array.inside if self.text[one.value] == "{"]
        role = Role(record=True, paths=identifying(objects, self.text, array.key))
        needs, heading = [opening], columns(array, self.text)
        commas: list[_Comma] = []
        for run in self._runs(array.inside):
            self._comma(run[0], commas)
            if run[0] is heading:
                needs.append(self._support(run[0].end, needs))
            else:
                self.add(run[0], needs, role, depth, run[-1].end)
        self._end(commas)
        self.pair(objects)

    def _runs(self, elements: Sequence[JsonValue]) -> Iterator[list[JsonValue]]:
        """The elements one by one, but for numbers that follow one another."""
        run: list[JsonValue] = []
        longest = min(_RUN, self.small)
        for element in elements:
            number = element.numbers and not element.inside
            if run and not (
                number
                and run[-1].numbers
                and not run[-1].inside
                and element.end - run[0].start <= longest
            ):
                yield run
                run = []
            run.append(element)
        yield run

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
        role = Role(record=alike(value.inside), name=file_name(value, self.text))
        heading = columns(value, self.text)
        beside = [] if heading else parallel(value, self.text)
        cells, starts = self._cells(beside, depth), {one.start for one in beside}
        rest: list[int] = []
        added: list[tuple[JsonValue, int]] = []
        head: list[int] = []
        commas: list[_Comma] = []
        for member in value.inside:
            self._comma(member, commas)
            inner = frozenset(path[1:] for path in paths if path[:-1] == (member.key,))
            if inner and member.inside and told is not None:
                rest.append(self._support(member.value + 1, (opening,)))
                self._members(member, rest[-1], inner, depth + 1, told)
                self._close(rest[-1], member.end)
            elif told is not None and is_told(member, paths, self.text) and len(told) < _MOST_TOLD:
                told.append(self._support(member.end, (opening,)))
            elif member is heading:
                head.append(self._support(member.end, (opening,)))
            elif member.start in starts:
                rest.append(self._support(member.value + 1, (opening,)))
                self._column(member, rest[-1], cells, depth + 1)
            else:
                rest.append(self.add(member, (opening,), role, depth))
                added.append((member, rest[-1]))
        self._end(commas)
        rows = [p for own, p in added if heading and are_rows(own.inside, len(heading.inside))]
        denials = [p for own, p in added if denies(own.key or "", self.text[own.value : own.end])]
        for piece in rest:
            self.builder.require(piece, *told or (), *(one for one in denials if one != piece))
        for piece in rows:
            self.builder.require(piece, *head)
        for own in cells:
            for piece in own.pieces:
                self.builder.require(piece, *(other for other in own.pieces if other != piece))

    def _cells(self, arrays: Sequence[JsonValue], depth: int) -> list[_Cells]:
        """What is kept together of arrays of which the first values belong together, and so on."""
        if not arrays:
            return []
        values = list(zip(*(array.inside for array in arrays), strict=True))
        cut = [any(self._is_cut(one, PLAIN, depth + 1) for one in own) for own in values]
        widest = max(one.end - one.start for own in values for one in own)
        step = 1 if any(cut) else max(1, min(_RUN, self.small) // widest)
        return [_Cells(n, min(n + step, len(cut)), cut[n]) for n in range(0, len(cut), step)]

    def _column(self, array: JsonValue, opening: int, cells: Sequence[_Cells], depth: int) -> None:
        """Add one of such arrays; what stands beside a text only comes with that."""
        commas: list[_Comma] = []
        for own in cells:
            run = array.inside[own.start : own.end]
            self._comma(run[0], commas)
            if not own.texts:
                piece = self.builder.unit(run[-1].end, (opening,), whole=True, gap=NO_MARKER)
            elif self._is_cut(run[0], PLAIN, depth):
                piece = self.cut(run[0], (opening,))
            else:
                piece = self._support(run[0].end, (opening,))
            own.pieces.append(piece)
        self._end(commas)
        self._close(opening, array.end)


def _cut(text: str, role: Role, dialect: bool) -> Layout:
    """The pieces of a value that is a unit elsewhere."""
    source, text = (text, in_json(text)) if dialect else (None, text)
    pieces = JsonPieces(LayoutBuilder(), text, max(_ONE_THING, small_size(text)), source)
    pieces.cut(read(text, source=source), (), role, end=len(text))
    return pieces.built("json")

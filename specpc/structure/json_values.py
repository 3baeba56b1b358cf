"""JSON and JSON lines: members and elements are kept or dropped whole.

Whatever is kept, the result is JSON again: each piece needs the bracket (and key) that opens
what it stands in, that needs the closing bracket, and commas are separators. NaN and Infinity,
which Python writes although the standard has no such values, count as values.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Final

from specpc.structure.lines import lines
from specpc.text.layout import Layout, LayoutBuilder

# A smaller array or object says something only as a whole (a flight, a line of a log), and the
# keys, brackets and commas of its parts would cost more than cutting it saves. Measured: recall
# of evidence in tools' answers rises from 160 to 400 characters and no further.
_SMALL: Final = 400
# In a short text, smaller ones are cut too, or a budget could hold nothing of it.
_SHARE: Final = 10
# What is nested deeper is one piece.
_DEEPEST: Final = 50

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{},]')
_SPACE: Final = " \t\r\n"
_NOT_SPACE: Final = re.compile(r"[^ \t\r\n]")
# A marker of a cut would be no JSON.
_NO_MARKER: Final = ""


def lay_out_json(text: str, small: int | None = None) -> Layout | None:
    """The pieces of one JSON array or object; white space around it belongs to its brackets.

    Containers of at most ``small`` characters stay whole: 400, or a tenth of a short text.

    Returns:
        ``None`` if Python's ``json`` does not read the text or it holds a lone string or number.
    """
    if not _is_container(text):
        return None
    builder = LayoutBuilder()
    _Document(builder, text, small_size(text) if small is None else small).lay_out()
    return builder.build("json")


def lay_out_json_lines(text: str) -> Layout | None:
    """The pieces of a text of which each line is a JSON array or object.

    A line is a record: one unit, or cut like a document of its own if it is long. Of lines that
    repeat the one before, the first counts and the others are never kept.

    Returns:
        ``None`` if a line is anything else, or if there are not at least two.
    """
    spans = lines(text)
    if len(spans) < 2 or not all(_is_container(text[start:end]) for start, end in spans):
        return None
    builder = LayoutBuilder()
    small, last = small_size(text), ""
    for start, end in spans:
        line = text[start:end]
        if line.strip(_SPACE) == last:
            builder.support(end, gap=_NO_MARKER)
        elif len(line) <= small:
            builder.unit(end, whole=True, gap=_NO_MARKER)
        else:
            record = LayoutBuilder()
            _Document(record, line, small).lay_out()
            builder.append(record.build("json"))
        last = line.strip(_SPACE)
    return builder.build("json lines")


def small_size(text: str) -> int:
    """Most characters of a container in a text that stays whole."""
    return min(_SMALL, len(text) // _SHARE)


def _is_container(text: str) -> bool:
    """Whether a text is one JSON array or object."""
    if text.lstrip(_SPACE)[:1] not in {"{", "["}:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


@dataclass
class _Open:
    """A container that is being cut: its opening bracket (and key), and the last comma in it."""

    opening: int
    comma: int | None = None


@dataclass
class _Document:
    """Adds the pieces of one valid document to a builder, from left to right.

    White space leads: an element or bracket takes that before it, so that dropping it drops the
    line it stands on.
    """

    builder: LayoutBuilder
    text: str
    small: int
    _open: list[_Open] = field(default_factory=list)

    def lay_out(self) -> None:
        """Add all pieces."""
        builder, length = self.builder, len(self.text)
        tokens = [m.span() for m in _TOKEN.finditer(self.text) if m.group()[0] != '"']
        closing = _pairs(self.text, tokens)
        number = 0
        while number < len(tokens):
            start, end = tokens[number]
            if self.text[start] in "[{":
                if self._is_cut(start, tokens[closing[number]][0]):
                    outer = [self._open[-1].opening] if self._open else []
                    self._open.append(_Open(builder.support(end, outer, gap=_NO_MARKER)))
                else:
                    number = closing[number]
            elif self.text[start] == ",":
                self._finish(start)
                self._open[-1].comma = builder.support(end, gap=_NO_MARKER)
            else:
                self._finish(start)
                opening = self._open.pop().opening
                end = end if self._open else length
                builder.require(opening, builder.support(end, gap=_NO_MARKER))
            number += 1
        # An empty document, and the white space after any.
        if builder.position < length:
            builder.unit(length, whole=True, gap=_NO_MARKER)

    def _is_cut(self, start: int, stop: int) -> bool:
        """Whether the container ``text[start:stop + 1]`` is cut into what it holds."""
        large = not self._open or stop + 1 - start > self.small
        if not large or len(self._open) >= _DEEPEST:
            return False
        return _NOT_SPACE.search(self.text, start + 1, stop) is not None

    def _finish(self, before: int) -> None:
        """Add the element or member before an offset, unless it was a container that was cut.

        The comma before it, now that what follows it has its pieces, becomes a separator.
        """
        builder, container = self.builder, self._open[-1]
        start = builder.position
        if length := len(self.text[start:before].rstrip(_SPACE)):
            builder.unit(start + length, [container.opening], whole=True, gap=_NO_MARKER)
        if container.comma is not None:
            builder.surround(container.comma, container.opening + 1, builder.next_piece)


def _pairs(text: str, tokens: list[tuple[int, int]]) -> dict[int, int]:
    """Number of the closing bracket of each opening one."""
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    for number, (start, _) in enumerate(tokens):
        if text[start] in "[{":
            waiting.append(number)
        elif text[start] in "]}":
            pairs[waiting.pop()] = number
    return pairs

"""What JSON holds, by place: containers, their members and elements."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from specpc.text.patterns import lazy_re

# White space of JSON, which is less than Python's.
SPACE: Final = " \t\r\n"

_TOKEN: Final = lazy_re(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{},:]')


@dataclass(slots=True)
class JsonValue:
    """A value, with the key before it if it is a member of an object.

    Attributes:
        start: where the white space before it (or its key) begins: after a bracket or comma.
        value: first character of the value itself.
        end: one past its last.
        key: as it is written between its quotes; ``None`` of an element.
        inside: members or elements, of an array or object.
        numbers: whether it is a number, or an array of nothing but numbers.
    """

    start: int
    value: int
    end: int
    key: str | None
    inside: list[JsonValue] = field(default_factory=list)
    numbers: bool = False

    @property
    def size(self) -> int:
        """Characters of the value itself."""
        return self.end - self.value


def is_container(text: str) -> bool:
    """Whether a text is one JSON array or object."""
    if text.lstrip(SPACE)[:1] not in {"{", "["}:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def read(
    text: str, start: int = 0, stop: int | None = None, source: str | None = None
) -> JsonValue:
    """What one valid document, or one member or element of another, holds.

    It may stand between other text: from ``start`` up to ``stop``. Keys are those of the
    ``source``, if that is a text in another dialect with everything in the same places.
    """
    stop = len(text) if stop is None else stop
    around = JsonValue(start, start, start, None)
    waiting, after, string = [around], start, ""
    key: str | None = None
    for match in _TOKEN.finditer(text, start, stop):
        mark, end = match.group()[0], match.end()
        if mark == '"':
            string = match.group()[1:-1]
            if source is not None:
                string = source[match.start() : match.end()].strip("\"': ")
        elif mark == ":":
            key, after = string, end
        elif mark in "[{":
            container = JsonValue(start, match.start(), end, key)
            waiting[-1].inside.append(container)
            waiting.append(container)
            key, start, after = None, end, end
        else:
            _add_scalar(text, waiting[-1], (start, after, match.start()), key)
            if mark != ",":
                closed = waiting.pop()
                closed.end = end
                closed.numbers = mark == "]" and all(one.numbers for one in closed.inside)
            key, start, after = None, end, end
    _add_scalar(text, around, (start, after, stop), key)
    return around.inside[0]


def _add_scalar(
    text: str, container: JsonValue, place: tuple[int, int, int], key: str | None
) -> None:
    """Add what stands between two marks, unless a container just ended there or nothing does."""
    start, after, stop = place
    written = text[after:stop].strip(SPACE)
    if written:
        value = text.index(written, after)
        numbers = written[0] in "-0123456789NI"
        container.inside.append(JsonValue(start, value, value + len(written), key, numbers=numbers))

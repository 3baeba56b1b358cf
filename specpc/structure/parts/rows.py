"""Lines with what they say: what kinds of text that go by lines look at."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from specpc.structure.parts.lines import line_start, lines, margin
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.blocks import Block

_NOT_SPACE: Final = lazy_re(r"\S")
_TO_BREAK: Final = lazy_re(r"[^\r\n]*")
_BREAK: Final = lazy_re(r"\r\n|\n|\r")
# A text with code fences is Markdown, with other kinds in it.
FENCE: Final = lazy_regex(r"[ \t>]*+(?:```|~~~)")


class Row(NamedTuple):  # made of every line of a text
    """A line that is not blank, with the blank lines after it.

    Attributes:
        start: first character; blank lines at the start of a text belong to its first row.
        end: one past the last.
        at: where the line begins: after the blank lines, if there are any before it.
        said: the line without its break.
        breaks: how many lines end in it.
    """

    start: int
    end: int
    at: int
    said: str
    breaks: int

    @property
    def ends_block(self) -> bool:
        """Whether a blank line follows."""
        return self.breaks > 1

    @property
    def columns(self) -> int:
        """How far it is indented."""
        return len(margin(self.said).expandtabs())

    @property
    def indented(self) -> bool:
        """Whether it begins with white space."""
        return self.said[:1] in {" ", "\t"}


@lru_cache(maxsize=1)  # each kind of text looks at the same ones
def rows(text: str) -> tuple[Row, ...]:
    """The rows of a text, which tile it; one for each of the spans of `lines`."""
    found = []
    for start, end in lines(text):
        at = start
        if text[start].isspace():  # blank lines, or an indented one
            first = _NOT_SPACE.search(text, start, end)
            at = line_start(text, start, first.start() if first else start)
        said = _TO_BREAK.match(text, at, end)
        line = said.group() if said else ""
        plain = at + len(line) + 1 == end
        after = 1 if plain else len(_BREAK.findall(text, at, end))
        found.append(Row(start, end, at, line, after))
    return tuple(found)


def mostly(text: str, found: Sequence[Row], blocks: Sequence[Block]) -> bool:
    """Whether blocks are at least half of a text, and none of the rest begins a fence."""
    if not blocks:
        return False
    inside = sum(block.end - block.start for block in blocks)
    if 2 * inside < len(text):
        return False
    waiting = list(reversed(blocks))
    for row in found:
        while waiting and waiting[-1].end <= row.start:
            waiting.pop()
        outside = not waiting or row.start < waiting[-1].start
        if outside and FENCE.match(row.said):
            return False
    return True


def runs_of(blocks: Sequence[Block], spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines, first and one past the last, of blocks that follow one another.

    Blocks are of whole rows, in order.
    """
    number = {start: place for place, (start, _) in enumerate(spans)}
    first: int | None = None
    last = 0
    for one in blocks:
        start, end = number[one.start], number.get(one.end, len(spans))
        if first is not None and start != last:
            yield first, last
            first = None
        first, last = start if first is None else first, end
    if first is not None:
        yield first, last

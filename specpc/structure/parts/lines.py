"""Lines of a text as character spans, and pieces that kinds of text add in the same way."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.text.layout import Layout, LayoutBuilder
from specpc.text.patterns import lazy_re, lazy_regex
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import regex

    from specpc.text.layout import Layout

OWN_LINE: Final = "{}\n"
"""How a cut is marked where lines matter: the marker stands on a line of its own."""

# Of a line that is not blank, all but its break.
_LINE: Final = lazy_re(r"(?<![^\r\n])[^\S\r\n]*\S[^\r\n]*")


# A "^" or "$" that stands for itself is written "\\^" or "\\$", or "[$]".
_LINE_ENDS: Final = lazy_re(r"(?<![\\\[])([\^$])")


def line_pattern(written: str, flags: int = 0) -> regex.Pattern[str]:
    """A pattern in which ``^`` and ``$`` are the ends of a line, whatever breaks it."""
    ends = {"^": r"(?<![^\r\n])", "$": r"(?=[\r\n]|\Z)"}
    return lazy_regex(_LINE_ENDS.sub(lambda found: ends[found[1]], written), flags)


def line_start(text: str, low: int, position: int) -> int:
    """Where the line begins that a position is in; ``low``, if that is further back."""
    return max(text.rfind("\n", low, position), text.rfind("\r", low, position), low - 1) + 1


@lru_cache(maxsize=4)  # each kind of text looks at them
def lines(text: str) -> tuple[tuple[int, int], ...]:
    """``(start, end)`` of every line with its line break and any blank lines after it.

    Blank lines at the very start belong to the first line, so that the spans tile the text; a
    text without anything but white space is one line.
    """
    starts = [match.start() for match in _LINE.finditer(text)]
    starts[:1] = [0] if text else []
    return tuple(pairwise([*starts, len(text)]))


def add_sentences(builder: LayoutBuilder, text: str, end: int, needs: Sequence[int] = ()) -> None:
    """Add the sentences of running text up to ``end``."""
    start = builder.position
    for bound in segment(text[start:end], "sentence")[1:]:
        builder.unit(start + bound, needs, prose=True)


def margin(line: str) -> str:
    """The white space that a line begins with."""
    return line[: len(line) - len(line.lstrip())]


def each_line(text: str, kind: str, *, whole: bool, gap: str = OWN_LINE) -> Layout:
    """Every line a unit."""
    builder = LayoutBuilder()
    for end in segment(text, "line")[1:]:
        builder.unit(end, whole=whole, gap=gap)
    return builder.build(kind)


def one_piece(size: int, kind: str, gap: str | None = None) -> Layout:
    """A text that is kept or dropped as a whole."""
    builder = LayoutBuilder()
    builder.unit(size, whole=True, gap=gap)
    return builder.build(kind)


def line_groups(text: str, edges: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Numbers of the pieces, first and one past the last, that end with a line together."""
    first = 0
    for piece, end in enumerate(edges[1:]):
        if end == edges[-1] or text[end - 1] in "\r\n":
            yield first, piece + 1
            first = piece + 1


def in_lines(text: str, layout: Layout) -> Layout:
    """The layout with pieces that begin inside of a line as parts of those before them.

    They would stand without what is before the line: a name, a number.
    """
    groups = list(line_groups(text, layout.edges.tolist()))
    if len(groups) == len(layout):
        return layout
    place = np.repeat(np.arange(len(groups)), [high - low for low, high in groups])
    builder = LayoutBuilder()
    for low, high in groups:
        own = range(low, high)
        end = int(layout.edges[high])
        if any(layout.units[n] for n in own):
            piece = builder.unit(end, whole=True, gap=OWN_LINE)
            if len(own) == 1 and low in layout.finer:
                builder.refinable(piece, layout.finer[low])
        else:
            piece = builder.support(end, gap=OWN_LINE)
        needs = {int(place[one]) for n in own for one in layout.needs.get(n, ())}
        builder.require(piece, *sorted(needs - {piece}))
    return builder.build(layout.kind)

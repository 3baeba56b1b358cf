"""Texts of their own in the middle of others, each line of which is indented."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.structure.parts.blocks import lay_out_blocks
from specpc.structure.parts.lines import OWN_LINE, line_groups, margin, one_piece
from specpc.structure.parts.nesting import LineLevel, nested
from specpc.text.layout import LayoutBuilder, Nested
from specpc.text.patterns import lazy_re
from specpc.text.units import segment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from specpc.text.layout import LayOut, Layout

_LINE: Final = lazy_re(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_BREAKS: Final = "\r\n"
_CLOSES: Final = lazy_re(r"\s*(?:[\])}]+[;,]?|fi|done|esac|end)\s*")


def fenced(size: int, info: str = "", prefix: str = "") -> Layout:
    """What is inside a fence, or indented as in one, laid out by what it is (see `Nested`)."""
    builder = LayoutBuilder()
    read = indented(prefix, info) if prefix else Nested(fence=info)
    builder.nest(builder.unit(size, gap=prefix + OWN_LINE), read)
    return builder.build("code")


def indented(prefix: str, info: str = "", other: LayOut | None = None) -> Nested:
    """How lines are read that all begin with a prefix of blanks, as those in a fence (`Nested`)."""
    decode, tidy = partial(dedented, prefix=prefix), partial(in_lines, prefix=prefix)
    return Nested(decode=decode, tidy=tidy, fence=info, other=other)


def dedented(written: str, prefix: str) -> tuple[str, NDArray[np.int64]]:
    """Lines without the blanks that all begin with, and where each character is written."""
    meant: list[str] = []
    starts: list[int] = []
    for match in _LINE.finditer(written):
        line = match.group()
        blank = min(len(prefix), len(line) - len(line.lstrip(" \t")))
        if blank < len(line):
            meant.append(line[blank:])
            starts += [match.start(), *range(match.start() + blank + 1, match.end())]
    return "".join(meant), np.asarray([*starts, len(written)], dtype=np.int64)


def in_lines(written: str, layout: Layout, prefix: str) -> Layout:
    """The layout in whole lines, so that each has its indentation.

    A line that is indented further needs the one above it that is not: its indentation must not
    become that of all. Where all stands between brackets, and line breaks lead (as in JSON),
    the pieces are as they were.
    """
    lines = list(line_groups(written, layout.edges.tolist()))
    if len(lines) == 1 and len(layout) > 1 and _is_bracketed(layout):
        return layout
    if len(lines) == 1 or layout.separators:
        return one_piece(len(written), layout.kind, prefix + OWN_LINE)
    builder = LayoutBuilder()
    line_of = np.repeat(np.arange(len(lines)), [end - first for first, end in lines])
    shallow: int | None = None
    for first, end in lines:
        start, stop = layout.edges[first].item(), layout.edges[end].item()
        gap = prefix + layout.gaps.get(first, OWN_LINE)
        line = builder.support(stop, gap=gap)
        if not layout.supports.issuperset(range(first, end)):
            builder.make_unit(line, whole=end - first > 1 or first in layout.whole)
        if end - first == 1 and first in layout.finer:
            builder.refinable(line, layout.finer[first])
        content = written[start:stop].lstrip(_BREAKS)
        if not content[: len(prefix) + 1].isspace():
            shallow = line
        elif content.strip() and shallow is not None:
            builder.require(line, shallow)
    for piece, supports in layout.needs.items():
        own = line_of[piece].item()
        builder.require(own, *({line_of[support].item() for support in supports} - {own}))
    return builder.build(layout.kind)


def _is_bracketed(layout: Layout) -> bool:
    """Whether the first piece comes with all others."""
    units = np.flatnonzero(layout.units).tolist()
    return all(unit == 0 or 0 in layout.all_needs.get(unit, ()) for unit in units)


def lines_below(text: str) -> Layout:
    """The lines of what is no data, of prose those of each sentence together.

    A line comes with those that it is indented below, and with what closes what they began.
    """
    rows: list[LineLevel] = []
    low = 0
    for bound in segment(text, "sentence")[1:]:
        if bound == len(text) or text[bound - 1] in _BREAKS:
            said = text[low:bound]
            indent = len(margin(said.lstrip(_BREAKS)))
            closes = _CLOSES.fullmatch(said) is not None
            rows.append(LineLevel(low, bound, indent, closes=closes))
            low = bound
    return lay_out_blocks(text, nested(rows), "lines", small=0)

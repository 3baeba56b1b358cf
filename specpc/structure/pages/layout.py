"""The pieces of what is shown of a page: what stands on a line brings the headings above it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.lines import OWN_LINE, lines
from specpc.text.layout import LayoutBuilder
from specpc.text.patterns import lazy_re
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.text.layout import Layout
    from specpc.text.spans import Range

HEADINGS: Final = {"title": 0, **{f"h{level}": level for level in range(1, 7)}}
"""Kinds of blocks that head others, with their levels."""

HEADS: Final = {*HEADINGS, "caption", "header", "group", "dt"}
"""Kinds of blocks that are kept for the sake of what they head."""

ROWS: Final = frozenset({"row", "header", "group"})
"""Kinds of blocks that are rows of a table."""

# What words cannot be taken out of: tags that stayed, and entities.
_WRITTEN: Final = lazy_re(r"<|&#?\w+;")
# What is one sentence or none, as most lines of lists and menus are.
_ONE: Final = lazy_re(r"[\w ,;()'’/%+-]{0,200}[.!?]?[ \t]*(?:\r\n|\n|\r)?")


@dataclass
class PageBlock:
    """A block of a page.

    Attributes:
        kind: one of `HEADS`; a ``row``, lines of ``pre``, or ``text``.
        start: where it starts in what is shown, with the tag that keeps it apart.
        begins: where its own text does.
        end: where it ends, with the line break after it.
        row: number of the row it is; -1 if it is none.
        needs: numbers of the blocks that it brings.
        fixed: ranges that are not cut inside, in order.
    """

    kind: str
    start: int
    begins: int
    end: int
    row: int = -1
    needs: tuple[int, ...] = ()
    fixed: list[Range] = field(default_factory=list)


def lay_out_page(text: str, blocks: Sequence[PageBlock]) -> Layout:
    """The pieces of what is shown, given its blocks, which tile it.

    Rows are units, and so are sentences and the lines of preformatted text. The tag that keeps
    two blocks apart comes with the second, if anything before it on the same line is kept.
    """
    builder = LayoutBuilder()
    needed = {number for block in blocks for number in block.needs}
    pieces: list[int] = []  # of each block, the one that others bring
    line = 0  # the first piece after the last line break
    for number, block in enumerate(blocks):
        apart = builder.support(block.begins) if block.begins > block.start else None
        needs = sorted({pieces[other] for other in block.needs})
        first = builder.next_piece
        if block.kind in HEADS:
            builder.support(block.end, needs, gap=OWN_LINE)
            if number not in needed:
                builder.make_unit(first, whole=True)
        elif block.kind == "row":
            builder.unit(block.end, needs, whole=True, gap="")
        else:
            _add_text(builder, text, block, needs, running=number not in needed)
        announces = text[block.begins : block.end].rstrip().endswith((":", "："))
        pieces.append(builder.next_piece - 1 if announces else first)
        if apart is not None:
            builder.surround(apart, line, builder.next_piece)
        if text[block.end - 1] in "\r\n":
            line = builder.next_piece
    return builder.build("html")


def _add_text(
    builder: LayoutBuilder, text: str, block: PageBlock, needs: Sequence[int], *, running: bool
) -> None:
    inside = text[block.begins : block.end]
    if block.kind == "pre":
        for _, end in lines(inside):
            builder.unit(block.begins + end, needs, gap=OWN_LINE)
        return
    gap: str | None = OWN_LINE
    bounds = [len(inside)] if _ONE.fullmatch(inside) else segment(inside, "sentence")[1:]
    for bound in bounds:
        end = block.begins + bound
        whole = bisect_left(block.fixed, (end,)) - 1  # the last that begins before it
        if end < block.end and whole >= 0 and end < block.fixed[whole][1]:
            continue
        prose = running and not _WRITTEN.search(text, builder.position, end)
        builder.unit(end, needs, prose=prose, gap=gap)
        gap = None

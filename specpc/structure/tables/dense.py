"""Long texts of very short lines (lists of words, columns of numbers): several lines are a piece.

A line of a few characters tells next to nothing, and so many of them cost more than they are worth.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.lines import OWN_LINE, each_line
from specpc.structure.tables.csv import lay_out_csv
from specpc.text.layout import LayoutBuilder
from specpc.text.units import segment

if TYPE_CHECKING:
    from specpc.text.layout import Layout

# A text of so many characters is looked at, which has lines of so many each.
_LONG: Final = 16_000
_SHORT: Final = 14
_PIECE: Final = 240
# Whether it is a table is told by its beginning.
_LOOKED_AT: Final = 2000


def is_dense(text: str) -> bool:
    """Whether a text is long, and its lines very short."""
    if len(text) < _LONG:
        return False
    breaks = text.count("\n") + text.count("\r") - text.count("\r\n")
    return breaks * _SHORT > len(text)


def lay_out_dense(text: str) -> Layout:
    """The pieces of a text of very short lines: some at a time, finer where no budget holds them.

    Of a table, all need the header.
    """
    builder, needs = LayoutBuilder(), list[int]()
    ends = segment(text, "line")[1:]
    first = next((end for end in ends if end >= _LOOKED_AT), len(text))
    table = lay_out_csv(text[:first])
    gap = OWN_LINE if table is None else ""
    if table is not None:
        needs.append(builder.support(int(table.edges[1]), gap=gap))
    last = builder.position
    for end in (*ends, len(text)):
        if builder.position < last and (end - builder.position > _PIECE or end == last):
            piece = builder.unit(last, needs, whole=True, gap=gap)
            builder.refinable(piece, partial(each_line, kind="lines", whole=True))
        last = end
    return builder.build("lines")

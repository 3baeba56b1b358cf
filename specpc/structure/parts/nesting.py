"""Blocks by indentation: a row holds the rows below it that are indented further."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block

if TYPE_CHECKING:
    from collections.abc import Iterable

    from specpc.structure.parts.blocks import Body

# What is nested deeper is not told apart further.
_DEEPEST: Final = 40


@dataclass(frozen=True)
class LineLevel:
    """Lines that belong together.

    Attributes:
        start: first character.
        end: one past the last.
        indent: by which rows are nested.
        opens: whether it can hold others.
        body: what it is made of.
        closes: whether it ends what a row as far indented began.
        says: whether it says something by itself, too.
    """

    start: int
    end: int
    indent: float
    opens: bool = True
    body: Body = "whole"
    closes: bool = False
    says: bool = False


def nested(rows: Iterable[LineLevel]) -> list[Block]:
    """A block for each row that is in no other, with those it holds inside."""
    root: list[Block] = []
    waiting: list[tuple[LineLevel, list[Block]]] = []

    def close(tail: LineLevel | None = None) -> None:
        row, inside = waiting.pop()
        own = block(row.start, row.end, body=row.body)
        if inside:
            end, last = (tail.end, tail.start) if tail else (inside[-1].end, None)
            own = block(row.start, end, row.end, tail=last, inside=inside)
            own = replace(own, says=row.says)
        (waiting[-1][1] if waiting else root).append(own)

    for row in rows:
        while waiting and waiting[-1][0].indent > row.indent:
            close()
        if row.closes and waiting and waiting[-1][0].indent == row.indent and waiting[-1][1]:
            close(row)
            continue
        while waiting and waiting[-1][0].indent == row.indent:
            close()
        if row.opens and len(waiting) < _DEEPEST:
            waiting.append((row, []))
        else:
            (waiting[-1][1] if waiting else root).append(block(row.start, row.end, body=row.body))
    while waiting:
        close()
    return root

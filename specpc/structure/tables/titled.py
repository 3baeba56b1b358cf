"""Tables in tables, each with a title, as the command line of AWS draws them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block
from specpc.structure.parts.numbers import is_own
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from specpc.structure.parts.blocks import Body

_RULE: Final = lazy_re(r"[|+]*-[|+-]*")
_ROW: Final = lazy_re(r"(\|+)([^|].*[^|])\|+")
_NAMES: Final = frozenset({"name", "id", "key"})
_FEWEST: Final = 4
_DEEPEST: Final = 20


@dataclass
class _TitledTable:
    """A table that is open: how many bars its rows begin with, its title, and what is in it."""

    bars: int
    title: str
    start: int
    head: int
    cells: int = 0
    inside: list[Block] = field(default_factory=list)

    def closed(self, end: int) -> Block:
        """The table up to where it ends."""
        body: Body = "lines" if self.inside else "whole"
        return block(self.start, end, self.head, inside=self.inside, body=body)


def titled_table(text: str, spans: Sequence[tuple[int, int]]) -> Block | None:
    """A table with a title above its rows, and maybe a header, and such tables in it.

    A row comes with the titles above it, and where it has keys, with what names it.
    """
    if len(spans) < _FEWEST or not text.startswith("--", spans[0][0]):
        return None
    said = [text[start:end].strip("\r\n ") for start, end in spans]
    rows = [None if _RULE.fullmatch(line) else _ROW.fullmatch(line) for line in said]
    drawn = not said[0].strip("-") and _RULE.fullmatch(said[2]) is not None
    if not drawn or rows[1] is None or "|" in rows[1][2]:
        return None
    tables: list[_TitledTable] = []
    number = 1
    while number < len(spans):
        row = rows[number]
        if row is None:
            return None
        bars, cells = len(row[1]), row[2].split("|")
        last = _rules_end(said, number + 1)
        after = last < len(spans) and rows[last] is not None
        titles = (
            len(cells) == 1 and last > number + 1 and not _is_row(tables, bars, rows[number - 1])
        )
        while tables and (tables[-1].bars > bars or (titles and tables[-1].bars == bars)):
            closed = tables.pop().closed(spans[number - 1][1])
            if not tables:
                return None
            tables[-1].inside.append(closed)
        if titles:
            start = spans[number][0] if tables else spans[0][0]
            tables.append(_TitledTable(bars, cells[0].strip(), start, spans[last - 1][1]))
        elif _is_header(tables, rows, number, last) and after:
            tables[-1].head, tables[-1].cells = spans[last - 1][1], len(cells)
        elif tables:
            tables[-1].inside.append(_row(tables[-1], spans[number][0], spans[last - 1][1], cells))
        if not tables or len(tables) > _DEEPEST:
            return None
        number = last
    end = spans[-1][1]
    while len(tables) > 1:
        closed = tables.pop().closed(end)
        tables[-1].inside.append(closed)
    return replace(tables[0].closed(end), spare=True)


def _rules_end(said: Sequence[str], number: int) -> int:
    """The number of the line below the rules that begin with one."""
    while number < len(said) and _RULE.fullmatch(said[number]):
        number += 1
    return number


def _is_row(tables: Sequence[_TitledTable], bars: int, before: re.Match[str] | None) -> bool:
    """Whether what has one cell is a row of the table that is open, and no title of another."""
    if not tables or tables[-1].bars != bars:
        return False
    return not tables[-1].inside or before is not None


def _is_header(
    tables: Sequence[_TitledTable], rows: Sequence[re.Match[str] | None], number: int, last: int
) -> bool:
    """Whether a row right below a title names the columns of those below it."""
    row, after = rows[number], rows[last] if last < len(rows) else None
    if row is None or after is None or not tables or last == number + 1:
        return False
    fresh = not tables[-1].inside and not tables[-1].cells
    return fresh and row[1] == after[1] and row[2].count("|") == after[2].count("|") > 0


def _row(table: _TitledTable, start: int, end: int, cells: Sequence[str]) -> Block:
    """A row, told of the others if it has a key that says which they are of."""
    own = block(start, end, body="whole")
    key = cells[0].strip()
    told = (
        not table.cells
        and len(cells) == 2
        and (key.casefold() in _NAMES or is_own(key, table.title))
    )
    return replace(own, told=told)

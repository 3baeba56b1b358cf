"""Which tables of a page hold data, and what their rows are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.trees import names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.structure.pages.tags import Tag

# A table with a longer row, or with another table, headings or forms in it, is there for the sake
# of the page's looks.
_LONGEST_ROW: Final = 1000
_NO_DATA: Final = names("table h1 h2 h3 h4 h5 h6 form article section")


@dataclass
class _Row:
    start: int
    in_head: bool
    cells: int = 0
    headers: int = 0
    size: int = 0


@dataclass
class _Table:
    rows: list[_Row] = field(default_factory=list)
    in_head: bool = False
    holds_data: bool = True

    def tag(self, tag: Tag) -> None:
        if tag.name == "thead":
            self.in_head = not tag.closing
        elif tag.opens("tbody", "tfoot"):
            self.in_head = False
        elif tag.opens("tr"):
            self.rows.append(_Row(tag.start, self.in_head))
        elif tag.opens("td", "th") and self.rows:
            self.rows[-1].cells += 1
            self.rows[-1].headers += tag.name == "th"
        elif tag.opens(*_NO_DATA):
            self.holds_data = False

    def text(self, size: int) -> None:
        if self.rows:
            self.rows[-1].size += size
            self.holds_data = self.holds_data and self.rows[-1].size <= _LONGEST_ROW

    def kinds(self) -> dict[int, str]:
        wide = max((row.cells for row in self.rows), default=0)
        return {row.start: _kind(row, wide) for row in self.rows} if self.holds_data else {}


def _kind(row: _Row, wide: int) -> str:
    if row.cells == 1 and wide > 1 and not row.in_head:
        return "group" if row.headers else "row"
    return "header" if row.cells and (row.in_head or row.headers == row.cells) else "row"


def kinds_of_rows(text: str, tags: Sequence[Tag]) -> dict[int, str]:
    """Of each row of a table that holds data, by where it starts, what it is.

    A ``header``; a ``group``, a lone heading of the rows up to the next; or a mere ``row``.
    """
    found: dict[int, str] = {}
    tables: list[_Table] = []
    position = 0
    for tag in tags:
        if tables and tag.start > position:
            tables[-1].text(len(text[position : tag.start].strip()))
        position = tag.end
        if tables:
            tables[-1].tag(tag)
        if tag.opens("table"):
            tables.append(_Table())
        elif tag.name == "table" and tables:
            found |= tables.pop().kinds()
    for table in tables:
        found |= table.kinds()
    return found

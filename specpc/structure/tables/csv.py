"""CSV and its like: rows are kept whole, and with them the header."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from specpc.text.layout import Layout, LayoutBuilder, Nested
from specpc.text.patterns import lazy_re
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Sequence

DELIMITERS: Final = ("\t", ",", ";", "|")
_FEWEST_ROWS: Final = 3
# Without a column of numbers or dates to tell the header by, a table must be this long.
_FEWEST_UNTYPED_ROWS: Final = 6
_LONGEST_NAME: Final = 80
# Rows above or below a table.
_MOST_ABOVE: Final = 12
_TYPED_SHARE: Final = 0.8

# Numbers, amounts, percentages, dates, times.
_TYPED: Final = lazy_re(r"[\s$€£¥#(+-]*\d[\d\s.,:/()%$€£¥TZ+-]*(?:[eE][+-]?\d+)?")
# The same with a unit, or with what was said then: nobody names a column so.
_SIZE: Final = lazy_re(r"\s*\d[\d.,]*[KMGTP]?i?B?\s*")
_SAID_AT: Final = lazy_re(r"\W{0,2}\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
_YEAR: Final = lazy_re(r"(?:19|20)\d\d")
_RULE: Final = lazy_re(r"[\s:=+-]*")
# In bold type, as Markdown has it.
_BOLD: Final = lazy_re(r"(?:\*\*|__)[^*_]+(?:\*\*|__)")
_DIGITS: Final = lazy_re(r"[^\d]*\d[\d.,]*\s*\Z")
_MISSING: Final = lazy_re(r"n/?a|nan|null|none|nil|true|false|[-–—?.*]+", re.IGNORECASE)
_LONGEST_UNIT: Final = 16
_FEWEST_PARTED: Final = 3

# A cell from this size on is running text.
_LONG_CELL: Final = 80

Row = tuple[int, list[str]]
"""Where a row ends in the text, and its cells."""


def lay_out_csv(text: str, *, alone: bool = True, named: bool = False) -> Layout | None:
    """The pieces of a table of comma-, semicolon-, bar- or tab-separated values.

    The first row must name the columns: it comes along with any other. What exports write above it
    and below the last (a title, the period, a total) is in rows of fewer cells, and stands for
    itself. A row with quoted line breaks is one row. Unless a table stands ``alone``, what commas
    part may be amounts and phrases; that its file is so ``named`` says that it is a table.

    Returns:
        ``None`` unless all rows, three at least, have the same two or more cells, and the first
        looks like a header.
    """
    for delimiter in DELIMITERS:
        found = _rows(text, delimiter)
        first, last = _table(found, named=named)
        rows = found[first:last]
        cells = [row for _, row in rows]
        sure = named and len(rows) > 1 and len(cells[0]) > 1
        if sure or (_is_table(cells, delimiter) and (alone or not _is_running(cells, delimiter))):
            break
    else:
        return None
    builder = LayoutBuilder()
    # A marker of a cut would be read as a row.
    _add_around(builder, found[:first])
    below = 2 if _is_of_units(cells) else 1
    header = builder.support(rows[below - 1][0], gap="")
    heads, section = section_rows(cells), [header]
    for number, (end, _) in enumerate(rows[below:], start=below):
        if number in heads:
            section = [header, builder.support(end, [header], gap="")]
            continue
        row = builder.unit(end, section, whole=True, gap="")
        builder.refinable(row, partial(lay_out_row, delimiter=delimiter))
    _add_around(builder, found[last:])
    return builder.build("table")


def section_rows(rows: Sequence[Sequence[str]]) -> set[int]:
    """Numbers of the rows that head those below them: all cells but the first are empty.

    One is enough if it is in bold type; else there are several, each with others below it.
    """
    found = {
        number
        for number, cells in enumerate(rows)
        if number
        and cells
        and any(map(str.isalpha, cells[0]))
        and not any(map(str.strip, cells[1:]))
    }
    bold = {number for number in found if _BOLD.fullmatch(rows[number][0].strip())}
    full = [number + 1 < len(rows) and number + 1 not in found for number in sorted(found)]
    several = len(found) > 1 and len(rows[0]) >= _FEWEST_PARTED and all(full)
    heads = found if several else bold
    return {number for number in heads if number + 1 < len(rows) and number + 1 not in heads}


def _is_of_units(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row below a header says what numbers are measured in, or their types."""
    if len(rows) <= _FEWEST_ROWS or any(_DIGITS.match(cell) for cell in rows[1]):
        return False
    columns = [column for column in zip(*rows[2:], strict=False) if any(map(str.strip, column))]
    if len(columns) < len(rows[1]) - 1:
        return False
    typed = [
        unit.strip()
        for unit, column in zip(rows[1], zip(*rows[2:], strict=False), strict=False)
        if _is_typed(column)
    ]
    units = [unit for unit in typed if unit and not _MISSING.fullmatch(unit)]
    return len(units) > 1 and all(len(cell) <= _LONGEST_UNIT for cell in rows[1])


def _add_around(builder: LayoutBuilder, rows: Sequence[Row]) -> None:
    """Add rows that belong to no table; those of one cell may say anything."""
    for end, cells in rows:
        piece = builder.unit(end, whole=len(cells) > 1, gap="")
        if len(cells) == 1:
            builder.nest(piece, Nested())


def lay_out_row(text: str, delimiter: str) -> Layout:
    """A row that no budget holds: of its longest cell the sentences, with all others."""
    mark = re.escape(delimiter)
    cells = re.finditer(rf'"(?:[^"]|"")*"|[^{mark}\r\n"]+', text)
    longest = max(
        (cell.span() for cell in cells), key=lambda span: span[1] - span[0], default=(0, 0)
    )
    start, end = longest
    if text[start : start + 1] == '"':
        start, end = start + 1, end - 1
    builder = LayoutBuilder()
    if end - start < _LONG_CELL:
        builder.unit(len(text), whole=True, gap="")
        return builder.build("row")
    head = [builder.support(start, gap="")] if start else []
    bounds = segment(text[start:end], "sentence")[1:]
    parts = [builder.unit(start + bound, head, prose=True, gap="") for bound in bounds]
    if end < len(text):
        tail = builder.support(len(text), gap="")
        for one in parts:
            builder.require(one, tail)
    return builder.build("row")


def _rows(text: str, delimiter: str) -> list[Row]:
    """All rows, each with the blank lines after it."""
    if delimiter not in text:
        return []
    lines = list(io.StringIO(text, newline=""))  # splits into lines, translating nothing
    ends = [0, *accumulate(map(len, lines))]
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    rows: list[Row] = []
    try:
        for cells in reader:
            end = ends[reader.line_num]
            if any(cell.strip() for cell in cells):
                rows.append((end, cells))
            elif rows:
                rows[-1] = (end, rows[-1][1])
    except csv.Error:
        return []
    return rows


def _table(rows: list[Row], *, named: bool) -> tuple[int, int]:
    """Numbers of the rows, first and one past the last, of the table that an export holds.

    No row is one if those in the middle are not of equal length.
    """
    lengths = [len(cells) for _, cells in rows]
    if len(set(lengths)) > 1:
        width = Counter(lengths).most_common(1)[0][0]
        first = lengths.index(width)
        last = len(lengths) - lengths[::-1].index(width)
        fewer = all(1 - named < length < width for length in lengths[:first] + lengths[last:])
        if len({*lengths[first:last]}) > 1 or not fewer:
            return 0, 0
    else:
        first, last = 0, len(rows)
    filled = [sum(map(bool, map(str.strip, cells))) for _, cells in rows[: first + _MOST_ABOVE]]
    if filled[first:] and 2 * filled[first] < lengths[first]:  # what is above it has empty cells
        first = next((n for n in range(first, len(filled)) if filled[n] == lengths[n]), first)
    most = min(_MOST_ABOVE, last - first - 1) if not named else _MOST_ABOVE
    return (first, last) if first <= most and len(rows) - last <= most else (0, 0)


def _is_table(rows: list[list[str]], delimiter: str) -> bool:
    if len(rows) < _FEWEST_ROWS:
        return False
    header, body = rows[0], rows[1:]
    if len(header) < 2 or _RULE.fullmatch("".join(body[0])):
        return False
    columns = list(zip(*body, strict=True))
    if sum(map(bool, map(str.strip, header))) < 2:  # lines that end with a mark
        return False
    if not all(map(_is_name, header, columns)) or len(set(header)) < len(header):
        return False
    typed = [_is_typed(column) for column in columns]
    if any(typed) or (delimiter == "|" and _is_aligned(rows)):
        return True
    # Sentences with as many commas each are no table: there, a space follows.
    spaced = any(cell.startswith(" ") for row in rows for cell in row[1:])
    return len(rows) >= _FEWEST_UNTYPED_ROWS and (delimiter == "\t" or not spaced)


def _is_aligned(rows: list[list[str]]) -> bool:
    """Whether cells are as wide as those above them, and all rows begin with other ones."""
    columns = [*zip(*rows, strict=True)][:-1]
    return len({*columns[0]}) == len(rows) and all(len({*map(len, one)}) == 1 for one in columns)


def _is_running(rows: list[list[str]], delimiter: str) -> bool:
    """Whether rows look like lines of prose and amounts: ``May 2, 2024``, ``4,212``."""
    spaced = any(cell.startswith(" ") for row in rows for cell in row[1:])
    return delimiter == "," and (spaced or any(_TYPED.fullmatch(",".join(row)) for row in rows))


def _is_name(cell: str, column: tuple[str, ...]) -> bool:
    """Whether a cell can be the name of a column; a year can, if the column does not hold years."""
    if len(cell) > _LONGEST_NAME or "\n" in cell:
        return False
    if _YEAR.fullmatch(cell.strip()):
        return not all(_YEAR.fullmatch(below.strip()) for below in column if below.strip())
    if _SIZE.fullmatch(cell):
        return not all(map(_SIZE.fullmatch, column))
    return not (_TYPED.fullmatch(cell) or _SAID_AT.match(cell))


def _is_typed(column: tuple[str, ...]) -> bool:
    filled = [cell for cell in column if cell.strip()]
    found = sum(_TYPED.fullmatch(cell) is not None for cell in filled)
    return found > 0 and found >= _TYPED_SHARE * len(filled)

"""The lines of tables that come out of a PDF without columns: labels, amounts, years, and rows.

A cell stands on a line of its own, or a row has single spaces between its cells.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import regex

from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_LONGEST_LABEL: Final = 200
# A label with amounts behind it on its line is shorter, or it is a sentence that goes on.
_LONGEST_NAMED: Final = 90
# Lines above the years that name a table, and lines without amounts between two rows of it.
_MOST_TITLES: Final = 6
_MOST_BETWEEN: Final = 10
_MOST_HEADS: Final = 40
# Lines of labels for each row, where no years say that it is a table.
_MOST_LABELS: Final = 1.6
_MOSTLY: Final = 0.5
_NEARLY: Final = 0.8
# Of lines between the heads of columns and the first row, more are heads, too.
_MOST_SECTIONS: Final = 3
_FEWEST_ROWS: Final = 3
_FEWEST_PAGES: Final = 4
_FEWEST_UNDER_YEARS: Final = 2
_NUMBER: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
# "$", "1,234", "(1,234)", "$(0.17)", "12 %", "—"; "NM" and "(a)" where there is no amount.
_CELL: Final = (
    rf"(?:[$€£¥]|[-+–—]?[$€£¥]?[(\[]?[-+–—]?[$€£¥]?(?:{_NUMBER})[xX]?%?[)\]]?%?"
    r"|[-–—]{1,3}|[%)#*†‡]{1,3}|NM|N/M|[Nn]/[Aa]|nm|n\.m\.|\([a-z1-9]\))"
)
# The last character of an amount or a year.
_LAST: Final = frozenset("$€£¥xX%)]-–—#*†‡MAamFE.")
_AMOUNTS: Final = lazy_regex(rf"(?:{_CELL}(?:\s++|\Z))++")
_IS_CELL: Final = lazy_regex(_CELL)
_DIGIT: Final = lazy_regex(r"\d")
# What numbers of pages, items and notes do not have.
_SUM: Final = lazy_regex(r"[$€£¥%()]|\d[.,]\d|\d{4}")
_YEAR: Final = r"(?:19|20)\d\d[AEF]?"
_DAY: Final = r"(?:\p{Lu}\p{L}{2,8}\.?|[QH][1-4]|FY)\s?(?:\d{1,2},?\s?)?"
# "2023", "December 31, 2022 December 25, 2021", "Years ended June 30, 2022 2021", "Q1 Q2", "FY23".
_YEARS: Final = lazy_regex(
    rf"[^\d]{{0,60}}?(?:(?:(?:{_DAY})?{_YEAR}|(?:Q[1-4]|FY ?\d\d))(?:\s++|\Z))++"
)
_NUMBERS: Final = lazy_regex(r"(?<![\d,.])(?:19|20)\d\d(?!\d)")
_ONE_YEAR: Final = lazy_regex(rf"(?<![\d,.]){_YEAR}(?![\d,.])|\bQ[1-4]\b|\bFY ?\d\d\b")
_MOST_WORDS: Final = 5
_DATE: Final = lazy_regex(r"(?:[^\r\n]{0,60}\s)?\p{Lu}\p{L}{2,8}\.?\s?\d{1,2},?")
# What may stand among the heads of columns, and is no label.
_COLUMN: Final = lazy_regex(
    r"\([^\r\n]*+(?<=\))|[^\r\n%\d]*+%[^\r\n\d]{0,20}|percent\p{L}*+|notes?"
    r"|(?:\p{L}++ )?(?:change|variance)|[\d.]+ vs?\.? [\d.]+",
    regex.IGNORECASE,
)
_SENTENCE: Final = lazy_regex(
    r"\p{L}{2}[)\"”’]?[.!?;]\Z|\p{L}{2}[.!?] \p{Lu}|\p{Ll} (?:was|were|is|are|has|have|had|we) "
)
_FEW_WORDS: Final = 5
# "(as a % of net sales)" is of the row above.
_ASIDE: Final = lazy_regex(r"\([^()]++\)")
_NOTED: Final = lazy_regex(r"\([a-z\d]\)|[*†‡#]")
_PAGE: Final = lazy_regex(r"\d{1,3}")


class CellLine(NamedTuple):  # made of every line of a text
    """What a line says before its amounts, these, and how many years it is nothing but."""

    label: str = ""
    amounts: tuple[str, ...] = ()
    years: int = 0
    heads: bool = False  # columns

    @property
    def said(self) -> str:
        """The amounts."""
        return " ".join(self.amounts)

    @property
    def is_table(self) -> bool:
        """Whether it may be one of a table."""
        return bool(self.label or self.amounts)


@dataclass
class CellRow:
    """Numbers of lines: a label's first, one past the last; those without amounts above it."""

    first: int
    end: int
    above: list[int]
    amounts: list[str]
    apart: bool  # from its label


@dataclass
class CellTable:
    """Numbers of lines: what names a table, up to its rows, and one past the last."""

    first: int
    head: int
    end: int
    rows: list[CellRow]
    years: int


def cell_tables(said: Iterable[str]) -> tuple[list[CellLine], list[CellTable]]:
    """What lines say, and the tables among them."""
    stripped = [line.strip() for line in said]
    if sum(_DIGIT.search(line) is not None for line in stripped) < _FEWEST_UNDER_YEARS:
        return [], []
    read = [*map(_read, stripped)]
    return read, list(_tables(read))


def _read(said: str) -> CellLine:
    """What a line is in such a table; of other text, nothing."""
    if len(said) > _LONGEST_LABEL or not said:
        return CellLine()
    cells = tuple(said.split())
    if _may_end(said):
        years = len(_ONE_YEAR.findall(said)) if _YEARS.fullmatch(said) else 0
        if years > 1 or (years and len(cells) <= _MOST_WORDS):
            return CellLine(amounts=cells, years=years, heads=True)
        if _AMOUNTS.fullmatch(said):
            return CellLine(amounts=cells)
    sentence = _SENTENCE.search(said) and (len(cells) >= _FEW_WORDS or said[0].islower())
    return CellLine() if sentence else _labelled(said, cells)


def _may_end(said: str) -> bool:
    """Whether an amount or a year may end with the last character."""
    return said[-1] in _LAST or said[-1].isdecimal()


def _labelled(said: str, cells: tuple[str, ...]) -> CellLine:
    """A label, with amounts behind it or not."""
    heads = _DATE.fullmatch(said) or _COLUMN.fullmatch(said)
    first = len(cells)
    if not _may_end(said):
        return CellLine(said, heads=bool(heads))
    while first > 1 and _IS_CELL.fullmatch(cells[first - 1]):
        first -= 1
    amounts, label = cells[first:], " ".join(cells[:first])
    named = len(label) <= _LONGEST_NAMED and label.count("(") == label.count(")")
    sums = len(amounts) > 1 or any(map(_SUM.search, amounts))
    dated = all(map(_ONE_YEAR.fullmatch, amounts))  # "2027 to 2031"
    if heads or dated or not (named and sums):
        return CellLine(said, heads=bool(heads))
    return CellLine(label, amounts)


def _tables(read: Sequence[CellLine]) -> Iterator[CellTable]:
    """The tables in a text, by its lines."""
    rows: list[CellRow] = []
    above: list[int] = []
    for number, line in enumerate([*read, CellLine()]):
        after = read[number + 1] if number + 1 < len(read) else CellLine()
        if not line.is_table:
            yield from _known(read, rows)
            rows, above = [], []
        elif line.years and (kind := _kind_of_years(line, after, below=bool(rows))) != "amounts":
            if kind == "head":
                yield from _known(read, rows)
                rows = []
            above.append(number)
        elif line.amounts and line.label:
            rows.append(CellRow(number, number + 1, above, [*line.amounts], apart=False))
            above = []
        elif line.amounts and above:
            label = above.pop()
            if rows and not above and _ASIDE.fullmatch(read[label].label):
                rows[-1].end = number + 1
                rows[-1].amounts += line.amounts
                continue
            rows.append(CellRow(label, number + 1, above, [*line.amounts], apart=True))
            above = []
        elif line.amounts and rows and not rows[-1].apart and len(line.amounts) > 1:
            rows.append(CellRow(number, number + 1, [], [*line.amounts], apart=False))  # a sum
        elif line.amounts and rows:
            rows[-1].end = number + 1
            rows[-1].amounts += line.amounts
        elif line.label:
            above.append(number)
            if len(above) > _MOST_BETWEEN and rows:
                yield from _known(read, rows)
                rows = []
            above = above[-_MOST_HEADS:]


def _kind_of_years(line: CellLine, after: CellLine, *, below: bool) -> str:
    """What years are: ``head`` of a table that begins, ``label``, or the ``amounts`` of a row.

    Below the rows of a table, only years that follow one another are the head of another.
    """
    if line.years == 1 and after.amounts and not (after.years or after.label):
        return "label"
    found = [int(year) for one in (line, after) if one.years for year in _NUMBERS.findall(one.said)]
    if below and len(found) > 1 and abs(found[0] - found[1]) > 1:
        return "amounts"
    return "head" if not below or line.years + after.years > 1 else "label"


def _known(read: Sequence[CellLine], rows: Sequence[CellRow]) -> Iterator[CellTable]:
    """The table that some rows are, if they are one."""
    if not rows:
        return
    usual = Counter(len(row.amounts) for row in rows).most_common(1)[0][0]
    rows = [*rows]
    while rows and not _ends_well(read, rows[-1], usual):
        rows.pop()
    paged = usual == 1 and _paged(rows)
    above = rows[0].above if rows else []
    heads = _heads(read, above)
    years = sum(read[number].years for number in above)
    wide = min((len(row.amounts) for row in rows), default=0) >= _FEWEST_ROWS
    if len(rows) < (_FEWEST_UNDER_YEARS if years or wide else _FEWEST_ROWS):
        return
    apart = sum(row.apart for row in rows)
    if not years:
        labels = sum(len(row.above) for row in rows[1:]) + len(rows)
        sums = sum(any(map(_SUM.search, row.amounts)) for row in rows)
        sure = paged or sums >= _MOSTLY * len(rows)
        if apart < _NEARLY * len(rows) or labels > _MOST_LABELS * len(rows) or not sure:
            return
    elif not apart and (years < 2 or usual < 2):
        return
    if usual == 1 and _counts(rows):
        return
    start = heads[0] if heads else rows[0].first
    start = max(above[0] if above else start, start - _MOST_TITLES)
    yield CellTable(start, _head_end(read, rows, heads), rows[-1].end, rows, years)


def _head_end(read: Sequence[CellLine], rows: Sequence[CellRow], heads: Sequence[int]) -> int:
    """Where the head of a table ends, and the labels begin that head its first rows."""
    first, below = rows[0].first, [n for row in rows[1:] for n in row.above]
    if not heads:  # "PART I", if "PART II" stands further below
        like = {read[n].label.split()[0] for n in below if read[n].label}
        own = [n for n in rows[0].above if like.intersection(read[n].label.split()[:1])]
        return own[-1] if own else first
    dated = _ONE_YEAR.fullmatch(read[first].said) is not None
    end = heads[-1] + 1
    if dated or first - end > _MOST_SECTIONS:
        return first
    of_rows = read[end - 1].years == 1 and any(read[n].years for n in below)
    return end - of_rows  # where years head rows


def _paged(rows: Sequence[CellRow]) -> bool:
    """Whether rows are of contents, with the numbers of pages; each then gets all it says.

    "Item 7.", "Management's Discussion", "30".
    """
    said = [row.amounts[0] for row in rows]
    if len(rows) < _FEWEST_PAGES or not all(map(_PAGE.fullmatch, said)):
        return False
    pages = [int(one) for one in said]
    if any(after < one for one, after in pairwise(pages)):
        return False
    usual = Counter(len(row.above) for row in rows).most_common(1)[0][0]
    if usual > 1 or pages[-1] - pages[0] < len(pages):
        return False
    for row in rows if usual else ():
        row.first = row.above.pop() if row.above else row.first
    return True


def _ends_well(read: Sequence[CellLine], row: CellRow, usual: int) -> bool:
    """Whether the last row has an amount, without the marks of notes and number of a page below."""
    while row.end > row.first + 1 and all(map(_NOTED.fullmatch, read[row.end - 1].amounts)):
        row.end -= 1
        del row.amounts[len(row.amounts) - len(read[row.end].amounts) :]
    last = read[row.end - 1].amounts
    if len(row.amounts) == usual + 1 and len(last) == 1 and _PAGE.fullmatch(last[0]):
        row.end -= 1
        row.amounts.pop()
    if usual > 1 and len(row.amounts) == 1 and _PAGE.fullmatch(row.amounts[0]):
        return False
    return any(map(_DIGIT.search, row.amounts))


def _heads(read: Sequence[CellLine], above: Sequence[int]) -> list[int]:
    """Those of the lines above the first row that are heads of columns."""
    counts = Counter(read[number].label for number in above)
    return [n for n in above if read[n].heads or (read[n].label and counts[read[n].label] > 1)]


def _counts(rows: Sequence[CellRow]) -> bool:
    """Whether what looks like amounts are the numbers of what follows."""
    said = [row.amounts[0] for row in rows if _PAGE.fullmatch(row.amounts[0])]
    steps = sum(int(after) - int(one) == 1 for one, after in pairwise(said))
    return 2 * steps > len(rows)

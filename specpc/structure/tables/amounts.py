"""The rows of tables: those of amounts below years, and those that stand under others."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.parts.blocks import Block, block
from specpc.structure.parts.nesting import LineLevel, nested
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Spans = Sequence[tuple[int, int]]

LONGEST_LABEL: Final = 120
# Lines above the first row: a title, what the amounts are in, the header itself.
MOST_ABOVE: Final = 3
FEWEST: Final = 3
_CONTENT: Final = lazy_re(r"[^ \t\r\n]")
_SENTENCE_END: Final = lazy_re(
    r"(?<=[^\W\d_]{2})[.!?;]\Z|(?<=.{40}),\Z|(?<=[^\W\d_]{2})[.!?] [A-Z]"
)
_AMOUNT: Final = lazy_re(
    r"(?:[$€£¥][ \t]*)?\(?(?:[$€£¥][ \t]*)?\d{1,3}(?:(?:,\d{3})+|\d*)(?:\.\d+)?[ ]?%?\)?%?"
    r"|[$€£¥%)]|[-—–]+"
)
_YEAR: Final = lazy_re(  # "2024", "December 31, 2024", "Q1 2024", "FY 24"
    r"(?:[A-Z][a-z]+\.?[ ](?:\d{1,2},[ ])?)?(?:19|20)\d\d[AEF]?|Q[1-4](?:[ ]\d{4})?|FY[ ]?\d{2,4}"
)
YEARS: Final = lazy_re(r"(?<![\d,.])(?:19|20)\d\d(?![\d,.])|\b(?:Q[1-4]|FY ?\d\d)\b")
APART: Final = lazy_re(r"[ \t]{2,}|[ ]?\.{4,}[ ]?|[ ]?(?:\.[ ]){3,}|\t")
_BAR: Final = lazy_re(r"[|│┃║]")
_LINE_OF_DASHES: Final = lazy_re(r"[-=_─━═ \t]{3,}|<S>(?:[ \t]+<C>)+")
_TREE: Final = lazy_re(r"[ \t]*(?:[│|][ \t]+)*(?:[├└]─+|[|`]-+)[ \t]*")
# A title stands in the middle of its line.
_TOTAL: Final = lazy_re(r"[ \t]*(?:total|net)\b", re.IGNORECASE)
_SUMMED: Final = lazy_regex(
    r"(?:sub-?|grand )?(?:total|totale|sum|summe|zwischensumme|gesamt\w{0,10}|netto\w{0,10}|net"
    r"|gross|brutto\w{0,10}|vat|tax|sales tax|mwst|ust|iva|tva|discount|rabatt|skonto|remise"
    r"|shipping|versand\w{0,8}|freight|balance|amount due|montant|importe|imponibile|paid)\b"
    r"[^\r\n]{0,40}?(?:[ ]{2,}|\t)[^\r\n\p{L}]{0,8}\d[\d.,' ]*+(?:\p{Sc}|\p{Lu}{3})?",
    regex.IGNORECASE,
)
_INDENTED: Final = 8
_LONGEST_ROW: Final = 300


def blank_after(text: str, start: int, end: int) -> bool:
    """Whether a blank line follows a line."""
    if text[start].isspace():
        content = _CONTENT.search(text, start, end)
        start = content.start() if content else start
    return text.count("\n", start, end) > 1 or text.count("\r", start, end) > 1


def _cells(text: str, span: tuple[int, int]) -> list[str]:
    return APART.split(text[slice(*span)].strip()) if span[1] - span[0] <= _LONGEST_ROW else []


def kind_of_line(text: str, span: tuple[int, int]) -> str:
    """What a line is in a table of amounts: ``years``, ``rule``, ``row``, ``label``, or nothing."""
    line = text[slice(*span)].strip()
    cells = _cells(text, span)
    if not cells or not line:
        return ""
    if _LINE_OF_DASHES.fullmatch(line):
        return "rule"
    amounts = [cell for cell in cells if _AMOUNT.fullmatch(cell)]
    years = [cell for cell in cells if _YEAR.fullmatch(cell)]
    if len(years) > 1 and len(years) >= len(cells) - 1:
        return "years"
    if amounts and (len(amounts) >= len(cells) - 1) and _AMOUNT.fullmatch(cells[-1]):
        return "row" if len(cells) > 1 else ""
    short = len(line) <= LONGEST_LABEL and not _SENTENCE_END.search(line) and len(cells) < FEWEST
    return "label" if short else ""


def amount_table(text: str, spans: Spans, above: int) -> Block | None:
    """A table of amounts below years."""
    kinds = [kind_of_line(text, span) for span in spans]
    if kinds[above] != "years" or "row" not in kinds[above:] or "" in kinds[above:]:
        return None
    if kinds.count("row") < 2:
        return None
    head = above + 1
    while head < len(spans) and (kinds[head] in {"rule", "years"} or _is_remark(text, spans[head])):
        head += 1
    inside = rows_of(text, spans[head:], 0)
    return block(spans[0][0], spans[-1][1], spans[head - 1][1], inside=inside) if inside else None


def _is_remark(text: str, span: tuple[int, int]) -> bool:
    """Whether a line says what amounts are in: "(in thousands)"."""
    line = text[slice(*span)].strip()
    return line.startswith("(") and line.endswith(")") and not _AMOUNT.fullmatch(line)


def amount_runs(text: str, spans: Spans) -> Iterator[tuple[int, int]]:
    """Lines from a row of years on that are a table of amounts, blank lines among them or not."""
    if YEARS.search(text) is None:
        return
    done = 0
    for number, span in enumerate(spans):
        if (
            number < done
            or YEARS.search(text, *span) is None
            or kind_of_line(text, span) != "years"
        ):
            continue
        first = number
        while first > done and number - first <= MOST_ABOVE and _names(text, spans[first - 1]):
            first -= 1
        last, stop = number, number + 1
        rows = 0
        while stop < len(spans) and (kind := kind_of_line(text, spans[stop])):
            if kind == "row":
                rows += 1
                last = stop
            elif kind == "rule" and last == stop - 1:
                last = stop
            elif kind == "years" and rows:
                break
            stop += 1
        done = last + 1 if rows > 1 else stop
        if rows > 1:
            yield first, last + 1


def _names(text: str, span: tuple[int, int]) -> bool:
    """Whether a line belongs to the head of a table below it; across a blank line, a title."""
    title = text[span[0] : span[1]].lstrip("\r\n").startswith(" " * _INDENTED)
    near = not blank_after(text, *span) or title or _is_remark(text, span)
    return near and kind_of_line(text, span) in {"label", "rule", "years"}


def indent(text: str, span: tuple[int, int]) -> int:
    """How many characters of white space a line begins with."""
    content = _CONTENT.search(text, *span)
    return content.start() - span[0] if content else 0


def _mostly_blank(line: str) -> bool:
    """Whether a row between bars has nothing in the first column and most others."""
    cells = [cell.strip() for cell in _BAR.split(line.strip())][1:-1]
    return len(cells) > 1 and not cells[0] and 2 * sum(map(bool, cells)) <= len(cells)


def is_note(row: str, before: str) -> bool:
    """Whether a line is words below a row, and indented more than that."""
    said, above = row.strip(), before.strip()
    deeper = len(row) - len(row.lstrip()) > len(before) - len(before.lstrip())
    words = len(said.split()) >= FEWEST and APART.search(said) is None
    return deeper and words and APART.search(above) is not None


def _heads_label(text: str, span: tuple[int, int], below: tuple[int, int]) -> bool:
    """Whether a label in capitals has another right below it: "ASSETS", "Current assets"."""
    return text[slice(*span)].isupper() and kind_of_line(text, below) == "label"


def rows_of(text: str, spans: Spans, width: int) -> list[Block]:
    """Rows, each with the lines it goes on in, those below a label or in a tree under that.

    A line that is blank up to a ``width``, where the first column ends, goes on with a row.
    """
    amounts = sum(kind_of_line(text, span) == "row" for span in spans) > 1
    rows: list[LineLevel] = []
    rule: int | None = None
    indents = [indent(text, span) for span in spans]
    last, before = 0, ""  # the row above, and its indent
    for number, ((low, high), own) in enumerate(zip(spans, indents, strict=True)):
        below = indents[number + 1] if number + 1 < len(spans) else 0
        line = text[low:high]
        dashes = _LINE_OF_DASHES.fullmatch(line.strip()) is not None
        # Below a rule, and below such a row, what is right of the first column is a sum.
        below_it = own >= width > last and rule is None and not dashes
        # So is "VAT 19%    31.31" on an invoice.
        summed = bool(rows) and below_it and _SUMMED.fullmatch(line.strip()) is not None
        below_it &= not summed
        note = bool(rows) and not amounts and is_note(line.rstrip(), before)
        more = width and not summed and (below_it or note or _mostly_blank(line))
        before = line.rstrip()
        if rows and (more or (dashes and "=" in line)):
            rows[-1] = replace(rows[-1], end=high)
            continue
        if dashes:
            rule = low if rule is None else rule
            continue
        tree = _TREE.match(line)
        label = amounts and kind_of_line(text, (low, high)) == "label"
        flat = label and own == below and number + 1 < len(spans)
        flat = flat and (
            line.rstrip().endswith(":") or _heads_label(text, spans[number], spans[number + 1])
        )
        level = tree.end() if tree else own - 0.5 * flat
        if summed:
            level, own = rows[-1].indent, last  # noqa: PLW2901
        drawn = tree or (not amounts and _TREE.match(text, high) is not None)
        above = amounts and 0 < below - own < _INDENTED and not _TOTAL.match(line)
        opens = bool(drawn) or label or above
        start = low if rule is None else rule
        rows.append(LineLevel(start, high, level, opens, says=above and not label))
        rule, last = None, own
    if rule is not None and rows:
        rows[-1] = replace(rows[-1], end=spans[-1][1])
    return nested(rows)

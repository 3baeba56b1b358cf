"""Tables in columns of spaces, or drawn with rules: a row is whole, and comes with its header.

What tools print (``kubectl get``, ``docker ps``, ``df``, ``pip list``, ``psql``), tables of
reStructuredText, and those of annual reports, where years stand above the amounts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.lines import OWN_LINE, lines
from specpc.structure.parts.nesting import LineLevel, nested
from specpc.structure.tables.amounts import (
    APART,
    FEWEST,
    LONGEST_LABEL,
    MOST_ABOVE,
    YEARS,
    amount_runs,
    amount_table,
    blank_after,
    indent,
    is_note,
    kind_of_line,
    rows_of,
)
from specpc.structure.tables.timetables import timetable, with_title
from specpc.structure.tables.titled import titled_table
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.text.layout import Layout

    Spans = Sequence[tuple[int, int]]

# Columns are told apart by so many characters of each line.
_WIDEST: Final = 400
# Lines above a table that name it.
_MOST_TITLES: Final = 2
_TALLEST_HEAD: Final = 8
_ALIGNED: Final = 0.9
_TYPED_SHARE: Final = 0.8
_MARGIN: Final = 3
# A line of dashes in two runs at least, or with crossings.
_RULE: Final = lazy_re(
    r"(?=[^\r\n]*(?:[-=─━═]{2}[^\r\n]*[-=─━═+|┼╪╬┬┴╇┳┻]|[-=]\+|\+[-=]))"
    r"[-=+|:─━═┄┈│┃┆┊┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╒╕╘╛╞╡╤╧╪┏┓┗┛┣┫┳┻╋┡┩╇╈┠┨┯┷┿╭╮╯╰ \t]{3,}(?=[\r\n]|\Z)"
)
# Below the names of columns.
_COLUMNS: Final = lazy_re(r"-{2,}(?:[ ]{1,4}-{2,})+[ ]*[\r\n]*")
# Of what R prints below coefficients.
_SIGNED_OFF: Final = lazy_re(r"---[ \t]*(?:\r\n|\n|\r)")
# One of these is in whatever parts columns.
_GAPS: Final = ("  ", "\t", "..", ". .")
# What is drawn begins so, or stands beside what does; what is drawn with corners, behind blanks.
_DRAWN: Final = frozenset("-+")
_INDENTED: Final = frozenset(" \t-+╭┌┏╔╰└┗╚╘")
_CORNER: Final = lazy_re(r"[╭┌┏╔╰└┗╚╘]")
_PANEL: Final = lazy_re(r"[ \t]*[╭┌┏╔][─━═]{1,3}[ ][^\r\n─━═]{1,80}[ ][─━═]+[╮┐┓╗]")
_CLOSING: Final = lazy_re(r"[ \t]*[╰└┗╚][─━═]+[╯┘┛╝]")
_LOWER_EDGE: Final = lazy_re(r"[ \t]*[╰└┗╚╘][─━═]")
_FOOT: Final = lazy_re(r"[ \t]*[├╟╠][─═]*[┴╧╩]")
_BRANCH: Final = lazy_re(r"[ \t|]*[|`]--")
_MORE: Final = lazy_re(r"[ \t]*[│┃║][ ]{12}")
_PARTED: Final = lazy_re(r"(?<=[-=─━═]{2})[ \t]+[-=─━═]{2}|[+┼╪╬┬┴╇┳┻┡└┌╭╰├┏┗╔╚╠|]")
_BARS: Final = lazy_re(r"[|│┃║]")
_PARTED_RUN: Final = lazy_re(r"[-=─━═]{2,}")
_WORD: Final = lazy_re(r"\S+")
_CELL: Final = lazy_re(r"\S+(?: \S+)*")
_SENTENCE: Final = lazy_re(r"(?<=[^\W\d_]{2})(?:[.!?:;][ \t]*(?=[\r\n]|\Z)|[.!?] [A-Z])")
# In a header there are no dots from one column to the next.
_LEADER: Final = lazy_re(r"\.{5}|(?:\. ){4}")
# What is told of the rows of a result, and nothing without them.
_COUNTED: Final = lazy_re(r"\(\d+ rows?\)|\d+ rows? in set\b")
# After a prompt, of which "ID# ATTRIBUTE_NAME" is none.
_COMMAND: Final = lazy_re(r"(?![A-Z]{2,20}[#%] +[A-Z]{2})(?:[\w.@:~/=-]{0,60}[$#%>] |\+ )\S")
_PROMPT: Final = lazy_re(r"[$#%>+] \S")
_NUMBER: Final = r"[-+(<>~]?[$€£¥]?[ ]?\(?\d[\d.,:/x-]*[ ]?[%)]{0,2}"
_UNIT: Final = (
    r"(?:[KMGTPkmgtp]i?[Bb]?|B|[smhdwy]|ms|us|(?:sec|min|hour|day|week|month|year)s?|ago)"
)
_TYPED: Final = lazy_re(
    rf"(?:{_NUMBER}(?:(?:[ ]?{_UNIT}){{1,2}}(?=\d)|(?:[ ]?{_UNIT}){{0,2}}(?:[ ](?=\S)|\Z)))+"
    r"|[-—–]+|<none>|n/a",
    re.IGNORECASE,
)
_DAY: Final = lazy_regex(
    r"\d{1,2}(?P<mark>/)\d{1,2}(?:/(?:\d\d){1,2})?|\d{1,2}(?P<mark>\.)\d{1,2}\.(?:\d\d){0,2}"
    r"|\d{4}(?P<mark>-)\d\d(?:-\d\d)?"
)
# "1 month", "3 years p.a.": over which there is a column of numbers.
_PERIOD: Final = lazy_re(
    r"(?<!\S)\d{1,2}[ ]?(?:d|days?|w|weeks?|m|mths?|months?|y|yrs?|years?|tage?|monate?|jahre?"
    r"|mois|ans?|mes(?:es)?|años?)(?![^\s.,)])",
    re.IGNORECASE,
)
_LISTED: Final = lazy_re(r"total \d+|[-dlcbps][-rwxsStT]{9}[.+@]?[ \t]+\d+[ \t]")
# Branches with their last commits: "* main  9d8c7e6 [origin/main: behind 2] Raise version".
_BRANCH_OF: Final = lazy_re(
    r"[*+ ] (?:[^\s()]+|\([^()\r\n]{1,80}\))[ ]+(?:[\da-f]{7,40}[ ]\S|-> \S)"
)
_FOLDER: Final = lazy_re(r"[^\s:][^\r\n]{0,200}:[ \t]*(?=[\r\n])")


def lay_out_columns(text: str) -> Layout | None:
    """The pieces of a table: its rows, each with the header.

    A line on which a row goes on belongs to it; a label above some rows comes with them. What
    ``ls -l`` prints has rows without a header.

    Returns:
        ``None`` unless the text is a table, with up to three lines that name it, and what follows.
    """
    spans = lines(text)
    found = next(_tables(text, spans), None)
    if found is None or found[:2] != (0, len(spans)):
        return None
    drawn = any(_BARS.search(text, *span) for span in spans[:_TALLEST_HEAD])
    return lay_out_blocks(text, [found[2]], "columns", gap="" if drawn else OWN_LINE)


def column_runs(text: str, spans: Spans) -> Iterator[tuple[int, int]]:
    """Numbers of consecutive lines that are a table in columns in the middle of a text."""
    for first, last, _ in _tables(text, spans):
        yield first, last


def _tables(text: str, spans: Spans) -> Iterator[tuple[int, int, Block]]:
    """Numbers of lines that are a table, and that: of amounts, or between blank lines."""
    done = 0
    for first, last in [*amount_runs(text, spans), (len(spans), len(spans))]:
        yield from _between(text, spans, done, first)
        above = next(
            (n for n in range(first, last) if kind_of_line(text, spans[n]) == "years"), first
        )
        found = amount_table(text, spans[first:last], above - first) if first < last else None
        if found is not None:
            yield first, last, found
        done = last


def _between(text: str, spans: Spans, first: int, stop: int) -> Iterator[tuple[int, int, Block]]:
    """Tables among lines between blank ones or commands."""
    last: tuple[int, int, Block] | None = None
    lowest = first
    if first == stop:
        return
    low, high = spans[first][0], spans[stop - 1][1]
    # What stands nowhere is not looked for in each line.
    commands = _PROMPT.search(text, low, high) is not None
    gaps = any(text.find(gap, low, high) >= 0 for gap in _GAPS)
    marks = _INDENTED if _CORNER.search(text, low, spans[min(stop, len(spans) - 1)][1]) else _DRAWN
    drawn = {n for n, span in enumerate(spans[first : stop + 1], first) if text[span[0]] in marks}
    for number in range(first + 1, stop + 1):
        begins = number < stop and (
            (commands and _COMMAND.match(text, *spans[number]))
            or (
                not drawn.isdisjoint((number - 1, number, number + 1))
                and _marks_part(text, spans, first, number)
            )
            or (gaps and _heads_again(text, spans, first, number))
            or (gaps and _titles_again(text, spans, first, number))
        )
        if number == stop or begins or blank_after(text, *spans[number - 1]):
            for above in range(min(_MOST_TITLES, number - first - 1) + 1):
                long = spans[first + above][0] - spans[first][0] > LONGEST_LABEL
                start = first + above * long
                found = _table(text, spans[start:number], above * (not long))
                if found is not None:
                    if last is not None:
                        yield last
                        lowest = last[1]
                    start, found = with_title(text, spans, lowest, start, found)
                    last = start, number, found
                    break
            else:
                if last is not None and last[1] == first:
                    last = _with_more(text, last, spans[first - 1 : number], number)
            first = number
    if last is not None:
        yield last


def _with_more(
    text: str, table: tuple[int, int, Block], spans: Spans, number: int
) -> tuple[int, int, Block]:
    """A table with the lines below the first of some, its last, if they are rows of it, too."""
    start, _, found = table
    above, *more = [APART.split(text[slice(*span)].strip()) for span in spans]
    ends = found.inside and found.inside[-1].end == found.tail == found.end
    typed = [_TYPED.fullmatch(cell) is not None for cell in above]
    alike = any(typed) and all(
        len(cells) == len(above) > FEWEST - 1
        and all(
            _TYPED.fullmatch(cell) is not None
            for cell, is_typed in zip(cells, typed, strict=True)
            if is_typed
        )
        for cells in more
    )
    if not ends or not alike or found.head == found.start:
        return table
    inside = (*found.inside, *rows_of(text, spans[1:], 0))
    end = spans[-1][1]
    return start, number, replace(found, end=end, tail=end, inside=inside)


def _marks_part(text: str, spans: Spans, first: int, number: int) -> bool:
    """Whether marks part a line from the one before it."""
    return (
        _PANEL.match(text, *spans[number]) is not None
        or _frames(text, spans, number)
        or _ends_frame(text, spans, first, number)
        or _ends_box(text, spans, first, number)
        or _SIGNED_OFF.fullmatch(text, *spans[number - 1]) is not None
    )


def _frames(text: str, spans: Spans, number: int) -> bool:
    """Whether a line is a rule with bars above a header, as jest draws it."""
    if number + FEWEST > len(spans) or text[spans[number][0]] != "-":
        return False
    if text.find("|", *spans[number]) < 0:
        return False
    rule, header, other = (text[slice(*s)].strip("\r\n") for s in spans[number : number + FEWEST])
    return is_ruled(rule, framed=True) and "|" in header and other == rule


def _heads_again(text: str, spans: Spans, first: int, number: int) -> bool:
    """Whether a line is the header above but for its first cell, which names other rows."""
    line = text[slice(*spans[number])].strip()
    if not any(gap in line for gap in _GAPS):
        return False
    cells = APART.split(line)[1:]
    if len(cells) < 2 or any(map(str.isdigit, line)) or not cells[-1][:1].isalpha():
        return False
    above = spans[first : min(first + 1 + _MOST_TITLES, number)]
    parted = (APART.split(text[slice(*one)].strip())[1:] for one in above)
    return next((own for own in parted if len(own) > 1), None) == cells


def _titles_again(text: str, spans: Spans, first: int, number: int) -> bool:
    """Whether a line is the title of a header much like the one of the table above it."""
    if number + 1 >= len(spans) or number < first + FEWEST:
        return False
    header = _said(text, spans[number + 1])
    if not _is_parted(header) or _is_parted(_said(text, spans[number])):
        return False
    if any(map(str.isdigit, header)):
        return False
    words = header.split()
    heads = (_said(text, one).split() for one in spans[first : first + 1 + _MOST_TITLES])
    return any(words[:1] == own[:1] and len({*words} & {*own}) >= FEWEST for own in heads)


def _said(text: str, span: tuple[int, int]) -> str:
    """The words of a line, of a long one its beginning."""
    return text[span[0] : min(span[1], span[0] + _WIDEST)].strip()


def _ends_frame(text: str, spans: Spans, first: int, number: int) -> bool:
    """Whether the line before another is the last rule of what began with one."""
    if number <= first + FEWEST or text[spans[number - 1][0]] != "-":
        return False
    rule, last = (text[slice(*spans[n])].strip("\r\n") for n in (first, number - 1))
    return rule == last and _frames(text, spans, first)


def _ends_box(text: str, spans: Spans, first: int, number: int) -> bool:
    """Whether a table ends above a line: with its lower edge, or where another begins."""
    before, said = spans[number - 1], spans[number]
    if _LOWER_EDGE.match(text, *before) and _is_rule(text, before):
        return True
    if text.startswith("+", said[0]) and _is_rule(text, said):
        return _is_rule(text, before) or _BRANCH.match(text, *before) is not None
    below = spans[number + 1] if number + 1 < len(spans) else (0, 0)
    return number - first >= FEWEST and _COLUMNS.fullmatch(text, *below) is not None


def _is_rule(text: str, span: tuple[int, int]) -> bool:
    return is_ruled(text[slice(*span)].strip("\r\n"))


def _table(text: str, spans: Spans, above: int) -> Block | None:
    """A table with so many lines above its header, and what counts its rows."""
    if len(spans) < FEWEST or _COUNTED.match(text, *spans[-1]) is None:
        return _uncounted(text, spans, above)
    found = _uncounted(text, spans[:-1], above, counted=text.startswith("(", spans[-1][0]))
    count = block(*spans[-1], body="nothing")
    return found and block(found.start, count.end, inside=(found, count))


def _uncounted(text: str, spans: Spans, above: int, *, counted: bool = False) -> Block | None:
    """A table with so many lines above its header; psql counts rows of one column, too."""
    own = [text[start:end].strip("\r\n") for start, end in spans[above : above + _TALLEST_HEAD]]
    found = (titled_table(text, spans) or _panel(text, spans)) if above == 0 else None
    found = found or _ruled(text, spans, above, own, counted=counted)
    if found is None and above < len(spans) - 1:
        found = _spaced(text, spans, above)
    if found is None and above == 0:
        found = _listing(text, spans) or _branches(text, spans) or timetable(text, spans)
    return found


def _ruled(text: str, spans: Spans, above: int, own: list[str], *, counted: bool) -> Block | None:
    """A table with a rule below its header, or in rules."""
    framed = _frames(text, spans, above)
    dashed = counted or any(_is_underlined(own[n : n + 3]) for n in range(MOST_ABOVE))

    def is_rule(line: str) -> bool:
        return is_ruled(line, framed=framed) or (dashed and _is_dashed(line))

    rules = [n for n, line in enumerate(own) if is_rule(line)]
    if not rules or len(spans) - above < FEWEST:
        return None
    if rules[0] == 0:
        if len(rules) < 2:
            return None
        last = rules[1]
    else:
        last = rules[0]
        cells = len(APART.split(own[last - 1].strip())) + len(_BARS.findall(own[last - 1]))
        # Above the total of a receipt stand rows.
        listed = last > 1 and all(_ends_typed(line) for line in own[1:last])
        if listed or last > MOST_ABOVE or (cells < 2 and not counted):
            return None
    last = _last_rule(own, rules, last)
    head = above + last + 1
    rest = spans[head:]
    at_end = [n for n, span in enumerate(rest) if is_rule(text[slice(*span)].rstrip())]
    if not rest:  # rows between two rules: without a header
        head, rest, at_end = above + 1, spans[above + 1 :], [last - 1]
    first = _PARTED_RUN.search(own[last])
    width = first.end() if first else 0
    end, tail = spans[-1][1], spans[-1][1]
    # Below the last row it may say how many there are.
    foot = next((n for n in at_end if _FOOT.match(text, *rest[n])), len(rest))
    tail = rest[foot][0] if foot < len(rest) else end
    rest, at_end = rest[:foot], [n for n in at_end if n < foot]
    if at_end and (_is_grid(at_end) or _is_row(at_end, [n for n in rules if n <= last])):
        groups = [rest[low:high] for low, high in pairwise([0, *(n + 1 for n in at_end)])]
        inside = [block(group[0][0], group[-1][1], body="whole") for group in groups]
        end = tail = inside[-1].end
    else:
        below = rest[at_end[-1] + 1 :] if at_end else ()
        totals = below and all(_is_parted(text[slice(*span)]) for span in below)
        if at_end and tail == end and not totals and len(rest) - at_end[-1] <= MOST_ABOVE:
            tail, end = rest[at_end[-1]]
            rest = rest[: at_end.pop()]
        barred = _BARS.search(own[last - 1]) is not None if last else False
        cut = next(
            (n for n, span in enumerate(rest) if barred and not _is_barred(text, span)), None
        )
        # Of one column, what is deeper is of what is above: plans of queries.
        deeper = dashed and _is_dashed(own[last]) and len({indent(text, one) for one in rest}) > 1
        levels = (LineLevel(*span, indent(text, span)) for span in rest[:cut])
        inside = nested(levels) if deeper else rows_of(text, rest[:cut], width)
        if cut is not None:  # what psql says of a table below it
            inside += nested(LineLevel(*span, indent(text, span)) for span in rest[cut:])
    if not inside:
        return None
    return replace(
        block(spans[0][0], end, spans[head - 1][1], tail=tail, inside=inside), spare=True
    )


def _last_rule(own: Sequence[str], rules: Sequence[int], last: int) -> int:
    """The last line of the rules below a header that ends at one at least."""
    double = [n for n in rules if "=" in own[n]]
    # Of a header in several parts.
    if double and double[0] > rules[0] and own[rules[0]].startswith("+"):
        last = max(last, double[0])
    while last + 1 < len(own) and last + 1 in rules:
        last += 1
    return last


def _panel(text: str, spans: Spans) -> Block | None:
    """A frame with a title: its lines, each with those that go on with it."""
    if len(spans) < FEWEST or _PANEL.match(text, *spans[0]) is None:
        return None
    closing = next((n for n, span in enumerate(spans) if _CLOSING.match(text, *span)), 0)
    if closing < 2:
        return None
    inside: list[Block] = []
    for start, end in spans[1:closing]:
        if inside and _MORE.match(text, start, end):
            inside[-1] = block(inside[-1].start, end, body="whole")
        else:
            inside.append(block(start, end, body="whole"))
    tail, end = spans[closing]
    return replace(block(spans[0][0], end, spans[0][1], tail=tail, inside=inside), spare=True)


def _ends_typed(line: str) -> bool:
    """Whether a line is words and ends in a number of a column."""
    cells = APART.split(line.strip())
    ends = len(cells) > 1 and _TYPED.fullmatch(cells[-1]) and not YEARS.fullmatch(cells[-1])
    return bool(ends) and any(map(str.isalpha, cells[0]))


def _is_barred(text: str, span: tuple[int, int]) -> bool:
    return _BARS.search(text, *span) is not None or is_ruled(text[slice(*span)].strip("\r\n"))


def is_ruled(line: str, *, framed: bool = False) -> bool:
    """Whether a line parts the header of a table from its rows, of one with rules around or not."""
    if len(line) > _WIDEST or _RULE.fullmatch(line) is None or _PARTED.search(line) is None:
        return False
    return framed or "=" in line or not ("|" in line and "+" not in line)  # that of Markdown


def _is_dashed(line: str) -> bool:
    return len(line) > 1 and not line.strip("-")


def _is_underlined(lines: Sequence[str]) -> bool:
    """Whether the first of three lines is a header in columns with a line of dashes below it."""
    if len(lines) < FEWEST or not _is_dashed(lines[1]):
        return False
    return len(lines[1]) >= len(lines[0].rstrip()) and _is_parted(lines[0]) and _is_parted(lines[2])


def _is_parted(line: str) -> bool:
    return APART.search(line.strip()) is not None


def _is_grid(rules: Sequence[int]) -> bool:
    """Whether a rule follows each row, be it of several lines, not only the last."""
    return len(rules) > 1 and rules[0] > 0 and all(b - a > 1 for a, b in pairwise(rules))


def _is_row(rules: Sequence[int], heads: Sequence[int]) -> bool:
    """Whether all above the first rule is one row: it has as many lines as the names of columns.

    These have more than one, below a part of the header that names the table.
    """
    return len(heads) > 2 and rules[0] == heads[-1] - heads[-2] - 1 > 1


def _spaced(text: str, spans: Spans, above: int) -> Block | None:
    """A table whose columns are told by what is blank in all lines."""
    header = text[slice(*spans[above])].strip("\r\n").expandtabs()[:_WIDEST]
    cells = _CELL.findall(header)
    letters = [letter for letter in header if letter.isalpha()]
    caps = sum(map(str.isupper, letters)) >= _ALIGNED * max(1, len(letters)) > 0
    words = header.split()
    head = above + 1 + _names_labels(text, spans[above + 1 : above + 2], header)
    below = text[slice(*spans[min(head, len(spans) - 1)])].strip("\r\n")
    # Above numbers that end where the names do, there is one space between these.
    numbers = _is_margin(header) and not _is_margin(below) and "  " in below.strip()
    numbers = numbers and any(map(str.isdigit, below))
    apart = "  " in header.strip() or numbers
    if head >= len(spans) or len(words) < 2 or not (apart or (caps and len(words) > FEWEST)):
        return None
    said = _SENTENCE.search(header) and not numbers
    if said or _COMMAND.match(header) or _LEADER.search(header):
        return None
    rows = [text[low:high].strip("\r\n").expandtabs()[:_WIDEST] for low, high in spans[head:]]
    if not any(_PERIOD.search(row) for row in rows):
        words = _PERIOD.sub("over", header).split()
    values = [word for word in words if _TYPED.fullmatch(word) and not YEARS.fullmatch(word)]
    if values and (values[0] == words[0] or not _are_days(values, rows)):
        return None
    first = APART.split(header)[0]
    parts = {n for n, row in enumerate(rows[:-1]) if _goes_on(row, rows[n + 1], len(first))}
    # Rules above sums, lines on which the text of a row goes on, and what is noted below one.
    parts |= {n for n, row in enumerate(rows) if not row.strip(" -=_") or _is_part(row, header)}
    parts |= {n for n, row in enumerate(rows) if n and is_note(row, rows[n - 1])}
    rows = [row for n, row in enumerate(rows) if n not in parts]
    wide = sum("  " in row.strip() or (caps and len(row.split()) >= len(words)) for row in rows)
    columns = _columns([header, *rows])
    if len(columns) < 2 or wide < _ALIGNED * len(rows):
        return None
    if caps:
        known = len(columns) >= FEWEST and (len(rows) > 1 or apart)
    else:
        typed = sum(_is_typed(header, rows, column) for column in columns)
        known = typed > 0 and len(rows) > 1 and max(len(cells), len(columns) - 2) > 1
        known = known or (typed > 1 and len(cells) > 1 and len(columns) > FEWEST)
        known = known or (numbers and typed > 1 and typed == len(columns) - 1)
    if not known:
        return None
    width = columns[0][1] if header[: columns[0][1]].strip() else 0
    inside = rows_of(text, spans[head:], width)
    return replace(block(spans[0][0], spans[-1][1], spans[head - 1][1], inside=inside), spare=True)


def _are_days(names: Sequence[str], rows: Sequence[str]) -> bool:
    """Whether columns are named by days, of which there are none below."""
    marks = [day["mark"] for day in map(_DAY.fullmatch, names) if day is not None]
    if len(marks) < max(2, len(names)) or len({*marks}) > 1:
        return False
    below = (_DAY.fullmatch(word) for row in rows for word in row.split())
    return all(day is None or day["mark"] != marks[0] for day in below)


def _is_margin(line: str) -> bool:
    return line.startswith(" " * _MARGIN)


def _names_labels(text: str, spans: Spans, header: str) -> bool:
    """Whether the line below a header names the labels of rows, as pandas prints it."""
    line = text[slice(*spans[0])].strip("\r\n") if spans else ""
    indent = len(header) - len(header.lstrip())
    said = line.rstrip()
    apart = len(said) < indent or ("  " in header and 0 < len(said) <= indent)
    return bool(said) and apart and line[0].isalpha() and not any(map(str.isdigit, said))


def _is_part(row: str, header: str) -> bool:
    """Whether a row has nothing but words below the second column of the header: "REF 0425"."""
    apart = APART.search(header.strip())
    second = len(header) - len(header.lstrip()) + apart.end() if apart else 0
    indent = len(row) - len(row.lstrip())
    return 0 < second <= indent and "  " not in row.strip() and row[indent : indent + 1].isalpha()


def _goes_on(row: str, following: str, width: int) -> bool:
    """Whether a row is a name too long for the first column, with its cells on the next line."""
    return len(row) > width and len(row.split()) == 1 and following[: width + 1].isspace()


def _columns(rows: list[str]) -> list[tuple[int, int]]:
    """Where columns are: between what is blank in nearly all rows."""
    change = np.zeros(_WIDEST + 2, dtype=np.int64)
    for row in rows:
        for word in _WORD.finditer(row):
            change[word.start()] += 1
            change[word.end()] -= 1
    filled = np.cumsum(change) > (1 - _ALIGNED) * len(rows)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], filled, [False]))))
    return [(int(low), int(high)) for low, high in edges.reshape(-1, 2)]


def _is_typed(header: str, rows: list[str], column: tuple[int, int]) -> bool:
    """Whether a column with a name holds numbers, sizes or times."""
    name = header[slice(*column)].strip()
    found = [cell for row in rows if (cell := row[slice(*column)].strip())]
    typed = sum(_TYPED.fullmatch(cell) is not None for cell in found)
    return bool(name) and typed >= max(1, _TYPED_SHARE * len(found))


def _listing(text: str, spans: Spans) -> Block | None:
    """What ``ls -l`` prints of one folder or several."""
    rows = [_LISTED.match(text, *span) is not None for span in spans]
    heads = [
        n
        for n, span in enumerate(spans[:-1])
        if rows[n + 1] and not rows[n] and _FOLDER.match(text, *span)
    ]
    if sum(rows) + len(heads) < max(FEWEST, len(spans)):
        return None
    inside = rows_of(text, spans[: heads[0]] if heads else spans, 0)
    for low, high in pairwise([*heads, len(spans)]):
        after = low + 1 + text.startswith("total", spans[low + 1][0])
        if after < high:
            own = rows_of(text, spans[after:high], 0)
            inside.append(block(spans[low][0], spans[high - 1][1], spans[after][0], inside=own))
        else:
            inside.append(block(spans[low][0], spans[high - 1][1], body="whole"))
    return block(spans[0][0], spans[-1][1], inside=inside)


def _branches(text: str, spans: Spans) -> Block | None:
    """What ``git branch -vv`` prints, below the command or not."""
    above = _COMMAND.match(text, *spans[0]) is not None
    own = spans[above:]
    if len(own) < FEWEST or not all(_BRANCH_OF.match(text, *span) for span in own):
        return None
    inside = [block(*span, body="whole") for span in own]
    return block(spans[0][0], own[-1][1], own[0][0], inside=inside)

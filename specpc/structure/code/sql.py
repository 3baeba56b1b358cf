"""SQL: statements are whole, the long lists in them cut by column or row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.code.scripts import lay_out_script
from specpc.structure.parts.blocks import block, lay_out_blocks, small_size
from specpc.structure.parts.lines import line_pattern, lines
from specpc.text.layout import Layout, LayoutBuilder, tiles
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SQL_GAP: Final = "-- {}\n"
_LONGEST_COMMENT: Final = 300
# The body of a function that is not closed by then is none.
_LONGEST_BODY: Final = 100_000
# What is longer before the first statement of one is not kept with each of them.
_LONGEST_HEAD: Final = 1000
_EXPLAINED: Final = 0.9
# A string that is not closed goes on to the end.
_TOKEN: Final = lazy_regex(
    r"--[^\r\n]*+|(?P<remark>/\*)|'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+(?:'|\\?\Z)|\"[^\"\r\n]*+\""
    r"|`[^`\r\n]*+`|(?P<dollar>\$\w{0,30}\$)|(?P<mark>[(),;])"
    r"|(?<![^\r\n])[ \t]*+(?:(?P<go>(?i:GO)|/)[ \t]*+(?=[\r\n]|\Z)"
    r"|(?i:DELIMITER)[ \t]++(?P<ends>\S{1,9})[ \t]*+(?=[\r\n]|\Z))"
    r"|\b(?i:(?P<begin>BEGIN|(?<!\bEND\s)CASE)|(?P<end>END)(?!\s++(?:IF|LOOP|WHILE|REPEAT|FOR)\b))\b",
    regex.DOTALL,
)
# What "GO" or a slash on its own line ends, or "END"; the statements in it do not.
_ROUTINE: Final = lazy_regex(
    r"(?:CREATE|ALTER)\s++(?:OR\s++(?:REPLACE|ALTER)\s++)?+(?:(?:TEMP(?:ORARY)?|CONSTRAINT"
    r"|EDITIONABLE|DEFINER\s*+=\s*+\S++)\s++)*+(?:FUNCTION|PROC(?:EDURE)?|TRIGGER|EVENT"
    r"|PACKAGE(?:\s++BODY)?)\b",
    regex.IGNORECASE,
)
_LONE: Final = line_pattern(r"^[ \t]*+(?:(?i:GO)|/)[ \t]*+$")
_DELIMITER: Final = line_pattern(r"^[ \t]*+(?i:DELIMITER)[ \t]++\S")
_BEGINS: Final = line_pattern(
    r"^(?:[^\r\n]*?\b(?i:BEGIN)|(?i:CREATE)\b[^\r\n]*?\b(?i:PACKAGE)\b[^\r\n]*+)[ \t]*+$"
)
_ENDS: Final = line_pattern(r"^(?i:END)\b")
# "/*! ... */" is what MySQL reads, if it is new enough.
# What a template (dbt, Jinja) says above a statement is a comment, too.
_COMMENT: Final = lazy_re(
    r"\s*(?:--[^\r\n]*|(?P<remark>/\*(?!!))|\{\{[^{}]{0,2000}\}\}|\{%[^{}]{0,2000}%\}"
    r"|\{#[^{}]{0,2000}#\})"
)
# Surely SQL, closed or not.
_WITH: Final = lazy_re(
    r"(?P<keyword>WITH\s+(?:RECURSIVE\s+)?)[\w\"]+\s*(?:\([^()]*\)\s*)?AS\s*\(", re.IGNORECASE
)
_REFERS: Final = lazy_re(r"\b(?i:from|join)\s+\{\{\s*(?:ref|source)\(")
# A query with a name ends with a bracket before which stands:
_NAMED: Final = lazy_re(r"\bAS(?:\s+(?:NOT\s+)?MATERIALIZED)?\s*\Z", re.IGNORECASE)
_NAME: Final = r"(?:[\w$]++|\"[^\"\r\n]++\"|`[^`\r\n]++`|\[[^]\r\n]++\])"
_CALLED: Final = lazy_regex(_NAME)
# What a query may read.
_READS: Final = lazy_regex(rf"(?:\b(?:FROM|JOIN)\s++|,\s*+)(?P<name>{_NAME})", regex.IGNORECASE)
# No more than so much comes along with a query that reads it, nor a longer query with those it is
# made of if it is most of a statement.
_LONGEST_QUERY: Final = 400
_STATEMENT: Final = lazy_re(
    r"/\*!|DELIMITER\s+\S|EXEC(?:UTE)?\s+\S|DECLARE\s+\S"
    r"|(?:CREATE|ALTER|DROP)\s+(?:OR\s+(?:REPLACE|ALTER)\s+|DEFINER\s*=\s*\S+\s+|GLOBAL\s+|LOCAL\s+|TEMP(?:ORARY)?\s+|UNIQUE\s+"
    r"|UNLOGGED\s+|MATERIALIZED\s+|EXTERNAL\s+|VIRTUAL\s+)*(?:TABLE|INDEX|VIEW|FUNCTION|PROC(?:EDURE)?"
    r"|TRIGGER|EVENT|PACKAGE|SCHEMA|DATABASE|SEQUENCE|TYPE|USER|ROLE|EXTENSION|POLICY|DOMAIN)\b"
    r"|INSERT\s+\[|INSERT\s+(?:OR\s+\w+\s+|IGNORE\s+)?INTO\b|REPLACE\s+INTO\b|UPDATE\s+\S+\s+(?:\w+\s+)?SET\b"
    r"|DELETE\s+FROM\b|SELECT\b|WITH\s+(?:RECURSIVE\s+)?\w+\s*(?:\([^()]*\)\s*)?AS\b|MERGE\s+INTO\b"
    r"|COPY\s+\S+|GRANT\s|REVOKE\s|TRUNCATE\s|EXPLAIN\s|PRAGMA\s|COMMENT\s+ON\b|LOCK\s+TABLES?\b"
    r"|UNLOCK\s+TABLES\b|BEGIN\b|COMMIT\b|ROLLBACK\b|START\s+TRANSACTION\b|SET\s+\S+|USE\s+\S+"
    r"|ANALYZE\b|VACUUM\b|CALL\s+\S+|DO\s",
    re.IGNORECASE,
)
_LISTS: Final = lazy_re(
    r"(?:CREATE\s[^(;]{0,99}\bTABLE\b[^(;]{0,400}|INSERT\b[^;]{0,9999}?\bVALUES\s*)(?=\()",
    re.IGNORECASE,
)
_REMARKED: Final = lazy_re(r",[ \t]*(?:--[^\r\n]*|/\*[^*\r\n]*\*/[ \t]*)(?:\r\n|\n|\r)")
_COPY: Final = lazy_re(
    r"COPY\s[^;]{0,9999}\bFROM\s+stdin\b[^;]{0,999};[^\r\n]*(?:\r\n|\n|\r)", re.IGNORECASE
)
_COPY_END: Final = lazy_re(r"(?<![^\r\n])\\\.[^\S\r\n]*(?:\r\n|\n|\r|\Z)\s*")
_TAIL: Final = lazy_re(
    r"[^\S\r\n]*(?:--[^\r\n]*)?(?:(?:\r\n|\n|\r)[ \t]*(?=[\r\n]|\Z))*(?:\r\n|\n|\r)?"
)


@dataclass(frozen=True)
class _Statement:
    """A statement of SQL, from its comments to its line break.

    Attributes:
        start: first character.
        code: where its comments end.
        end: one past its last.
        marks: the brackets and commas of the statement, and where they are.
    """

    start: int
    code: int
    end: int
    marks: tuple[tuple[int, str], ...]


def lay_out_sql(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of SQL: statements with the comments above them.

    Of a long ``CREATE TABLE`` the columns, of a long ``INSERT`` the rows can be kept alone, with
    what opens and closes the list; rows of ``COPY`` come with the columns they are in, lines of a
    long routine with what it is called and what ends it.

    Returns:
        ``None`` unless all statements begin as some do.
    """
    code = _after_comments(text, 0)
    closed = ";" in text or _LONE.search(text) is not None or _WITH.match(text, code) is not None
    closed = closed or _REFERS.search(text) is not None
    if not named and not (closed and _STATEMENT.match(text, code)):
        return None
    found = list(_statements(text))
    told = [one for one in found if one.code < one.end]  # but for a remark that ends it
    known = sum(_STATEMENT.match(text, one.code) is not None for one in told)
    if not known or known < (_EXPLAINED if named else 1) * len(told) or not (closed or named):
        return None
    builder, small = LayoutBuilder(), small_size(text)
    for one in found:
        if one.code - one.start > _LONGEST_COMMENT:
            builder.unit(one.code, whole=True, gap=_SQL_GAP)
        start = builder.position
        own = text[start : one.end]
        marks = tuple((place - start, mark) for place, mark in one.marks)
        layout = _opened(own, marks)
        if layout is not None and len(own) > small:
            builder.append(layout)
        else:
            piece = builder.unit(one.end, whole=True, gap=_SQL_GAP)
            if layout is not None:
                builder.refinable(piece, partial(_finer, marks=marks))
    return builder.build("sql")


def sql_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of consecutive lines that may be SQL in a text, up to the last semicolon."""
    first: int | None = None
    last = 0
    for number, (start, end) in enumerate(spans):
        begins = text[start : start + 2].isupper() and _STATEMENT.match(text, start, end)
        if begins and first is None:
            first, last = number, 0
        if first is None:
            continue
        blank = text.count("\n", start, end) > 1 or text.count("\r", start, end) > 1
        if text[start:end].rstrip().endswith(";"):
            last = number + 1
        if blank and last == number + 1 and number + 1 < len(spans):
            following = spans[number + 1]
            blank = not (_STATEMENT.match(text, *following) or text.startswith("--", following[0]))
        if blank or number + 1 == len(spans):
            if last:
                yield first, last
            first = None


def _statements(text: str) -> Iterator[_Statement]:
    """The statements of a text, which tile it."""
    start = position = depth = 0
    closed = remarked = True  # as far as it is known, rows of COPY and remarks end somewhere
    marks: list[tuple[int, str]] = []
    alone = _LONE.search(text) is not None  # whether routines end with such a line
    routine: bool | None = None
    blocks = 0  # open ones of a routine
    while match := _TOKEN.search(text, position):
        position = match.end()
        if match["remark"]:
            closing = text.find("*/", position) if remarked else -1
            remarked = closing >= 0
            position = closing + 2 if remarked else position
        if match["dollar"]:
            closing = text.find(match.group(), position, position + _LONGEST_BODY)
            position = closing + len(match.group()) if closing >= 0 else position
        mark = match["mark"]
        if mark and mark in "(),":
            depth += (mark == "(") - (mark == ")")
            marks.append((match.start(), mark))
        if match["ends"] and not text[start : match.start()].strip():
            yield from _delimited(text, start, match)
            start = position = _delimited_end(text, match)
            continue
        if (match["begin"] or match["end"] or mark == ";") and routine is None:
            routine = _ROUTINE.match(text, _after_comments(text, start)) is not None
        if routine and (match["begin"] or match["end"]):
            blocks += 1 if match["begin"] else -1
        inside = routine and (blocks > 0 or alone)
        if not (match["go"] or (mark == ";" and depth <= 0 and not inside)):
            continue
        end = _line_end(text, position)
        code = _after_comments(text, start)
        if closed and _COPY.match(text, code):
            copied = _COPY_END.search(text, position)
            closed = copied is not None
            end = position = copied.end() if copied else end
        yield _Statement(start, code, end, tuple(marks))
        start = position = max(end, position)
        depth, marks, routine, blocks = 0, [], None, 0
    if text[start:].strip():
        yield _Statement(start, _after_comments(text, start), len(text), tuple(marks))


def _delimited(text: str, start: int, command: regex.Match[str]) -> Iterator[_Statement]:
    """The line that says what ends statements, and those that end so."""
    mark, stop = command["ends"], _delimited_end(text, command)
    end = _line_end(text, command.end())
    yield _Statement(start, _after_comments(text, start), end, ())
    while end < stop:
        start, closing = end, text.find(mark, end, stop)
        end = _line_end(text, closing + len(mark)) if closing >= 0 else stop
        if text[start:end].strip():
            yield _Statement(start, _after_comments(text, start), end, ())


def _delimited_end(text: str, command: regex.Match[str]) -> int:
    """Where statements end to be ended as a command says: before the next such command."""
    if command["ends"] == ";":
        return _line_end(text, command.end())
    following = _DELIMITER.search(text, command.end())
    return following.start() if following else len(text)


def _line_end(text: str, position: int) -> int:
    """Where the blank lines after a statement end, and a remark behind it."""
    match = _TAIL.match(text, position)
    end = match.end() if match else position
    if lone := _LONE.match(text, end):
        match = _TAIL.match(text, lone.end())
        end = match.end() if match else lone.end()
    rest = len(text) - len(text[end:].lstrip()) if not text[end : end + 1000].strip() else end
    return rest if rest == len(text) else end


def _after_comments(text: str, position: int) -> int:
    while match := _COMMENT.match(text, position):
        closing = text.find("*/", match.end()) + 2 if match["remark"] else match.end()
        if closing < match.end():
            break
        position = closing
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _finer(text: str, marks: tuple[tuple[int, str], ...]) -> Layout:
    """The pieces of a statement, of which a string that holds it may have less: then all of it."""
    layout = _opened(text, marks)
    return tiles([0, len(text)], prose=False) if layout is None else layout


def _opened(text: str, marks: tuple[tuple[int, str], ...]) -> Layout | None:
    """The pieces of a statement with a list; ``None`` if there is none."""
    code = _after_comments(text, 0)
    if copy := _COPY.match(text, code):
        return _copied(text, copy.end())
    if _ROUTINE.match(text, code):
        return _routine(text)
    opening = _LISTS.match(text, code)
    if opening is None:
        keyword = _WITH.match(text, code)
        return _queries(text, keyword, marks) if keyword else None
    rows = opening.group()[:1] in "Ii"
    depth, bounds, close = 0, list[int](), -1
    for place, mark in marks:
        if place < opening.end():
            continue
        depth += (mark == "(") - (mark == ")")
        if mark == "," and depth == 1 - rows:
            bounds.append(place)
        elif mark == ")" and depth == 0:
            close = place + rows
            if not rows:
                break
    if not bounds or close < bounds[-1]:
        return None
    first = opening.end() + (not rows)
    if not all(text[low:high].strip(", \t\r\n") for low, high in pairwise([first, *bounds, close])):
        return None
    if rows:  # the indentation of the first row belongs to it
        first = len(text[:first].rstrip(" \t"))
        first = first if text[first - 1] in "\r\n" else opening.end()
    return _list(text, first, bounds, close)


def _queries(text: str, keyword: re.Match[str], marks: Sequence[tuple[int, str]]) -> Layout | None:
    """The queries with names that one is made of, each a unit, and that one, which comes along."""
    depth, opened, begun = 0, -1, keyword.start()
    bounds = list[tuple[int, int, int]]()  # where each begins, is opened and ends
    for place, mark in marks:
        if mark == "(" and depth == 0:
            if bounds and begun < 0:
                break
            opened = place if _NAMED.search(text[max(begun, place - 40) : place]) else -1
        depth += (mark == "(") - (mark == ")")
        if mark == ")" and depth == 0 and opened >= 0:
            bounds.append((begun, opened, place + 1))
            begun = opened = -1
        elif mark == "," and depth == 0 and begun < 0:
            if text[bounds[-1][2] : place].strip():
                break
            begun = place + 1
    if not bounds or begun >= 0 or not text[bounds[-1][2] :].strip():
        return None
    if len(text) - bounds[-1][2] > max(_LONGEST_QUERY, bounds[-1][2]):
        return None
    builder = LayoutBuilder()
    said = len(text[: keyword.end("keyword")].rstrip())
    head = builder.support(_next_line(text, said), gap=_SQL_GAP)
    bounds[0] = (builder.position, *bounds[0][1:])
    units = []
    for number, (start, opening, end) in enumerate(bounds):
        if number:
            builder.support(_next_line(text, start), gap="")
        stop = _next_line(text, end) if number + 1 == len(bounds) else end
        finer = partial(_query, opened=opening - builder.position)
        units.append(builder.unit(stop, [head], whole=True, gap=_SQL_GAP))
        builder.refinable(units[-1], finer)
        if number:
            builder.surround(units[-1] - 1, units[0], units[-1] + 1)
    # It says nothing without what it reads, all of which may be too much.
    query = builder.support(len(text), gap=_SQL_GAP)
    for unit, read in zip(units, _read(text, bounds), strict=True):
        builder.require(unit, query, *(units[number] for number in read))
    return builder.build("sql")


def _read(text: str, bounds: Sequence[tuple[int, int, int]]) -> list[tuple[int, ...]]:
    """For each query with a name, the numbers of those before it that it reads, if they are short.

    What these read counts, too, so that no query brings more than that.
    """
    known: dict[str, int] = {}
    found: list[tuple[int, ...]] = []
    brought: list[frozenset[int]] = []
    for number, (start, opened, end) in enumerate(bounds):
        own, read = list[int](), frozenset[int]()
        names = (_plain(match["name"]) for match in _READS.finditer(text, opened, end))
        for other in dict.fromkeys(known[name] for name in names if name in known):
            more = read | brought[other] | {other}
            if sum(bounds[one][2] - bounds[one][0] for one in more) <= _LONGEST_QUERY:
                own.append(other)
                read = more
        found.append(tuple(own))
        brought.append(read)
        if called := _CALLED.match(text, _after_comments(text, start)):
            known[_plain(called.group())] = number
    return found


def _plain(name: str) -> str:
    """A name as it is compared."""
    return name.strip('"`[]').casefold()


def _query(text: str, opened: int) -> Layout:
    """The lines of a query with a name, between the line that opens it and what closes it.

    A string that holds it may have less: then all of it.
    """
    head, close = _next_line(text, opened + 1), text.rfind(")")
    tail = max(text.rfind("\n", 0, close), text.rfind("\r", 0, close)) + 1
    if text[opened : opened + 1] != "(" or head >= tail or text[tail:close].strip():
        return tiles([0, len(text)], prose=False)
    own = block(0, len(text), head, tail=tail)
    return lay_out_blocks(text, [own], "sql", gap=_SQL_GAP, small=0)


def _routine(text: str) -> Layout | None:
    """The lines of a function, procedure or trigger between its first and last."""
    begins = _BEGINS.search(text)
    head = _next_line(text, begins.end()) if begins else 0
    ends = list(_ENDS.finditer(text, head)) if begins else []
    if not ends or head > _LONGEST_HEAD:
        return None
    inside = lay_out_script(text[head : ends[-1].start()], named=True)
    if inside is None:
        return None
    builder = LayoutBuilder()
    opening = builder.support(head, gap=_SQL_GAP)
    builder.append(inside, [opening])
    builder.require(opening, builder.support(len(text), gap=_SQL_GAP))
    return builder.build("sql")


def _list(text: str, first: int, commas: Sequence[int], close: int) -> Layout:
    """A list that begins and closes at offsets, and what is before and after it."""
    builder = LayoutBuilder()
    first = first if text[first - 1] in "\r\n" else _next_line(text, first)
    head = builder.support(first, gap=_SQL_GAP)
    # Where a remark follows a comma, commas stay with what is before them, and the last element.
    remarked = any(_REMARKED.match(text, comma) for comma in commas)
    for number, comma in enumerate([*commas, close]):
        own, last = builder.position, number == len(commas)
        gap = _SQL_GAP if text[own - 1] in "\r\n" else ""
        if remarked and not last:
            line = _REMARKED.match(text, comma)
            builder.unit(
                line.end() if line else _next_line(text, comma + 1), [head], whole=True, gap=gap
            )
            continue
        end = own + len(text[own:comma].rstrip())
        if remarked:
            if end > own:  # else a remark has taken it
                builder.require(head, builder.support(end, gap=gap))
            continue
        builder.unit(end, [head], whole=True, gap=gap)
        if number:
            builder.surround(builder.next_piece - 2, head + 1, builder.next_piece)
        if not last:
            builder.support(_next_line(text, comma + 1), gap="")
    builder.require(head, builder.support(len(text), gap=""))
    return builder.build("sql")


def _next_line(text: str, position: int) -> int:
    """After the blanks and the line break that follow, if they do."""
    place = position
    while place < len(text) and text[place] in " \t":
        place += 1
    if text.startswith("\r\n", place):
        return place + 2
    return place + 1 if text[place : place + 1] in {"\n", "\r"} else place


def _copied(text: str, first: int) -> Layout:
    """Rows under the statement that names their columns, and what ends them."""
    builder = LayoutBuilder()
    head = builder.support(first, gap=_SQL_GAP)
    closing = _COPY_END.search(text, first)
    stop = closing.start() if closing else len(text)
    for _, end in lines(text[first:stop]):
        builder.unit(first + end, [head], whole=True, gap="")
    if stop < len(text):
        builder.require(head, builder.support(len(text), gap=""))
    return builder.build("sql")

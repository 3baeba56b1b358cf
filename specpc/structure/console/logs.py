"""Logs: records are kept with their time and level, and repeats count once."""

from __future__ import annotations

from bisect import bisect_left
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from specpc.structure.console.diagnostics import diagnostic_runs
from specpc.structure.console.traces import trace_runs
from specpc.structure.parts.lines import OWN_LINE, add_sentences, line_pattern, lines
from specpc.text.hidden import without_marks
from specpc.text.layout import Layout, LayoutBuilder, Nested
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import regex


_FEWEST: Final = 4
# Of the lines, at least so many start a record; with those that visibly go on with one, more.
_RECORDS: Final = 0.1
_EXPLAINED: Final = 0.8
# A longer record is cut, and its head kept with each part; one that is not so long, where a budget
# cannot hold it.
_LONGEST: Final = 1000
_REFINED: Final = 300
_LONGEST_HEAD: Final = 300
_MARK: Final = 20

_CLOCK: Final = r"\d{1,2}:\d\d:\d\d(?:[.,:]\d+)?"
_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_ZONE: Final = r"(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?"
_TIME: Final = "|".join(
    (
        rf"\d{{4}}[-/.]\d\d[-/.]\d\d(?:[T _-]?{_CLOCK}{_ZONE}|-\d\d\.\d\d\.\d\d\.\d+)?",  # ISO, BGL
        rf"\d\d[-/.]\d\d(?:[-/.]\d\d(?:\d\d)?)?,? {_CLOCK}{_ZONE}",  # Android, Spark
        rf"(?:[A-Z][a-z]{{2}},? )?{_MONTH} {{1,2}}\d{{1,2}},? {_CLOCK}(?: \d{{4}})?",  # syslog
        rf"\d{{1,2}}[/ -]{_MONTH}[/ -]\d{{4}}[: ]{_CLOCK}{_ZONE}",  # Apache, nginx
        rf"\d{{8}}[-T ]{_CLOCK}|\d{{6}} \d{{6}}",  # compact dates, HDFS
        rf"[IWEF]\d{{4}} {_CLOCK}",  # klog
        _CLOCK,
        r"\d{10}(?:\d{3})?(?:\.\d+)?",  # seconds or milliseconds since 1970
        r"(?<=\[) *+\d+\.\d{6}(?=\])",  # dmesg
        r"(?<![^\r\n]) *+\d+\.\d{6}(?= [a-z_]\w*+\()",  # strace -r
    )
)
# A text with code fences is Markdown, with a log in it or not.
_FENCE: Final = line_pattern(r"^[ \t>]*+(?:```|~~~)")
_LEVEL: Final = (
    r"TRACE|VERBOSE|DEBUG|INFO|NOTICE|WARN|WARNING|ERR|ERROR|SEVERE|CRIT|CRITICAL|ALERT|EMERG"
    r"|FATAL|PANIC"
)
# The job and the step, as ``gh run view --log`` prints them.
_STEP: Final = r"(?:[^\t\r\n]{1,80}+\t[^\t\r\n]{1,80}+\t\ufeff?+(?=\d{4}-\d\d-\d\dT))?+"
_MARKED: Final = "\ufeff"  # which begins what a job printed
# A time, perhaps after the name of a file or host, an address, a counter; or else a level.
_RECORD: Final = lazy_regex(
    rf"(?=\D*+\d)(?P<step>{_STEP})(?:<\d+>(?:\d )?)?(?:\S{{1,80}} ++){{0,3}}?"
    rf"(?P<time>[\[(]?(?:{_TIME})(?!\w)[\])]?)"
    rf"|(?P<level>(?:{_LEVEL})\b(?=[\s:|/-])"
    rf"|[\[(<](?i:{_LEVEL})[\])>])"
    r"|(?:time|ts|timestamp|level|lvl|at)=|##\[\w+\]"
    r"|(?:[a-z_]{1,20}=(?:\"[^\"\r\n]{0,200}\"|[^\s\"=]{1,80}) ){2}"
)
# What CI systems fold: a step heads what it prints.
_GROUP: Final = lazy_re(r"##\[(?P<begins>group|section)\]|##\[endgroup\]")
# What stands before each line of what a program prints where something else gives the time: the
# steps of CI systems, containers, the journal.
_STAMP: Final = lazy_regex(
    rf"{_STEP}[\[(]?(?:{_TIME})(?!\w)[\])]?"
    r"(?P<by> \S{1,80}+ (?:[^\s\[:]{1,80}+\[\d++\]|kernel):)?+"
    r"(?: \[ *+\d+\.\d{6}\])?+(?: |(?=[\r\n]|\Z))"
)
_GOES_ON: Final = lazy_re(
    r"[ \t]+(?!```|~~~)\S|[{}\])]|Traceback |Caused by|\.\.\. |[\w.$]+(?:Error|Exception)\b"
    r"|░|--[ ]?(?:[\r\n]|\Z)|-- (?![^\r\n]{0,200} --[\r\n])"  # what journalctl explains
)
# A chat whose lines have a time to the second: "[14/06/2025, 18:20:11] Ana: ...".
_CHAT: Final = lazy_re(
    r"\u200e?\[?\d{1,2}[./]\d{1,2}[./]\d{2,4},? \d{1,2}:\d\d(?::\d\d)?(?:[ \u202f][APap][Mm])?"
    r"(?:\] | - )(?:~[ \u202f])?\+?[\w.'’ ]{1,40}(?: to \w+)?:\s"
    r"|\d{1,2}:\d\d:\d\d[ \t]+From [^\r\n:]{1,60}:"
    r"|\[?(?:\d{4}-\d\d-\d\d[ T])?\d{1,2}:\d\d(?::\d\d)?\]?[ \t]+<[ @+%~&]?[^<>\s]{1,40}>[ \t]"
)


def lay_out_log(text: str) -> Layout | None:
    """The pieces of a log, whoever wrote it.

    A record is a line that starts with a time or a level and the lines that go on with it (stack
    traces). Of records that repeat the one before, apart from the time they start with, the
    first counts; the others are never kept, nor is one that says nothing. A long record is cut, and
    the parts need its head. Traces that are printed behind a time on each line, and what a step of
    a CI system says so of tests and code, are laid out as such. What stands before or after all
    that is prose.

    Returns:
        ``None`` unless nearly all lines are records or go on with one.
    """
    spans = lines(text)
    found = [_RECORD.match(text, start, end) for start, end in spans]
    if not _is_log(text, spans, found) or _FENCE.search(text):
        return None
    records = [match for match in found if match is not None]
    printed = dict(_printed(text, spans))
    builder = LayoutBuilder()
    add_sentences(builder, text, records[0].start())
    last, log_end = "", _log_end(text, records[-1])
    ends = [*(match.start() for match in records[1:]), log_end]
    telling = any(map(_tells, records, ends))
    step: list[int] = []
    job = ""
    for match, end in zip(records, ends, strict=True):
        if match.start() < builder.position:
            continue
        if (own := (match["step"] or "").rstrip(_MARKED)) != job:
            step, job = [], own
        if (stop := printed.get(match.start())) is not None:
            whole = ends[bisect_left(ends, stop)]
            nested = Nested(decode=partial(without_marks, mark=_STAMP))
            builder.nest(builder.unit(whole, step, gap=OWN_LINE), nested)
            last = ""
            continue
        message = _message(match, end)
        group = _GROUP.search(text, match.start(), min(end, match.end() + _MARK))
        if group is not None:
            # What a step prints is below the end of the group that says how it was called.
            piece = builder.support(end, gap=OWN_LINE)
            step = [piece] if group["begins"] else step
        elif telling and not _tells(match, end):
            builder.support(end, gap=OWN_LINE)
            continue
        elif message == last:
            builder.support(end, gap=OWN_LINE)
        else:
            _add_record(builder, match, end, step)
        last = message
    add_sentences(builder, text, len(text))
    return builder.build("log")


def _printed(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where traces, and in steps of CI systems messages, are printed behind a time on each line."""
    found = [_STAMP.match(text, *span) for span in spans]
    stamps = [m if m and not text.startswith("##[", m.end()) else None for m in found]
    runs = (trace_runs, diagnostic_runs) if _GROUP.search(text) else (trace_runs,)
    for by, group in groupby(range(len(spans)), lambda n: (s := stamps[n]) and (s["by"] or " ")):
        own = [*group]
        if by is None or len(own) < _FEWEST:
            continue
        start, end = spans[own[0]][0], spans[own[-1]][1]
        said, offsets = without_marks(text[start:end], _STAMP)
        inner, taken = lines(said), 0
        for first, stop in sorted(run for find in runs for run in find(said, inner)):
            if first >= taken:
                taken = stop
                low, high = offsets[[inner[first][0], inner[stop - 1][1]]].tolist()
                yield start + low, start + high


def _log_end(text: str, last: regex.Match[str]) -> int:
    """Where the last record ends: before a paragraph that does not go on with it."""
    start = last.start()
    for low, high in lines(text[start:]):
        after = start + high
        if (
            _ends_with_blank(text, start + low, after)
            and after < len(text)
            and not _GOES_ON.match(text, after)
        ):
            return after
    return len(text)


def _ends_with_blank(text: str, start: int, end: int) -> bool:
    return text.count("\n", start, end) > 1 or text.count("\r", start, end) > 1


def log_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of consecutive lines, first and one past the last, that may be a log in a text."""
    first: int | None = None
    blank = False  # whether a blank line is before
    for number, (start, end) in enumerate(spans):
        record = _RECORD.match(text, start, end) is not None
        goes_on = first is not None and not blank and _GOES_ON.match(text, start, end) is not None
        if first is None and record:
            first = number
        elif first is not None and not record and not goes_on:
            if number - first >= _FEWEST:
                yield first, number
            first = None
        blank = _ends_with_blank(text, start, end)
    if first is not None and len(spans) - first >= _FEWEST:
        yield first, len(spans)


def _is_log(
    text: str, spans: Sequence[tuple[int, int]], found: list[regex.Match[str] | None]
) -> bool:
    records = sum(match is not None for match in found)
    chat = sum(_CHAT.match(text, *span) is not None for span in spans)
    if 2 * chat > records:
        return False
    if records < _FEWEST or records < _RECORDS * len(spans):
        return False
    explained = sum(
        match is not None or _GOES_ON.match(text, *span) is not None
        for match, span in zip(found, spans, strict=True)
    )
    return explained >= _EXPLAINED * len(spans)


def _tells(match: regex.Match[str], end: int) -> bool:
    """Whether a record says more than its time or level."""
    text, start = match.string, match.end()
    if match["time"]:
        start, time = match.end("step"), match.start("time")
        return any(map(str.isalnum, text[start:time] + text[match.end() : end]))
    return match["level"] is None or any(map(str.isalnum, text[start:end]))


def _message(match: regex.Match[str], end: int) -> str:
    """A record without the time it starts with."""
    start, time_start, time_end = match.start(), *match.span("time")
    if time_start < 0:
        return match.string[start:end].strip()
    return match.string[start:time_start] + match.string[time_end:end].rstrip()


def _add_record(
    builder: LayoutBuilder, match: regex.Match[str], end: int, step: Sequence[int]
) -> None:
    """Add a record, or a long one in parts, each of which needs its first line, or else its time.

    What is below the first line is a text of its own: a stack trace, JSON.
    """
    text, start = match.string, match.start()
    size = end - start
    line_end = lines(text[start : min(end, start + _LONGEST_HEAD + 1)])[0][1]
    head = line_end if line_end <= min(_LONGEST_HEAD, size - 1) else match.end() - start
    if size > _LONGEST:
        first = _add_head(builder, start + head, step, whole=head == line_end)
        builder.nest(builder.unit(end, [first], gap=OWN_LINE), Nested())
        return
    piece = builder.unit(end, step, whole=head == line_end, gap=OWN_LINE)
    if size > _REFINED and head == line_end:
        builder.refinable(piece, partial(_opened, head=head))


def _opened(text: str, head: int) -> Layout:
    builder = LayoutBuilder()
    first = _add_head(builder, head, (), whole=True)
    builder.nest(builder.unit(len(text), [first], gap=OWN_LINE), Nested())
    return builder.build("record")


def _add_head(builder: LayoutBuilder, end: int, step: Sequence[int], *, whole: bool) -> int:
    """Add what any part of a record needs; the whole first line says something by itself."""
    piece = builder.support(end, step, gap=OWN_LINE)
    if whole:
        builder.make_unit(piece, whole=True)
    return piece

"""What compilers, linters, tests and builds say: a message with its place and code, under its file.

A line that begins a message, a heading, or goes on with a message is told by its form; the forms
are those of many programs, and what looks like none of them is other text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.lines import line_pattern, lines
from specpc.structure.parts.nesting import LineLevel, nested

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.text.layout import Layout

_FENCE: Final = line_pattern(r"^(?:[ \t>]*+```|(?:[ \t]*+>[ \t>]*+)?+~~~)")
_LOOKED_AT: Final = 300
_FEWEST: Final = 3
_MOSTLY: Final = 0.6
# So far below its first line a message may point into code with a caret.
_CODE_LINES: Final = 4

_PLACE: Final = (
    r"(?!\d{4}-\d\d-\d\dT\d\d:|\d\d?/[A-Z][a-z]{2}/\d{4}:)"  # the time of a log
    r"(?:[A-Za-z]:)?(?=[^\s:()\[\]\"'=<>A-Za-z_.]*+[A-Za-z_.])[^\s:()\[\]\"'=<>]*+"
    r"(?:\(\d+(?:,\d+)?\)|:\d+(?::\d+)?(?:-\d+(?::\d+)?)?)"
)
_MESSAGE: Final = regex.compile(
    rf"(?:\[(?:ERROR|WARNING)\] )?{_PLACE}"
    r"(?::(?!in [`'\"])|(?= - (?:error|warning))|(?= [A-Z]+\d+\b))\s*\S"
    r"|\[(?:ERROR|WARNING)\] (?=\S+:\[\d+,\d+\])\S"  # Maven
    r"|(?:error|warning)(?:\[\w+\])?: \S"  # Rust
    r"|[A-Z]{1,4}\d{3,4} (?:\[\*\] )?[A-Z`]"  # Ruff
    r"|[ \t]+\d+:\d+[ \t]+(?:error|warning)[ \t]"  # ESLint and others
    r"|(?:ERROR|WARNING): \S|ERR! "
    r"|  # \S+ (?:will|must) be |Plan: \d+ to |╷$"  # Terraform
    r"|(?:ok|changed|skipping|fatal|failed|unreachable|ignored|rescued): \[|\S+ +: ok=\d"  # Ansible
    r"|#\d+ (?:ERROR|\d+\.\d+ )|ERROR: failed to solve| ---> "  # Docker
    r"|[ \t]*--- (?:FAIL|PASS|SKIP): |=== (?:RUN|PAUSE|CONT) "  # Go
    r"|(?:FAIL|ok)[ \t]+\S+[ \t]+[\d.(]"
    r"|test \S+ \.\.\. |test result: |thread '.*' (?:\(\d+\) )?panicked at "  # Cargo
    r"|(?:FAILED|ERROR|SKIPPED|XFAIL|PASSED) \S+(?:::| -)|>[ \t]{3,}\S|E {3,}\S"  # pytest
    r"|  ● \S|In \S+ line \d+:$"  # Jest, ShellCheck
)
# A line like a message that goes on with the one before.
_NOTE: Final = regex.compile(rf"{_PLACE}: note: |E {{3,}}|\[(?:ERROR|WARNING)\] {{2,}}\S")
_NOTED: Final = regex.compile(rf"{_PLACE}: note: ")
_RAISED: Final = regex.compile(rf"{_PLACE}: [A-Z]\w+$")
_BEFORE: Final = re.compile(r"In file included from |> {3,}")
_HEADING: Final = re.compile(
    r"(?:[^\s:]*: )?In (?:(?:member |static )*function|constructor|method|instantiation) .*:$|"
    r"\S+: In (?:(?:member |static )*function|constructor|method) .*:$"
    r"|\*{5,} Module |_{3,} (?!coverage: ).* _{3,}$|---- \S+ stdout ----$"
    r"|(?:TASK|PLAY|PLAY RECAP|RUNNING HANDLER) ?(?:\[.*\] )?\*{3,}$|#\d+ \[|Step \d+/\d+ : "
    r"|(?:FAIL|PASS) \S+\.[jt]sx?(?: |$)|make(?:\[\d+\])?: Entering directory"
)
_PATH: Final = regex.compile(r"(?:[A-Za-z]:)?+[^\s:]*(?<=[\w-])\.\w{1,8}$")
_UNDER_PATH: Final = re.compile(r"[ \t]+\d+:\d+[ \t]")
# What is about all of it stands below no heading.
_BANNER: Final = re.compile(
    r"={5}.*={3}$|-{20,}$|[-_]{3,} coverage: |failures:$|\[INFO\] -+|make(?:\[\d+\])?: \*\*\* "
    r"|ninja: build stopped|collect2: |error: (?:aborting|could not compile) "
)
_GOES_ON: Final = re.compile(
    r"[ \t]|[│╵|}\])]|\d+ +[|+-]|[-=]+> |\^|\.\.\.|(?:help|note): |-/\+ |\+/- |<= "
)
# Below it stands what a test printed.
_PRINTED: Final = re.compile(r"-{3,} .* -{3,}[ \t]*[\r\n]")
_INDENT: Final = re.compile(r"[\r\n]*([ \t]*)")
_CARET: Final = regex.compile(r"[ \t|]*+\^|[ \t]*+~++(?:\^~*+)?+$")
# Code that a message shows says nothing in part.
_SHOWN: Final = regex.compile(r"[ \t]*+(?:\d++[ \t]*+)?\||[ \t]*+[\^~]")
_AFTER_BLANK: Final = re.compile(r"[ \t]{4}|[ \t]+[}|=\d]|The conflict is caused by|[│╵]")
_ARROW: Final = re.compile(r"[ \t]*(?:-->|╭▸|\[) ?\S+:\d+")
_NPM: Final = re.compile(r"npm (?:ERR!|error|WARN|warn)")


@dataclass
class _MessageGroup:
    """Numbers of the lines of a heading, and those of the messages below it.

    Below a path there is nothing but messages.
    """

    first: int
    head: int
    end: int
    messages: list[tuple[int, int]]
    is_path: bool = False


def lay_out_diagnostics(text: str) -> Layout | None:
    """The pieces of what programs say about code, tests and builds.

    A message is kept with its place and the code it shows, and brings the heading it is under: a
    file, a function, a test, a task, a step.

    Returns:
        ``None`` unless there are several messages, and most lines belong to them.
    """
    if _FENCE.search(text):  # Markdown, with messages in it or not
        return None
    spans = lines(text)
    groups = _groups(text, spans)
    count = sum(group.end - group.first for group in groups)
    if not _is_sure(groups) or count < _MOSTLY * len(spans):
        return None
    return lay_out_blocks(text, list(_blocks(text, spans, groups)), "messages")


def diagnostic_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be messages in a text (see `Kind.runs`)."""
    run: list[_MessageGroup] = []
    for group in [*_groups(text, spans), None]:
        if run and (group is None or group.first > run[-1].end):
            if _is_sure(run):
                yield run[0].first, run[-1].end
            run = []
        if group is not None:
            run.append(group)


def _is_sure(groups: Sequence[_MessageGroup]) -> bool:
    """Whether there are several messages, or one that has several lines."""
    sizes = [end - first for group in groups for first, end in group.messages]
    return len(sizes) >= _FEWEST or sum(sizes) > len(sizes) + 1


def _blocks(
    text: str, spans: Sequence[tuple[int, int]], groups: Sequence[_MessageGroup]
) -> Iterator[Block]:
    for group in groups:
        inside = [_message(text, spans, *span) for span in group.messages]
        if group.first == group.head:
            yield from inside
        else:
            start, end = spans[group.first][0], spans[group.end - 1][1]
            body = [*group.messages, (group.end, group.end)]
            between = zip([group.head, *(last for _, last in group.messages)], body, strict=True)
            for low, (high, _) in between:
                inside += _outlined(text, spans[low:high])
            inside.sort(key=lambda one: one.start)
            yield block(start, end, spans[group.head - 1][1], inside=inside)


def _message(text: str, spans: Sequence[tuple[int, int]], first: int, end: int) -> Block:
    """A message: the line that says it, with its place; its code; and what is noted about it."""
    told = first
    while told + 1 < end and _BEFORE.match(text, spans[told][0]):
        told += 1
    told += 1
    if told < end and _ARROW.match(text, *spans[told]):
        told += 1
    notes = [n for n in range(told, end) if _NOTED.match(text, *spans[n])]
    inside = []
    code = notes[0] if notes else end
    if any(_SHOWN.match(text, *spans[n]) for n in range(told, code)):
        inside.append(block(spans[told][0], spans[code - 1][1], body="whole"))
    else:
        inside += _outlined(text, spans[told:code])
    for low, high in pairwise([*notes, end]):
        note = record(spans[low][0], spans[high - 1][1], spans[low][1])
        inside.append(replace(note, says=True))
    whole = record(spans[first][0], spans[end - 1][1], spans[told - 1][1], inside=inside)
    return replace(whole, says=True)


def _outlined(text: str, spans: Sequence[tuple[int, int]]) -> list[Block]:
    """Lines with those that are indented below them, or that they name across the screen."""
    levels, named = [], 0
    for span in spans:
        names = _PRINTED.match(text, *span) is not None
        named |= names
        levels.append(LineLevel(*span, 0 if names else named + _indent(text, span[0])))
    return nested(levels)


def _indent(text: str, start: int) -> int:
    found = _INDENT.match(text, start)
    return len(found[1].expandtabs()) if found else 0


def _groups(text: str, spans: Sequence[tuple[int, int]]) -> list[_MessageGroup]:
    said = [_said(text[start : min(end, start + _LOOKED_AT)]) for start, end in spans]
    blank = [text.count("\n", *span) > 1 or text.count("\r", *span) > 1 for span in spans]
    groups: list[_MessageGroup] = []
    opened: _MessageGroup | None = None  # a heading, without messages yet or with
    place = 0
    while place < len(said):
        line, after = said[place], said[place + 1] if place + 1 < len(said) else ""
        is_path = bool(_PATH.match(line) and _UNDER_PATH.match(after))
        if (is_path or _HEADING.match(line)) and not _MESSAGE.match(line):
            opened = _MessageGroup(place, place + 1, place + 1, [], is_path)
            groups.append(opened)
            place += 1
        elif _begins(said, place):
            end = _end(said, blank, place)
            if opened is None:
                opened = _MessageGroup(place, place, place, [])
                groups.append(opened)
            opened.messages.append((place, end))
            opened.end = place = end
        elif opened is not None and opened.first < opened.head and _is_body(line, opened, place):
            opened.end = place = place + 1
        else:
            opened = None
            place += 1
        if opened is not None and opened.first == opened.head:
            opened = None
    return [group for group in groups if group.messages or group.end > group.head]


def _said(text: str) -> str:
    return (text.strip("\r\n").splitlines() or [""])[0].rstrip()


def _begins(said: Sequence[str], place: int) -> bool:
    line = said[place]
    if _NPM.match(line):
        before = said[place - 1] if place else ""
        return not _NPM.match(before) or _NPM.fullmatch(before) is not None
    if _BEFORE.match(line):
        return True
    if "://" in line[:12]:
        return False
    return _MESSAGE.match(line) is not None


def _is_body(line: str, group: _MessageGroup, place: int) -> bool:
    """Whether a line that is no message is below a heading that has lines of its own."""
    indented = line[:1].isspace()
    return place == group.end and not _BANNER.match(line) and (indented or not group.is_path)


def _end(said: Sequence[str], blank: Sequence[bool], place: int) -> int:
    """One past the last line of a message."""
    end = place + 1
    blanks = False
    included = said[place].startswith("In file included")
    while end < len(said):
        line = said[end]
        blanks = blanks or blank[end - 1]
        if _NPM.match(said[place]):
            goes_on = _NPM.match(line) and not _NPM.fullmatch(said[end - 1])
        elif included and _MESSAGE.match(line):
            included, goes_on = False, True
        elif _NOTE.match(line) or (said[end - 1].startswith("E ") and _RAISED.match(line)):
            goes_on = True
        elif _MESSAGE.match(line) or _HEADING.match(line) or _BANNER.match(line):
            goes_on = False
        elif blank[end - 1]:
            points = end + 1 < len(said) and not blank[end] and _CARET.match(said[end + 1])
            goes_on = bool(_AFTER_BLANK.match(line) or points)
        else:
            code = any(_CARET.match(one) for one in said[end : end + _CODE_LINES])
            goes_on = bool(_GOES_ON.match(line) or (code and not blanks))
        if not goes_on:
            break
        end += 1
    return end

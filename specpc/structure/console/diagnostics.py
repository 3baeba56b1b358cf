"""What compilers, linters, tests and builds say: a message with its place and code, under its file.

A line that begins a message, a heading, or goes on with a message is told by its form; the forms
are those of many programs, and what looks like none of them is other text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.console.failures import failures, named_until
from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.lines import line_pattern, lines
from specpc.structure.parts.printed import printed
from specpc.structure.parts.rows import rows
from specpc.text.alarms import tells_outcome
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    import re
    from collections.abc import Container, Iterator, Sequence

    from specpc.structure.parts.rows import Row
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
_MESSAGE: Final = lazy_regex(
    rf"(?:\[(?:ERROR|WARNING)\] )?{_PLACE}"
    r"(?::(?!in [`'\"])|(?= - (?:error|warning))|(?= [A-Z]+\d+\b))\s*\S"
    r"|\[(?:ERROR|WARNING)\] (?=\S+:\[\d+,\d+\])\S"  # Maven
    r"|(?:error|warning)(?:\[\w+\])?: \S"  # Rust
    r"|[A-Z]{1,4}\d{3,4} (?:\[\*\] )?[A-Z`]"  # Ruff
    r"|[ \t]+\d+:\d+[ \t]+(?:error|warning)[ \t]"  # ESLint and others
    r"|(?:ERROR|WARNING): \S|ERR! "
    r"|  # \S+ (?:will|must|has|have|is) (?!\d)|Plan: \d+ to |╷$"  # Terraform
    r"|(?:ok|changed|skipping|fatal|failed|unreachable|ignored|rescued): \[|\S+ +: ok=\d"  # Ansible
    r"|#\d+ (?:ERROR|\d+\.\d+ )|ERROR: failed to solve| ---> "  # Docker
    r"|[ \t]*--- (?:FAIL|PASS|SKIP): |=== (?:RUN|PAUSE|CONT) "  # Go
    r"|(?:FAIL|ok)[ \t]+\S+[ \t]+[\d.(]"
    r"|test \S+ \.\.\. |test result: |thread '.*' (?:\(\d+\) )?panicked at "  # Cargo
    r"|(?:FAILED|ERROR|SKIPPED|XFAIL|PASSED) \S+(?:::| -)|>[ \t]{3,}\S|E {3,}\S"  # pytest
    r"|  ● \S|In \S+ line \d+:$"  # Jest, ShellCheck
    r"|Execution failed for "  # Gradle
)
# A line like a message that goes on with the one before.
_NOTE: Final = lazy_regex(rf"{_PLACE}: note: |E(?: {{3,}}|$)|\[(?:ERROR|WARNING)\] {{2,}}\S")
_NOTED: Final = lazy_regex(rf"{_PLACE}: note: ")
_RAISED: Final = lazy_regex(rf"{_PLACE}: [A-Z]\w+$")
_BEFORE: Final = lazy_re(r"In file included from |> {3,}")
_HEADING: Final = lazy_re(
    r"(?:[^\s:]*: )?In (?:(?:member |static )*function|constructor|method|instantiation) .*:$|"
    r"\S+: In (?:(?:member |static )*function|constructor|method) .*:$"
    r"|\*{5,} Module |_{3,} (?!coverage: ).* _{3,}$|---- \S+ stdout ----$"
    r"|(?:TASK|RUNNING HANDLER) ?(?:\[.*\] )?\*{3,}$|#\d+ \[|Step \d+/\d+ : "
    r"|[ ]?(?:FAIL|PASS)[ ]{1,2}\S+\.[cm]?[jt]sx?(?: |$)|make(?:\[\d+\])?: Entering directory"
    r"|[ ]*\d+/\d+ Test +#\d+: |[ ]+Start +\d+: |\[ RUN +\] "  # CTest, googletest
    r"|[ ]{5}Running (?:unittests |\S+\.rs )|[ ]{3}Doc-tests "  # Cargo
    r"|> (?:Task|Configure project) :|\* (?:What went wrong|Where|Try|Exception is):$"  # Gradle
    r"|[ ]> \[[^\]]*\] \S.*:$"  # Docker, where it shows again what a step printed
)
_INDENTED: Final = lazy_re(r"[ \t]")
# What stands below others than these begins so, or is anything up to what ends it.
_BELOW: Final = (
    (lazy_re(r"[ ]?(?:FAIL|PASS) |.*\bIn .*:$"), _INDENTED),
    (lazy_re(r"#\d+ \["), lazy_re(r"#\d")),
)
_PATH: Final = lazy_regex(r"(?:[A-Za-z]:)?+[^:]*(?<=[\w-])\.\w{1,8}$")
_UNDER_PATH: Final = lazy_re(r"[ \t]+\d+:\d+[ \t]")
# What is about all of it stands below no heading.
_BANNER: Final = lazy_re(
    r"={5}.*={3}$|-{6}$|-{20,}$|[-_]{3,} coverage: |test \d+$|\d+% tests passed|failures:$"
    r"|\[INFO\] -+|make(?:\[\d+\])?: \*\*\* |ninja: build stopped|collect2: "
    r"|error: (?:aborting|could not compile) "
    r"|FAILURE: Build |BUILD (?:SUCCESSFUL|FAILED) in |\d+ actionable tasks?: "
    r"|\d+: Task failed with |Total Test time |The following tests FAILED:"
    # Cargo writes verbs as far to the right as others are long.
    r"|(?=[ ]{1,9}[A-Z][a-z-]{2,10} )(?=.{11}[a-z] )"
)
# What groups with their headings, and whatever else, stand below: parts of a report, plays.
_SECTION: Final = lazy_re(r"={5}=* \S.*={3}$|PLAY \[.*\] \*{3}|PLAY RECAP \*{3}")
_GOES_ON: Final = lazy_re(
    r"[ \t]|[│╵|}\])]|\d+ +[|+-]|[-=]*> |\^|\.\.\.|(?:help|note): |-/\+ |\+/- |<= "
)
# Of googletest, which says below it what it expected.
_EXPECTED: Final = lazy_regex(rf"{_PLACE}: Failure$")
_TEST: Final = lazy_re(r"\[[ A-Z=-]{8,10}\] ")
# A heading that says how what it names has ended.
_FAILED: Final = lazy_re(r"\*{3}[A-Z][a-z]|\bFAIL(?:ED)?\b")
_CARET: Final = lazy_regex(r"[ \t|]*+\^|[ \t]*+~++(?:\^~*+)?+$")
# Code that a message shows says nothing in part.
_SHOWN: Final = lazy_regex(r"[ \t]*+(?:\d++[ \t]*+)?\||[ \t]*+[\^~][\^~ \t]*+(?=[\r\n]|\Z)")
# "Dockerfile:12", and the lines there between lines of dashes.
_SHOWN_AT: Final = lazy_regex(r"[^\s:]++:\d++$")
_DASHES: Final = lazy_regex(r"-{10,}+$")
_MOST_SHOWN: Final = 12
_AFTER_BLANK: Final = lazy_re(
    r"[ \t]{4}|[ \t]+[}|=\d]|[ ]{2}\S+:\d+:\d+$|The conflict is caused by|[│╵]"
)
_ARROW: Final = lazy_re(r"[ \t]*(?:-->|╭▸|\[) ?\S+:\d+")
_NPM: Final = lazy_re(r"npm (?:ERR!|error|WARN|warn)")
# All that begins a heading or a message, a path apart, of which the line below tells.
_MARKED: Final = lazy_regex(
    "|".join(own.pattern for own in (_MESSAGE, _HEADING, _BEFORE, _NPM, _SHOWN_AT))
)
# Of npm's warnings all lines of one begin with the same word.
_NPM_WARNS: Final = lazy_re(r"npm (?:WARN|warn) (?P<code>\S+)")


@dataclass
class _MessageGroup:
    """Numbers of the lines of a heading, and those of the messages below it.

    Attributes:
        first: of the heading.
        head: after it.
        end: after all.
        messages: first and one past the last of each.
        below: what other lines below it begin with; ``None`` if with anything.
    """

    first: int
    head: int
    end: int
    messages: list[tuple[int, int]]
    below: re.Pattern[str] | None = None


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
    groups = _groups(rows(text))
    count = sum(group.end - group.first for group in groups)
    if not _is_sure(groups) or count < _MOSTLY * len(spans):
        return None
    return lay_out_blocks(text, list(_blocks(text, spans, groups)), "messages")


def diagnostic_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be messages in a text (see `Kind.runs`)."""
    run: list[_MessageGroup] = []
    for group in [*_groups(rows(text)), None]:
        if run and (group is None or group.first > run[-1].end):
            if _is_sure(run):
                yield run[0].first, run[-1].end
            run = []
        if group is not None:
            run.append(group)


def _is_sure(groups: Sequence[_MessageGroup]) -> bool:
    """Whether there are several messages, or one that has several lines, or several headings."""
    sizes = [end - first for group in groups for first, end in group.messages]
    below = [g.end - g.first for g in groups if not g.messages and g.first < g.head]
    sizes += below if sizes or len(below) > 1 else []
    return len(sizes) >= _FEWEST or sum(sizes) > len(sizes) + 1


def _blocks(
    text: str, spans: Sequence[tuple[int, int]], groups: Sequence[_MessageGroup]
) -> Iterator[Block]:
    """What the lines of the text are, all of them, below the part of a report they stand in.

    A message says what it is wherever it stands, and the rule across the screen above it costs a
    lot; what a test printed that passed does not, nor does a task of one play of several.
    """
    said = [row.said.rstrip() for row in rows(text)]
    sections = [n for n, line in enumerate(said) if _SECTION.match(line)]
    waiting = list(reversed(groups))
    for low, high in pairwise([0, *sections, len(spans)]):
        own: list[_MessageGroup] = []
        while waiting and waiting[-1].first < high:
            own.append(waiting.pop())
        if low == high or not (sections and low >= sections[0]):
            yield from _between(text, spans, own, low, high)
            continue
        inside = _between(text, spans, own, low + 1, high)
        (start, head), end = spans[low], spans[high - 1][1]
        if tells_outcome(said[low]) or not inside:
            yield from (block(start, head), *inside)
        elif said[low].startswith("=") and (any(g.messages for g in own) or not own):
            yield from (replace(block(start, head), body="nothing"), *inside)
        else:
            yield replace(block(start, end, head, inside=inside), spare=True)


def _between(
    text: str,
    spans: Sequence[tuple[int, int]],
    groups: Sequence[_MessageGroup],
    low: int,
    high: int,
) -> list[Block]:
    """What stands from a line to another: groups, and other lines."""
    found: list[Block] = []
    for group in groups:
        found += printed(text, spans[low : group.first])
        found += _group(text, spans, group)
        low = group.end
    return found + printed(text, spans[low:high])


def _group(text: str, spans: Sequence[tuple[int, int]], group: _MessageGroup) -> Iterator[Block]:
    inside: list[Block] = []
    done = group.head
    for first, end in group.messages:
        inside += [*printed(text, spans[done:first]), _message(text, spans, first, end)]
        done = end
    inside += printed(text, spans[done : group.end])
    if group.first == group.head:
        yield from inside
    else:
        start, end = spans[group.first][0], spans[group.end - 1][1]
        whole = block(start, end, spans[group.head - 1][1], inside=inside)
        yield replace(whole, says=_FAILED.search(text, start, whole.head) is not None)


def _message(text: str, spans: Sequence[tuple[int, int]], first: int, end: int) -> Block:
    """A message: the line that says it, with its place; its code; and what is noted about it."""
    told = first
    while told + 1 < end and _BEFORE.match(text, spans[told][0]):
        told += 1
    told += named_until([text[slice(*span)].rstrip() for span in spans[first:end]])
    if told < end and _ARROW.match(text, *spans[told]):
        told += 1
    notes = [n for n in range(told, end) if _NOTED.match(text, *spans[n])]
    inside = []
    code = notes[0] if notes else end
    if any(_SHOWN.match(text, *spans[n]) for n in range(told, code)):
        inside.append(block(spans[told][0], spans[code - 1][1], body="whole"))
    else:
        inside += printed(text, spans[told:code])
    for low, high in pairwise([*notes, end]):
        note = record(spans[low][0], spans[high - 1][1], spans[low][1])
        inside.append(replace(note, says=True))
    whole = record(spans[first][0], spans[end - 1][1], spans[told - 1][1], inside=inside)
    return replace(whole, says=True)


def _groups(found: Sequence[Row]) -> list[_MessageGroup]:
    said = [row.said[:_LOOKED_AT].rstrip() for row in found]
    blank = [row.ends_block for row in found]
    groups: list[_MessageGroup] = []
    opened: _MessageGroup | None = None  # a heading, without messages yet or with
    place = 0
    listed = dict(failures(said, blank))
    while place < len(said):
        line, after = said[place], said[place + 1] if place + 1 < len(said) else ""
        is_path = bool(_UNDER_PATH.match(after) and _PATH.match(line))
        if opened is None and not (is_path or place in listed or _MARKED.match(line)):
            place += 1
        elif place not in listed and (
            (is_path or _HEADING.match(line)) and not _MESSAGE.match(line)
        ):
            below = _INDENTED if is_path else None
            below = next((own for heading, own in _BELOW if heading.match(line)), below)
            opened = _MessageGroup(place, place + 1, place + 1, [], below)
            groups.append(opened)
            place += 1
        elif place in listed or _begins(said, place):
            end = listed.get(place) or _end(said, blank, place, listed)
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
    return groups


def _begins(said: Sequence[str], place: int) -> bool:
    line = said[place]
    if _NPM.match(line):
        before = said[place - 1] if place else ""
        warns, other = _NPM_WARNS.match(line), _NPM_WARNS.match(before)
        if warns is not None and other is not None:
            return warns["code"] == "deprecated" or warns["code"] != other["code"]
        return not _NPM.match(before) or _NPM.fullmatch(before) is not None
    if _SHOWN_AT.match(line):
        return place + 1 < len(said) and _DASHES.match(said[place + 1]) is not None
    if _BEFORE.match(line):
        return True
    if "://" in line[:12]:
        return False
    return _MESSAGE.match(line) is not None


def _is_body(line: str, group: _MessageGroup, place: int) -> bool:
    """Whether a line that is no message is below a heading that has lines of its own."""
    below = group.below is None or group.below.match(line) is not None
    return place == group.end and not (_BANNER.match(line) or _SECTION.match(line)) and below


def _end(said: Sequence[str], blank: Sequence[bool], place: int, listed: Container[int]) -> int:
    """One past the last line of a message, before the next of those that are listed."""
    end = place + 1
    if _SHOWN_AT.match(said[place]):
        shown = range(end + 1, min(end + _MOST_SHOWN, len(said)))
        return next((n + 1 for n in shown if _DASHES.match(said[n])), end)
    blanks = False
    included = said[place].startswith("In file included")
    while end < len(said) and end not in listed:
        line = said[end]
        blanks = blanks or blank[end - 1]
        if _NPM.match(said[place]):
            goes_on = _NPM.match(line) and not _begins(said, end)
        elif included and _MESSAGE.match(line):
            included, goes_on = False, True
        elif _NOTE.match(line) or (said[end - 1].startswith("E ") and _RAISED.match(line)):
            goes_on = True
        elif _MESSAGE.match(line) or _HEADING.match(line) or _BANNER.match(line):
            goes_on = False
        elif _EXPECTED.match(said[place]):
            goes_on = not blank[end - 1] and _TEST.match(line) is None
        elif blank[end - 1]:
            points = end + 1 < len(said) and not blank[end] and _CARET.match(said[end + 1])
            goes_on = bool(_AFTER_BLANK.match(line) or points)
        else:
            code = _points(said, end)
            goes_on = bool(_GOES_ON.match(line) or (code and not blanks))
        if not goes_on:
            break
        end += 1
    return end


def _points(said: Sequence[str], place: int) -> bool:
    """Whether a caret points into code that begins at a line, before the next message does."""
    for line in said[place : place + _CODE_LINES]:
        if _CARET.match(line):
            return True
        if _MESSAGE.match(line):
            return False
    return False

"""The lines of YAML: what each is indented by, and what it begins or goes on with."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from specpc.structure.config.limits import LONGEST_VALUE, MOST_FAILED
from specpc.structure.parts.lines import line_start, lines
from specpc.text.patterns import lazy_re

FEWEST: Final = 3
_EXPLAINED: Final = 0.9
CONTENT: Final = lazy_re(r"[^ \t\r\n]")
DASHES: Final = lazy_re(r"-(?:[ \t]+|(?=[\r\n]|\Z))")
_QUOTED: Final = r'"[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"|' + r"'[^'\r\n]*(?:''[^'\r\n]*)*'"
# A key may hold blanks and marks; one that does is no sure sign of YAML.
KEY: Final = lazy_re(
    rf"(?:{_QUOTED}|[^\s#\"'\[\]{{}},&*!|>%@`](?:[^\s:#]|:(?=\S)|[ \t]+(?![:#\s])|(?<=\S)#)*)"
    r"[ \t]*:(?=\s|\Z)"
)
PLAIN_KEY: Final = lazy_re(rf"(?:{_QUOTED}|[\w./$<-][\w./${{}}<>@+~*-]*):(?=\s|\Z)")
_PROPERTIES: Final = r"(?:[ \t]+[&!][^\s,\[\]{}]*)*"
OPEN: Final = lazy_re(rf"{_PROPERTIES}[ \t]*(?:[ \t]#[^\r\n]*)?(?=[\r\n]|\Z)")
SCALAR: Final = lazy_re(
    rf"{_PROPERTIES}[ \t]+(?P<mark>[|>])[-+\d]*[ \t]*(?:[ \t]#[^\r\n]*)?(?=[\r\n]|\Z)"
)
_VALUE: Final = lazy_re(rf"{_PROPERTIES}[ \t]*")
_FLOW: Final = lazy_re(rf"{_QUOTED}|[\"']|(?<=[\s,\[{{])#[^\r\n]*|[][{{}}]")
_DOUBLE_END: Final = lazy_re(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SINGLE_END: Final = lazy_re(r"[^']*(?:''[^']*)*'")
_TEMPLATE: Final = lazy_re(
    r"\{[{%]-?[ \t]*(?:if|else|end|range|with|define|for|block|elif|/\*|set|include|template|- |\$)"
)
# What begins, parts and ends a part of a template, alone on its line.
_CONTROL: Final = lazy_re(
    r"\{(?:\{-?[ \t]*(?:(?P<opens>if|range|with|define|block)|(?P<parts>else)|end)"
    r"|%-?[ \t]*(?:(?P<begins>if|for|block|macro|filter)|(?P<other>else|elif)"
    r"|end(?:if|for|block|macro|filter)))\b"
)
DOCUMENT: Final = lazy_re(r"(?:---|\.\.\.)(?=\s|\Z)|%(?:YAML|TAG)\b")


@dataclass(frozen=True)
class YamlLine:
    """A line and the blank ones after it.

    Attributes:
        start: its first character.
        end: one past the last.
        content: where its indentation ends.
        column: of that.
        raw: whether it goes on with a scalar or collection that began on a line above.
    """

    start: int
    end: int
    content: int
    column: int
    raw: bool = False


def read_yaml(text: str) -> list[YamlLine]:
    """The lines of a text, those that go on with a value marked as such."""
    found: list[YamlLine] = []
    scalar: int | None = None  # column that the lines of a block scalar are to the right of
    failed = 0  # values that are not closed
    until = 0  # where a quoted scalar or flow collection ends
    for start, end in lines(text):
        match = CONTENT.search(text, start, end)
        content = match.start() if match else end - 1
        column = content - line_start(text, start, content)
        raw = start < until or (scalar is not None and column > scalar)
        found.append(YamlLine(start, end, content, column, raw))
        if raw:
            continue
        scalar = None
        if text[content] == "#":
            continue
        place, parent = after_dashes(text, content, end), column
        dashed = place > content
        key = KEY.match(text, place, end)
        if key is not None:
            parent = column + place - content
            place = key.end()
        elif dashed:
            place -= 1
        if SCALAR.match(text, place, end):
            scalar = parent
        elif (value := _VALUE.match(text, place, end)) and value.end() < end:
            begins = text[value.end()] in "[{\"'" and failed < MOST_FAILED
            until = _value_end(text, value.end()) if begins else until
            failed += begins and until == value.end()
    return found


def after_dash(text: str, line: YamlLine) -> int:
    """Where what is behind the dash of an item begins."""
    dash = DASHES.match(text, line.content, line.end)
    return dash.end() if dash else line.content


def after_dashes(text: str, place: int, end: int) -> int:
    """Where what is behind the dashes of an item begins, or of an item of an item."""
    while match := DASHES.match(text, place, end):
        place = match.end()
    return place


def _value_end(text: str, start: int) -> int:
    """Where a quoted scalar or flow collection ends; ``start`` if there is none."""
    mark, stop = text[start], start + LONGEST_VALUE
    if mark in "\"'":
        closing = (_DOUBLE_END if mark == '"' else _SINGLE_END).match(text, start + 1, stop)
        return closing.end() if closing else start
    if mark not in "[{" or text.startswith(("{{", "{%"), start):
        return start
    depth, position, failed = 0, start, 0
    while failed < MOST_FAILED and (match := _FLOW.search(text, position, stop)):
        position = match.end()
        found = match.group()
        if found in {'"', "'"}:
            closing = (_DOUBLE_END if found == '"' else _SINGLE_END).match(text, position, stop)
            position = closing.end() if closing else position
            failed += closing is None
        elif found in "[]{}":
            depth += 1 if found in "[{" else -1
            if depth == 0:
                return position
    return start


def is_yaml(text: str, found: list[YamlLine], *, named: bool) -> bool:
    """Whether nearly all lines are entries and, unless ``named`` so, some surely are nested."""
    own = [line for line in found if not line.raw and text[line.content] != "#"]
    explained = sure = nested = 0
    last: YamlLine | None = None
    empty = False
    for line in own:
        place = after_dashes(text, line.content, line.end)
        key = KEY.match(text, place, line.end)
        plain = PLAIN_KEY.match(text, place, line.end) is not None
        deeper = last is not None and line.column > last.column
        entry = key is not None if named else plain
        if (
            entry
            or place > line.content
            or is_template(text, line)
            or (deeper and (named or not empty))
            or DOCUMENT.match(text, line.content)
        ):
            explained += 1
        # What is indented below a key alone is keys or items, but for code: "else:".
        empty = key is not None and OPEN.match(text, key.end(), line.end) is not None
        sure += plain
        nested += deeper and (plain or place > line.content)
        nested += last is not None and place > line.content and line.column == last.column
        last = line
    if explained < _EXPLAINED * len(own) or not sure:
        return False
    if named:
        return True
    outer = [
        key.group()
        for line, after in zip(own, [*own[1:], None], strict=True)
        if line.column == 0
        and (key := KEY.match(text, line.start))
        # An item that holds more has no speaker.
        and not (after and after.column and DASHES.match(text, line.content))
    ]
    documents = sum(DOCUMENT.match(text, line.content) is not None for line in own)
    again = max(Counter(outer).values(), default=0) > documents + 1  # as speakers of a chat do
    return not again and len(own) >= FEWEST and nested > 0 and sure * 2 >= len(own)


def is_template(text: str, line: YamlLine) -> bool:
    """Whether a line belongs to a template of Helm or Jinja, and to no YAML."""
    return _TEMPLATE.match(text, line.content, line.end) is not None


def control(text: str, line: YamlLine) -> str:
    """What a line does in a template: "opens", "parts" or "ends" a part of it, or nothing."""
    match = None if line.raw else _CONTROL.match(text, line.content, line.end)
    if match is None or sum(text.count(mark, line.content, line.end) for mark in ("{{", "{%")) > 1:
        return ""
    if match["opens"] or match["begins"]:
        return "opens"
    return "parts" if match["parts"] or match["other"] else "ends"

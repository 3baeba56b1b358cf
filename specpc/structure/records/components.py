"""Contacts and calendars (vCard, iCalendar): what stands between ``BEGIN`` and ``END``."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.rows import mostly, rows, runs_of
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_BEGIN: Final = lazy_re(r"BEGIN:(?P<name>[A-Z][A-Z0-9-]*)[ \t]*", re.IGNORECASE)
_END: Final = lazy_re(r"END:(?P<name>[A-Z][A-Z0-9-]*)[ \t]*", re.IGNORECASE)
# What tells one contact, meeting or task from another.
_TOLD: Final = lazy_re(r"(?:[\w-]+\.)?(?:VERSION|N|FN|SUMMARY|DTSTART)[;:]", re.IGNORECASE)
# What is nested deeper is lines.
_DEEPEST: Final = 20
# A component that only holds others: its own properties come with any of them.
_HOLDER: Final = "VCALENDAR"
# Programs that read these formats know no remarks.
_NO_MARKER: Final = ""


def lay_out_components(text: str) -> Layout | None:
    """The pieces of contacts or of a calendar.

    A contact, meeting or task stays whole. Of a longer one, a property brings its name or title,
    and what opens and closes it and all that it stands in. Folded lines are one.

    Returns:
        ``None`` unless at least half of the text stands between ``BEGIN`` and ``END``.
    """
    found = rows(text)
    blocks = _components(found)
    if not mostly(text, found, blocks):
        return None
    return lay_out_blocks(text, blocks, "contacts or calendar", gap=_NO_MARKER)


def _components(found: Sequence[Row]) -> list[Block]:
    """Components that are closed, with those in them."""
    done: list[list[Block]] = [[]]
    waiting: list[tuple[int, str]] = []
    for place, row in enumerate(found):
        begin = _BEGIN.fullmatch(row.said) if len(waiting) < _DEEPEST else None
        if begin is not None:
            waiting.append((place, begin["name"].upper()))
            done.append([])
        elif (
            waiting and (end := _END.fullmatch(row.said)) and end["name"].upper() == waiting[-1][1]
        ):
            first, name = waiting.pop()
            inside = done.pop()
            done[-1].append(_component(found[first : place + 1], name, inside))
    return list(chain.from_iterable(done))  # of what is not closed, what is in it


def component_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be contacts or meetings in a text (see `Kind.runs`)."""
    return runs_of(_components(rows(text)), spans)


def _component(own: Sequence[Row], name: str, inside: Sequence[Block]) -> Block:
    start, end, tail = own[0].start, own[-1].end, own[-1].start
    if name == _HOLDER and inside:
        return block(start, end, inside[0].start, tail=tail, inside=inside)
    blocks = [*inside]
    waiting = {one.start: one for one in inside}
    known: set[str] = set()
    place = 1
    while place < len(own) - 1:
        if nested := waiting.get(own[place].start):
            while own[place].start < nested.end:
                place += 1
            continue
        first = place
        place += 1
        while place < len(own) - 1 and own[place].indented:  # a folded line
            place += 1
        told = _TOLD.match(own[first].said)
        found = replace(block(own[first].start, own[place - 1].end), body="whole")
        if told is not None and told.group() not in known:
            known.add(told.group())
            found = replace(found, told=True)
        blocks.append(found)
    blocks.sort(key=lambda one: one.start)
    return record(start, end, own[0].end, tail=tail, inside=blocks)

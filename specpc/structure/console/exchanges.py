"""What ``curl -v`` prints: a header is kept with its request or answer, a remark with its title."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.nesting import LineLevel, nested
from specpc.structure.parts.rows import mostly, rows, runs_of
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

# What curl remarks, sends and gets, and how much; the first line of a request or an answer.
_MARKED: Final = lazy_re(r"(?P<mark>[*<>])(?P<indent> *)(?P<said>.*)|[{}] \[\d+ bytes data\]")
_FIRST: Final = lazy_re(r"> [A-Z]+ \S+ HTTP/|< HTTP/[\d.]+ \d")
_FEWEST: Final = 3


def lay_out_exchange(text: str) -> Layout | None:
    """The pieces of requests and answers as curl shows them.

    Returns:
        ``None`` unless at least half of the text is that.
    """
    found = rows(text)
    blocks = _exchanges(found)
    if not mostly(text, found, blocks):
        return None
    return lay_out_blocks(text, blocks, "requests", loose="text")


def exchange_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be such in a text (see `Kind.runs`)."""
    return runs_of(_exchanges(rows(text)), spans)


def _exchanges(found: Sequence[Row]) -> list[Block]:
    blocks: list[Block] = []
    if not any(_FIRST.match(row.said) for row in found):
        return blocks
    for marked, group in groupby(found, lambda row: _MARKED.match(row.said) is not None):
        own = list(group)
        if marked and len(own) >= _FEWEST:
            blocks += _parts(own)
    return blocks


def _parts(own: Sequence[Row]) -> Iterator[Block]:
    """Remarks, requests and answers, each of which goes up to the next."""
    starts = [number for number, row in enumerate(own) if _FIRST.match(row.said)]
    yield from _lines(own[: min(starts, default=len(own))])
    for first, end in pairwise([*starts, len(own)]):
        mark = own[first].said[0]
        last = max(n for n in range(first, end) if own[n].said[0] == mark)
        head, inside = own[first], list(_lines(own[first + 1 : last + 1]))
        yield record(head.start, own[last].end, head.end, inside=inside)
        yield from _lines(own[last + 1 : end])


def _lines(own: Sequence[Row]) -> Iterator[Block]:
    """Lines of a request or an answer, and remarks, of which some are indented below others."""
    for mark, group in groupby(own, lambda row: row.said[0]):
        lines = list(group)
        if mark == "*":
            yield from nested(LineLevel(row.start, row.end, _indent(row)) for row in lines)
        elif mark in "<>":
            yield from map(_line, lines)
        else:
            yield replace(block(lines[0].start, lines[-1].end), body="nothing")


def _indent(row: Row) -> int:
    match = _MARKED.match(row.said)
    return len(match["indent"] or "") if match else 0


def _line(row: Row) -> Block:
    says = any(map(str.isalnum, row.said))
    return replace(block(row.start, row.end), body="whole" if says else "nothing")

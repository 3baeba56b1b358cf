"""Timetables: a row is a stop with its times, below the days on which they hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block
from specpc.structure.tables.amounts import APART, LONGEST_LABEL, blank_after
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Sequence

_FEWEST: Final = 3
_MOST_TITLES: Final = 2
_TIME: Final = lazy_regex(r"\d{1,2}[:.h]\d\d(?: ?[ap]\.?m\.?|[A-Za-z*]{1,2})?+")
_FEWEST_TIMES: Final = 2
# Of what stands behind the stop, times are so much; the rest says that it is passed, or "every".
_SHARE: Final = 0.3
_SENTENCE_END: Final = lazy_regex(r"[.!?:;]\Z")


def timetable(text: str, spans: Sequence[tuple[int, int]]) -> Block | None:
    """Rows with times, all of which bring the lines above the first."""
    if len(spans) < _FEWEST:
        return None
    said = [text[start:end].strip() for start, end in spans]
    first = next((n for n, line in enumerate(said[: _MOST_TITLES + 1]) if _is_row(line)), None)
    if first is None or len(spans) - first < _FEWEST or not all(map(_is_row, said[first:])):
        return None
    if not all(map(_is_title, said[:first])):
        return None
    inside = [block(start, end, body="whole") for start, end in spans[first:]]
    return replace(block(spans[0][0], spans[-1][1], spans[first][0], inside=inside), spare=True)


def with_title(
    text: str, spans: Sequence[tuple[int, int]], low: int, first: int, found: Block
) -> tuple[int, Block]:
    """The first line and the block of a table without a head, with a short paragraph above it.

    That is looked for from line ``low`` on.
    """
    if found.head > found.start:
        return first, found
    for start in range(first - 1, max(low, first - _MOST_TITLES) - 1, -1):
        if not _is_title(text[slice(*spans[start])]):
            break
        if start == low or blank_after(text, *spans[start - 1]):
            return start, replace(found, start=spans[start][0])
    return first, found


def _is_row(line: str) -> bool:
    stop, *cells = APART.split(line)
    times = sum(_TIME.fullmatch(cell) is not None for cell in cells)
    return times >= max(_FEWEST_TIMES, _SHARE * len(cells)) and any(map(str.isalpha, stop))


def _is_title(line: str) -> bool:
    said = line.strip()
    return 0 < len(said) <= LONGEST_LABEL and _SENTENCE_END.search(said) is None

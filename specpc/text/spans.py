"""From kept character ranges to text: slices of the source, never decoded from tokens."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

import regex

from specpc.text.units import UNSPACED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.text.markers import Marker

Range = tuple[int, int]


def merge(ranges: Sequence[Range]) -> list[Range]:
    """Sorted, disjoint, non-adjacent ranges that cover the same characters."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


# Letters of scripts written without spaces follow one another with nothing between them.
_UNSPACED = regex.compile(UNSPACED)

# The line break (and blank line, if any) that ends a cut, and the indentation after it.
_LINE_START = re.compile(r"(?:\r\n|\n|\r)(?:[ \t]*(?:\r\n|\n|\r))?[ \t]*\Z")
_LOOK_BACK = 80


def keep_apart(text: str, ranges: Sequence[Range]) -> list[Range]:
    """Widen merged ranges by the white space without which a cut would mangle the text.

    A heading, item or row that began a line still begins one: the line break before it is kept
    with it. ``"the end" + "Next"`` must not read ``"the endNext"``: the white space that stood
    before the second piece, or else after the first, is kept, or else what stands between white
    space inside the cut and the second piece (``'a", "b'`` becomes ``'a "b'``), or else the mark
    before that (``"a/b/c"`` becomes ``"a/c"``). Scripts without spaces need none.
    """
    apart: list[Range] = []
    for start, end in ranges:
        if apart:
            left_start, left_end = apart[-1]
            glued = not (text[left_end - 1].isspace() or text[start].isspace())
            cut = text[max(left_end, start - _LOOK_BACK) : start]
            line_start = _LINE_START.search(cut)
            if line_start and text[left_end - 1] not in "\r\n":
                start -= len(line_start.group())  # noqa: PLW2901
            elif glued and text[start - 1].isspace():
                start -= 1  # noqa: PLW2901
            elif glued and text[left_end].isspace():
                crlf = text.startswith("\r\n", left_end)
                apart[-1] = (left_start, left_end + (2 if crlf else 1))
            elif glued:
                start = _last_separator(text, left_end, start)  # noqa: PLW2901
        apart.append((start, end))
    return merge(apart)


def _last_separator(text: str, left_end: int, start: int) -> int:
    """Where the last thing begins that kept two words apart: white space, or else a mark."""
    left, right = text[left_end - 1], text[start]
    if not (left.isalnum() and right.isalnum()) or _UNSPACED.match(left) or _UNSPACED.match(right):
        return start
    for position in range(start - 1, max(left_end, start - _LOOK_BACK) - 1, -1):
        if text[position].isspace():
            return position
    before = text[start - 1]
    # The rest of a run of letters that was cut inside is glued to it whatever stays.
    return start if before.isalnum() and not _UNSPACED.match(before) else start - 1


def places(ranges: Sequence[Range], gap: str | Marker = "") -> tuple[int, ...]:
    """Where each of the ranges begins in what `join` makes of them."""
    ends = accumulate(
        len(marker) + end - start
        for marker, (start, end) in zip(_markers(ranges, gap), ranges, strict=True)
    )
    return tuple(last - (end - start) for last, (start, end) in zip(ends, ranges, strict=True))


def join(text: str, ranges: Sequence[Range], gap: str | Marker = "") -> str:
    """The ranges of ``text`` in order, with ``gap`` wherever something between them was cut."""
    return "".join(
        marker + text[start:end]
        for marker, (start, end) in zip(_markers(ranges, gap), ranges, strict=True)
    )


def _markers(ranges: Sequence[Range], gap: str | Marker) -> list[str]:
    """What is written before each of the ranges: nothing before the first."""
    written = (gap if isinstance(gap, str) else gap.before(start) for start, _ in ranges[1:])
    return ["", *written] if ranges else []

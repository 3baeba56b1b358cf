"""From kept character ranges to text: slices of the source, never decoded from tokens."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from specpc.text.patterns import lazy_re, lazy_regex
from specpc.text.scripts import UNSPACED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import regex

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
_UNSPACED = lazy_regex(UNSPACED)

_LOOK_BACK = 80
_BREAK = lazy_regex(r"(?:\r\n|\n|\r)\s*+")
_LINE_BREAK = lazy_re(r"\r\n|\n|\r")
# What goes on in the next line if that begins with a word: no mark that ends anything.
_GOES_ON = lazy_regex(r"[\w\p{M},;)\]'\"’”»%$€-]")
_WORD = lazy_regex(r"(?![-*+•#>|]\s|\(?\w{1,3}[.)]\s|\d[\d:/.-]{4})[\w\p{M}(\[\"'“‘«$€#@]")


def keep_apart(
    text: str, ranges: Sequence[Range], is_tight: Callable[[int], bool] | None = None
) -> list[Range]:
    """Widen merged ranges by the white space without which a cut would mangle the text.

    Where a cut crosses the end of a line, item or paragraph, a line break of the source stays: the
    one before the second piece, or else one from inside the cut, as a range of its own. Where it
    does not, ``"the end" + "Next"`` must not read ``"the endNext"``: the white space that stood
    before the second piece, or else after the first, is kept, or else what stands between white
    space inside the cut and the second piece (``'a", "b'`` becomes ``'a "b'``), or else the mark
    before that (``"a/b/c"`` becomes ``"a/c"``). Scripts without spaces need none, and nothing is
    kept before a range whose start ``is_tight``.
    """
    apart: list[Range] = []
    for start, end in ranges:
        if apart and not (is_tight and is_tight(start)):
            left_start, left_end = apart[-1]
            glued = not (text[left_end - 1].isspace() or text[start].isspace())
            if (found := _crossed(text, left_start, left_end, start, end)) is not None:
                low, high = found
                if high == start:
                    start = low  # noqa: PLW2901
                else:
                    apart.append((low, high))
            elif glued and text[start - 1].isspace():
                start -= 1  # noqa: PLW2901
            elif glued and text[left_end].isspace():
                crlf = text.startswith("\r\n", left_end)
                apart[-1] = (left_start, left_end + (2 if crlf else 1))
            elif glued:
                start = _last_separator(text, left_end, start)  # noqa: PLW2901
        apart.append((start, end))
    return merge(apart)


def _crossed(text: str, left_start: int, left_end: int, start: int, end: int) -> Range | None:
    """The line break to keep of a cut ``left_end..start`` that leaves none on either side.

    A blank line if there is one, and the last of its kind; with the indentation after it where the
    second piece begins there. Line breaks inside wrapped prose are no ends of lines.
    """
    left = text[max(left_start, left_end - _LOOK_BACK) : left_end]
    right = text[start : min(end, start + _LOOK_BACK)]
    trailing = left[len(left.rstrip()) :]
    leading = right[: len(right) - len(right.lstrip())]
    if _LINE_BREAK.search(trailing) or _LINE_BREAK.search(leading):
        return None
    found: Range | None = None
    blank = False
    for match in _BREAK.finditer(text, left_end, start):
        breaks = len(_LINE_BREAK.findall(match.group()))
        wrapped = breaks == 1 and _is_wrapped(text, match)
        if not wrapped and (breaks > 1 or not blank):
            found, blank = match.span(), breaks > 1
    if found is None or found[1] == start:
        return found
    return found[0], found[0] + len(text[found[0] : found[1]].rstrip(" \t"))


def _is_wrapped(text: str, line_break: regex.Match[str]) -> bool:
    """Whether a sentence goes on after a line break."""
    low, high = line_break.span()
    before = text[max(0, low - _LOOK_BACK) : low].rstrip(" \t")[-1:]
    return bool(_GOES_ON.match(before) and _WORD.match(text, high))


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


def places(text: str, ranges: Sequence[Range], gap: str | Marker = "") -> tuple[int, ...]:
    """Where each of the ranges of ``text`` begins in what `join` makes of them."""
    ends = accumulate(
        len(marker) + end - start
        for marker, (start, end) in zip(_markers(text, ranges, gap), ranges, strict=True)
    )
    return tuple(last - (end - start) for last, (start, end) in zip(ends, ranges, strict=True))


def join(text: str, ranges: Sequence[Range], gap: str | Marker = "") -> str:
    """The ranges of ``text`` in order, with ``gap`` wherever something between them was cut."""
    return "".join(
        marker + text[start:end]
        for marker, (start, end) in zip(_markers(text, ranges, gap), ranges, strict=True)
    )


def _markers(text: str, ranges: Sequence[Range], gap: str | Marker) -> list[str]:
    """What is written before each of the ranges: nothing before the first.

    Where a line break stands alone between two cuts, one marker is for both: before it, or after
    it if the marker is a line of its own.
    """
    written = [""] * len(ranges)
    if not gap:
        return written
    for number, (start, _) in enumerate(ranges[1:], start=1):
        alone = _is_space(text, ranges[number - 1]) and number > 1
        if number < len(ranges) - 1 and _is_space(text, ranges[number]):
            continue
        marker = gap if isinstance(gap, str) else gap.before(start)
        before = number - 1 if alone and not marker.endswith("\n") else number
        written[before] = marker
    return written


def _is_space(text: str, kept: Range) -> bool:
    """Whether a range is a line break that stands alone."""
    inside = text[kept[0] : min(kept[1], kept[0] + _LOOK_BACK)]
    return inside.isspace() and _LINE_BREAK.search(inside) is not None

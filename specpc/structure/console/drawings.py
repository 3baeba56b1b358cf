"""Drawings made of characters: boxes and arrows, of which a part is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.parts.lines import OWN_LINE, one_piece
from specpc.structure.parts.rows import rows
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_FEWEST: Final = 3
_LONGEST: Final = 6_000
# So much of what is no white space is drawn with these.
_SHARE: Final = 0.4
_STROKE: Final = lazy_regex(r"[-+|_=<>/\\^*~\u2190-\u2193\u2500-\u257f\u25b2\u25ba\u25bc\u25c4]")
_ACROSS: Final = lazy_regex(r"[-=_]{2}|[-=]>|<[-=]|[─━═]{2}")
_DOWN: Final = lazy_regex(r"(?<!\w)[/\\]|[/\\](?!\w)|[|│┃║┼├┤┌┐└┘╭╮╰╯]")
_EITHER: Final = 2
# A table has borders on both sides, or bars in its rules; a tree has none on the right.
_BORDERED: Final = lazy_regex(r"\s*+[|+│┃║├└┌╔╠╚╒╞╘╭╰┏┗┣][^\r\n]*[|+│┃║┤┘┐╗╣╝╕╡╛╮╯┓┛┫]\s*+")
_RULE: Final = lazy_regex(r"\s*+[^\s\w]++\s*+")
_TREE: Final = lazy_regex(r"[\s│|]*+(?:[├└╰]|[|`+\\](?=--? ))[─-]{1,3} ?[^\s─-]")
_MOSTLY: Final = 0.6
_CAPTION: Final = lazy_regex(
    r"[ \t]*+(?:fig(?:ure|\.)|abb(?:ildung|\.)|diagram|schema|figura|图|図)[ \t]*+\d",
    regex.IGNORECASE,
)


def lay_out_drawing(text: str) -> Layout | None:
    """A drawing, with the line that says what it shows, as one piece; ``None`` if it is none."""
    if len(text) > _LONGEST or not _may_be(text):
        return None
    found = rows(text)
    drawn = [
        _is_drawing([row.said for row in found[start:end]])
        for start, end in _blocks(found)
        if end - start > 1 or not _CAPTION.match(found[start].said)
    ]
    return one_piece(len(text), "drawing", OWN_LINE) if drawn and all(drawn) else None


def drawing_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that are a drawing in a text (see `Kind.runs`)."""
    if not _may_be(text):
        return
    found = rows(text)
    first: int | None = None
    for start, end in _blocks(found):
        drawn = _is_drawing([row.said for row in found[start:end]])
        if first is not None and not drawn:
            caption = end - start == 1 and _CAPTION.match(found[start].said)
            yield first, end if caption else start
            first = None
        elif first is None and drawn:
            first = start
    if first is not None:
        yield first, len(found)


def _may_be(text: str) -> bool:
    return _ACROSS.search(text) is not None and _DOWN.search(text) is not None


def _blocks(found: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Numbers of the rows between blank lines."""
    first = 0
    for place, row in enumerate(found, start=1):
        if row.ends_block or place == len(found):
            yield first, place
            first = place


def _is_drawing(lines: Sequence[str]) -> bool:
    """Whether lines are drawn, both ways, and neither a table nor a tree."""
    if len(lines) < _FEWEST:
        return False
    across = sum(_ACROSS.search(line) is not None for line in lines)
    down = sum(_DOWN.search(line) is not None for line in lines)
    if min(across, down) < _EITHER:
        return False
    said = sum(len("".join(line.split())) for line in lines)
    if sum(len(_STROKE.findall(line)) for line in lines) < _SHARE * said:
        return False
    barred = sum("|" in line for line in lines)
    if 2 * barred > len(lines) and any("|" in line and _RULE.fullmatch(line) for line in lines):
        return False
    bordered = sum(_BORDERED.fullmatch(line) is not None for line in lines)
    if 2 * bordered > len(lines) and any(map(_RULE.fullmatch, lines)):
        return False
    return sum(_TREE.match(line) is not None for line in lines) < _MOSTLY * len(lines)

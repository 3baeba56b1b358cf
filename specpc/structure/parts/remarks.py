"""What somebody says before and after something that a tool printed."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.shapes import is_plain
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.structure.parts.rows import Row

_BEGINS: Final = lazy_regex(r"\W*+\p{Lu}\S*+[ \t]++(?:\S++[ \t]++){6}")
_ENDS: Final = lazy_regex(r"\p{Ll}[.!?:][\"')\]]*+\Z")
_LOOKED_BACK: Final = 20
# Before and after what a tool printed there are no more paragraphs of prose, or it is a report.
_MOST_REMARKS: Final = 8


def without_remarks(found: Sequence[Row]) -> tuple[int, int]:
    """Numbers of rows, first and one past the last, between paragraphs of prose."""
    ends = [0, *(n for n, row in enumerate(found, start=1) if row.ends_block or n == len(found))]
    paragraphs = list(pairwise(ends))
    told = [_is_remark(found[slice(*one)]) for one in paragraphs[:_MOST_REMARKS]]
    first = told.index(False) if False in told else len(told)
    told = [_is_remark(found[slice(*one)]) for one in paragraphs[: -_MOST_REMARKS - 1 : -1]]
    last = len(paragraphs) - (told.index(False) if False in told else len(told))
    return (paragraphs[first][0], paragraphs[last - 1][1]) if first < last else (0, len(found))


def _is_remark(paragraph: Sequence[Row]) -> bool:
    """Whether a paragraph is sentences, which somebody says of what a tool printed."""
    said = " ".join(row.said for row in paragraph)
    plain = not paragraph[0].indented and all(is_plain(row.said) for row in paragraph)
    return plain and is_sentence(said)


def is_sentence(said: str) -> bool:
    """Whether a line is of many words, from a capital letter to a full stop."""
    begins = _BEGINS.match(said)
    said = said.rstrip()
    return begins is not None and bool(
        _ENDS.search(said, max(begins.end(), len(said) - _LOOKED_BACK))
    )

"""A file with a number before each line: ``cat -n``, ``nl``, what an agent's tool reads."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.code.languages import file_in, language_of
from specpc.structure.parts.lines import OWN_LINE, add_sentences, in_lines
from specpc.structure.parts.rows import rows
from specpc.text.hidden import without_marks
from specpc.text.layout import LayoutBuilder, Nested
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import regex

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_FEWEST: Final = 5
# Of a text that is one, so much; what stands before or after it is prose.
_MOSTLY: Final = 0.5
_NUMBER: Final = lazy_regex(
    r"(?P<number>[ ]*+\d{1,7})(?P<mark>[\t→:]| ?[|│](?: |(?=[\r\n]|\Z))|(?=[\r\n]|\Z))"
)
# What parts the cells of a row; a rule.
_APART: Final = lazy_regex(r"\S {2,}+\S")
_RULE: Final = lazy_regex(r"[ \t]*+[-=_+|│┼─━═]{3,}+[-=_+|│┼─━═ \t]*+")


def lay_out_listing(text: str) -> Layout | None:
    """The pieces of what the lines are without their numbers, each of which stays with its line.

    Returns:
        ``None`` unless the lines are numbered one after the other, in most of the text.
    """
    found = rows(text)
    runs = list(_runs(found))
    if len(runs) != 1:
        return None
    start, end = found[runs[0][0]].start, found[runs[0][1] - 1].end
    if end - start < _MOSTLY * len(text):
        return None
    said, _ = without_marks(text[start:end], _NUMBER)
    language = language_of(None, said, excerpt=True)
    inside = Nested(
        file_in(language) if language else None,
        partial(without_marks, mark=_NUMBER),
        tidy=None if language else in_lines,
    )
    builder = LayoutBuilder()
    if start:
        add_sentences(builder, text, start)
    builder.nest(builder.unit(end, gap=OWN_LINE), inside)
    if end < len(text):
        add_sentences(builder, text, len(text))
    return builder.build("listing")


def listing_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be such in a text (see `Kind.runs`)."""
    yield from _runs(rows(text))


def _runs(found: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Rows that are numbered one after the other, from 1 or a later one on."""
    read = [_NUMBER.match(row.said) for row in found]
    parts = [
        place
        for place, (one, other) in enumerate(pairwise(read), start=1)
        if one is None or other is None or int(one["number"]) + 1 != int(other["number"])
    ]
    for first, end in pairwise([0, *parts, len(found)]):
        above = found[first - 1].said if first else ""
        if end - first >= _FEWEST and _is_listing(found[first:end], read[first:end], above):
            yield first, end


def _is_listing(own: Sequence[Row], read: Sequence[regex.Match[str] | None], above: str) -> bool:
    """Whether numbers stand in a column of their own, and are no table's or list's."""
    known = [one for one in read if one is not None]
    marks = {one["mark"].strip(" ") for one in known if one["mark"]}
    if len(marks) != 1 or int(known[0]["number"]) == 0:
        return False
    mark = marks.pop()
    # The header of a table, or the rule below that.
    if mark in above or _RULE.fullmatch(above):
        return False
    said = [row.said[one.end() :].strip() for row, one in zip(own, read, strict=True) if one]
    if 2 * sum(mark in line or _APART.search(line) is not None for line in said) > len(said):
        return False
    aligned = len({one.end("number") for one in known}) == 1 and known[0]["number"].startswith(" ")
    if aligned and mark != ":":
        return True
    plain, _ = without_marks("\n".join(row.said for row in own), _NUMBER)
    return language_of(None, plain) is not None

"""Block quotes: sentences of what is quoted, each behind its mark and with who said it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.lines import OWN_LINE
from specpc.text.layout import LayoutBuilder
from specpc.text.patterns import lazy_regex
from specpc.text.units import segment

if TYPE_CHECKING:
    from specpc.text.layout import Layout

# A quotation up to this size stays whole where a budget can hold it.
_WHOLE: Final = 300
_LINE: Final = lazy_regex(r"(?P<mark>(?:[ ]{0,3}+>[ \t]?+)*+)(?P<said>[^\r\n]*+(?:\r\n|\n|\r|\Z))")
# What says who speaks, or what kind of remark it is: "[!NOTE]", "Ann wrote:", "-- Ann".
_FIRST: Final = lazy_regex(r"\s*+(?:\[![\w-]++\]|[^\r\n]{1,160}:)[ \t]*+(?:\r\n|\n|\r)")
_BY: Final = lazy_regex(r"(?:—|–|--|―)[ \t]*+\p{L}")
_LONGEST_BY: Final = 120


def lay_out_quote(text: str) -> Layout:
    """The pieces of a block quote: one, or its sentences where it is long or no budget holds it."""
    if len(text) > _WHOLE:
        return _lay_out_sentences(text)
    builder = LayoutBuilder()
    builder.refinable(builder.unit(len(text), whole=True, gap=OWN_LINE), _lay_out_sentences)
    return builder.build("quote")


def _lay_out_sentences(text: str) -> Layout:
    """Sentences that begin a line, or stand on one of which the first sentence begins it.

    Others stay with what is before them: without its mark, a sentence is nobody's quotation.
    """
    marks = {match.start(): match.end("mark") for match in _LINE.finditer(text) if match.group()}
    cuts, shared = _cuts(text, marks)
    builder, said = LayoutBuilder(), list[int]()
    by: list[int] = []
    within: list[tuple[int, int]] = []  # how deep others are quoted, and what says whom
    mark: tuple[int, ...] = ()
    for number, (start, end) in enumerate(pairwise(cuts)):
        if start in marks:
            mark = ()
            inner, depth = text[marks[start] : end], _depth(text, start, marks)
            while within and within[-1][0] >= depth:
                within.pop()
            named = number < len(cuts) - 2 and _FIRST.match(inner) is not None
            if named and number and _depth(text, end, marks) > depth:
                needs = [piece for _, piece in within[-1:]]
                within.append((depth, builder.support(end, needs, gap=OWN_LINE)))
                continue
            last = number == len(cuts) - 2 and len(inner) <= _LONGEST_BY and _BY.match(inner)
            if (named and not number and _FIRST.fullmatch(inner)) or last:
                by.append(builder.support(end, gap=OWN_LINE))
                continue
            if start in shared and marks[start] > start:
                mark = (builder.support(marks[start], gap=OWN_LINE),)
        own = None if mark and start not in marks else "" if mark else OWN_LINE
        needs = [*mark, *(piece for _, piece in within[-1:])]
        said.append(builder.unit(end, needs, whole=True, gap=own))
    for piece in said:
        builder.require(piece, *by)
    if not said:
        for piece in by:
            builder.make_unit(piece)
    return builder.build("quote")


def _depth(text: str, start: int, marks: dict[int, int]) -> int:
    """How many quote another where a line starts."""
    return text.count(">", start, marks[start])


def _cuts(text: str, marks: dict[int, int]) -> tuple[list[int], set[int]]:
    """Where the quotation is cut, and which of its lines in their middle."""
    offsets: list[int] = []  # of what is said, by its characters
    said: list[str] = []
    line_of: list[int] = []
    ends = [*list(marks)[1:], len(text)]
    for (start, mark), end in zip(marks.items(), ends, strict=True):
        said.append(text[mark:end])
        offsets += range(mark, end)
        line_of += [start] * (end - mark)
    cuts, shared, starts = [0], set[int](), {0}
    for bound in segment("".join(said), "sentence")[1:-1]:
        line = line_of[bound]
        if offsets[bound] == marks[line]:
            cuts.append(line)
            starts.add(line)
        elif line in starts:
            cuts.append(offsets[bound])
            shared.add(line)
    return [*cuts, len(text)], shared

"""Contents with leader dots ("Mooring ........ 9"); price lists and menus look like them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.nesting import LineLevel, nested
from specpc.structure.parts.rows import rows
from specpc.structure.parts.shapes import ends_clause
from specpc.text.patterns import lazy_regex
from specpc.text.units import is_open

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

# What leads the eye from one column to the next.
_LEADER: Final = lazy_regex(r"(?:\.[ \t]?){4,}+|…{2,}+|·{4,}+")
_LONGEST_VALUE: Final = 30
_LONGEST_LABEL: Final = 100
_LONGEST_TITLE: Final = 60
# Lines between two of them, of which the first may go on in the second.
_MOST_BETWEEN: Final = 2
_FEWEST: Final = 3
_HALF: Final = 0.5
# "Chapter 3. ", "2.1 ", "IV. ", "A. "
_BEGINS: Final = lazy_regex(
    r"(?:\p{Lu}\p{L}{2,12}+ )?(?:(?P<number>\d{1,3}(?:\.\d{1,3}){0,4}+)|[IVXLC]{1,6}|\p{Lu})"
    r"(?:[.:)]|(?=\s))\s*+"
)
# What stands above the pages, below the title.
_LONGEST_COLUMN: Final = 12
_LABEL: Final = 0.5  # by so much less than entries its lines are indented
_DEPTH: Final = 0.1


def lay_out_contents(text: str) -> Layout | None:
    """The pieces of lines with leader dots: each with its title and what it is a part of.

    Returns:
        ``None`` unless the text is such lines, and a title.
    """
    found = rows(text)
    runs = list(_runs(found))
    if len(runs) != 1 or runs[0] != (0, len(found)):
        return None
    return lay_out_blocks(text, [_contents(found)], "contents")


def contents_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be such in a text (see `Kind.runs`)."""
    yield from _runs(rows(text))


def _leads(said: str) -> bool:
    """Whether a line has dots that lead from something to something short."""
    dots = _LEADER.search(said)
    if dots is None or not any(map(str.isalnum, said[: dots.start()])):
        return False
    value = said[dots.end() :].strip()
    return 0 < len(value) <= _LONGEST_VALUE and _LEADER.search(value) is None


def _runs(found: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Numbers of rows, first and one past the last, from a title on."""
    own: list[int] = []
    for place in [n for n, row in enumerate(found) if _leads(row.said)] + [len(found)]:
        between = found[own[-1] + 1 : place] if own else []
        apart = len(between) > _MOST_BETWEEN or any(map(_is_other, between))
        if own and (place == len(found) or apart):
            if len(own) >= max(_FEWEST, _HALF * (own[-1] + 1 - own[0])):
                yield _title(found, own[0]), own[-1] + 1
            own = []
        own.append(place)


def _is_other(row: Row) -> bool:
    return len(row.said) > _LONGEST_LABEL or ends_clause(row.said.rstrip())


def _title(found: Sequence[Row], first: int) -> int:
    """The row of the title above some, or of what is above their second column."""
    above = first
    while above and first - above < _MOST_BETWEEN:
        said = found[above - 1].said.strip()
        if len(said) > _LONGEST_TITLE or _is_other(found[above - 1]) or _leads(said):
            break
        above -= 1
        if len(said) > _LONGEST_COLUMN or found[above - 1].ends_block:
            break
    return above


def _contents(found: Sequence[Row]) -> Block:
    """The block of a title with entries, those below the parts they are of."""
    first = next(n for n, row in enumerate(found) if _leads(row.said))
    own = found[first:]
    leading = [_leads(row.said) for row in own]
    begun = [_BEGINS.match(row.said.strip()) is not None for row in own]
    mostly = sum(b for b, leads in zip(begun, leading, strict=True) if leads) > _HALF * sum(leading)
    levels: list[LineLevel] = []
    labels: set[int] = set()
    start = None
    for place, row in enumerate(own):
        after = place + 1
        if not leading[place] and _goes_on(own, begun, place, mostly=mostly):
            start = row if start is None else start
            continue
        head = row if start is None else start
        level = head.columns + _DEPTH * _depth(head.said)
        if not leading[place]:
            labels.add(head.start)
            level = head.columns - _LABEL
        end = own[after].start if after < len(own) else row.end
        levels.append(LineLevel(head.start, end, level))
        start = None
    inside = [_saying(one, labels) for one in nested(levels)]
    return block(found[0].start, found[-1].end, own[0].start, inside=inside)


def _goes_on(own: Sequence[Row], begun: Sequence[bool], place: int, *, mostly: bool) -> bool:
    """Whether a line without dots goes on in the next."""
    row, after = own[place], own[place + 1]
    if mostly and begun[place + 1]:
        return False
    said = after.said.lstrip()
    begins = mostly and (begun[place] or after.columns > row.columns)
    return begins or said[:1].islower() or is_open(row.said)


def _depth(said: str) -> int:
    found = _BEGINS.match(said.strip())
    return (found["number"] or "").count(".") if found else 0


def _saying(own: Block, labels: set[int]) -> Block:
    """A block in which each entry that has others below it says something by itself."""
    inside = tuple(_saying(inner, labels) for inner in own.inside)
    return replace(own, inside=inside, says=bool(inside) and own.start not in labels)

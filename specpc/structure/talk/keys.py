"""Keys with answers to questions that stand elsewhere: "1. B  2. C", several in a line."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.rows import rows
from specpc.structure.parts.shapes import ends_clause
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

# "1. ", "1) ", "12-", "7 "
_NUMBER: Final = lazy_regex(
    r"(?:(?<=\s)|\A)\(?(?P<number>\d{1,3}+)(?:(?P<mark>[.):]+)(?=\s)|-(?=\p{L})|(?=[ \t]))[ \t]*+"
)
# An answer to a number without a mark begins so.
_WORD: Final = lazy_regex(r"[(\"“]?\p{L}")
# A few words, which are none of a sentence.
_ANSWER: Final = lazy_regex(r"(?=[^\p{L}\d]{0,4}+[\p{L}\d])(?:\S{1,20}+\s*+){1,4}+")
_LONGEST_LINE: Final = 200
_LONGEST_TITLE: Final = 60
_FEWEST: Final = 2
_FEWEST_IN_ONE: Final = 3
# All numbers, or the odd ones.
_STEPS: Final = frozenset({1, 2})
_MOST_ABOVE: Final = 2


def lay_out_keys(text: str) -> Layout | None:
    """The pieces of a key: its lines, each with the part of the key and the title it stands under.

    Returns:
        ``None`` unless the text is one, and nothing else.
    """
    found = rows(text)
    runs = list(_runs(found))
    if len(runs) != 1 or runs[0] != (0, len(found)):
        return None
    return lay_out_blocks(text, _blocks(found), "key")


def key_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be a key in a text (see `Kind.runs`)."""
    yield from _runs(rows(text))


def _numbers(said: str) -> list[int]:
    """The numbers that a line of short answers has before each; of other lines, none."""
    said = said.strip()
    if len(said) > _LONGEST_LINE or _NUMBER.match(said) is None:
        return []
    marks = [
        match
        for match in _NUMBER.finditer(said)
        if match["mark"] is not None or _WORD.match(said, match.end())
    ]
    if not marks or marks[0].start():
        return []
    own = [marks[0]]
    for match in marks[1:]:
        step = int(match["number"]) - int(own[-1]["number"])
        if step in _STEPS and (
            len(own) < _FEWEST or step == int(own[1]["number"]) - int(own[0]["number"])
        ):
            own.append(match)
    ends = [*(match.start() for match in own[1:]), len(said)]
    answers = [said[one.end() : end] for one, end in zip(own, ends, strict=True)]
    short = len(own) == 1 or all(map(_ANSWER.fullmatch, answers))
    return [int(match["number"]) for match in own] if short else []


def _runs(found: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Numbers of rows, first and one past the last, from a title on."""
    numbers = [_numbers(row.said) for row in found]
    place = 0
    while place < len(found):
        if len(numbers[place]) < _FEWEST:
            place += 1
            continue
        first = last = place
        sizes, place = [len(numbers[place])], place + 1
        while place < len(found):
            if len(numbers[place]) >= _FEWEST:
                sizes.append(len(numbers[place]))
                last = place
            elif _goes_on(numbers, place):
                last = place
            elif place - last > _MOST_ABOVE or not _is_title(found[place]):
                break
            place += 1
        place = last + 1
        if len(sizes) > 1 or sizes[0] >= _FEWEST_IN_ONE:
            above = first
            while above and first - above < _MOST_ABOVE and _is_title(found[above - 1]):
                above -= 1
            yield above, last + 1


def _goes_on(numbers: Sequence[Sequence[int]], place: int) -> bool:
    """Whether a line has one answer, whose number follows the last of the line above."""
    own, before = numbers[place], numbers[place - 1]
    return bool(own and before) and own[0] - before[-1] in _STEPS


def _is_title(row: Row) -> bool:
    said = row.said.strip()
    named = len(said) <= _LONGEST_TITLE and said[:1].isupper()
    return named and not ends_clause(said) and not _numbers(said)


def _blocks(found: Sequence[Row]) -> list[Block]:
    """The lines below the titles of parts, and of all."""
    titles = [n for n, row in enumerate(found) if not _numbers(row.said)]
    own = [block(row.start, row.end, body="whole") for row in found]
    # Of titles one below the other, the first is that of all.
    all_of_it = titles[:2] == [0, 1]
    starts = titles[1:] if all_of_it else titles
    parts = own[int(all_of_it) : min(starts, default=len(own))]
    for low, high in pairwise([*starts, len(found)]):
        end = found[high - 1].end
        if high - low > 1:
            inside = own[low + 1 : high]
            parts.append(block(found[low].start, end, found[low].end, inside=inside))
        else:
            parts.append(block(found[low].start, end, body="nothing"))
    if not all_of_it:
        return parts
    return [block(found[0].start, found[-1].end, found[0].end, inside=parts)]

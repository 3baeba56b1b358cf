"""Assembler, as it is written, listed or disassembled: lines under what they are the code of."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.rows import rows
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_FEWEST: Final = 6
_EXPLAINED: Final = 0.7
# What stands before the code in a listing: the number of the line, where it is, what it is.
_LISTED: Final = r"[ ]{0,6}\d{1,6}(?:[ ][0-9a-f]{4,8}[ ][0-9A-F]{2,16}[ ]*|[ ]{6,24})\t"
# "main:", ".L4:", "0000000000001139 <main>:"; local ones begin with a dot or are numbers.
_LABEL: Final = lazy_regex(
    rf"(?:{_LISTED})?(?:(?P<local>\d{{1,3}}|\.[\w.$]++)"
    r"|(?P<name>[\w.$@?~]++)|[0-9a-f]{8,16}[ ]<(?P<name>[^<>]{1,200}+)>):(?=\s|\Z)"
)
_INSTRUCTION: Final = lazy_regex(
    rf"(?:{_LISTED}|[ ]{{0,8}}[0-9a-f]{{1,16}}:\t(?:[0-9a-f]{{2,8}}[ ])+[ ]*+\t?)[ \t]*+\S"
    r"|[ \t]++(?:(?:rep[a-z]{0,3}|lock)[ \t]+)?[.a-zA-Z][\w.]{0,18}+(?:[ \t]++[^\s=][^\r\n{]*+)?\Z"
)
# Bytes that did not fit the line above.
_MORE: Final = lazy_regex(
    r"(?:[ ]{0,6}\d{1,6}[ ]{6}[0-9A-F]{2,16}|[ ]{0,8}[0-9a-f]{1,16}:\t(?:[0-9a-f]{2,8}[ ])+)[ ]*\Z"
)
_REMARK: Final = lazy_regex(r"[ \t]*+(?:[#;@/|*]|\.(?:file|text|data|globl|section)\b)")
# Of machines: what programs in other languages have not.
_SURE: Final = lazy_regex(
    r"[0-9a-f]{8,16} <|[^\r\n]*?(?:[ \t]\.(?:globl|type|section|cfi_\w+|text|align|string|asciz"
    r"|quad|long|size)\b|[ \t%](?:[re]?[abcd]x|r[sbd][ip]|[re]sp|x(?:mm)?\d{1,2}"
    r"|[wx](?:\d{1,2}|zr)|sp|lr|pc)\b)"
)
_ENDS: Final = lazy_regex(r"Disassembly of section|[^\r\n]*:[ ]+file format ")


def lay_out_assembler(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of assembler: its lines, each with the function and the label it stands under.

    Returns:
        ``None`` unless most lines are instructions, directives and labels, some of them sure to
        be, or the text is ``named`` so and has a label.
    """
    found = rows(text)
    labels = [
        number
        for number, row in enumerate(found)
        if _LABEL.match(row.said) and not _ENDS.match(row.said)
    ]
    if len(found) < _FEWEST or not labels:
        return None
    known = sum(
        _INSTRUCTION.match(row.said) is not None or _MORE.match(row.said) is not None
        for row in found
    )
    sure = sum(_SURE.match(row.said) is not None for row in found)
    told = sum(_REMARK.match(row.said) is not None for row in found)
    explained = known + len(labels) >= _EXPLAINED * (len(found) - told)
    if not known or (not named and not (explained and 4 * sure >= known)):
        return None
    return lay_out_blocks(text, _functions(found, labels), "assembler", gap="# {}\n")


def _functions(found: Sequence[Row], labels: Sequence[int]) -> list[Block]:
    """What stands below each name, in it what stands below each local label."""
    names = [n for n in labels if (match := _LABEL.match(found[n].said)) and match["name"]]
    blocks = _below(found, 0, names[0] if names else len(found), labels)
    for first, end in pairwise([*names, len(found)]):
        stop = next((n for n in range(first, end) if _ENDS.match(found[n].said)), end)
        inside = _below(found, first + 1, stop, labels)
        blocks.append(_block(found, first, stop, inside))
        blocks += _below(found, stop, end, labels)
    return blocks


def _below(found: Sequence[Row], first: int, end: int, labels: Sequence[int]) -> list[Block]:
    """Lines, those below a local label under it, with the bytes that go on with each."""
    begun = labels[bisect_left(labels, first) : bisect_left(labels, end)]
    blocks = list(_lines(found, first, begun[0] if begun else end))
    for label, stop in pairwise([*begun, end]):
        blocks.append(_block(found, label, stop, list(_lines(found, label + 1, stop))))
    return blocks


def _block(found: Sequence[Row], first: int, end: int, inside: Sequence[Block]) -> Block:
    bounds = found[first].start, found[end - 1].end
    if not inside:
        return block(*bounds, body="whole")
    return block(*bounds, found[first].end, inside=inside)


def _lines(found: Sequence[Row], first: int, end: int) -> Iterator[Block]:
    begun = first
    for number in range(first, end):
        if number + 1 == end or not _MORE.match(found[number + 1].said):
            yield block(found[begun].start, found[number].end, body="whole")
            begun = number + 1

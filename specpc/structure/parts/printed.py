"""Lines that a program printed: each with those that are indented below it, or that it names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, lay_out_blocks
from specpc.structure.parts.lines import lines
from specpc.structure.parts.nesting import LineLevel, nested
from specpc.structure.parts.shapes import is_running
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.structure.parts.blocks import Body
    from specpc.text.layout import Layout

_CLOSES: Final = lazy_re(r"[ \t]*[}\])]+[,;]?$")
# Below it stands what a test printed.
_PRINTED: Final = lazy_re(r"-{3,} .* -{3,}[ \t]*[\r\n]")
# Terraform's signs stand in the margin of what they are about.
_INDENT: Final = lazy_re(r"[\r\n]*([ \t]*(?:(?<=[ \t]{2})[-+~] |-/\+ |\+/- )?)")
_LEADS: Final = lazy_re(r"[:{\[(-]")
# An "E" alone is what pytest writes before a blank line of an error.
_NOTHING: Final = lazy_regex(r"\s*+E?+[\W_]*+\Z")


def lay_out_printed(text: str) -> Layout:
    """The lines of what is known to be printed, and of no known kind."""
    return lay_out_blocks(text, printed(text, lines(text)), "output", small=0)


def printed(text: str, spans: Sequence[tuple[int, int]]) -> list[Block]:
    """Lines with those that are indented below them, or that they name across the screen."""
    levels: list[LineLevel] = []
    named, before = 0, ""
    for start, end in spans:
        said = text[start:end]
        names = _PRINTED.match(said) is not None
        named |= names
        indent = 0 if names else named + _indent(text, start)
        alike = bool(levels) and levels[-1].indent == indent
        if alike and before and is_running([before, said.rstrip()]):
            levels[-1] = replace(levels[-1], end=end, body="whole")
        else:
            body: Body = "lines" if _NOTHING.match(said) is None else "nothing"
            closes = _CLOSES.match(said.strip("\r\n")) is not None
            levels.append(LineLevel(start, end, indent, body=body, closes=closes))
        blank = said.count("\n") > 1 or said.count("\r") > 1
        before = "" if blank else said.rstrip("\r\n")
    return [_telling(text, one) for one in nested(levels)]


def _telling(text: str, own: Block) -> Block:
    """A line with others below it, which says something alone unless it only leads to them."""
    if not own.inside:
        return own
    inside = tuple(_telling(text, inner) for inner in own.inside)
    says = _LEADS.search(text[own.start : own.head].rstrip()[-1:]) is None
    return replace(own, inside=inside, says=says)


def _indent(text: str, start: int) -> int:
    found = _INDENT.match(text, start)
    return len(found[1].expandtabs()) if found else 0

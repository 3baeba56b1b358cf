"""Stretches of a text that must not be cut inside: braces, formulas."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Callable

    import regex

_TOKEN: Final = lazy_regex(
    r"\\\\|\\(?P<opens>[(\[])|\\(?P<closes>[)\]])|\\.|(?P<brace>\{)|(?P<end>\})|(?P<dollars>\$\$?+)"
    r"|(?P<blank>(?:\r\n|\n|\r)[ \t]*+(?:\r\n|\n|\r))"
)


@dataclass(frozen=True)
class Ranges:
    """Stretches of a text, in order and apart."""

    ends: tuple[int, ...]
    starts: tuple[int, ...]

    def hold(self, text: str, offset: int) -> bool:
        """Whether an offset is inside one of them."""
        place = bisect_left(self.ends, offset)
        return place < len(self.ends) and self.starts[place] < offset < self.ends[place]


def matches(pattern: regex.Pattern[str], text: str) -> Callable[[str, int], bool]:
    """Whether an offset of a text is inside a match of a pattern."""
    spans = [match.span() for match in pattern.finditer(text)]
    return Ranges(tuple(end for _, end in spans), tuple(start for start, _ in spans)).hold


def tex_groups(text: str) -> Callable[[str, int], bool]:
    """Whether an offset of LaTeX is in braces or a formula that are closed in their paragraph."""
    starts: list[int] = []
    ends: list[int] = []
    depth, start, formula = 0, 0, ""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "blank":
            depth, formula = 0, ""
            continue
        opened = depth > 0 or formula
        if kind == "brace":
            depth += 1
        elif kind == "end":
            depth = max(0, depth - 1)
        elif kind == "dollars":
            formula = "" if formula == match.group() else formula or match.group()
        elif kind == "opens":
            formula = formula or kind
        elif kind == "closes" and formula == "opens":
            formula = ""
        if not opened and (depth or formula):
            start = match.start()
        elif opened and not (depth or formula):
            starts.append(start)
            ends.append(match.end())
    return Ranges(tuple(ends), tuple(starts)).hold


def closing_brace(text: str, brace: int, limit: int) -> int | None:
    """Where the brace is that closes the one at an offset, before a limit."""
    depth = 0
    for match in _TOKEN.finditer(text, brace, min(limit, len(text))):
        depth += (match.lastgroup == "brace") - (match.lastgroup == "end")
        if depth == 0:
            return int(match.start())
    return None

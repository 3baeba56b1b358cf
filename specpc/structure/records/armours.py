"""Keys, certificates and signatures written in letters: ``-----BEGIN CERTIFICATE-----``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.rows import FENCE, rows, runs_of
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_EDGE: Final = lazy_re(
    r"[ \t]*-{4,5} ?(?P<edge>BEGIN|END) (?P<name>[A-Z\d][A-Z\d ]{0,60}?) ?-{4,5}[ \t]*"
)
# "Version: GnuPG v2" above the letters.
_LINE: Final = lazy_re(r"[ \t]*(?:[A-Za-z\d+/=]{1,100}|[A-Z][A-Za-z-]{1,30}: .*)[ \t]*")

# Of a text with so much of them, the rest is texts of their own: what a certificate says.
_SHARE: Final = 0.2


def is_edge(line: str) -> bool:
    """Whether a line begins or ends such."""
    return "---" in line and _EDGE.fullmatch(line) is not None


def lay_out_armours(text: str) -> Layout | None:
    """The pieces of keys, certificates, messages and signatures, each of which is whole.

    Returns:
        ``None`` unless a good part of the text is such.
    """
    if "-BEGIN " not in text and "- BEGIN " not in text:
        return None
    found = rows(text)
    blocks = _armours(found)
    inside = sum(block.end - block.start for block in blocks)
    if inside < max(1, _SHARE * len(text)) or any(FENCE.match(row.said) for row in found):
        return None
    return lay_out_blocks(text, blocks, "armour", loose="text")


def armour_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that are such in a text (see `Kind.runs`)."""
    if "-BEGIN " in text or "- BEGIN " in text:
        yield from runs_of(_armours(rows(text)), spans)


def _armours(found: Sequence[Row]) -> list[Block]:
    blocks: list[Block] = []
    name, first = "", -1
    for place, row in enumerate(found):
        edge = _EDGE.fullmatch(row.said) if "---" in row.said else None
        if edge is None:
            first = first if _LINE.fullmatch(row.said) else -1
        elif edge["edge"] == "BEGIN":
            name, first = edge["name"], place
        elif first >= 0 and name == edge["name"]:
            blocks.append(block(found[first].start, row.end, body="whole"))
            first = -1
    return blocks

"""What ``ls -R`` prints: folders with what is in them, below one another by their paths."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.rows import mostly, rows, runs_of
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_HEAD: Final = lazy_re(r"(?P<path>[^\s:][^:]{0,400}):$")
_TOTAL: Final = lazy_re(r"total \d+$")
_FEWEST: Final = 2


def lay_out_folders(text: str) -> Layout | None:
    """The pieces of a listing of folders: a file is kept with the folder it is in.

    Returns:
        ``None`` unless at least half of the text is that, and most folders stand in others.
    """
    found = rows(text)
    blocks = _folders(found)
    if not mostly(text, found, blocks):
        return None
    return lay_out_blocks(text, blocks, "folders", loose="text")


def folder_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be such in a text (see `Kind.runs`)."""
    return runs_of(_folders(rows(text)), spans)


def _folders(found: Sequence[Row]) -> list[Block]:
    heads = [
        (place, match["path"])
        for place, row in enumerate(found)
        if (place == 0 or found[place - 1].ends_block) and (match := _HEAD.match(row.said))
    ]
    paths = {path for _, path in heads}
    inner = sum(path.rpartition("/")[0] in paths for _, path in heads)
    if len(heads) < _FEWEST or 2 * inner < len(heads):
        return []
    return [_folder(found, place) for place, _ in heads]


def _folder(found: Sequence[Row], place: int) -> Block:
    end = place + 1
    while end < len(found) and not found[end - 1].ends_block:
        end += 1
    body = place + 1
    body += body < end and _TOTAL.match(found[body].said) is not None
    inside = [block(row.start, row.end) for row in found[body:end]]
    folder = block(found[place].start, found[end - 1].end, found[body - 1].end, inside=inside)
    return folder if inside else replace(folder, body="nothing")

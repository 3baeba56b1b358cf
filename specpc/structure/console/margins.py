"""Lines at the margin with indented ones below: ``ip addr``, ``lspci -v``, changelogs, listings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.rows import mostly, rows, runs_of
from specpc.structure.parts.shapes import is_running, key_of
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_FEWEST: Final = 2
_FEWEST_ROWS: Final = 5
# Of what begins at the margin, so much has something below it.
_HEADS: Final = 0.6
# What begins a list item, heading, quotation, table or code is laid out as that.
_MARKED: Final = lazy_re(r"(?:[-+•]|\*{1,6}) |\d+[.)] |#{1,6} |[>|`~<{}\[\]]|\$\$|//|/\*")
_PROSE_ENDS: Final = lazy_re(r"[.!?][)\"'”’]*$")
_SECTION: Final = lazy_re(r"\d+(?:\.\d+)*\.?[ \t]+[^\W\d_]")
_GOES_ON: Final = lazy_re(r"(?:[,;]|[,;] (?:and|or|und|oder|et|ou))$")
_HYPHENATED: Final = lazy_re(r"[^\W\d_]{2}-$")
_SIGNED: Final = lazy_re(r" -- \S.*  \S")
# Lines indented by less, or so long, are likely to be prose.
_LEAST: Final = 2
_LONG_LINE: Final = 150
# A line at the margin goes on with the one above with so many words.
_WORDS: Final = 4
_APART: Final = lazy_re(r"[ \t]{2}")
_DASHES: Final = lazy_re(r"-{2,}(?:[ ]+-{2,})+")
_DEEPEST: Final = 12


def lay_out_outline(text: str) -> Layout | None:
    """The pieces of what stands at the margin with indented lines below it, to any depth.

    A short entry is kept whole; a line of a longer one brings all that it stands below.

    Returns:
        ``None`` unless most lines at the margin have some below, in at least half of the text.
    """
    found = rows(text)
    blocks = _entries(found)
    return lay_out_blocks(text, blocks, "outline") if mostly(text, found, blocks) else None


def outline_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be such in a text (see `Kind.runs`)."""
    return runs_of(_entries(rows(text)), spans)


def _entries(found: Sequence[Row]) -> list[Block]:
    """The entries of all runs of them: those with two lines above the indented ones, or others."""
    return _entries_of(found, titled=True) or _entries_of(found, titled=False)


def _entries_of(found: Sequence[Row], *, titled: bool) -> list[Block]:
    """The entries where each is ``titled`` by a line above others at the margin, or none is."""
    blocks: list[Block] = []
    for first, end in _runs(found, titled=titled):
        own = found[first:end]
        heads = [
            place
            for place, row in enumerate(own)
            if not row.indented and not (place and _closes(own[place - 1], row))
        ]
        if titled:
            heads = [place for place in heads if not place or own[place - 1].ends_block]
            if not all(_is_title(own, place) for place in heads):
                continue
        spans = list(zip(heads, [*heads[1:], len(own)], strict=True))
        full = [span for span in spans if span[1] - span[0] > 1]
        if len(full) < _FEWEST or len(own) < _FEWEST_ROWS:
            continue
        # What begins as those do that have something below is one of them: an idle device.
        keys = {key for start, _ in full if (key := key_of(own[start].said)) is not None}
        like = sum(e - s > 1 or key_of(own[s].said) in keys for s, e in spans)
        if like < _HEADS * len(spans):
            continue
        low = [row for row in own if 0 < row.columns < _LEAST and not _SIGNED.match(row.said)]
        if low or sum(len(row.said) > _LONG_LINE for row in own) * 3 > len(own):
            continue
        if any(is_running([row.said for row in own[start:stop]]) for start, stop in full):
            continue
        if any(place and _wraps(own[place - 1], own[place]) for place in heads):
            continue
        above = [found[first + start - 1 : first + start + 1] for start in heads]
        if 2 * sum(is_running([row.said for row in pair]) for pair in above) > len(heads):
            continue  # paragraphs of which the first line is indented
        blocks += [_entry(own[start:stop]) for start, stop in spans]
    return blocks


def _is_title(found: Sequence[Row], place: int) -> bool:
    """Whether a line at the margin has another below it, and below that an indented one."""
    if place + 2 >= len(found) or found[place].ends_block or found[place + 1].ends_block:
        return False
    begins = not place or found[place - 1].ends_block
    margin = not (found[place].indented or found[place + 1].indented)
    return begins and margin and found[place + 2].indented


def _runs(found: Sequence[Row], *, titled: bool) -> Iterator[tuple[int, int]]:
    """Rows that may be entries: from a line at the margin with one below it that is indented."""
    first: int | None = None
    for place, row in enumerate(found):
        below = place + 1 < len(found) and found[place + 1].indented
        below = below or (titled and _is_title(found, place))
        if first is not None and not row.indented and not (below and _may_head(row)):
            if found[place - 1].ends_block or _MARKED.match(row.said):
                yield first, place
                first = None
        elif first is None and not row.indented and below and _may_head(row):
            first = place
    if first is not None:
        yield first, len(found)


def _may_head(row: Row) -> bool:
    if _MARKED.match(row.said):
        return False
    # A section of a standard, of which the text is indented.
    ends = _PROSE_ENDS.search(row.said.rstrip()[-5:]) or _SECTION.match(row.said)
    return not (row.ends_block and ends)


def _closes(above: Row, row: Row) -> bool:
    """Whether a line at the margin ends the sentence that the indented ones above are in."""
    if row.indented or not above.indented or above.ends_block:
        return False
    return row.said[:1].islower() and _GOES_ON.search(above.said.rstrip()[-6:]) is not None


def _wraps(above: Row, row: Row) -> bool:
    """Whether a line at the margin goes on with a paragraph that an indented one begins."""
    said, below = above.said.rstrip(), row.said
    if _HYPHENATED.search(said[-3:]) and not above.ends_block and below[:1].islower():
        return True
    if not above.indented or above.ends_block or _PROSE_ENDS.search(said[-5:]):
        return False
    words = len(below.split()) >= _WORDS and _APART.search(below.strip()) is None
    return words and below[:1].islower() and is_running([said, below])


def _entry(own: Sequence[Row]) -> Block:
    """A line with all that is indented below it."""
    signed = len(own) > 2 and (_SIGNED.match(own[-1].said) or _closes(own[-2], own[-1]))
    body = own[1 : len(own) - bool(signed)]
    tail = own[-1].start if signed else own[-1].end
    inside = nested_lines(body)
    whole = block(own[0].start, own[-1].end, own[0].end, tail=tail, inside=inside)
    return replace(whole, record=True)


def nested_lines(own: Sequence[Row], depth: int = 1) -> list[Block]:
    """Lines with what is indented below them."""
    blocks: list[Block] = []
    place = 0
    while place < len(own):
        indent = own[place].columns
        end = place + 1
        if place + 2 < len(own) and _DASHES.fullmatch(own[end].said.strip()):
            # The names of columns, and the rows below them.
            while end < len(own) and own[end].columns >= indent:
                end += 1
            inside = nested_lines(own[place + 2 : end], depth + 1)
            blocks.append(
                block(own[place].start, own[end - 1].end, own[place + 1].end, inside=inside)
            )
            place = end
            continue
        while end < len(own) and own[end].columns > indent:
            end += 1
        start, stop, head = own[place].start, own[end - 1].end, own[place].end
        if end > place + 1 and depth < _DEEPEST:
            inside = nested_lines(own[place + 1 : end], depth + 1)
            blocks.append(block(start, stop, head, inside=inside))
        else:
            blocks.append(block(start, stop))
        place = end
    return blocks

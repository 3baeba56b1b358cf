"""Markdown: headings stay with what they head, header rows with rows, fences are closed.

Only what Markdown gives a structure is treated by it (headings, tables, block quotes, code, HTML);
of all between, data (see `regions`) is laid out as such, and the rest is cut into sentences, list
items and lines as any other text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from specpc.structure.embedded import closing_gap, lay_out_embedded, lay_out_lines
from specpc.structure.html import lay_out_html
from specpc.structure.lines import OWN_LINE, one_piece
from specpc.structure.regions import Region, find_regions
from specpc.text.layout import Layout, LayoutBuilder, tiles
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Without one of these at the start of a line a text has no structure that matters here.
_MARKS: Final = re.compile(
    r"^[ \t>*+-]*(?:#{1,6}[ \t]|```|~~~|>|<[a-zA-Z!/])|^[ \t]*[|:-][-| :\t]*-[-| :\t]*$|^=+[ \t]*$",
    re.MULTILINE,
)
_LINE_BREAK: Final = re.compile(r"\r\n|\n|\r")
_FRONT_MATTER: Final = re.compile(r"---[ \t]*\r?\n(?:.*\r?\n){1,60}?---[ \t]*(?:\r?\n|\Z)")
_BLANK_LINES: Final = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*(?:[ \t]+\Z)?")
_FENCE_MARK: Final = re.compile(r"```|~~~")
_FENCE_LINE: Final = re.compile(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)
_FENCE_START: Final = re.compile(r"[ \t>*+-]*(?:```|~~~)")
_PLAIN_FENCE: Final = re.compile(r"[ \t]*(?:```|~~~)")
_PREFIX: Final = re.compile(r"[ \t>]*")
_CLOSING_FENCE: Final = re.compile(r"[ \t>]*(?:`{3,}|~{3,})[ \t]*(?:\r\n|\n|\r)?\Z")
# A block quote or piece of HTML up to this size stays whole; longer ones are cut by line.
_WHOLE: Final = 600
# In front of a fence: a list item's indentation that makes it no fence once the item is gone.
_DEEP: Final = re.compile(r"(?: {4}| {0,3}\t)")


def lay_out_markdown(text: str) -> Layout:
    """The pieces of Markdown, or of plain text in any language, with data in it or not.

    Headings are supports of what stands under them up to the next heading, and units where nothing
    does; the header and delimiter rows of a table are a support of its rows; the first and last
    line of a code fence are supports of what is between; what announces data is one of that.
    """
    marked = _MARKS.search(text) is not None
    blocks = list(_blocks(text)) if marked else [_Block("text", 0, len(text))]
    blocks = _with_regions(blocks, find_regions(text))
    if blocks == [_Block("text", 0, len(text))]:
        return _lay_out_text(text)
    builder = LayoutBuilder()
    heading: int | None = None
    for block in blocks:
        if block.kind == "heading":
            builder.end_heading(heading)
            heading = builder.support(block.end, gap=OWN_LINE)
            continue
        needs = [] if heading is None else [heading]
        if block.region is not None and block.region.data > block.start:
            needs = [builder.support(block.region.data, needs, gap=OWN_LINE)]
        layout = block.region.layout if block.region else _lay_out_block(text, block)
        builder.append(layout, needs)
    builder.end_heading(heading)
    return builder.build("markdown" if marked else "mixed")


def closed_fences(text: str) -> list[tuple[int, int]]:
    """Where code fences are that end before the text does."""
    if not _FENCE_LINE.search(text):
        return []
    ranges = [(block.start, block.end) for block in _blocks(text) if block.kind == "fence"]
    return [(start, end) for start, end in ranges if _is_closed(text[start:end])]


@dataclass(frozen=True)
class _Block:
    """A stretch of the text and what Markdown makes of it.

    Attributes:
        kind: ``text``, ``heading``, ``table``, ``fence``, ``code``, ``quote``, ``html`` or
            ``data``.
        start: first character.
        end: one past the last; blank lines belong to the block before them.
        info: what stands behind the opening of a fence.
        region: the data, if it is that.
    """

    kind: str
    start: int
    end: int
    info: str = ""
    region: Region | None = None


_KINDS: Final = {
    "heading_open": "heading",
    "table_open": "table",
    "fence": "fence",
    "code_block": "code",
    "blockquote_open": "quote",
    "html_block": "html",
}


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def _blocks(text: str) -> Iterator[_Block]:
    """Blocks that tile the text."""
    front = _FRONT_MATTER.match(text)
    offset = front.end() if front else 0
    starts = [offset, *(m.end() for m in _LINE_BREAK.finditer(text, offset)), len(text)]
    position = 0
    if front:
        yield _Block("html", 0, offset)
        position = offset
    for kind, first, last, info in _structures(_parser().parse(text[offset:])):
        start = starts[min(first, len(starts) - 1)]
        end = starts[min(last, len(starts) - 1)]
        end = blank.end() if (blank := _BLANK_LINES.match(text, end)) else end
        if start < position:  # inside what was taken whole
            continue
        if start > position:
            yield _Block("text", position, start)
        yield _Block(kind, start, end, info)
        position = end
    if position < len(text):
        yield _Block("text", position, len(text))


def _with_regions(blocks: list[_Block], regions: list[Region]) -> list[_Block]:
    """The blocks with data cut out of running text, and in place of blocks that are data."""
    result: list[_Block] = []
    waiting = list(reversed(regions))
    for block in blocks:
        position = max(block.start, result[-1].end if result else 0)
        while waiting and waiting[-1].data < block.end:
            region = waiting.pop()
            if region.data < position or not _fits(blocks, region):
                continue
            start = max(region.start, position)
            if start > position:
                result.append(_Block("text", position, start))
            result.append(_Block("data", start, region.end, region=region))
            position = region.end
        if position < block.end:
            whole = position == block.start
            result.append(block if whole else _Block("text", position, block.end))
    return result


def _fits(blocks: list[_Block], region: Region) -> bool:
    """Whether data begins in running text, and ends in it or with another block."""
    first = bisect_right(blocks, region.data, key=lambda block: block.start) - 1
    last = bisect_left(blocks, region.end, key=lambda block: block.end)
    # Indented lines may be code, or the head of a table of amounts.
    running = blocks[first].kind in {"text", "code"}
    if not running and blocks[first].start != region.data:
        return False
    if any(block.kind == "fence" for block in blocks[first : last + 1]):
        return False
    return blocks[last].kind == "text" or blocks[last].end == region.end


def _structures(tokens: list[Token]) -> Iterator[tuple[str, int, int, str]]:
    """Kind, lines and info of what has a structure, wherever it is nested."""
    done = 0
    for number, token in enumerate(tokens):
        kind = _KINDS.get(token.type)
        if kind is None or token.map is None or token.map[0] < done:
            continue
        # Headings of items and quotes head nothing but themselves.
        if kind == "heading" and token.level:
            continue
        first, last = token.map
        if kind == "quote":
            for inner in _fences(tokens, number + 1, last):
                if inner[1] > first:
                    yield kind, first, inner[1], ""
                yield inner
                first = inner[2]
        done = last
        if first < last:
            yield kind, first, last, token.info


def _fences(tokens: list[Token], first: int, end: int) -> Iterator[tuple[str, int, int, str]]:
    """The fences inside a block that ends before a line."""
    for token in tokens[first:]:
        if token.map is not None and token.map[0] >= end:
            return
        if token.type == "fence" and token.map is not None:
            yield "fence", token.map[0], token.map[1], token.info


def _lay_out_block(text: str, block: _Block) -> Layout:
    inside = text[block.start : block.end]
    if block.kind == "table":
        return _lay_out_table(inside)
    if block.kind == "fence":
        return _lay_out_fence(inside, block.info)
    if block.kind == "text":
        return _lay_out_text(inside)
    # Inside, what looks like a fence is none.
    if len(inside) <= _WHOLE or _FENCE_LINE.search(inside):
        return one_piece(len(inside), block.kind, OWN_LINE)
    layout = lay_out_html(inside) if block.kind == "html" else None
    return layout or lay_out_lines(inside)


def _lay_out_text(text: str) -> Layout:
    """Sentences; what a cut would make the beginning of a fence stays with what is before it."""
    bounds = segment(text, "sentence")
    if _FENCE_MARK.search(text) is None:
        return tiles(bounds)
    builder = LayoutBuilder()
    for end in bounds[1:]:
        if end == len(text) or not _FENCE_START.match(text, end):
            prose = _FENCE_MARK.search(text, builder.position, end) is None
            builder.unit(end, whole=not prose, prose=prose)
    return builder.build("sentence")


def _lay_out_table(text: str) -> Layout:
    ends = [match.end() for match in _LINE_BREAK.finditer(text)]
    ends = [end for end in ends if text[end:].strip()] + [len(text)]
    if len(ends) < 3:
        return one_piece(len(text), "table", OWN_LINE)
    builder = LayoutBuilder()
    header = builder.support(ends[1], gap=OWN_LINE)
    for end in ends[2:]:
        builder.unit(end, [header], whole=True, gap="")
    return builder.build("table")


def _lay_out_fence(text: str, info: str) -> Layout:
    """A fence with its two lines, or the first if it is not closed."""
    breaks = [match.end() for match in _LINE_BREAK.finditer(text.rstrip())]
    closing = breaks[-1] if breaks else len(text)
    closed = _is_closed(text)
    prefix = _PREFIX.match(text, closing if closed else 0)
    # Without its item, an indented fence is none; nothing tells how an open one in an item goes on.
    stays = _DEEP.match(text) is not None or not (closed or _PLAIN_FENCE.match(text))
    if prefix is None or not breaks or stays or (closed and breaks[0] == closing):
        return one_piece(len(text), "fence", OWN_LINE)
    builder = LayoutBuilder()
    opening = builder.support(breaks[0], gap=OWN_LINE)
    last = closing if closed else len(text)
    before = prefix.group()
    builder.append(lay_out_embedded(text[breaks[0] : last], info, before), [opening])
    if closed:
        builder.require(opening, builder.support(len(text), gap=closing_gap(info, before)))
    return builder.build("fence")


def _is_closed(fence: str) -> bool:
    body = fence.rstrip()
    last = max(body.rfind("\n"), body.rfind("\r")) + 1
    return last > 0 and _CLOSING_FENCE.match(body, last) is not None

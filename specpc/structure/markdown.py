"""Markdown: headings stay with what they head, header rows with rows, fences are closed.

Only what Markdown gives a structure is treated by it (headings, tables, block quotes, code, HTML);
all between is cut into sentences, list items and lines as any other text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from specpc.layout import Layout, LayoutBuilder, tiles
from specpc.segmentation import segment
from specpc.structure.embedded import lay_out_embedded

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
_CLOSING_FENCE: Final = re.compile(r"[ \t>]*(?:`{3,}|~{3,})[ \t]*(?:\r\n|\n|\r)?\Z")
# A block quote or piece of HTML up to this size stays whole; longer ones are cut by line.
_WHOLE: Final = 600
# In front of a fence: a list item's indentation that makes it no fence once the item is gone.
_DEEP: Final = re.compile(r"(?: {4}| {0,3}\t)")


def lay_out_markdown(text: str) -> Layout:
    """The pieces of Markdown, or of plain text in any language.

    Headings are supports of what stands under them up to the next heading, and units where nothing
    does; the header and delimiter rows of a table are a support of its rows; the first and last
    line of a code fence are supports of what is between.
    """
    if not _MARKS.search(text):
        return tiles(segment(text, "sentence"))
    builder = LayoutBuilder()
    heading: int | None = None
    under: int | None = None  # first piece under the heading
    for block in _blocks(text):
        if block.kind == "heading":
            if heading is not None and under == builder.next_piece:
                builder.make_unit(heading)
            heading = builder.support(block.end)
            under = builder.next_piece
            continue
        layout = _lay_out_block(text, block)
        builder.append(layout, [] if heading is None else [heading])
    if heading is not None and under == builder.next_piece:
        builder.make_unit(heading)
    return builder.build("markdown")


@dataclass(frozen=True)
class _Block:
    """A stretch of the text and what Markdown makes of it.

    Attributes:
        kind: ``text``, ``heading``, ``table``, ``fence``, ``code``, ``quote`` or ``html``.
        start: first character.
        end: one past the last; blank lines belong to the block before them.
        info: what stands behind the opening of a fence.
    """

    kind: str
    start: int
    end: int
    info: str = ""


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
        end = _after_blank_lines(text, starts[min(last, len(starts) - 1)])
        if start < position:  # inside what was taken whole
            continue
        if start > position:
            yield _Block("text", position, start)
        yield _Block(kind, start, end, info)
        position = end
    if position < len(text):
        yield _Block("text", position, len(text))


def _structures(tokens: list[Token]) -> Iterator[tuple[str, int, int, str]]:
    """Kind, lines and info of what has a structure, wherever it is nested."""
    done = 0
    for token in tokens:
        kind = _KINDS.get(token.type)
        if kind is None or token.map is None or token.map[0] < done:
            continue
        # Headings of items and quotes head nothing but themselves.
        if kind == "heading" and token.level:
            continue
        done = token.map[1]
        yield kind, token.map[0], token.map[1], token.info


def _after_blank_lines(text: str, position: int) -> int:
    while (match := _BLANK_LINE.match(text, position)) and match.end() > position:
        position = match.end()
    return position


_BLANK_LINE: Final = re.compile(r"[ \t]*(?:\r\n|\n|\r)|[ \t]+\Z")


def _lay_out_block(text: str, block: _Block) -> Layout:
    inside = text[block.start : block.end]
    if block.kind == "table":
        return _lay_out_table(inside)
    if block.kind == "fence":
        return _lay_out_fence(inside, block.info)
    if block.kind == "text":
        return tiles(segment(inside, "sentence"))
    if len(inside) <= _WHOLE:
        builder = LayoutBuilder()
        builder.unit(len(inside), whole=True)
        return builder.build(block.kind)
    return tiles(segment(inside, "line"), block.kind, prose=False)


def _lay_out_table(text: str) -> Layout:
    builder = LayoutBuilder()
    ends = [match.end() for match in _LINE_BREAK.finditer(text)]
    ends = [end for end in ends if text[end:].strip()] + [len(text)]
    if len(ends) < 3:
        builder.unit(len(text), whole=True)
        return builder.build("table")
    header = builder.support(ends[1])
    for end in ends[2:]:
        builder.unit(end, [header], whole=True, gap="")
    return builder.build("table")


def _lay_out_fence(text: str, info: str) -> Layout:
    """A fence with its two lines, or the first if it is not closed."""
    builder = LayoutBuilder()
    breaks = [match.end() for match in _LINE_BREAK.finditer(text.rstrip())]
    closing = breaks[-1] if breaks else len(text)
    closed = len(breaks) > 1 and _CLOSING_FENCE.match(text.rstrip(), closing) is not None
    deep = _DEEP.match(text) is not None
    if not breaks or deep or (closed and breaks[0] == closing):
        builder.unit(len(text), whole=True)
        return builder.build("fence")
    opening = builder.support(breaks[0])
    last = closing if closed else len(text)
    builder.append(lay_out_embedded(text[breaks[0] : last], info), [opening])
    if closed:
        builder.require(opening, builder.support(len(text)))
    return builder.build("fence")

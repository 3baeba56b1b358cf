"""Markdown, of which plain prose is a case: what heads, leads to or opens something comes with it.

Only what Markdown gives a structure is treated by it (headings, tables, block quotes, code, HTML);
of all between, data (see `regions`) is laid out as such, and the rest is cut into sentences, list
items and lines as any other text.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from specpc.structure.config.settings import lay_out_config
from specpc.structure.config.yaml import lay_out_yaml
from specpc.structure.markdown.blocks import find_blocks, is_closed
from specpc.structure.markdown.embedded import closing_gap, lay_out_embedded, lay_out_lines
from specpc.structure.markdown.notes import with_notes
from specpc.structure.markdown.quotes import lay_out_quote
from specpc.structure.markdown.regions import find_regions
from specpc.structure.markdown.running import split_running
from specpc.structure.markup.html import lay_out_html
from specpc.structure.parts.indents import fenced
from specpc.structure.parts.lines import OWN_LINE, line_pattern, margin, one_piece
from specpc.structure.parts.sections import Notation, SectionPart, lay_out_parts
from specpc.structure.tables.csv import lay_out_row, section_rows
from specpc.text.layout import LayoutBuilder, Nested
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.structure.markdown.blocks import MarkdownBlock
    from specpc.text.layout import LayOut, Layout

_LINE_BREAK: Final = lazy_re(r"\r\n|\n|\r")
# HTML that says nothing by itself: "<div align="center">" above a paragraph, "</div>" below.
_WRAPS: Final = lazy_regex(
    r"(?:\s*+(?:</?(?:div|center|section|article|main|p|span|br|hr|font|small)\b[^<>]*+>"
    r"|</(?:table|tbody|TABLE)>))++\s*+"
)
_FENCE_MARK: Final = lazy_regex(r"```|~~~")
_FENCE_LINE: Final = line_pattern(r"^[ \t>]*(?:```|~~~)")
_FENCE_START: Final = lazy_re(r"[ \t>*+-]{0,100}(?:```|~~~)")
_PLAIN_FENCE: Final = lazy_re(r"[ \t]*(?:```|~~~)")
_PREFIX: Final = lazy_re(r"[ \t>]*")
_INDENT: Final = lazy_re(r"[ \t]*")
# A piece of HTML up to this size stays whole; longer ones are cut by line.
_WHOLE: Final = 600
# Front matter up to this size stays whole.
_SHORT_FRONT: Final = 300
# In front of a fence: a list item's indentation that makes it no fence once the item is gone.
_DEEP: Final = lazy_re(r"(?: {4}| {0,3}\t)")
# A row of a table that goes on with the one above, or leaves out what both are about; no total.
_GOES_ON: Final = lazy_re(
    r"[ ]{0,3}\|[ \t]*\|(?!(?:[ \t]*\|)*[ \t*_]*(?:sub)?(?:total|sum|average|mean|count)\b)",
    re.IGNORECASE,
)
_BAR: Final = lazy_re(r"(?<!\\)\|")
# Longer remarks do not come along with what they are above.
_LONGEST_REMARK: Final = 300
# Fences that draw or typeset something, of which a part is nothing.
_DRAWN: Final = frozenset(
    {"mermaid", "plantuml", "dot", "graphviz", "math", "latex", "tex", "svg", "ascii", "ditaa"}
)
_NOTE: Final = lazy_re(r"\{(?!code)[a-z-]+\}")  # a directive, as "{note}"


def _begins_fence(text: str, offset: int) -> bool:
    """Whether a cut would make what follows the beginning of a fence."""
    return _FENCE_START.match(text, offset) is not None


def lay_out_markdown(text: str) -> Layout:
    """The pieces of Markdown, or of plain text in any language, with data in it or not.

    Headings are supports of what stands under them up to the next one as high, and units where
    there is nothing else; the header and delimiter rows of a table are a support of its rows; the
    first and last line of a code fence are supports of what is between; what announces data is one
    of that.
    """
    blocks = find_blocks(text, find_regions(text))
    parts = list(split_running(text, _joined(text, [_part(text, block) for block in blocks])))
    kinds = {block.kind for block in blocks} - {"text"}
    kind = "sentence" if not kinds else "mixed" if kinds == {"data"} else "markdown"
    layout = lay_out_parts(text, parts, Notation(kind, _begins_fence, _FENCE_MARK))
    return with_notes(text, layout)


def _part(text: str, block: MarkdownBlock) -> SectionPart:
    start, end = block.start, block.end
    if block.part is not None:
        return block.part
    if block.kind == "text":
        return SectionPart(start, end)
    if block.kind == "rule" or (block.kind == "html" and _WRAPS.fullmatch(text, start, end)):
        return SectionPart(start, end, hidden=True)
    if block.kind == "heading":
        return SectionPart(start, end, int(block.info))
    indent = _INDENT.match(text, start)
    columns = len(indent.group().expandtabs(4)) if indent else 0
    own, quotes = partial(_lay_out_block, block=block), block.kind == "quote"
    return SectionPart(start, end, lay_out=own, indent=columns, quotes=quotes)


def _joined(text: str, parts: Sequence[SectionPart]) -> list[SectionPart]:
    """The parts; of headings of one level right below one another, which are a remark, one.

    What is no Markdown has such: settings, metrics, scripts. A long one, or one that heads
    nothing, stands by itself.
    """
    joined: list[SectionPart] = []
    remarks = set[int]()
    for part in parts:
        last = joined[-1] if joined else part
        above = text[last.start : part.start]
        parted = len(above.rstrip().splitlines()) < len(above.splitlines())
        if last is part or parted or not last.level == part.level > 0:
            joined.append(part)
        else:
            joined[-1] = replace(last, end=part.end)
            remarks.add(last.start)
    for place, (part, after) in enumerate(zip(joined, [*joined[1:], None], strict=True)):
        alone = after is None or after.level or part.end - part.start > _LONGEST_REMARK
        if part.start in remarks and alone:
            lay_out = _lay_out_code
            joined[place] = SectionPart(part.start, part.end, closes=part.level, lay_out=lay_out)
    return joined


def _lay_out_block(text: str, block: MarkdownBlock) -> Layout:
    if block.region is not None:
        return _lay_out_region(text, block.region.data - block.start, block.region.layout)
    if block.kind == "fence":
        return _lay_out_fence(text, block.info)
    # Inside of quotes, code and HTML, what looks like a fence is none.
    if block.kind in ("quote", "code", "html") and _FENCE_LINE.search(text):
        return one_piece(len(text), block.kind, OWN_LINE)
    return _BY_KIND[block.kind](text)


def _lay_out_code(text: str) -> Layout:
    short = len(text) <= _WHOLE
    return one_piece(len(text), "code", OWN_LINE) if short else fenced(len(text), "", margin(text))


def _lay_out_html(text: str) -> Layout:
    if len(text) <= _WHOLE:
        return one_piece(len(text), "html", OWN_LINE)
    return lay_out_html(text) or lay_out_lines(text)


def _lay_out_region(text: str, data: int, inside: Layout) -> Layout:
    """Data, and what announces it."""
    builder = LayoutBuilder()
    label = (builder.support(data, gap=OWN_LINE),) if data else ()
    builder.append(inside, label)
    return builder.build(inside.kind)


def _cells(row: str) -> list[str]:
    """The cells of a row; those of a header are as many."""
    line = (row.strip().splitlines() or [""])[0].strip()
    inner = line[line.startswith("|") :].removesuffix("|")
    return _BAR.split(inner)


def _lay_out_table(text: str) -> Layout:
    ends = [match.end() for match in _LINE_BREAK.finditer(text)]
    ends = [end for end in ends if text[end:].strip()] + [len(text)]
    if len(ends) < 3:
        return one_piece(len(text), "table", OWN_LINE)
    builder = LayoutBuilder()
    header = builder.support(ends[1], gap=OWN_LINE)
    told: int | None = None  # the last row that says what it is about
    starts = [0, *ends[1:-1]]
    cells = [_cells(text[start:end]) for start, end in zip(starts, ends[1:], strict=True)]
    heads, section = section_rows(cells), [header]
    for number, end in enumerate(ends[2:], start=1):
        if number in heads:
            section, told = [header, builder.support(end, [header], gap="")], None
            continue
        goes_on = told is not None and _GOES_ON.match(text, builder.position, end)
        row = builder.unit(end, section, whole=True, gap="")
        builder.refinable(row, partial(lay_out_row, delimiter="|"))
        if goes_on and told is not None:
            builder.require(row, told)
        else:
            told = row
    return builder.build("table")


def _lay_out_front(text: str) -> Layout:
    """Front matter: whole if it is short and a budget holds it, else its lines."""
    builder = LayoutBuilder()
    if len(text) > _SHORT_FRONT:
        return _lay_out_front_lines(text)
    builder.refinable(builder.unit(len(text), whole=True, gap=OWN_LINE), _lay_out_front_lines)
    return builder.build("front matter")


def _lay_out_front_lines(text: str) -> Layout:
    """The lines of front matter between those that open and close it."""
    breaks = [match.end() for match in _LINE_BREAK.finditer(text.rstrip())]
    builder = LayoutBuilder()
    opening = builder.support(breaks[0], gap=OWN_LINE)
    info, lay_out = ("toml", lay_out_config) if text.startswith("+++") else ("yaml", lay_out_yaml)
    inside = text[breaks[0] : breaks[-1]]
    builder.append(lay_out(inside, named=True) or lay_out_lines(inside), (opening,))
    builder.require(opening, builder.support(len(text), gap=closing_gap(info)))
    return builder.build("front matter")


def _lay_out_fence(text: str, info: str) -> Layout:
    """A fence with its two lines, or the first if it is not closed."""
    breaks = [match.end() for match in _LINE_BREAK.finditer(text.rstrip())]
    closing = breaks[-1] if breaks else len(text)
    closed = is_closed(text)
    prefix = _PREFIX.match(text, closing if closed else 0)
    # Without its item, an indented fence is none; nothing tells how an open one in an item goes on.
    stays = _DEEP.match(text) is not None or not (closed or _PLAIN_FENCE.match(text))
    drawn = info.strip(" {}.").casefold() in _DRAWN
    if prefix is None or not breaks or stays or drawn or (closed and breaks[0] == closing):
        return one_piece(len(text), "fence", OWN_LINE)
    builder = LayoutBuilder()
    opening = builder.support(breaks[0], gap=OWN_LINE)
    last = closing if closed else len(text)
    before = prefix.group()
    if _NOTE.match(info) and not before and text[breaks[0] : last].strip():
        builder.nest(builder.unit(last, (opening,), gap=OWN_LINE), Nested())
    else:
        inside = text[breaks[0] : last]
        blank = before and not before.strip()
        own = fenced(len(inside), info, before) if blank else lay_out_embedded(inside, info, before)
        builder.append(own, [opening])
    if closed:
        builder.require(opening, builder.support(len(text), gap=closing_gap(info, before)))
    return builder.build("fence")


_BY_KIND: Final[dict[str, LayOut]] = {
    "table": _lay_out_table,
    "front": _lay_out_front,
    "quote": lay_out_quote,
    "code": _lay_out_code,
    "html": _lay_out_html,
}

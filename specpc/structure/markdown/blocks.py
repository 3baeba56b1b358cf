"""The blocks of Markdown: where its parser finds headings, tables, quotes, code and HTML."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.markdown.fenced import enclosed
from specpc.structure.parts.lines import line_pattern
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from specpc.structure.markdown.regions import Region
    from specpc.structure.parts.sections import SectionPart

# Without one of these at the start of a line a text has no structure that matters here.
_MARKS: Final = line_pattern(
    r"^[ \t*+-]*+(?:[ \t>*+-]*+(?:#{1,6}[ \t]|```|~~~|<[a-zA-Z!/])|>)"
    r"|^[ \t]*+[|:-](?=[| :\t]*+-)[-| :\t]*+$|^=++[ \t]*+$"
)
_LINE_BREAK: Final = lazy_re(r"\r\n|\n|\r")
_NOT_BREAKS: Final = lazy_re(r"[^\r\n]+")
_FRONT_MATTER: Final = lazy_regex(
    r"(?P<mark>---|\+\+\+)[ \t]*(?:\r\n|\n|\r)(?:[^\r\n]*+(?>\r\n|\n|\r)){1,60}?(?P=mark)"
    r"[ \t]*(?:\r\n|\n|\r|\Z)"
)
_BLANK_LINES: Final = lazy_regex(r"(?:[ \t]*+(?>\r\n|\n|\r))*+(?:[ \t]++\Z)?+")
_HARD: Final = lazy_regex(r"(?<=(?<![^\r\n])[ ]{0,3}#{1,6})\u00a0")
_CLOSING_FENCE: Final = lazy_regex(r"[ \t>]*+(?:`{3,}+|~{3,}+)[ \t]*+(?>\r\n|\n|\r)?+\Z")
# Of a text without line breaks that begins like a heading, no more heads the rest.
_LONGEST_HEADING: Final = 400
# Several lines, a sentence, or what has a name, as "Content: The kiosk sells tea".
_NO_TITLE: Final = lazy_regex(r"\n|[.;。][\"'”’)\]]*+\Z|\A\p{L}[\w -]{0,30}+:[ \t]*+\S")
# Surely none, whatever stands below it.
_SAYS: Final = lazy_regex(r"\n|[.;!?。！？][\"'”’)\]]*+\Z")
_PARTING: Final = 3
# Above a title with the same line below it.
_OVERLINE: Final = lazy_regex(r"\A(?:={3,}+|-{3,}+)[ \t]*+\n")
# Indented lines of words and nothing else are a paragraph, not code.
_PROSE: Final = lazy_regex(r"[\p{L}\p{M}\p{N}\s.,;:!?'\"()%&–—’‘“”…/*-]*+")
_WORDS: Final = lazy_regex(
    r"(?<!\p{L})(?:\p{L}{2,}+[,;]?+\s++){4}|(?<!\S)\p{Lu}[\p{L} ]{2,80}+\.[ \t]*+(?=[\r\n]|\Z)"
    r"|(?<!\S)\p{Lu}[\p{Lu}.,&' ]{8,80}+(?=[\r\n]|\Z)"
)


@dataclass(frozen=True)
class MarkdownBlock:
    """A stretch of the text and what Markdown makes of it.

    Attributes:
        kind: ``text``, ``heading``, ``table``, ``fence``, ``code``, ``quote``, ``html``, ``front``
            (matter), ``rule``, ``enclosed`` or ``data``.
        start: first character.
        end: one past the last; blank lines belong to the block before them.
        info: what stands behind the opening of a fence; the level of a heading.
        region: the data, if it is that.
        part: how it is laid out, if it is enclosed.
    """

    kind: str
    start: int
    end: int
    info: str = ""
    region: Region | None = None
    part: SectionPart | None = None


_KINDS: Final = {
    "heading_open": "heading",
    "table_open": "table",
    "fence": "fence",
    "code_block": "code",
    "blockquote_open": "quote",
    "html_block": "html",
}


def find_blocks(text: str, regions: Iterable[Region]) -> list[MarkdownBlock]:
    """The blocks of a text, which tile it, with data in it."""
    blocks = list(_blocks(text, enclosed(text)))
    return _merged(_with_regions(blocks, list(regions)))


def is_closed(fence: str) -> bool:
    """Whether the last line of a fence closes it."""
    body = fence.rstrip()
    last = max(body.rfind("\n"), body.rfind("\r")) + 1
    return last > 0 and _CLOSING_FENCE.match(body, last) is not None


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # What is inside of paragraphs is not looked at, and takes most of the time.
    return MarkdownIt("commonmark").enable("table").disable("inline")


def _blocks(text: str, parts: list[SectionPart]) -> Iterator[MarkdownBlock]:
    """Blocks that tile the text, with what is enclosed."""
    front = _FRONT_MATTER.match(text)
    offset = front.end() if front else 0
    parts = [part for part in parts if part.start >= offset]
    if front:
        yield MarkdownBlock("front", 0, offset)
    position = offset
    read = _HARD.sub(" ", text)  # as it looks, a heading is one
    found = _parsed(text, _without(read, parts), offset) if _MARKS.search(read) else ()
    own = [MarkdownBlock("enclosed", part.start, part.end, part=part) for part in parts]
    for block in sorted([*own, *found], key=lambda block: block.start):
        if block.start < position:  # inside what was taken whole
            continue
        if block.start > position:
            yield MarkdownBlock("text", position, block.start)
        yield block
        position = block.end
    if position < len(text):
        yield MarkdownBlock("text", position, len(text))


def _is_prose(code: str) -> bool:
    return _PROSE.fullmatch(code) is not None and _WORDS.search(code) is not None


def _merged(blocks: Iterable[MarkdownBlock]) -> list[MarkdownBlock]:
    """The blocks with neighbouring ones of running text as one."""
    result: list[MarkdownBlock] = []
    for block in blocks:
        if result and block.kind == result[-1].kind == "text":
            result[-1] = replace(result[-1], end=block.end)
        else:
            result.append(block)
    return result


def _without(text: str, parts: list[SectionPart]) -> str:
    """The text with blank lines in place of what is enclosed."""
    pieces, position = [], 0
    for part in parts:
        pieces += [text[position : part.start], _NOT_BREAKS.sub("", text[part.start : part.end])]
        position = part.end
    return "".join([*pieces, text[position:]])


def _parsed(text: str, read: str, offset: int) -> Iterator[MarkdownBlock]:
    """What Markdown's parser finds from an offset on in a text, or in what it reads for it."""
    starts = [offset, *(m.end() for m in _LINE_BREAK.finditer(text, offset)), len(text)]
    for kind, first, last, info in _structures(_parser().parse(read[offset:])):
        start = starts[min(first, len(starts) - 1)]
        end = starts[min(last, len(starts) - 1)]
        if kind == "code" and _is_prose(text[start:end]):
            continue
        if kind == "heading" and end - start > _LONGEST_HEADING:
            continue
        end = blank.end() if (blank := _BLANK_LINES.match(text, end)) else end
        yield MarkdownBlock(kind, start, end, info)


def _with_regions(blocks: list[MarkdownBlock], regions: list[Region]) -> list[MarkdownBlock]:
    """The blocks with data cut out of running text, and in place of blocks that are data."""
    result: list[MarkdownBlock] = []
    waiting = list(reversed(regions))
    for block in blocks:
        position = max(block.start, result[-1].end if result else 0)
        while waiting and waiting[-1].data < block.end:
            region = waiting.pop()
            if region.data < position or not _fits(blocks, region):
                continue
            start = max(region.start, position)
            if start > position:
                result.append(MarkdownBlock("text", position, start))
            result.append(MarkdownBlock("data", start, region.end, region=region))
            position = region.end
        if position < block.end:
            whole = position == block.start
            result.append(block if whole else MarkdownBlock("text", position, block.end))
    return result


def _fits(blocks: list[MarkdownBlock], region: Region) -> bool:
    """Whether data begins in running text, and ends in it or with another block."""
    first = bisect_right(blocks, region.data, key=lambda block: block.start) - 1
    last = bisect_left(blocks, region.end, key=lambda block: block.end)
    # Indented lines may be code, or the head of a table of amounts.
    if blocks[first].kind not in {"text", "code"} and blocks[first].start != region.data:
        return False
    if any(block.kind in {"fence", "front"} for block in blocks[first : last + 1]):
        return False
    return blocks[last].kind == "text" or blocks[last].end == region.end


def _parting(tokens: list[Token]) -> bool:
    """Whether double lines part records: one in three stands below what is no title."""
    said = [
        _OVERLINE.sub("", after.content)
        for heading, after in pairwise(tokens)
        if heading.type == "heading_open" and heading.markup == "="
    ]
    other = sum(_SAYS.search(one) is not None for one in said)
    return other > 1 and _PARTING * other >= len(said)


def _is_ruled_off(heading: Token, said: str, *, parting: bool) -> bool:
    """Whether a line of dashes below what is no title, or a double one, parts two texts."""
    said = _OVERLINE.sub("", said)
    return (heading.markup == "-" and _NO_TITLE.search(said) is not None) or (
        heading.markup == "=" and parting
    )


def _structures(tokens: list[Token]) -> Iterator[tuple[str, int, int, str]]:
    """Kind, lines and info of what has a structure, wherever it is nested."""
    done, parting = 0, _parting(tokens)
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
        if kind == "heading" and _is_ruled_off(token, tokens[number + 1].content, parting=parting):
            yield "rule", last - 1, last, ""
        elif first < last:
            yield kind, first, last, token.tag[1:] if kind == "heading" else token.info


def _fences(tokens: list[Token], first: int, end: int) -> Iterator[tuple[str, int, int, str]]:
    """The fences inside a block that ends before a line."""
    for number in range(first, len(tokens)):
        token = tokens[number]
        if token.map is not None and token.map[0] >= end:
            return
        if token.type == "fence" and token.map is not None:
            yield "fence", token.map[0], token.map[1], token.info

"""LaTeX: sections above what they head, environments opened and closed, braces never torn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from specpc.structure.markup.groups import closing_brace, tex_groups
from specpc.structure.parts.blocks import block, lay_out_blocks
from specpc.structure.parts.lines import line_pattern, one_piece
from specpc.structure.parts.sections import Notation, SectionPart, lay_out_parts
from specpc.structure.parts.trees import names
from specpc.text.layout import LayoutBuilder
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.text.layout import Layout

_LINE: Final = lazy_regex(r"[^\r\n]*+(?:\r\n|\n|\r|\Z)")
_SIGNS: Final = line_pattern(
    r"^[ \t]*+\\(?:(?:sub)*section\*?\{|chapter\*?\{|(?:begin|end)\{\w|item\b|label\{|caption\{"
    r"|usepackage\b|documentclass\b|title\{|maketitle\b)"
)
_SURE: Final = line_pattern(
    r"^[ \t]*+\\(?:documentclass\b|begin\{document\}|(?:sub)*section\*?\{|chapter\*?\{"
    r"|begin\{(?:itemize|enumerate|figure|table|equation|align|theorem|abstract)\*?\})"
)
_OTHER: Final = line_pattern(r"^(?:#{1,6}[ \t]|[ \t]*(?:```|~~~)|<)")
_FEWEST: Final = 3
_DOCUMENT: Final = line_pattern(r"^[ \t]*+\\begin\{document\}[^\r\n]*+(?:\r\n|\n|\r)")
_END: Final = line_pattern(r"^[ \t]*+\\end\{document\}")
_LEVELS: Final = {
    "part": 1, "chapter": 2, "section": 3, "subsection": 4, "subsubsection": 5, "paragraph": 6,
    "subparagraph": 7,
}  # fmt: skip
_HEADING: Final = lazy_regex(
    r"[ \t]*+\\(?P<kind>part|chapter|(?:sub){0,2}section|(?:sub)?paragraph)\*?(?:\[[^\]\r\n]*+\])?"
    r"(?P<title>\{)"
)
_LABEL: Final = lazy_regex(r"[ \t]*+\\(?:label|index|markboth|addcontentsline)\{[^\r\n]*+\s*+\Z")
_BEGIN: Final = lazy_regex(r"[ \t]*+\\begin\{(?P<name>[^{}\r\n]{1,60}+)\}")
_ENVIRONMENT: Final = lazy_regex(r"\\(?P<what>begin|end)\{(?P<name>[^{}\r\n]{1,60}+)\}")
_DISPLAY: Final = {"\\[": "\\]", "$$": "$$"}
_COMMENT: Final = lazy_regex(r"[ \t]*+%")
_MARKS: Final = lazy_regex(r"[\\{}$%&~]")
_ITEM: Final = lazy_regex(r"[ \t]*+\\item\b(?:[ \t]*+\[[^\]\r\n]*+\])?[ \t]*+")
_RULE: Final = lazy_regex(r"[ \t]*+\\(?:hline|toprule|midrule|cmidrule|endhead|endfirsthead)\b")
_GAP: Final = "% {}\n"
_LISTS: Final = names("itemize enumerate description compactitem compactenum")
_TABLES: Final = names("tabular tabularx tabulary longtable array tabu")
_WHOLE: Final = names(
    "equation align gather multline eqnarray displaymath math alignat flalign split cases matrix "
    "tikzpicture pgfpicture pspicture picture dmath subequations"
)
_CODE: Final = names("verbatim Verbatim lstlisting minted alltt algorithmic comment")
_FLOATS: Final = names("figure table wrapfigure")
# A figure, a table or code up to this size stays whole.
_SMALL: Final = 400
_LONGEST_TITLE: Final = 500
# A shorter item is one piece.
_SHORT_ITEM: Final = 60
_SHORT_PREAMBLE: Final = 300
_DEEPEST: Final = 20


def lay_out_latex(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of LaTeX; that its file is so ``named`` says that it is.

    Returns:
        ``None`` unless several lines begin with commands that only LaTeX has.
    """
    if not named:
        if len(_SIGNS.findall(text)) < _FEWEST or _SURE.search(text) is None or _OTHER.search(text):
            return None
    elif "\\" not in text:
        return None
    document, end = _DOCUMENT.search(text), _END.search(text)
    if document is None or end is None or end.start() <= document.end():
        return _lay_out_body(text, _DEEPEST)
    builder = LayoutBuilder()
    preamble: list[int] = []
    if document.start():
        if document.start() <= _SHORT_PREAMBLE or not text[: document.start()].strip():
            preamble = [builder.support(document.start(), gap=_GAP)]
        else:
            builder.unit(document.start(), whole=True, gap=_GAP)
    opening = builder.support(document.end(), preamble, gap=_GAP)
    builder.append(_lay_out_body(text[document.end() : end.start()], _DEEPEST), (opening,))
    builder.require(opening, builder.support(len(text), gap=_GAP))
    return builder.build("latex")


def _lay_out_body(text: str, depth: int) -> Layout:
    notation = Notation("latex", tex_groups(text), _MARKS)
    return lay_out_parts(text, list(_parts(text, depth)), notation)


def _parts(text: str, depth: int) -> Iterator[SectionPart]:
    """Headings, environments, formulas and comments, and running text between them."""
    position = skip = 0
    ends = _environments(text)
    for match in _LINE.finditer(text):
        start, end = match.span()
        if start < skip or start == end:
            continue
        own = _special(text, start, end, ends, depth)
        if own is None:
            continue
        if position < start:
            yield SectionPart(position, start)
        yield own
        position = skip = own.end
    if position < len(text):
        yield SectionPart(position, len(text))


def _special(
    text: str, start: int, end: int, ends: dict[int, int], depth: int
) -> SectionPart | None:
    """What begins on a line and is no running text."""
    if _COMMENT.match(text, start, end):
        return SectionPart(start, _after_blank(text, end), hidden=True)
    if heading := _HEADING.match(text, start, end):
        stop = _heading_end(text, heading.start("title"), end)
        return SectionPart(start, stop, _LEVELS[heading["kind"]]) if stop else None
    if begins := _BEGIN.match(text, start, end):
        stop = ends.get(begins.end())
        if stop is None:
            return None
        name = begins["name"].rstrip("*")
        lay_out = partial(_lay_out_environment, name=name, depth=depth - 1)
        return SectionPart(start, _line_end(text, stop), lay_out=lay_out)
    line = text[start:end].strip()
    for opening, closing in _DISPLAY.items():
        if line.startswith(opening):
            stop = text.find(closing, text.index(opening, start) + 2, start + 5000)
            if stop >= 0:
                return SectionPart(start, _line_end(text, stop), lay_out=_whole)
    return None


def _environments(text: str) -> dict[int, int]:
    """Where environments end, by where their ``\\begin{...}`` does."""
    ends: dict[int, int] = {}
    waiting: list[tuple[str, int]] = []
    raw: str | None = None
    for match in _ENVIRONMENT.finditer(text):
        name = match["name"]
        if raw is not None and (match["what"] == "begin" or name != raw):
            continue
        if match["what"] == "begin":
            waiting.append((name, match.end()))
            raw = name if name in _CODE else None
        elif waiting and waiting[-1][0] == name:
            ends[waiting.pop()[1]] = match.end()
            raw = None
    return ends


def _heading_end(text: str, brace: int, line_end: int) -> int | None:
    """Where a heading ends, with the labels below it; ``None`` if its brace is not closed."""
    close = closing_brace(text, brace, line_end + _LONGEST_TITLE)
    if close is None:
        return None
    end = _line_end(text, close)
    while (line := _LINE.match(text, end)) and line.group() and _LABEL.match(line.group()):
        end = _after_blank(text, line.end())
    return end


def _line_end(text: str, position: int) -> int:
    match = _LINE.match(text, position)
    return _after_blank(text, match.end() if match else position)


def _after_blank(text: str, end: int) -> int:
    while end < len(text) and (line := _LINE.match(text, end)) and line.group().isspace():
        end = line.end()
    return end


def _whole(text: str) -> Layout:
    return one_piece(len(text), "latex", _GAP)


def _lay_out_environment(text: str, name: str, depth: int) -> Layout:
    """An environment: whole, or what is in it between its two ends."""
    start = _BEGIN.match(text)
    tail = text.rfind("\\end{")
    if start is None or tail < 0 or name in _WHOLE or depth <= 0:
        return _whole(text)
    tail = _line_start(text, tail)
    head = _line_end(text, start.end())
    if head >= tail or not text[head:tail].strip():
        return _whole(text)
    if name in _TABLES:
        return _lay_out_table(text, head, tail)
    if len(text) <= _SMALL and (name in _CODE or name in _FLOATS):
        return _whole(text)
    if name in _CODE:
        return lay_out_blocks(text, [block(0, len(text), head, tail=tail)], "latex", gap="")
    builder = LayoutBuilder()
    opening = builder.support(head, gap=_GAP)
    inside = text[head:tail]
    if name in _LISTS:
        _add_items(builder, text, tail, opening, depth)
    else:
        builder.append(_lay_out_body(inside, depth), (opening,))
    if tail < len(text):
        builder.require(opening, builder.support(len(text), gap=_GAP))
    return builder.build("latex")


def _add_items(builder: LayoutBuilder, text: str, tail: int, opening: int, depth: int) -> None:
    """Add the items of a list, each with what is in it."""
    start = builder.position
    ends = _environments(text[start:tail])
    starts: list[int] = []
    skip = start
    for match in _LINE.finditer(text, start, tail):
        if match.start() < skip or match.start() == match.end():
            continue
        if begins := _BEGIN.match(text, match.start(), match.end()):
            skip = start + ends.get(begins.end() - start, 0)
        elif _ITEM.match(text, match.start(), match.end()):
            starts.append(match.start())
    if not starts or text[start : starts[0]].strip():
        builder.append(_lay_out_body(text[start:tail], depth), (opening,))
        return
    for end in (*starts[1:], tail):
        _add_item(builder, text, end, opening, depth)


def _add_item(builder: LayoutBuilder, text: str, end: int, opening: int, depth: int) -> None:
    start = builder.position
    mark = _ITEM.search(text, start, end)
    said = mark.end() if mark else start
    inside = _BEGIN.search(text, said, end)
    lists = inside is not None and inside["name"].rstrip("*") in _LISTS
    if inside is not None and lists and (head := _line_start(text, inside.start())) > start:
        if text[said:head].rstrip().endswith(":"):
            own = builder.support(head, (opening,), gap=_GAP)
        else:
            own = builder.unit(head, (opening,), whole=True, gap=_GAP)
        builder.append(_lay_out_body(text[head:end], depth), (own,))
        return
    short = inside is None and (end - said <= _SHORT_ITEM or not text[said:end].strip())
    layout = None if short else _lay_out_body(text[said:end], depth)
    if layout is None or len(layout) == 1:
        builder.unit(end, (opening,), whole=True, gap=_GAP)
        return
    builder.append(layout, (builder.support(said, (opening,), gap=_GAP),))


def _line_start(text: str, position: int) -> int:
    line = text.rfind("\n", 0, position)
    return max(line, text.rfind("\r", line + 1, position)) + 1


def _lay_out_table(text: str, head: int, tail: int) -> Layout:
    """Rows, with the first, up to the rule below it."""
    lines = [m.span() for m in _LINE.finditer(text, head, tail) if m.group()]
    rows = False
    for start, end in lines:
        if rows and not _RULE.match(text, start, end):
            break
        rows = rows or ("&" in text[start:end] and "\\\\" in text[start:end])
        head = end
    if head >= tail:
        return _whole(text)
    return lay_out_blocks(text, [block(0, len(text), head, tail=tail)], "latex", gap=_GAP)

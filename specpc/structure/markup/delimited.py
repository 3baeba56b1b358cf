"""What markup languages share that write a structure in lines: AsciiDoc, org-mode, wikis.

Each says how its headings look, what opens and closes a block, and what says nothing to a reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.markup.groups import matches
from specpc.structure.parts.blocks import block, lay_out_blocks
from specpc.structure.parts.indents import fenced
from specpc.structure.parts.lines import OWN_LINE, margin, one_piece
from specpc.structure.parts.sections import Notation, SectionPart, lay_out_parts, never
from specpc.text.layout import LayoutBuilder
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from specpc.text.layout import Layout

LINE: Final = lazy_regex(r"[^\r\n]*+(?:\r\n|\n|\r|\Z)")
# A table or a piece of code up to this size stays whole.
_WHOLE: Final = 300
_DEEPEST: Final = 10
# More than any item is indented.
_ATTACHED: Final = 1000
# Below all headings.
_TERM: Final = 9


@dataclass(frozen=True)
class Markup:
    """A markup language.

    Attributes:
        kind: what a text in it is called, in a word.
        heading: a line that is a heading; its group ``level`` is as long as its level says.
        opens: a line that opens a block: its group ``as`` names what it is opened by.
        closes: gives the line, without white space, that closes what a match opened.
        inside: by what a block is opened by, what is inside (``text`` if it is not named):
            ``code``, ``table``, ``text`` in the same language, ``whole`` if a part of it is
            nothing, or ``hidden`` if it says nothing.
        term: a line with nothing but what the lines below it define.
        defines: such a line.
        leads: a line that belongs to the block or heading below it.
        hidden: a line that says nothing.
        row: what begins a row of a table, if not every line does.
        grid: a line of a table that nothing opens.
        code: a line of code that nothing opens.
        groups: what no sentence ends in.
        marks: what must not be in a sentence that is cut into words.
    """

    kind: str
    heading: regex.Pattern[str]
    opens: regex.Pattern[str]
    closes: Callable[[regex.Match[str]], str]
    inside: Mapping[str, str] = field(default_factory=dict)
    term: regex.Pattern[str] | None = None
    defines: regex.Pattern[str] | None = None
    leads: regex.Pattern[str] | None = None
    hidden: regex.Pattern[str] | None = None
    row: regex.Pattern[str] | None = None
    grid: regex.Pattern[str] | None = None
    code: regex.Pattern[str] | None = None
    groups: regex.Pattern[str] | None = None
    marks: regex.Pattern[str] | None = None


def lay_out_markup(text: str, markup: Markup, depth: int = _DEEPEST) -> Layout:
    """The pieces of a text in a markup language."""
    parts = list(_parts(text, markup, depth))
    joined = matches(markup.groups, text) if markup.groups else never
    return lay_out_parts(text, parts, Notation(markup.kind, joined, markup.marks))


def _parts(text: str, markup: Markup, depth: int) -> Iterator[SectionPart]:
    lines = [match.span() for match in LINE.finditer(text) if match.group()]
    closing = _closing_lines(text, lines)
    position, number = 0, 0
    leading: int | None = None  # where what leads to the next line begins
    attached = False  # whether what comes next belongs to the item above
    closes, defined = 0, False  # whether a term is defined here, and what comes after that
    while number < len(lines):
        start, end = lines[number]
        first = start if leading is None else leading
        part: SectionPart | None = None
        after = number + 1
        if defined and not _defines(text, markup, start, end):
            if position < first:
                yield SectionPart(position, first)
            position, closes, defined = first, _TERM, False
        if heading := markup.heading.match(text, start, end):
            after = _skip_blank(text, lines, after)
            part = SectionPart(first, lines[after - 1][1], len(heading["level"]) + 1)
        elif opened := markup.opens.match(text, start, end):
            last = _last(closing, markup.closes(opened), number)
            if last is not None:
                after = _skip_blank(text, lines, last + 1)
                stop = lines[after - 1][1]
                head = lines[min(_skip_blank(text, lines, number + 1), last) - 1][1]
                part = _block(text, markup, (first, head, lines[last][0], stop), opened, depth)
        elif markup.term and markup.term.match(text, start, end) and after < len(lines):
            part, defined = SectionPart(first, end, _TERM, asks=True), True
        else:
            part, after = _unopened(text, markup, lines, number, first)
        if part is not None:
            if position < part.start:
                yield SectionPart(position, part.start, closes=closes)
                closes = 0
            if attached and not part.level:
                part = replace(part, indent=_ATTACHED)
            yield part if part.level else replace(part, closes=closes)
            position, closes = part.end, 0
        attached = text[start:end].strip() == "+"
        leads = part is None and markup.leads and markup.leads.match(text, start, end)
        leading = first if leads else None
        number = after
    if position < len(text):
        yield SectionPart(position, len(text), closes=closes)


def _defines(text: str, markup: Markup, start: int, end: int) -> bool:
    """Whether a line is blank, or says what the term above is."""
    found = markup.defines.match(text, start, end) if markup.defines else None
    return found is not None or text[start:end].isspace()


def _unopened(
    text: str, markup: Markup, lines: list[tuple[int, int]], number: int, first: int
) -> tuple[SectionPart | None, int]:
    """What begins on a line and nothing opens, if anything, and the number of the line after."""
    if markup.grid and (after := _run(text, lines, number, markup.grid)) > number:
        lay_out = partial(_lay_out_grid, kind=markup.kind)
        return SectionPart(first, lines[after - 1][1], lay_out=lay_out), after
    if markup.code and (after := _run(text, lines, number, markup.code, gaps=True)) > number:
        return SectionPart(first, lines[after - 1][1], lay_out=_lay_out_code), after
    start, end = lines[number]
    if markup.hidden and markup.hidden.match(text, start, end):
        after = _skip_blank(text, lines, number + 1)
        return SectionPart(start, lines[after - 1][1], hidden=True), after
    return None, number + 1


def _closing_lines(text: str, lines: list[tuple[int, int]]) -> dict[str, list[int]]:
    """Numbers of the lines that say the same, last first."""
    found: dict[str, list[int]] = {}
    for number in range(len(lines) - 1, -1, -1):
        said = text[slice(*lines[number])].strip().casefold()
        if said and len(said) < 40:
            found.setdefault(said, []).append(number)
    return found


def _last(closing: dict[str, list[int]], said: str, number: int) -> int | None:
    """The number of the next line that says something."""
    numbers = closing.get(said.casefold(), [])
    while numbers and numbers[-1] <= number:
        numbers.pop()
    return numbers[-1] if numbers else None


def _skip_blank(text: str, lines: list[tuple[int, int]], number: int) -> int:
    while number < len(lines) and text[slice(*lines[number])].isspace():
        number += 1
    return number


def _run(
    text: str,
    lines: list[tuple[int, int]],
    number: int,
    pattern: regex.Pattern[str],
    *,
    gaps: bool = False,
) -> int:
    """The number of the line after a run of lines of a kind, perhaps with blank ones in it."""
    after = number
    while after < len(lines) and pattern.match(text, *lines[after]):
        after = _skip_blank(text, lines, after + 1) if gaps else after + 1
    return _skip_blank(text, lines, after) if after > number else number


def _block(
    text: str,
    markup: Markup,
    edges: tuple[int, int, int, int],
    opened: regex.Match[str],
    depth: int,
) -> SectionPart:
    """A block: where it starts, where its first line ends and its last begins, where it ends."""
    start, head, tail, end = edges
    inside = markup.inside.get(opened["as"].casefold(), "text")
    if inside == "hidden":
        return SectionPart(start, end, hidden=True)
    lay_out = partial(
        _lay_out_block,
        markup=markup,
        head=head - start,
        tail=tail - start,
        inside=inside if depth > 0 else "whole",
        depth=depth - 1,
    )
    return SectionPart(start, end, lay_out=lay_out)


def _lay_out_block(
    text: str, *, markup: Markup, head: int, tail: int, inside: str, depth: int
) -> Layout:
    body = text[head:tail]
    small = len(text) <= _WHOLE and inside != "text"
    if inside == "whole" or small or not body.strip():
        return one_piece(len(text), markup.kind, OWN_LINE)
    if inside == "table":
        return _lay_out_table(text, markup, head, tail)
    builder = LayoutBuilder()
    opening = builder.support(head, gap=OWN_LINE)
    code = inside == "code"
    language = _language(text[:head])
    builder.append(
        fenced(len(body), language) if code else lay_out_markup(body, markup, depth), (opening,)
    )
    builder.require(opening, builder.support(len(text), gap=OWN_LINE))
    return builder.build(markup.kind)


def _lay_out_code(text: str) -> Layout:
    """Lines that are indented: whole if they are few."""
    if len(text) <= _WHOLE:
        return one_piece(len(text), "code", OWN_LINE)
    return fenced(len(text), prefix=margin(text))


_RULE: Final = lazy_regex(r"[ \t]*+\|[-+=|]++\s")


def _lay_out_grid(text: str, kind: str) -> Layout:
    """The rows of a table, each of which brings the first, with the rules around it."""
    lines = [match.span() for match in LINE.finditer(text) if match.group().strip()]
    number = 0
    while number < len(lines) and _RULE.match(text, *lines[number]):
        number += 1
    while number + 1 < len(lines) and _RULE.match(text, *lines[number + 1]):
        number += 1
    if number + 1 >= len(lines) or len(text) <= _WHOLE // 2:
        return one_piece(len(text), kind, OWN_LINE)
    own = block(0, len(text), lines[number][1], body="lines")
    return lay_out_blocks(text, [own], kind, gap="")


_SOURCE: Final = lazy_regex(r"(?:source,[ ]*|begin_src[ ]+)(\w++)", regex.IGNORECASE)


def _language(head: str) -> str:
    match = _SOURCE.search(head)
    return match[1] if match else ""


def _lay_out_table(text: str, markup: Markup, head: int, tail: int) -> Layout:
    """The rows of a table, each of which brings the first."""
    starts = [
        match.start()
        for match in LINE.finditer(text, head, tail)
        if match.group().strip() and (markup.row is None or markup.row.match(match.group()))
    ]
    if not starts or not text[head : starts[0]].strip():  # the first row is the header
        starts = starts[1:]
    if not starts:
        return one_piece(len(text), markup.kind, "")
    rows = [
        block(start, end, body="whole")
        for start, end in zip(starts, [*starts[1:], tail], strict=True)
    ]
    own = block(0, len(text), starts[0], tail=tail, inside=rows)
    return lay_out_blocks(text, [own], markup.kind, gap="")

"""reStructuredText: headings by their underlines, directives and literal blocks by indentation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from specpc.structure.markup.delimited import LINE
from specpc.structure.parts.blocks import block, lay_out_blocks
from specpc.structure.parts.indents import fenced
from specpc.structure.parts.lines import OWN_LINE, line_pattern, margin, one_piece
from specpc.structure.parts.sections import Notation, SectionPart, lay_out_parts
from specpc.structure.parts.trees import names
from specpc.text.layout import LayoutBuilder
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.text.layout import Layout

_ADORNMENT: Final = lazy_regex(r"([!-/:-@[-`{-~])\1{2,}+[ \t]*+[\r\n]*+\Z")
_DIRECTIVE: Final = lazy_regex(r"[ \t]*+\.\. (?:\|[^|\r\n]*+\| )?(?P<name>[\w:+-]*\w)::(?=\s|\Z)")
_EXPLICIT: Final = lazy_regex(r"[ \t]*+\.\.(?=\s|\Z)")
_FOOTNOTE: Final = lazy_regex(r"\.\. \[[^\]\r\n]++\] ")
_OPTION: Final = lazy_regex(r"[ \t]++:[\w-]++:")
# Items, fields, options and what is drawn: these go on in lines that are more indented.
_NO_TERM: Final = lazy_regex(
    r"\s*+(?:\Z|[-*+•:/|>.]|\(?(?:\d++|#|[a-zA-Z]|[ivxIVX]++)[.)](?:\s|\Z))"
)
_LITERAL: Final = lazy_regex(r"::[ \t]*+[\r\n]*+\Z")
_TABLE: Final = lazy_regex(r"[ \t]*+(?:\+[-=+]{3,}\+|={2,}+(?:[ ]++={2,}+)++)[ \t]*+[\r\n]*+\Z")
_HEADER_RULE: Final = lazy_regex(r"[ \t]*+(?:\+=[=+]*\+|={2,}+[ ]++=)")
_SIGNS: Final = line_pattern(
    r"^[ \t]*+\.\. (?:[\w:+-]*\w::|_[^\r\n]{1,80}+:|\[[#*\w]++\] )"
    r"|:(?:[\w.+-]++:){1,2}`[^`\r\n]++`|``[^`\r\n]++``"
    r"|(?<=\w)::[ \t]*+(?=[\r\n]|\Z)"
)
_SURE: Final = line_pattern(r"^\.\. [\w:+-]*\w::(?:\s|\Z)|:\w++:`[^`\r\n]++`|^\.\. _")
# Markdown, and Python, in whose strings there is reStructuredText.
_OTHER: Final = line_pattern(
    r"^#{1,6}[ \t]++\w|^[ \t]*```"
    r"|^(?:import [\w.]++(?: as \w++)?+[ \t]*+$|from \S++ import |def \w++\(|class \w++[(:]"
    r"|[rR]?(?:\"{3}|'{3})[^\"'\r\n])"
)
# Underlines that Markdown has not, or would take for fences.
_UNDERLINED: Final = line_pattern(
    r"(?:\A|(?<=[\r\n]))(?<![^\r\n](?:\r\n|\n|\r))(?P<title>[^\s~*#+<>|`\^-][^\r\n]{1,100}+)(?:\r\n|\n|\r)"
    r"(?P<under>(?P<mark>[~\^*#+\"'])(?P=mark){2,100}+)[ \t]*+$"
)
_FEWEST_TITLES: Final = 2
_FEWEST: Final = 3
_CODE: Final = names("code code-block sourcecode parsed-literal prompt highlight doctest testcode")
_WHOLE: Final = names(
    "math image figure toctree graphviz digraph plantuml mermaid raw include literalinclude "
    "automodule autoclass autofunction contents only-image list-table csv-table table"
)
_SMALL: Final = 300
_DEEPEST: Final = 10


def lay_out_rst(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of reStructuredText, ``None`` if it does not look like it (or is ``named`` so)."""
    known = len(_SIGNS.findall(text)) >= _FEWEST and _SURE.search(text) is not None
    known = (known or _is_underlined(text)) and _OTHER.search(text) is None
    return _lay_out(text, _DEEPEST) if known or named else None


def _is_underlined(text: str) -> bool:
    """Whether titles are underlined as only reStructuredText does."""
    found = (
        (title["mark"], len(title["under"]) - len(title["title"].rstrip()))
        for title in _UNDERLINED.finditer(text)
    )
    # A fence is seldom as long as the line above it.
    return (
        sum(more in (0, 1) if mark == "~" else more >= 0 for mark, more in found) >= _FEWEST_TITLES
    )


def _lay_out(text: str, depth: int) -> Layout:
    return lay_out_parts(
        text, list(_RstReader(text, depth).parts()), Notation("rst", indented=depth < _DEEPEST)
    )


class _RstReader:
    """Finds the parts of a text."""

    def __init__(self, text: str, depth: int) -> None:
        self.text = text
        self.depth = depth
        self.lines = [match.span() for match in LINE.finditer(text) if match.group()]
        self.said = [text[start:end] for start, end in self.lines]
        self.styles: dict[str, int] = {}

    def parts(self) -> Iterator[SectionPart]:
        """The parts, which tile the text."""
        position = number = 0
        while number < len(self.lines):
            part, after = self._special(number)
            if part is not None:
                if position < part.start:
                    yield SectionPart(position, part.start)
                yield part
                position = part.end
            number = after
        if position < len(self.text):
            yield SectionPart(position, len(self.text))

    def _special(self, number: int) -> tuple[SectionPart | None, int]:
        """What begins on a line and is no running text, and the number of the line after it."""
        if (after := self._heading(number)) is not None:
            return self._part(number, after, level=self._level(number))
        line = self.said[number]
        if _EXPLICIT.match(line):
            return self._explicit(number)
        if _TABLE.fullmatch(line):
            after = number + 1
            while after < len(self.lines) and not self.said[after].isspace():
                after += 1
            after = self._skip_blank(after)
            start, end = self.lines[number][0], self.lines[after - 1][1]
            return SectionPart(start, end, lay_out=_lay_out_table, indent=_indent(line)), after
        if self._is_term(number):
            return self._definition(number)
        return self._leading(number)

    def _leading(self, number: int) -> tuple[SectionPart | None, int]:
        """A literal block, where a line of running text leads to one."""
        line = self.said[number]
        if "::" not in line or not _LITERAL.search(line) or line.lstrip().startswith(".."):
            return None, number + 1
        after = self._skip_blank(number + 1)
        below = number + 1 < after < len(self.lines)
        if below and _indent(self.said[after]) > _indent(line):
            return self._literal(after)
        return None, number + 1

    def _part(self, number: int, after: int, level: int) -> tuple[SectionPart, int]:
        after = self._skip_blank(after)
        return SectionPart(self.lines[number][0], self.lines[after - 1][1], level), after

    def _heading(self, number: int) -> int | None:
        """The number of the line after a heading, if one begins here."""
        title = number + (_ADORNMENT.fullmatch(self.said[number]) is not None)
        if title + 1 >= len(self.said) or not self.said[title].strip():
            return None
        under, said = self.said[title + 1], self.said[title].rstrip()
        if not _ADORNMENT.fullmatch(under) or _ADORNMENT.fullmatch(self.said[title]):
            return None
        long = len(under.rstrip()) >= min(len(said.strip()), len(said))
        plain = title > number or not said[0].isspace()
        over = title == number or self.said[number].strip() == under.strip()
        return title + 2 if long and plain and over and not _TABLE.fullmatch(under) else None

    def _level(self, number: int) -> int:
        over = _ADORNMENT.fullmatch(self.said[number])
        style = f"over{self.said[number][0]}" if over else self.said[number + 1][0]
        return self.styles.setdefault(style, len(self.styles) + 1)

    def _explicit(self, number: int) -> tuple[SectionPart, int]:
        """A directive, a footnote, a target or a comment, with what is indented below it."""
        line, indent = self.said[number], _indent(self.said[number])
        after = self._body_end(number + 1, indent)
        start, end = self.lines[number][0], self.lines[after - 1][1]
        directive = _DIRECTIVE.match(line)
        if directive is None:
            if _FOOTNOTE.match(line):
                return SectionPart(start, end, apart=True, lay_out=_whole), after
            return SectionPart(start, end, hidden=True), after
        head = number + 1
        while head < after and _OPTION.match(self.said[head]):
            head += 1
        head = self._skip_blank(head) if head < after else head
        name = directive["name"].rpartition(":")[2]
        lay_out = partial(
            _lay_out_directive,
            head=self.lines[head - 1][1] - start,
            code=name in _CODE,
            whole=name in _WHOLE or self.depth <= 0,
            depth=self.depth - 1,
        )
        return SectionPart(start, end, lay_out=lay_out, indent=indent), after

    def _is_term(self, number: int) -> bool:
        """Whether a line is a paragraph's first, and the next is more indented without a gap."""
        line = self.said[number]
        if number + 1 >= len(self.said) or _NO_TERM.match(line) or _LITERAL.search(line):
            return False
        first = number == 0 or self.said[number - 1].isspace()
        below = self.said[number + 1]
        return first and not below.isspace() and _indent(below) > _indent(line)

    def _definition(self, number: int) -> tuple[SectionPart, int]:
        """A term with what is indented below it."""
        indent = _indent(self.said[number])
        after = self._body_end(number + 1, indent)
        start, end = self.lines[number][0], self.lines[after - 1][1]
        small = end - start <= _SMALL or self.depth <= 0
        head = self.lines[number][1] - start
        lay_out = partial(
            _lay_out_directive, head=head, code=False, whole=small, depth=self.depth - 1
        )
        return SectionPart(start, end, lay_out=lay_out, indent=indent), after

    def _literal(self, number: int) -> tuple[SectionPart, int]:
        after = self._body_end(number, _indent(self.said[number]) - 1)
        start, end = self.lines[number][0], self.lines[after - 1][1]
        lay_out = partial(_lay_out_literal, indent=margin(self.said[number]))
        return SectionPart(start, end, lay_out=lay_out, indent=_indent(self.said[number])), after

    def _body_end(self, number: int, indent: int) -> int:
        """The number of the line after all that is indented more than so much."""
        while number < len(self.lines):
            if not self.said[number].isspace() and _indent(self.said[number]) <= indent:
                break
            number += 1
        return number

    def _skip_blank(self, number: int) -> int:
        while number < len(self.lines) and self.said[number].isspace():
            number += 1
        return number


def _indent(line: str) -> int:
    return len(margin(line).expandtabs(8))


def _whole(text: str) -> Layout:
    return one_piece(len(text), "rst", OWN_LINE)


def _lay_out_literal(text: str, indent: str) -> Layout:
    return fenced(len(text), prefix=indent)


def _lay_out_directive(text: str, *, head: int, code: bool, whole: bool, depth: int) -> Layout:
    body = text[head:]
    if whole or not body.strip() or (code and len(text) <= _SMALL):
        return _whole(text)
    builder = LayoutBuilder()
    opening = builder.support(head, gap=OWN_LINE)
    indent = margin(body)
    inside = fenced(len(body), prefix=indent) if code else _lay_out(body, depth)
    builder.append(inside, (opening,))
    return builder.build("rst")


def _lay_out_table(text: str) -> Layout:
    """The rows of a table, each of which brings the first ones, up to the rule below them."""
    lines = [match.span() for match in LINE.finditer(text) if match.group().strip()]
    rules = [n for n, line in enumerate(lines) if _HEADER_RULE.match(text, *line)]
    grid = text.lstrip().startswith("+")
    header = rules[0] if grid and rules else rules[1] if len(rules) > 2 else None
    if header is None or len(text) <= _SMALL or len(lines) < header + 3:
        return _whole(text)
    head, tail = lines[header][1], lines[-1][0]
    if grid:  # a row ends with a rule
        ends = [end for start, end in lines[header + 1 : -1] if text[start:end].lstrip()[:1] == "+"]
    else:
        ends = [end for _, end in lines[header + 1 : -1]]
    starts = [head, *[end for end in ends if end < tail]]
    rows = [
        block(start, end, body="whole")
        for start, end in zip(starts, [*starts[1:], tail], strict=True)
        if start < end
    ]
    own = block(0, len(text), head, tail=tail, inside=rows)
    return lay_out_blocks(text, [own], "rst", gap="")

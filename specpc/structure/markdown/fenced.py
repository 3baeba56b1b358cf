"""What opens on one line and closes on another, in Markdown and prompts: all of it, or nothing.

``$$``, ``\\[``, ``\\begin{...}``, ``:::``, ``///``, ``{% ... %}``, ``{{< ... >}}``, ``<!--``,
``!!! note`` with what is indented below, and tags that begin and end a line. In code fences there
is none.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.markup.xml import HTML_NAMES, TAG, lay_out_elements
from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.lines import OWN_LINE, line_pattern, one_piece
from specpc.structure.parts.lists import columns
from specpc.structure.parts.sections import Notation, SectionPart, lay_out_parts
from specpc.text.layout import LayoutBuilder
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.structure.parts.blocks import Body
    from specpc.text.layout import LayOut, Layout

# Without one of these a text has nothing of this kind.
_MARKS: Final = line_pattern(
    r"^[ ]{0,3}(?:\$\$|\\\[|\\begin\{|:::|///|\{%|\{\{[<%#]|<|!!!|\?\?\?"
    r"|\[(?i:quote|list|code|spoiler|indent|center))"
)
_LINE: Final = lazy_regex(r"[^\r\n]*+(?:\r\n|\n|\r|\Z)")
_BLANK_LINES: Final = lazy_regex(r"(?:[ \t]*+(?:\r\n|\n|\r))*+(?:[ \t]++\Z)?+")
_FENCE: Final = lazy_regex(
    r"[ \t>*+-]*+(?:\d{1,3}[.)][ \t]++)?+(?P<mark>`{3,}+|~{3,}+)(?P<info>.*+)"
)
_OPENS: Final = lazy_regex(
    r"[ ]{0,3}+(?:(?P<math>\$\$)|(?P<display>\\\[)|\\begin\{(?P<env>[^{}\r\n]{1,40}+)\}"
    r"|(?P<colons>:{3,}+|/{3,}+)[ \t]*+(?=[^\s:/])|\{%-?[ \t]*+(?P<liquid>\w++)"
    r"|\{\{[<%#][ \t]*+(?P<hugo>\w++)"
    r"|\[(?P<bbcode>(?i:quote|list|code|spoiler|indent|center))(?:=[^\]\r\n]{0,80}+)?+\]"
    r"[ \t]*+(?=[\r\n])"
    r"|(?P<comment><!--)|(?P<note>!!!|\?\?\?)\+?[ \t]++\w)"
)
_CLOSES: Final = lazy_regex(
    r"[ ]{0,3}+(?:\\end\{(?P<env>[^{}\r\n]{1,40}+)\}|(?P<colons>:{3,}+|/{3,}+)"
    r"|\{%-?[ \t]*+end(?P<liquid>\w++)[ \t]*+-?%\}"
    r"|\{\{(?:[<%][ \t]*+)?+/[ \t]*+(?P<hugo>\w++)[ \t]*+[%>]?+\}\}"
    r"|\[/(?P<bbcode>[a-zA-Z]{1,9}+)\])[ \t]*+(?:\r\n|\n|\r|\Z)"
)
_RAW_ENDS: Final = {"math": "$$", "display": "\\]", "comment": "-->"}
# What ends, alone on its line, a formula with blank lines in it; no headings are in there, nor
# three words in a row.
_FAR_ENDS: Final = {
    kind: lazy_regex(
        r"(?:(?!\#{1,6} |[^\r\n$\\]*?\p{L}{2,}+ \p{L}{2,}+ \p{L}{2})"
        r"[^\r\n$]*+(?:\r\n|\n|\r)){1,40}?[ ]{0,3}+"
        rf"{regex.escape(_RAW_ENDS[kind])}[ \t]*+(?=[\r\n]|\Z)"
    )
    for kind in ("math", "display")
}
# Of a template, what opens, parts and closes a condition.
_TAG_OF_CODE: Final = line_pattern(
    r"^[ \t]*+(?:\{%-?[ \t]*+|\{\{[<%#~]?[ \t]*+)(?:(?:end|/[ \t]*+)(?P<ends>\w*+)"
    r"|(?P<opens>(?:if|for|unless|case|with|each|range|while|switch|macro|block|define)\b)"
    r"|(?:else|elif|elsif|elseif|when)\b)[^\r\n]*+(?>\r\n|\n|\r|\Z)"
)
_ENDED: Final = lazy_regex(r"\{[%{][-#~]?[ \t]*+(?:end|/)")
# So far indented, Markdown reads it as code.
_CODE: Final = 4
# Of these, the Markdown inside is a part. What Notion calls a callout is an ``<aside>``; sources,
# data and outputs are parts of prompts.
_OF_HTML: Final = HTML_NAMES - {"aside", "blockquote", "figure", "source", "data", "output"}
# What agents ask of tools, and what these give: "<function_calls>", "<tool_result>".
_CALLS: Final = lazy_regex(
    r"(?:function|tool|code|mcp)[_-]?(?:calls?|use|input)|invoke|action|command|bash|execute(?:_\w+)?",
    regex.IGNORECASE,
)
_RESULTS: Final = lazy_regex(
    r"(?:(?:function|tool|code|command|bash|mcp)[_-]?)?(?:results?|outputs?|responses?)|observation"
    r"|stdout|stderr",
    regex.IGNORECASE,
)
# No section of Apache, as <VirtualHost *:80>.
_PLAIN_TAG: Final = lazy_regex(
    r"[ ]{0,3}+<[a-zA-Z][\w.:-]*+"
    r"(?:\s++[\w:.-]++\s*+=\s*+(?:[\"'][^\"'<>]*+[\"']|[^\s\"'<>=]++))*+\s*+>"
)
_SPEAKS: Final = line_pattern(r"^[ \t]*+[\w*\[][\w *\]-]{0,30}+:|<\|\w|<start_of_turn>|\[INST\]")
_ASKS: Final = lazy_regex(r"[?？؟][*_`\"'”’)]{0,3}\s*+</summary>")
# A question with so short an answer, which says nothing without it, stays whole.
_ASKED: Final = 400
_ANSWERED: Final = 40
_INDENTED: Final = lazy_regex(r"[ ]{4}|\t|[ \t]*+(?:[\r\n]|\Z)")


@dataclass(frozen=True)
class _Open:
    """What was opened: what closes it, where it begins, and where its opening ends."""

    key: tuple[str, str]
    start: int
    head: int
    starts_line: bool = True


@dataclass
class _Scan:
    """Reads a text line by line.

    Attributes:
        text: the text.
        last_comment: where the last comment ends.
        waiting: what is open.
        counts: how much of it is open by what closes it.
        found: what was opened and closed, but for what is inside of other such.
        fence: what a code fence is made of that is open, and how much was found before it.
        raw: what is open that nothing is looked for in.
        note: what is open as long as lines are indented.
        colons: how much is open that colons close.
    """

    text: str
    last_comment: int
    waiting: list[_Open] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: list[SectionPart] = field(default_factory=list)
    fence: tuple[str, int] | None = None
    raw: _Open | None = None
    note: _Open | None = None
    colons: int = 0

    def read(self, start: int, end: int) -> None:
        """Read a line."""
        if self._goes_on_raw(start, end):
            return
        if self.note is not None and not _INDENTED.match(self.text, start, end):
            self.end_note(start)
        if self._is_fenced(start, end):
            return
        opens = _OPENS.match(self.text, start, end)
        kind = opens.lastgroup if opens else None
        if opens is not None and kind in _RAW_ENDS:
            one = _Open((kind, ""), start, opens.end())
            if _RAW_ENDS[kind] in self.text[one.head : end]:
                self._add_raw(one, end)
            elif kind != "comment" or start < self.last_comment:
                self.raw = one
        elif kind == "note":
            self.note = self.note or _Open(("note", ""), start, end)
        elif not self._closes(start, end):
            if opens is not None and kind is not None:
                self._open(_Open((kind, opens[kind]), start, end))
            elif "<" in self.text[start:end]:
                self._read_tags(start, end)

    def end_note(self, end: int) -> None:
        """End what is indented below a line, if there is such."""
        if self.note is not None:
            start, head = self.note.start, self.note.head - self.note.start
            self._add(SectionPart(start, end, lay_out=partial(_lay_out_note, head=head)))
            self.note = None

    def _goes_on_raw(self, start: int, end: int) -> bool:
        """Whether a line is in a formula or comment, or ends it."""
        if self.raw is None:
            return False
        kind, line = self.raw.key[0], self.text[start:end]
        if kind != "comment" and line.isspace() and not self._ends_far(self.raw, start):
            self.raw = None
            return False
        if _RAW_ENDS[kind] in line:
            self._add_raw(self.raw, end)
            self.raw = None
        return True

    def _ends_far(self, one: _Open, start: int) -> bool:
        """Whether a formula that opened on a line of its own goes on behind a blank line."""
        alone = _after_blank(self.text, one.head) > one.head
        return alone and _FAR_ENDS[one.key[0]].match(self.text, start) is not None

    def _is_fenced(self, start: int, end: int) -> bool:
        """Whether a line is in a code fence, or one of its two lines."""
        match = _FENCE.match(self.text, start, end)
        if self.fence is not None:
            if match and match["mark"].startswith(self.fence[0]) and not match["info"].strip():
                self.fence = None
            return True
        if match and not (match["mark"][0] == "`" and "`" in match["info"]):
            self.fence = match["mark"], len(self.found)
        return self.fence is not None

    def _closes(self, start: int, end: int) -> bool:
        """Whether a line closes something."""
        closes = _CLOSES.match(self.text, start, end)
        if closes is None or not closes.lastgroup:
            return False
        key = closes.lastgroup, closes[closes.lastgroup]
        one = self._close(key)
        if one is None and key[0] == "colons" and self.colons:  # opened by more or fewer of them
            last = next((one for one in reversed(self.waiting) if one.key[0] == "colons"), None)
            one = self._close(last.key) if last else None
        if one is not None:
            lay_out: LayOut = partial(_between, head=one.head - one.start, tail=start - one.start)
            if key[0] == "env":
                lay_out = _formula
            elif key[0] in {"liquid", "hugo"}:
                lay_out = partial(_branches, head=one.head - one.start, tail=start - one.start)
            self._add(SectionPart(one.start, _after_blank(self.text, end), lay_out=lay_out))
        return True

    def _read_tags(self, start: int, end: int) -> None:
        text = self.text
        for tag in TAG.finditer(text, start, end):
            key = "tag", tag["name"]
            if not tag["closing"]:
                if not tag["empty"]:
                    begins = tag.start() - start <= 3 and not text[start : tag.start()].strip()
                    self._open(_Open(key, start if begins else tag.start(), tag.end(), begins))
                continue
            one = self._close(key)
            known = tag["name"].casefold() in _OF_HTML
            if one and one.starts_line and not known and not text[tag.end() : end].strip():
                details = tag["name"] == "details"
                titled = details and "<summary>" in text[one.head : end]
                stop = _after_blank(text, end)
                asks = details and stop - one.start <= _ASKED
                asked = _ASKS.search(text, one.start, stop) if asks else None
                answer = text[asked.end() : tag.start()].strip() if asked else ""
                asks = 0 < len(answer) <= _ANSWERED
                lay_out = _whole_or_cut if asks else lay_out_elements
                part = SectionPart(one.start, stop, titled=titled, lay_out=lay_out)
                calls, answers = (own.fullmatch(tag["name"]) for own in (_CALLS, _RESULTS))
                self._add(replace(part, calls=calls is not None, answers=answers is not None))

    def _add_raw(self, one: _Open, end: int) -> None:
        """Add a formula or comment, if nothing stands behind it on its last line."""
        kind, text = one.key[0], self.text
        closing = _RAW_ENDS[kind]
        if text[text.rfind(closing, one.head, end) + len(closing) : end].strip():
            return
        stop = _after_blank(text, end)
        if kind == "comment":
            self._add(SectionPart(one.start, stop, hidden=True))
        else:
            self._add(SectionPart(one.start, stop, lay_out=_formula))

    def _open(self, one: _Open) -> None:
        self.waiting.append(one)
        self.counts[one.key] += 1
        self.colons += one.key[0] == "colons"

    def _close(self, key: tuple[str, str]) -> _Open | None:
        """What is closed; what was opened in there and is not closed opens nothing."""
        if not self.counts[key]:
            return None
        while True:
            one = self.waiting.pop()
            self.counts[one.key] -= 1
            self.colons -= one.key[0] == "colons"
            if one.key == key:
                return one

    def _add(self, part: SectionPart) -> None:
        """Add what is enclosed, in place of what was found in it."""
        while self.found and self.found[-1].start >= part.start:
            self.found.pop()
        self.found.append(replace(part, indent=columns(self.text, part.start)))


def enclosed(text: str) -> list[SectionPart]:
    """The outermost of what is opened and closed, in order."""
    if _MARKS.search(text) is None:
        return []
    scan = _Scan(text, text.rfind("-->"))
    for match in _LINE.finditer(text):
        if match.group():
            scan.read(*match.span())
    scan.end_note(len(text))
    # A fence that is not closed goes on to the end; nothing in it is known.
    return scan.found if scan.fence is None else scan.found[: scan.fence[1]]


def tagged_until(text: str) -> int | None:
    """Where two tags end between which most of a text stands, as the documents of a prompt do.

    ``None`` if there are none, or somebody speaks above them.
    """
    if _MARKS.search(text) is None or "</" not in text:
        return None
    for part in enclosed(text):
        tag = _PLAIN_TAG.match(text, part.start)
        if tag is not None and 2 * (part.end - part.start) > len(text):
            return part.end if _SPEAKS.search(text, 0, part.start) is None else None
    return None


def _after_blank(text: str, end: int) -> int:
    match = _BLANK_LINES.match(text, end)
    return match.end() if match else end


def _whole_or_cut(text: str) -> Layout:
    """A question and its answer, which are parted only where a budget cannot hold both."""
    builder = LayoutBuilder()
    builder.refinable(builder.unit(len(text), whole=True, gap=OWN_LINE), lay_out_elements)
    return builder.build("enclosed")


def _formula(text: str) -> Layout:
    return one_piece(len(text), "math", OWN_LINE)


def _lay_out_note(text: str, head: int) -> Layout:
    """A line, and what is indented below it."""
    if not text[head:].strip():
        return one_piece(len(text), "enclosed", OWN_LINE)
    builder = LayoutBuilder()
    opening = builder.support(head, gap=OWN_LINE)
    inside = text[head:]
    notation = Notation("enclosed", indented=True)
    builder.append(lay_out_parts(inside, [SectionPart(0, len(inside))], notation), (opening,))
    return builder.build("enclosed")


@dataclass
class _Branch:
    """What stands below a tag of a condition: below that which opens it, or an "else".

    Attributes:
        name: of the tag, if it opens.
        start: where the tag's line begins.
        head: where it ends.
        inside: conditions in it, and texts between.
        position: where what is not yet in these begins.
    """

    name: str
    start: int
    head: int
    inside: list[Block] = field(default_factory=list)
    position: int = 0

    def add(self, text: str, end: int, condition: Block | None = None) -> None:
        """Add a text of its own, if there is one up to there, and a condition."""
        position = max(self.position, self.head)
        if text[position:end].strip():
            self.inside.append(block(position, end, body="text"))
        if condition is not None:
            self.inside.append(condition)
            self.position = condition.end


def _branches(text: str, head: int, tail: int) -> Layout:
    """What a condition opens and closes: what stands behind "else" comes with that."""
    opened = [[_Branch("", 0, head)]]
    for tag in _TAG_OF_CODE.finditer(text, head, tail):
        if tag["opens"]:
            if not _ENDED.search(text, *tag.span()):
                opened.append([_Branch(tag["opens"], *tag.span())])
        elif tag["ends"] is None:
            opened[-1].append(_Branch("", *tag.span()))
        elif len(opened) > 1 and tag["ends"] in {"", opened[-1][0].name}:
            own = _condition(text, opened.pop(), *tag.span())
            if columns(text, own.start) >= _CODE:
                opened[-1][-1].add(text, own.start, own)
    if len(opened) > 1:
        return _between(text, head, tail)
    return lay_out_blocks(text, [_condition(text, opened[0], tail, len(text))], "enclosed")


def _condition(text: str, branches: Sequence[_Branch], tail: int, end: int) -> Block:
    """A condition, given its branches and where the tag that ends it stands."""
    own, *others = branches
    ends = [*(one.start for one in others), tail]
    for branch, stop in zip(branches, ends, strict=True):
        branch.add(text, stop)
    inside = own.inside + [
        block(one.start, stop, one.head, inside=one.inside, body="lines" if one.inside else "whole")
        for one, stop in zip(others, ends[1:], strict=True)
    ]
    body: Body = "lines" if inside else "whole"
    return block(own.start, end, own.head, tail=tail, inside=inside, body=body)


def _between(text: str, head: int, tail: int) -> Layout:
    """What opens, a text of its own, and what closes."""
    if not text[head:tail].strip():
        return one_piece(len(text), "enclosed", OWN_LINE)
    own = block(0, len(text), head, tail=tail, body="text")
    return lay_out_blocks(text, [own], "enclosed")

"""What opens on one line and closes on another, in Markdown and prompts: all of it, or nothing.

``$$``, ``\\[``, ``\\begin{...}``, ``:::``, ``{% ... %}``, ``{{< ... >}}``, ``<!--``, ``!!! note`` with
what is indented below, and tags that begin and end a line. What stands in a code fence is none.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.blocks import block, lay_out_blocks
from specpc.structure.lines import OWN_LINE, one_piece
from specpc.structure.markup import HTML_NAMES, TAG, lay_out_elements
from specpc.structure.sections import Notation, Part, lay_out_parts
from specpc.text.layout import LayoutBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.text.layout import Layout

# Without one of these a text has nothing of this kind.
_MARKS: Final = regex.compile(
    r"^[ ]{0,3}(?:\$\$|\\\[|\\begin\{|:::|\{%|\{\{[<%]|<|!!!|\?\?\?)", regex.MULTILINE
)
_LINE: Final = regex.compile(r"[^\r\n]*+(?:\r\n|\n|\r|\Z)")
_BLANK_LINES: Final = regex.compile(r"(?:[ \t]*+(?:\r\n|\n|\r))*+(?:[ \t]++\Z)?+")
_FENCE: Final = regex.compile(
    r"[ \t>*+-]*+(?:\d{1,3}[.)][ \t]++)?+(?P<mark>`{3,}+|~{3,}+)(?P<info>.*+)"
)
_OPENS: Final = regex.compile(
    r"[ ]{0,3}+(?:(?P<math>\$\$)|(?P<display>\\\[)|\\begin\{(?P<env>[^{}\r\n]{1,40}+)\}"
    r"|(?P<colons>:{3,}+)[ \t]*+(?=[^\s:])|\{%-?[ \t]*+(?P<liquid>\w++)|\{\{[<%][ \t]*+(?P<hugo>\w++)"
    r"|(?P<comment><!--)|(?P<note>!!!|\?\?\?)\+?[ \t]++\w)"
)
_CLOSES: Final = regex.compile(
    r"[ ]{0,3}+(?:\\end\{(?P<env>[^{}\r\n]{1,40}+)\}|(?P<colons>:{3,}+)|\{%-?[ \t]*+end(?P<liquid>\w++)"
    r"[ \t]*+-?%\}|\{\{[<%][ \t]*+/[ \t]*+(?P<hugo>\w++)[ \t]*+[%>]\}\})[ \t]*+(?:\r\n|\n|\r|\Z)"
)
_RAW_ENDS: Final = {"math": "$$", "display": "\\]", "comment": "-->"}
_INDENTED: Final = regex.compile(r"[ ]{4}|\t|[ \t]*+(?:[\r\n]|\Z)")


@dataclass(frozen=True)
class _Open:
    """What was opened: what closes it, where it begins, and where its opening ends."""

    key: tuple[str, str]
    start: int
    head: int
    starts_line: bool = True


@dataclass
class _Scan:
    text: str
    waiting: list[_Open] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: list[Part] = field(default_factory=list)

    def open(self, one: _Open) -> None:
        self.waiting.append(one)
        self.counts[one.key] += 1

    def close(self, key: tuple[str, str]) -> _Open | None:
        """What is closed; what was opened in there and is not closed opens nothing."""
        if not self.counts[key]:
            return None
        while True:
            one = self.waiting.pop()
            self.counts[one.key] -= 1
            if one.key == key:
                return one

    def add(self, part: Part) -> None:
        """Add what is enclosed, in place of what was found in it."""
        while self.found and self.found[-1].start >= part.start:
            self.found.pop()
        self.found.append(part)


def enclosed(text: str) -> list[Part]:
    """The outermost of what is opened and closed, in order."""
    if _MARKS.search(text) is None:
        return []
    scan, last_comment_end = _Scan(text), text.rfind("-->")
    fence: tuple[str, int] | None = None  # what it is made of, and how much was found before it
    raw: tuple[str, _Open] | None = None  # what ends something without structure
    note: _Open | None = None
    for start, end in _lines(text):
        if raw is not None and text[start:end].isspace() and raw[0] != _RAW_ENDS["comment"]:
            raw = None  # no formula goes on behind a blank line
        if raw is not None:
            if raw[0] in text[start:end]:
                _add_raw(scan, raw[1], end, raw[0])
                raw = None
            continue
        if note is not None and not _INDENTED.match(text, start, end):
            _add_note(scan, note, start)
            note = None
        match = _FENCE.match(text, start, end)
        if fence is not None:
            if match and match["mark"].startswith(fence[0]) and not match["info"].strip():
                fence = None
            continue
        if match and not (match["mark"][0] == "`" and "`" in match["info"]):
            fence = match["mark"], len(scan.found)
            continue
        opens = _OPENS.match(text, start, end)
        kind = opens.lastgroup if opens else None
        if opens is not None and kind in _RAW_ENDS:
            one = _Open((kind, ""), start, opens.end())
            if _RAW_ENDS[kind] in text[opens.end() : end]:
                _add_raw(scan, one, end, _RAW_ENDS[kind])
            elif kind != "comment" or start < last_comment_end:
                raw = _RAW_ENDS[kind], one
        elif kind == "note":
            note = note or _Open(("note", ""), start, end)
        else:
            _read_line(scan, start, end, opens, kind)
    if note is not None:
        _add_note(scan, note, len(text))
    # What is not closed goes on to the end; nothing in it is known.
    return scan.found if fence is None else scan.found[: fence[1]]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _LINE.finditer(text) if match.group())


def _read_line(
    scan: _Scan, start: int, end: int, opens: regex.Match[str] | None, kind: str | None
) -> None:
    """Open or close what a line opens or closes."""
    text = scan.text
    closes = _CLOSES.match(text, start, end)
    if closes is not None and closes.lastgroup:
        key = closes.lastgroup, closes[closes.lastgroup]
        one = scan.close(key) or (_innermost(scan) if key[0] == "colons" else None)
        if one is not None:
            stop = _after_blank(text, end)
            if key[0] == "env":
                lay_out = partial(_whole, kind="math")
            else:
                lay_out = partial(_between, head=one.head - one.start, tail=start - one.start)
            scan.add(Part(one.start, stop, lay_out=lay_out))
    elif opens is not None and kind is not None:
        scan.open(_Open((kind, opens[kind]), start, end))
    elif "<" in text[start:end]:
        _read_tags(scan, start, end)


def _innermost(scan: _Scan) -> _Open | None:
    """What a line of colons closes that nobody opened with as many."""
    last = next((one for one in reversed(scan.waiting) if one.key[0] == "colons"), None)
    return scan.close(last.key) if last else None


def _read_tags(scan: _Scan, start: int, end: int) -> None:
    text = scan.text
    for tag in TAG.finditer(text, start, end):
        key = "tag", tag["name"]
        if not tag["closing"]:
            if not tag["empty"]:
                begins = not text[start : tag.start()].strip() and tag.start() - start <= 3
                scan.open(_Open(key, start if begins else tag.start(), tag.end(), begins))
            continue
        one = scan.close(key)
        known = tag["name"].casefold() in HTML_NAMES
        if one and one.starts_line and not known and not text[tag.end() : end].strip():
            titled = (
                text.startswith("details", one.start + 1) and "<summary>" in text[one.head : end]
            )
            stop = _after_blank(text, end)
            scan.add(Part(one.start, stop, titled=titled, lay_out=lay_out_elements))


def _add_raw(scan: _Scan, one: _Open, end: int, closing: str) -> None:
    """Add a formula or comment, if nothing stands behind it on its last line."""
    text = scan.text
    if not text[text.rfind(closing, one.head, end) + len(closing) : end].strip():
        hidden = one.key[0] == "comment"
        lay_out = None if hidden else partial(_whole, kind="math")
        scan.add(Part(one.start, _after_blank(text, end), hidden=hidden, lay_out=lay_out))


def _add_note(scan: _Scan, one: _Open, end: int) -> None:
    head = one.head - one.start
    scan.add(Part(one.start, end, lay_out=partial(_lay_out_note, head=head)))


def _after_blank(text: str, end: int) -> int:
    match = _BLANK_LINES.match(text, end)
    return match.end() if match else end


def _whole(text: str, kind: str) -> Layout:
    return one_piece(len(text), kind, OWN_LINE)


def _lay_out_note(text: str, head: int) -> Layout:
    """A line, and what is indented below it."""
    if not text[head:].strip():
        return one_piece(len(text), "enclosed", OWN_LINE)
    builder = LayoutBuilder()
    opening = builder.support(head, gap=OWN_LINE)
    inside = text[head:]
    notation = Notation("enclosed", indented=True)
    builder.append(lay_out_parts(inside, [Part(0, len(inside))], notation), (opening,))
    return builder.build("enclosed")


def _between(text: str, head: int, tail: int) -> Layout:
    """What opens, a text of its own, and what closes."""
    if not text[head:tail].strip():
        return one_piece(len(text), "enclosed", OWN_LINE)
    own = block(0, len(text), head, tail=tail, body="text")
    return lay_out_blocks(text, [own], "enclosed")

"""Texts in sections: headings above what they head, lists below what leads to them.

What finds the parts of a notation (Markdown, LaTeX, AsciiDoc ...) is its own module; what comes
along with what is decided here, for all of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

import regex

from specpc.structure.parts.lines import OWN_LINE
from specpc.structure.parts.lists import (
    EXCEPTS,
    ITEM,
    JOINS,
    OPENS,
    OTHERWISE,
    ListItem,
    Paragraph,
    columns,
    is_reference,
    numbered,
    paragraphs,
)
from specpc.structure.parts.shapes import shape_of
from specpc.text.layout import LayoutBuilder
from specpc.text.patterns import lazy_re, lazy_regex
from specpc.text.units import CONTINUED, is_open, wrapped_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from specpc.text.layout import LayOut, Layout

# A question up to this size, its answer included, stays whole where a budget can hold it.
_WHOLE: Final = 400
# An item's own words up to this size come along with what belongs to it; else the last sentence.
_SHORT_ITEM: Final = 300
# So short a line above a list heads it, with a blank line between them or not.
_SHORT_HEAD: Final = 60
_ASKS: Final = lazy_regex(r"[?？؟][*_`\"'”’)]{0,3}[\s>]*+\Z")
_SAYS: Final = lazy_regex(
    r"\b(?:wrote|writes|schrieb|écrit|escribió|scritto|schreef|skrev|napisał)[^\r\n:]{0,60}+:\s*+\Z"
)
_LONGEST_SAYS: Final = 100
# Nothing but words in bold type: "2. **Staff**".
_BOLD: Final = lazy_regex(r"(?:\s|\A)(?:\*\*|__)[^*_\r\n.]++(?:\*\*|__)\s*+\Z")
_BLANK_LINE: Final = lazy_regex(r"(?>\r\n|\n|\r)[ \t]*+[\r\n]")
# A line of words without a mark at its end.
_UNFINISHED: Final = lazy_regex(r"(?<![\\\w])\w++[\"”’»)]{0,2}+,?[ \t]*+(?:\r\n|\n|\r)?\Z")
# "Answer: B" leads to nothing after a blank line.
_VALUE: Final = lazy_regex(r"[^:：\r\n]{1,40}+[:：][ \t]*+\S[^\r\n]*+(?:\r\n|\n|\r)[ \t]*+[\r\n]")
_ENDED: Final = lazy_regex(r"[.!?。！？…；;][\"'”’»)\]*_]{0,3}\s*+\Z")
# Of lines that are none, one in so many may be a sentence.
_MOST_ENDED: Final = 3
_FEWEST_LINES: Final = 2
_ROW: Final = lazy_regex(r"(?<![^\r\n])[^\S\r\n]*+\S[^\r\n]*+")
_FIELD: Final = lazy_regex(r"[ \t]*+\p{L}[\w .&/'’()-]{0,40}+:[ \t]++\S")
_HANGING: Final = 3
_SHORT_VALUE: Final = 120
# Between the cells of a row; the path of a file.
_APART: Final = lazy_regex(r"\S(?:[ ]{2,}|[ ]*+\t[ \t]*+|[ ]\|[ ])\S")
# What may head rows with numbers.
_LABEL: Final = lazy_regex(r"\p{Lu}[\p{L} (),/&–-]{2,40}+")
_AMOUNT: Final = lazy_regex(
    r"[ \t]*+[\p{Sc}+−-]{0,2} ?\d[\d.,: ]*+(?:\p{Sc}|%|[\p{L}°²³/]{1,6}+)?\s*+"
)
_PARTED: Final = lazy_re(r"(?<=\d)[.,](?=\d{3})")  # thousands
_MOSTLY: Final = 0.6
_PATH: Final = lazy_regex(r"\s*+[^\s/\\]*+[/\\]\S*+\s*+")
# A title has so many words at most; words of so many letters begin with a small one.
_LONGEST_TITLE: Final = 5
_SHORT_WORD: Final = 3
_PAIR: Final = 2
_SMALL_LETTER: Final = lazy_regex(r"\p{Ll}")
_CONTINUES: Final = lazy_regex(r"\s*+(?:\p{Ll}|(?:PROVIDED|EXCEPT|UNLESS|BUT|AND|OR|NOR)\b)")
# "Section 3.2 Exceptions. ", before what that says.
_RUN_IN: Final = lazy_regex(
    r"[ \t]*+(?i:section|article|clause|sec\.|art\.|artikel|abschnitt|§{1,2})[ \t]*+"
    r"[\dIVXLC]{1,4}(?:\.\d{1,3}){0,3}+[a-z]?[.:]?[ \t]++\p{Lu}[^.!?:;\r\n]{0,60}+\.[ \t]++"
)
_FEW_WORDS: Final = 3
# What is right of several choices.
_ANSWERS: Final = lazy_regex(
    r"\s*+[*_(\[]{0,3}(?:(?:correct |right |richtige |bonne |正确)?(?:answers?|antwort|réponse"
    r"|respuesta|答案)|ans|key|lösung|solution|solución|explanation|erklärung|explication)\b"
    r"[*_ ]{0,3}[:：]",
    regex.IGNORECASE,
)
_MOST_CHOICES: Final = 8
_MOST_ASKED: Final = 3
# An item that what stands below its list may go on from.
_GOES_ON: Final = lazy_regex(r"(?:[,;—–-]|[,;] (?:and|or|und|oder|et|ou|y|o))\s*+\Z")
# What a list begins with.
_FIRST: Final = frozenset({"1", "01", "0", "a", "i", "а", "أ", "א"})
_INDENT: Final = lazy_re(r"[ \t]*")
# "BIKE, gents, 21 gears. Not working. £20.", "Figure 2. Boats. Left: by day.": of what the rest is,
# only the first sentence says.
_ENTRY: Final = lazy_regex(
    r"\s*+(?:\p{Lu}{2}[\p{Lu}’' -]*+,[ ]"
    r"|(?i:fig(?:ure)?|table|chart|exhibit|box|scheme|plate|abb(?:ildung)?|tab(?:elle)?|tableau|figura"
    r"|tabla|рис(?:унок)?|таблица|图|表|図)\.?[ \u00a0]?(?:S|[A-Z]\.)?\d{1,3}(?:[.-]\d{1,3})?[a-z]?"
    r"[ \u00a0]?[.:：|–—]\s)"
)
_LONGEST_ENTRY: Final = 600
# An example below what it is one of.
_QUOTED: Final = lazy_regex(r"\s*+[\"“„«‘][^\"“”„«»]++[\"”“»’]\s*+")


@dataclass(frozen=True)
class SectionPart:
    """A stretch of a text, of whole lines, the blank ones after it included.

    Attributes:
        start: first character.
        end: one past the last.
        level: of a heading, 1 for the highest; 0 for all else.
        asks: whether a heading is a question or a term, which is kept with its answer.
        closes: the highest level of headings that what is here is no longer under, if any.
        apart: whether it is no part of an answer, wherever it stands.
        titled: whether it says by itself what it is about, and needs no heading.
        lay_out: lays out what is no running text.
        hidden: whether it says nothing to a reader.
        indent: columns that a structure is indented by, which may stand in a list item.
        quotes: whether it is a quotation, of somebody whom a line above may have named.
        calls: whether it asks a tool for something.
        answers: whether it is what a tool gave, for what was asked right before.
    """

    start: int
    end: int
    level: int = 0
    asks: bool = False
    closes: int = 0
    apart: bool = False
    titled: bool = False
    lay_out: LayOut | None = None
    hidden: bool = False
    indent: int = 0
    quotes: bool = False
    calls: bool = False
    answers: bool = False

    @property
    def highest(self) -> int:
        """The highest level of headings that end where it begins, 0 if none do."""
        return min(self.level or self.closes, self.closes or self.level)

    def moved(self, by: int) -> SectionPart:
        """The same part of a text that begins elsewhere."""
        return replace(self, start=self.start + by, end=self.end + by)


def never(text: str, offset: int) -> bool:
    """A text may be cut anywhere."""
    return False


@dataclass(frozen=True)
class Notation:
    """How sentences are treated in a notation.

    Attributes:
        kind: what a text in it is called, in a word.
        joined: whether a text must not be cut at an offset.
        marks: what must not be in a sentence that is cut into words.
        indented: whether a sentence must be as indented as the paragraph it is in.
    """

    kind: str
    joined: Callable[[str, int], bool] = never
    marks: regex.Pattern[str] | None = None
    indented: bool = False


def lay_out_parts(text: str, parts: Sequence[SectionPart], notation: Notation) -> Layout:
    """The pieces of a text made of parts that tile it.

    A heading comes with all that is under it, and is kept for nothing else; an item with what
    belongs to it; what leads to a list, a table or a formula (a sentence that ends in a colon, or
    has no blank line after it) with each item of that. A short question is one piece with its
    answer.
    """
    sections = _Sections(text, notation)
    sections.add_all(parts, opened=False)
    layout = sections.builder.build(notation.kind)
    return layout if layout.units.any() else replace(layout, supports=frozenset())


def _question(text: str, parts: tuple[SectionPart, ...], notation: Notation) -> Layout:
    """A question and its answer that are one piece elsewhere."""
    sections = _Sections(text, notation)
    sections.add_all(parts, opened=True)
    return sections.builder.build(notation.kind)


@dataclass
class _Lead:
    """A sentence that leads to what follows; the style of the list it leads to, if it is known."""

    pieces: tuple[int, ...]
    style: str | None = None


@dataclass
class _Sections:
    text: str
    notation: Notation
    builder: LayoutBuilder = field(default_factory=LayoutBuilder)
    known: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Items with numbers anywhere: between those of a list, other things may stand."""
    width: int | None = None
    """At which lines are wrapped."""
    headings: list[tuple[int, int]] = field(default_factory=list)
    """Levels and pieces of the headings above what comes next."""
    item: ListItem | None = None
    """The last item, if its list may go on."""
    formula: tuple[int, ...] = ()
    """What has just been added and is one piece, after which a sentence may go on."""
    asked: tuple[int, ...] = ()
    """The quotation that has just been added and asks something."""
    called: tuple[int, ...] = ()
    """What has just been added and asks a tool."""
    broken: tuple[int, ...] = ()
    """The last sentence so far, if it does not end before the head of a page."""
    by: tuple[int, ...] = ()
    """What says whom quotations quote, as a mail does between answers."""
    pending: tuple[int, ...] = ()
    """The last sentence so far, if it leads to what is no list."""
    said: tuple[int, ...] = ()
    """The last sentences of the paragraph before."""
    tail: int = -1
    """The last piece that goes on with what led to a list above it."""
    joined: tuple[int, ...] = ()
    """The piece before an "and" of its own, which has just been added."""
    small: set[int] = field(default_factory=set)
    """Pieces with which paragraphs and items end that begin with a small letter."""
    leads: dict[ListItem | None, _Lead] = field(default_factory=dict)
    """By what they belong to: sentences that lead to the items that come next."""

    def add_all(self, parts: Sequence[SectionPart], *, opened: bool) -> None:
        """Add parts; ``opened`` says that the first is a question to be parted from its answer."""
        number, ends = 0, _section_ends(parts)
        running = [part for part in parts if part.lay_out is None and not part.level]
        self.width = wrapped_at("".join(self.text[part.start : part.end] for part in running))
        for part in parts:
            if part.lay_out is None and not part.level:
                self.known.update(numbered(self.text[part.start : part.end]))
        while number < len(parts):
            part, stop = parts[number], ends[number]
            end = parts[stop - 1].end
            asks = part.asks and stop > number + 1 and end - part.start <= _WHOLE
            if asks and not (opened and number == 0):
                self._add_question(tuple(parts[number:stop]), end)
                number = stop
            else:
                self._add(part, parts[number + 1] if number + 1 < len(parts) else None)
                number += 1

    def _add(self, part: SectionPart, following: SectionPart | None) -> None:
        if part.highest:
            self._close(part.highest)
        if part.level:
            # Where a budget holds the piece that answers but not all headings above it, they go.
            heading = self.builder.support(
                part.end, self._heading(), gap=OWN_LINE, spare=not part.asks
            )
            self.headings.append((part.level, heading))
        elif part.hidden or not self.text[part.start : part.end].strip():
            self._support(part.end, ())
        elif part.lay_out is None:
            self.called = ()
            self._add_running(part, following)
        else:
            while self.item is not None and part.indent <= self.item.indent:
                self.item = self.item.parent
            needs = self.item.needs if self.item else self._heading()
            if part.quotes and self.pending:
                end = self.builder.position
                says = _SAYS.search(self.text[max(0, end - _LONGEST_SAYS) : end])
                self.by = self.pending if says else ()
            needs += self.pending or (self.by if part.quotes else ())
            if part.apart or (part.titled and self.item is None):
                needs = ()
            needs += self.called if part.answers else ()
            inside = part.lay_out(self.text[part.start : part.end])
            first = self.builder.next_piece
            short = part.end - part.start <= _WHOLE
            units = inside.units.tolist() if short else ()
            self.formula = tuple(first + piece for piece, unit in enumerate(units) if unit)
            self.called = self.formula if part.calls else ()
            self.pending = self.broken = ()
            self.leads.pop(self.item, None)
            self.builder.append(inside, needs)
            asks = part.quotes and _ASKS.search(self.text, part.start, part.end)
            self.asked = (self.builder.next_piece - 1,) if asks else ()

    def _add_question(self, parts: tuple[SectionPart, ...], end: int) -> None:
        self._close(parts[0].level)
        piece = self.builder.unit(end, self._heading(), whole=True, gap=OWN_LINE)
        moved = tuple(part.moved(-parts[0].start) for part in parts)
        finer = partial(_question, parts=moved, notation=self.notation)
        self.builder.refinable(piece, finer)

    def _heading(self) -> tuple[int, ...]:
        return (self.headings[-1][1],) if self.headings else ()

    def _close(self, level: int) -> None:
        self.formula = self.pending = self.said = self.asked = self.by = self.broken = ()
        self.joined = self.called = ()
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        self.item = None
        self.leads.clear()

    def _support(self, end: int, needs: Sequence[int]) -> int:
        return self.builder.support(end, needs, gap=OWN_LINE)

    def _add_running(self, part: SectionPart, following: SectionPart | None) -> None:
        """Add paragraphs and items."""
        text = self.text[part.start : part.end]
        found = list[Paragraph]()
        for own in paragraphs(text, self.item, self.known, self.width):
            if found and self.notation.joined(self.text, part.start + own.start):
                last_one = found.pop()
                ends = last_one.ends[:-1] + own.ends
                own = replace(last_one, end=own.end, ends=ends)  # noqa: PLW2901
            found.append(own)
        formula, self.formula = self.formula, ()
        broken, self.broken = self.broken, ()
        opening = self.builder.next_piece
        said: tuple[int, ...] = ()  # what ends in a colon right before
        for before, own, after in zip([None, *found], found, [*found[1:], None], strict=False):
            belongs = own.item.parent if own.item and own.is_item else own.item
            needs = belongs.needs if belongs else self._heading()
            if own.item and own.is_item:
                needs += self._lead(belongs, own.item.style)
            elif own is found[0] and formula and _SMALL_LETTER.match(text, own.start):
                needs = formula
            if own is found[0] and own.end - own.start <= _SHORT_ITEM:
                needs += self.asked
            elif before is not None and self._titles(text, before, own):
                needs += before.item.needs if before.item else ()
            self.asked = ()
            needs += self.joined + (said if not own.is_item else ())
            led, listed = self._led(text, before, own, after), self.builder.next_piece
            # What goes on with the list above leads to another only if it says so.
            last_of_all = led and not OPENS.search(text[own.start : own.end])
            leads = "" if last_of_all else self._leads(text, own, after, following)
            needs += led
            joins = JOINS.fullmatch(text, own.start, own.end) is not None
            self.joined = (self.builder.next_piece - 1,) if joins and before else ()
            last = self._add_paragraph(part.start, own, needs, leads)
            self.small |= {last} if _SMALL_LETTER.match(text, own.text) else set()
            if led and not OTHERWISE.match(text, own.start):
                self._belonging(text, led, own, listed)
            said = (last,) if leads and after is not None and not after.is_item else ()
            self.said = tuple(range(listed, self.builder.next_piece)[-_MOST_ASKED:])
            if own.item and own.is_item:
                # What ends in full is told by its first sentence.
                words = () if leads == "only" else range(listed, last)
                own.item.needs = (next(filter(self.builder.is_unit, words), last),)
            elif after is None or not self._numbers_on(text, own, after):
                # What goes on with a list may stand as far to the left as the item that is in.
                inner = after.item if led and after is not None and after.is_item else None
                self._set_lead(inner.parent if inner else belongs, belongs, last if leads else None)
        if broken and _SMALL_LETTER.match(text.lstrip()):
            self._tie(broken, opening)
        on = following is not None and following.hidden and not _ENDED.search(text)
        self.broken = (last,) if on and not OPENS.search(text) else ()
        self.item = found[-1].item
        self.pending = (last,) if leads and not found[-1].is_item else ()

    @staticmethod
    def _titles(text: str, before: Paragraph, own: Paragraph) -> bool:
        """Whether an item is the title of the text right below it: "2) Works"."""
        said = text[before.start : before.end]
        bullet = before.item is None or before.item.style[0] in "-*"
        short = before.is_item and not bullet and len(said) <= _SHORT_HEAD
        below = not own.is_item and not own.apart and not _CONTINUES.match(text, own.start)
        return short and below and _UNFINISHED.search(said) is not None

    def _tie(self, pieces: Sequence[int], other: int) -> None:
        """Have pieces and another need one another: halves of a sentence."""
        self.builder.require(other, *pieces)
        for piece in pieces:
            self.builder.require(piece, other)

    def _belonging(self, text: str, led: Sequence[int], own: Paragraph, listed: int) -> None:
        """Have what a paragraph below a list goes on with come along with the items, or these."""
        last = self.builder.next_piece - 1
        inside = range(max(led[-1], self.tail) + 1, listed)
        self.tail = last
        if _ANSWERS.match(text, own.start):
            self.builder.require(last, *inside[:_MOST_CHOICES])
            return
        for piece in inside:
            self.builder.require(piece, last)

    def _led(
        self, text: str, before: Paragraph | None, own: Paragraph, after: Paragraph | None
    ) -> tuple[int, ...]:
        """What led to the list above, if a paragraph goes on with that: "unless ..."."""
        short = not own.is_item and own.end - own.start <= _SHORT_ITEM
        short = short and not ITEM.match(text, own.start)
        answers = _ANSWERS.match(text, own.start) is not None
        excepts = any(form.match(text, own.start) for form in (EXCEPTS, OTHERWISE))
        if not short or not (answers or excepts or _CONTINUES.match(text, own.start)):
            return ()
        on = (
            answers
            or excepts
            or (before is not None and _GOES_ON.search(text[before.start : before.end]) is not None)
        )
        if own.apart and not on:
            return ()
        indent, item = columns(text, own.start), before.item if before is not None else None
        while item is not None and not (item.children and item.indent <= indent):
            item = item.parent
        lead = self.leads.get(own.item)
        if item is None and lead is None:
            return self.said if answers else ()
        led = item.needs if item is not None else lead.pieces if lead is not None else ()
        heads = after is not None and after.is_item and not _ENDED.search(text, own.start, own.end)
        # Below "It is due if:", "unless one of these holds:" goes on; below "packages:" or "berth
        # noun", "dev packages:" and "berth verb" do not.
        opens = OPENS.search(text[own.start : own.end]) is not None
        return () if heads and not on and not (opens and self.small.isdisjoint(led)) else led

    def _set_lead(self, to: ListItem | None, belongs: ListItem | None, piece: int | None) -> None:
        """Remember what leads to the items that come next, or that nothing does."""
        if piece is None:
            self.leads.pop(belongs, None)
        else:
            self.leads[to] = _Lead((piece,))

    @staticmethod
    def _numbers_on(text: str, own: Paragraph, after: Paragraph) -> bool:
        """Whether what is below a clause stands above "2.2", to which the lead of 2.1 leads."""
        mark = ITEM.match(text, after.start)
        number = mark["clause"] if mark is not None else None
        if number is None or OPENS.search(text[own.start : own.end]):
            return False
        return int(number.strip(".").rpartition(".")[2]) > 1

    def _lead(self, belongs: ListItem | None, style: str) -> tuple[int, ...]:
        """What leads to the list that an item is in."""
        lead = self.leads.get(belongs)
        style = "-" if style[0] in "-*" else style  # of bullets, one list may have several
        if lead is None or lead.style not in (None, style):
            self.leads.pop(belongs, None)
            return ()
        lead.style = style
        return lead.pieces

    def _leads(
        self, text: str, own: Paragraph, after: Paragraph | None, following: SectionPart | None
    ) -> Literal["", "only", "too"]:
        """Whether a paragraph leads to what is after it, and if so, says something itself too."""
        said = text[own.start : own.end]
        if after is not None or following is None or following.apart or following.titled:
            following = None
        # Below an item, as far to the left, a quotation may stand without a blank line.
        left = own.is_item and after is not None and after.item is None
        quoted = after is not None and not after.is_item and (after.apart or left)
        if quoted and after is not None and OPENS.search(said):
            return "only"
        if own.item and own.is_item:
            inside = following is not None and following.indent > own.item.indent
            asks = any(mark.search(said) for mark in (OPENS, _ASKS, _BOLD)) or is_open(said)
            # "2. USE" is a heading, "2.1 The user may not use the berth while" half a sentence.
            long = own.item.style[0] not in "-*" and len(said) > _SHORT_HEAD
            asks |= said.isupper() or bool(long and _UNFINISHED.search(said.rstrip()))
            below = after is not None and after.is_item and own.item.children
            asks |= bool(below) and after is not None and self._only_leads(text, own, after)
            asks |= self._is_outlined(own.item, said, after)
            return ("only" if asks else "too") if own.item.children or inside else ""
        to_list = after is not None and after.is_item and any(map(str.isalnum, said))
        # "Namespace: prod" leads to nothing.
        last = text[own.ends[-2] if len(own.ends) > 1 else own.start : own.end].lstrip("\r\n")
        above = following is not None and following.lay_out is not None
        above = above and (OPENS.search(said) is not None or not _FIELD.match(last))
        example = _QUOTED.fullmatch(said) is not None
        if example or not (to_list or above):
            return ""
        heads = to_list and len(said) <= _SHORT_HEAD and not _VALUE.match(said)
        if (
            OPENS.search(said)
            or (not to_list and said.rstrip().endswith((",", "，", "、")))  # "For example,"
            or (to_list and _ASKS.search(said))
            or _UNFINISHED.search(said.rstrip() if heads else said)
        ):
            return "only"
        if not to_list or after is None or after.item is None or _is_later(text, after):
            return ""
        deeper = after.item.indent > columns(text, own.start)
        return "too" if deeper or not _BLANK_LINE.search(said, len(said.rstrip())) else ""

    @staticmethod
    def _only_leads(text: str, own: Paragraph, after: Paragraph) -> bool:
        """Whether an item is no more than a title of those in it, or half a sentence."""
        said = text[own.text : own.end]
        if any(map(str.isdigit, said)) or _UNFINISHED.search(said.rstrip()) is None:
            return False
        bullet = own.item is not None and own.item.style[0] in "-*"
        deeper = columns(text, after.start) > columns(text, own.start)
        if len(said.split()) <= _FEW_WORDS and (deeper or not bullet):
            return True
        return not bullet and _SMALL_LETTER.match(text, after.text) is not None

    @staticmethod
    def _is_outlined(item: ListItem, said: str, after: Paragraph | None) -> bool:
        """Whether an item is a heading, of those whose marks say by their number how deep it is.

        "* Changes in 1.2" above "** Fixed a leak", "** Bug fixes" above a paragraph.
        """
        if after is None or not after.apart or _ENDED.search(said) or item.style[0] != "*":
            return False
        if after.is_item:
            return after.item is not None and after.item.style == item.style + "*"
        return len(item.style) > 1 and len(said.split()) <= _LONGEST_TITLE + 1

    def _add_paragraph(self, offset: int, own: Paragraph, needs: Sequence[int], leads: str) -> int:
        """Add a paragraph or item in sentences; the number of the last."""
        builder, text = self.builder, self.text
        joined = self.notation.joined
        ends = [offset + end for end in own.ends]
        ends = [end for end in ends[:-1] if not joined(text, end)] + ends[-1:]
        indent = _INDENT.match(text, offset + own.start)
        said = offset + own.text
        labelled = said > offset + own.start
        # "4.0 SERVICES NOT COVERED. 4.1 Repair.", "2.1 Fees. All are due." say by the title what
        # the rest is about.
        several = len(ends) > 1
        whole = own.is_item and is_reference(text[said : ends[-1]])
        clause = own.item is not None and own.item.style.startswith("#")
        titled = labelled and several and not whole and _is_title(text[said : ends[0]], clause)
        if titled:
            said = ends.pop(0)
        elif not labelled and indent is not None:
            said = indent.end()
        indented = own.item is not None or self.notation.indented
        if not own.is_item and (lines := self._as_lines(ends)):
            return self._add_lines(lines, needs, leads)
        if not own.is_item and not labelled and several and self._is_term(ends):
            needs = (*needs, builder.support(ends.pop(0), needs, gap=OWN_LINE))
            said = ends[0] if len(ends) < 2 else builder.position
            several = len(ends) > 1
        if (
            not own.is_item
            and not labelled
            and several
            and _RUN_IN.fullmatch(self.text, builder.position, ends[0])
        ):
            needs = (*needs, builder.support(ends.pop(0), needs, gap=OWN_LINE))
            said, several = builder.position, len(ends) > 1
        gap = (indent.group() if indent else "") + OWN_LINE if indented else None
        named = leads or _ENDED.search(text[said : ends[0]]) is None
        if own.is_item and (named or whole) and own.end - own.start <= _SHORT_ITEM:
            leads = "too" if leads and several else leads  # says something, too
            ends = ends[-1:]
        elif own.is_item and several and not leads and self._is_answered(own, said, ends):
            ends = ends[-1:]
        elif (indented or labelled) and several and builder.position < said < ends[0]:
            needs, gap = (builder.support(said, needs, gap=gap),), None
        entry = not own.is_item and several and ends[-1] - builder.position <= _LONGEST_ENTRY
        entry = entry and _ENTRY.match(text, builder.position, ends[0]) is not None
        for number, end in enumerate(ends[:-1]):
            first = builder.position
            piece = self._add_sentence(end, needs, gap)
            gap = None
            if entry and not number:
                needs = (*needs, piece)
            opens = OPENS.search(text[first:end]) or _ASKS.search(text[first:end])
            if own.is_item and text[end - 1] in "\r\n" and opens:
                needs = (*needs, piece)
        if leads == "only":
            return builder.support(ends[-1], needs, gap=gap)
        return self._add_sentence(ends[-1], needs, gap)

    def _is_answered(self, own: Paragraph, said: int, ends: Sequence[int]) -> bool:
        """Whether an item is a question on a line and a short answer below it."""
        asks = _ASKS.search(self.text, said, ends[0]) is not None
        below = self.text[said : ends[0]].endswith(("\r", "\n"))
        return asks and below and own.end - own.start <= _SHORT_ITEM

    def _is_term(self, ends: Sequence[int]) -> bool:
        """Whether the first line is a term, and those below it are indented by more."""
        said = self.text[self.builder.position : ends[0]]
        if len(said) > _SHORT_HEAD or not said.endswith(("\r", "\n")) or _ENDED.search(said):
            return False
        start = ends[0] - len(said.lstrip("\r\n"))
        return columns(self.text, ends[0]) > columns(self.text, start)

    def _as_lines(self, ends: Sequence[int]) -> list[int]:
        """Where lines end of which most are no sentence: values, an address; none if it is text.

        Only a value with a name may be several sentences, and go on in a line that is more
        indented.
        """
        text, start = self.text, self.builder.position
        rows = list[tuple[int, int]]()
        for match in _ROW.finditer(text, start, ends[-1]):
            on = bool(rows) and text.endswith(CONTINUED, *rows[-1])
            rows.append((rows.pop()[0] if on else match.start(), match.end()))
        stops = set(ends)
        if len(rows) < _FEWEST_LINES or any(after not in stops for after, _ in rows[1:]):
            return []
        named = [_FIELD.match(text, low) is not None for low, _ in rows]
        starts = [low for low, _ in rows]
        inside = stops.difference(starts, ends[-1:])
        said = [text[low:high] for low, high in rows]
        # "plus 19 % tax incl. 50.92" is no sentence, either.
        value = [
            field or (len(line) <= _SHORT_HEAD and not _ENDED.search(line))
            for field, line in zip(named, said, strict=True)
        ]
        if not all(value[bisect_right(starts, end) - 1] for end in inside):
            return []
        # What has a name is a value, if it is not long: "D1: The fees rise."
        ended = sum(
            _ENDED.search(line) is not None and not (field and len(line) <= _SHORT_VALUE)
            for line, field in zip(said, named, strict=True)
        )
        if OPENS.search(said[0]) is None and _MOST_ENDED * ended > len(said):
            return []
        goes_on = [
            field and columns(text, low) > columns(text, before) + _HANGING
            for field, (before, low) in zip(named, pairwise(starts), strict=False)
        ]
        return [low for low, on in zip(starts[1:], goes_on, strict=True) if not on] + [ends[-1]]

    def _add_lines(self, ends: Sequence[int], needs: Sequence[int], leads: str) -> int:
        """Add lines, of which one that ends with a colon heads those below, as does the first.

        So does each that looks like the first ("Tuesday, 14 May"), or has no number among others
        that do ("Lipids"). A line brings those above it that it is indented below.
        """
        builder, text = self.builder, self.text
        starts = [builder.position, *ends[:-1]]
        lines = [text[start:end] for start, end in zip(starts, ends, strict=True)]
        levels = _levels(lines)
        numbers = [any(map(str.isdigit, line)) for line in lines]
        head = list[int]()
        above: list[tuple[int, int]] = []  # how far lines are indented, and the pieces
        for number, (end, said) in enumerate(zip(ends, lines, strict=True)):
            indent = columns(text, builder.position)
            while above and above[-1][0] >= indent:
                above.pop()
            opens = OPENS.search(said) is not None
            if opens or number in levels:
                head = head[: 0 if opens else levels[number]]
            below = (*needs, *head, *(piece for _, piece in above[-1:]))
            total = number and _AMOUNT.fullmatch(said) and not numbers[number - 1]
            # "Total", and below it "£61.98"; "Ann: is it so?", and "Bob: no".
            if total or (number and _FIELD.match(said) and _ASKS.search(lines[number - 1])):
                below = (*below, self.builder.next_piece - 1)
            if leads == "only" and number == len(ends) - 1:
                return builder.support(end, below, gap=OWN_LINE)
            if opens and number < len(ends) - 1:
                head = [piece := builder.support(end, below, gap=OWN_LINE)]
            else:
                piece = self._add_sentence(end, below, OWN_LINE)
                if number in levels:
                    head = [*head, piece]
            above.append((indent, piece))
        return piece

    def _add_sentence(self, end: int, needs: Sequence[int], gap: str | None) -> int:
        marks, start = self.notation.marks, self.builder.position
        prose = marks is None or marks.search(self.text, start, end) is None
        return self.builder.unit(end, needs, whole=not prose, prose=prose, gap=gap)


def _is_later(text: str, item: Paragraph) -> bool:
    """Whether an item has a number after that of others: what is right above leads to none."""
    mark = ITEM.match(text, item.start)
    return mark is not None and (mark["number"] or "1").casefold() not in _FIRST


def _levels(lines: Sequence[str]) -> dict[int, int]:
    """Which of some lines head those below them: the first, if any, and those like it.

    Below a title, where a label stands right away, labels are of the second level.
    """
    if not _names(lines):
        return {}
    first, rest = lines[0].strip(), range(1, len(lines))
    shape = shape_of(_PARTED.sub("", first))
    numbers = [any(map(str.isdigit, line)) for line in lines]
    like = [
        n
        for n in rest
        if numbers[0] and shape and shape_of(_PARTED.sub("", lines[n].strip())) == shape
    ]
    labels: list[int] = []
    if sum(numbers[1:]) >= _MOSTLY * len(rest):
        labels = [
            n
            for n in rest[:-1][: 1 if numbers[0] else None]
            if numbers[n + 1] and not numbers[n] and _LABEL.fullmatch(lines[n].strip())
        ]
    return {0: 0, **dict.fromkeys(like, 0), **dict.fromkeys(labels, int(1 in labels))}


def _names(lines: Sequence[str]) -> bool:
    """Whether the first of some lines says what the others are about.

    Of amounts, none does, nor does the first row of several, or the first path.
    """
    said, below = lines[0], lines[1].strip() if len(lines) > 1 else ""
    short = len(" ".join(said.split())) <= _SHORT_HEAD
    if not short or _ENDED.search(said) or said.lstrip()[:1].islower():
        return False
    if said.lstrip().startswith(":"):  # a field of reStructuredText
        return False
    rows = all(
        _APART.search(one) and (":" in one or any(map(str.isdigit, one))) for one in (said, below)
    )
    if rows or _PATH.fullmatch(said):
        return False
    return not (said.lstrip()[:1].isdigit() and below[:1].isdigit())


def _is_title(said: str, clause: bool) -> bool:
    """Whether what an item begins with names what the rest of it is about: "Late Payment. ".

    Of a ``clause`` ("2.1"), so do two words: "Cycle store. ".
    """
    if said.isupper():
        return True
    words = said.split()
    capital = all(word[0].isupper() or len(word) <= _SHORT_WORD for word in words)
    capital |= clause and len(words) <= _PAIR and words[0][0].isupper()
    return (
        len(words) <= _LONGEST_TITLE
        and capital
        and said.rstrip().endswith(".")
        and said[:1].isalpha()
    )


def _section_ends(parts: Sequence[SectionPart]) -> list[int]:
    """For each heading, the number of the first part after it that is not under it."""
    ends = [len(parts)] * len(parts)
    waiting: list[int] = []
    for number, part in enumerate(parts):
        if level := 1 if part.apart else part.highest:
            while waiting and parts[waiting[-1]].level >= level:
                ends[waiting.pop()] = number
        if part.level:
            waiting.append(number)
    return ends

"""Paragraphs and list items of running text, by lines: what an item belongs to, what leads to it.

Bullets, numbers and letters are known in any notation, as they are written in Markdown, in mails
and contracts. Only bullets say by themselves that a line is an item; of numbers and letters there
must be two.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.parts.lines import margin
from specpc.text.patterns import lazy_regex
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BULLETS: Final = (
    "-*+•◦▪▸‣●○■□►▶➢➤→⇒✓✔✗✘✅❌☐☑☒◆◇»›·–—⁃∙\uf0a7\uf0b7\uf0d8\uf0fc"  # of Word's fonts, too
)
"""What begins an item by itself."""
# "а)", "أ.", "א."
_LETTER: Final = r"[а-яёѐ-џ](?=\))|[\u0621-\u064a\u05d0-\u05ea]"
_DOTS: Final = "・●○■□◆◇"  # right before Japanese
_KANA: Final = "アイウエオカキク"
_HAN: Final = "一二三四五六七八九十"
# "- ", "* [x] ", "• ", "1. ", "(a) ", "iv) ", "A. ", "2.1 ", "[3] ", "[RFC2119]  ", and "o  " of
# RFCs and of Word.
ITEM: Final = lazy_regex(
    r"(?P<indent>[ \t\u3000]*)"
    rf"(?:(?:(?P<bullet>[{BULLETS}]|\[[ xX]\]|[*.]{{1,5}}+|[oØü§](?=\t|[ ]{{2}})(?!\s*+\d))"
    r"|(?P<clause>\d{1,2}(?:\.\d{1,2}){1,4}+\.?)"
    r"|(?P<reference>\[(?:\d{1,3}|\p{Lu}[\w.+:-]{1,24}+(?=\](?:\t|[ ]{2})))\])"
    r"|(?P<open>\(?)(?P<number>\d{1,3}|[A-Za-z]|(?P<twice>[a-z])(?P=twice)(?=[.)])|[ivx]{1,5}|[IVX]{1,5}"
    rf"|{_LETTER})(?P<close>[.)]))"
    r"[ \t]++(?:\[[ xX]\][ \t]++)?+(?=\S)"
    rf"|(?P<han>[（(][{_HAN}]{{1,3}}+[）)]|（\d{{1,2}}）|[{_HAN}\d]{{1,3}}+、|[①-⑳]"
    rf"|[{_DOTS}]"
    r"(?=[\p{Han}\p{Hiragana}\p{Katakana}A-Za-z\d])"
    rf"|[{_KANA}](?:[．.、）)]|(?=[ ]))|[A-H\d]{{1,2}}．|問[ ]?[\d０-９]{{1,3}}+[．.]?(?=[ \u3000])"
    rf"|(?:[{_HAN}\d]{{1,3}}+|[アウエオカキクイロハニホヘトチリヌ])(?=\u3000)"
    rf"|第[{_HAN}百千零\d]{{1,7}}+[条條](?:の[{_HAN}\d]{{1,2}})?(?=[ \u3000])"
    r"|제[ ]?\d{1,4}[ ]?조(?:의[ ]?\d{1,2})?(?:[ ]?[(（][^()（）\r\n]{1,40}[)）])?(?=[ ]))"
    r"[ \t\u3000]*+(?=\S))"
)
# "Adams, A. M.", "Brown T. B., ...": whom an entry of a bibliography is by.
_ENTRY: Final = lazy_regex(
    r"[ \t]*+\p{Lu}[\p{L}'’-]{1,30}+(?:[ -]\p{Lu}[\p{L}'’-]{1,30}+)?,? (?:\p{Lu}\.[ -]?){1,4}+"
)
_AUTHOR: Final = lazy_regex(
    rf"{_ENTRY.pattern}|\s*+\p{{Lu}}[\p{{L}}'’-]{{1,30}}+ \p{{Lu}}{{1,3}}[,.]"
    r"|\s*+(?:\p{Lu}\.[ -]?){1,3}+\p{Lu}\p{L}"
)
# What may stand right above an entry, and is no line of authors that goes on: "References".
_TITLE: Final = lazy_regex(r"\p{Lu}[\p{L} ]{2,18}+")
_YEAR: Final = lazy_regex(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
# Of these entries there are as many at least, and a line of one does not go on with another thing.
_FEWEST_ENTRIES: Final = 3
# Bullets of lists in lists, as word processors have them, and of those around.
_INNER: Final = frozenset("o◦○▪‣⁃–§Ø\uf0a7\uf0d8")
_OUTER: Final = frozenset("•●■*\uf0b7")
# Of AsciiDoc, and even of one item; three are an ellipsis.
_DOTTED: Final = frozenset({".", ".."})
_BY_AUTHOR: Final = "-="
_BY_DATE: Final = "date"
_BOX: Final = "-[ ]"  # ticked or not
_NUMBERED: Final = "[1]"
# What ends so goes on in the items below.
OPENS: Final = lazy_regex(r"(?::[-–—]?|：|(?<=[\w.])—|(?<=\s)[–—-])[*_`\"'”’)]{0,3}\s*+\Z")
# What below a list excepts something of what led to it, or of all items.
EXCEPTS: Final = lazy_regex(
    r"[ \t]*+(?:unless|except|provided|excluding|other than|save (?:for|that|where)"
    r"|but (?:not|only|does|do|excluding|in no)|es sei denn|außer|ausgenommen|sofern|soweit|sauf"
    r"|à moins|hormis|à l['’]exception|salvo|excepto|a menos|tranne|behalve|tenzij)\b"
    r"|[ \t\u3000]*+(?:但|ただし)"
)
# What holds where what led to a list does not: "In all other cases".
OTHERWISE: Final = lazy_regex(
    r"[ \t]*+(?:otherwise|in (?:all |any )?other (?:cases|events)|failing (?:this|that|which)"
    r"|sonst|andernfalls|ansonsten|in (?:allen )?(?:anderen|übrigen) fällen|im übrigen|sinon"
    r"|autrement|dans (?:tous )?les autres cas|en (?:todos )?los demás casos|de lo contrario"
    r"|(?:negli|in tutti gli) altri casi|altrimenti|nos (?:demais|outros) casos|caso contrário"
    r"|(?:in )?(?:de )?overige gevallen|в (?:остальных|иных) случаях|иначе)\b"
    r"|[ \t\u3000]*+(?:その他の場合|其他情况|それ以外|否则)",
    regex.IGNORECASE,
)
# Alone between two parties or clauses: "- and -".
JOINS: Final = lazy_regex(
    r"[\s(–—-]*+(?:and(?:/or)?|or|und|oder|et|ou|y|o|e|en|of)[\s)–—-]*+", regex.IGNORECASE
)
# What an item or paragraph says something of: "**Redis**: ", "`--fast` - ", "Ann: ".
_LABEL: Final = lazy_regex(
    r"(?:(?:\*\*|__)[^*_\r\n]{1,60}+(?:\*\*|__)|`[^`\r\n]{1,60}+`|\[[^\]\r\n]{1,60}+\]\([^)\r\n]*+\))"
    r"(?:(?<=:[*_]{2})|:|[ \t]++[-–—:])[ \t]++(?=\S)"
)
# Without a mark, of an item: "`fmode` Minimum mode. Defaults to 0.", "`path` <string> The path."
_CODE_LABEL: Final = lazy_regex(
    r"`[^`\r\n]{1,80}+`(?:,[ \t]*+`[^`\r\n]{1,80}+`){0,3}+[ \t]++(?=[\p{Lu}<{(\[])"
)
# A sentence may have a colon, too: a name is of few words.
_NAME: Final = lazy_regex(r"\p{L}[\w.&/'’()-]*+(?: [\w.&/'’()-]++){0,4}+:[ \t]++(?=\S)")
# "Issuer:  The server that ...", "COMMENT: Repeat it."
_TERM: Final = lazy_regex(
    r"[ \t]*+(?:\p{L}[\w .&/'’()-]{0,40}+:(?:[ ]{2,}|\t[ \t]*+)"
    r"|\p{Lu}[\p{Lu}\d &/-]{2,40}+:[ \t]++)(?=\S)"
)
# "2026-11-28: ", "[3 May] ", "Monday - ", "1871: ", "Day 3: ": when what a line says was or is so.
_MONTH: Final = (
    r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|janv|févr|avr|juin|juil|août"
    r"|ene|abr|ago|dic)\p{L}{0,6}+\.?"
)
_DATE: Final = (
    r"(?:\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?|\d{1,2}[./]\d{1,2}\.?(?:[./]?(?:\d\d){1,2})?"
    rf"|\d{{1,2}}\.?[ ]{_MONTH}(?:[ ]\d{{4}})?"
    rf"|{_MONTH}[ ]\d{{1,2}}(?:st|nd|rd|th)?(?:,?[ ]\d{{4}})?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes"
    r"|sábado|domingo|(?:day|week|tag|woche|jour|semaine|día|semana)[ ]\d{1,3}|(?:1[5-9]|20)\d\d)"
)
_DATED: Final = lazy_regex(
    rf"[ \t]*+[*_]{{0,2}}(?:\[{_DATE}\][:：]?|{_DATE}[*_]{{0,2}}(?:[:：]|[ ][–—-](?=[ ])))"
    r"[*_]{0,2}[ \t]++(?=\S)",
    regex.IGNORECASE,
)
_LINE: Final = lazy_regex(r"[^\r\n]*+(?:\r\n|\n|\r|\Z)")
_NOT_SPACE: Final = lazy_regex(r"\S")
_INDENT: Final = lazy_regex(r"[ \t\u3000]*+")
# Marks that some notations repeat for each level: "**" is an item in an item, and so is "2.1.3".
_CLAUSE: Final = "#"
# What comes before letters that are Roman numbers.
_ROMAN: Final = {"v": ("iv",), "x": ("ix",)}
# Of a law in Japanese: articles, paragraphs, items and what is in these.
_JAPANESE: Final = ("第　", "1　", "一　", "イ　")
# What minutes say below a point, manuals below a step.
_MINUTED: Final = lazy_regex(
    r"[ \t]*+[*_]{0,2}(?:actions?(?: items?)?|decisions?|resolved|agreed|outcome|owner|due|deadline"
    r"|caution|warning|beschluss|maßnahmen?|aufgaben?|abstimmung|verantwortlich|achtung|warnung"
    r"|décisions?|acuerdos?|decisione|besluit|actie)(?: ?\d{1,2})?[*_]{0,2}[ ]?[:：]",
    regex.IGNORECASE,
)
_BRACKETS: Final = "h)"
_ARTICLE: Final = "第제"
# "（目的）": what the article below it is about.
_CAPTION: Final = lazy_regex(r"[ \t\u3000]*+[（(][^（）()\r\n]{1,30}+[）)]\s*+")
_ROMAN_LETTERS: Final = "ivx"
_REPEATED: Final = frozenset("*." + _CLAUSE)
_LONGEST_END: Final = 20
# What is nested deeper is told apart no more.
_DEEPEST: Final = 30


@dataclass(eq=False)
class ListItem:
    """A list item that others may belong to.

    Attributes:
        indent: columns before its mark.
        style: what its mark looks like, which is the same for all items of a list.
        parent: the item it belongs to.
        needs: pieces that what belongs to it needs: its own words.
        lead: pieces that lead to the list, which it needs too.
        children: how many paragraphs and items are known to belong to it.
        depth: how many items it is in.
    """

    indent: int
    style: str
    parent: ListItem | None
    needs: tuple[int, ...] = ()
    lead: tuple[int, ...] = ()
    children: int = 0
    depth: int = 0


@dataclass(frozen=True)
class Paragraph:
    """Lines of running text that belong together, the blank ones after them included.

    Attributes:
        start: first character.
        text: where the text begins: after the mark of an item, and after what it is about.
        end: one past the last character.
        ends: where its sentences end, ``end`` last.
        item: what it is, or (see ``continues``) belongs to.
        continues: whether it belongs to an item and is none itself.
        apart: whether a blank line is before it.
    """

    start: int
    text: int
    end: int
    ends: tuple[int, ...]
    item: ListItem | None = None
    continues: bool = False
    apart: bool = True

    @property
    def is_item(self) -> bool:
        """Whether it begins an item."""
        return self.item is not None and not self.continues


def is_reference(said: str) -> bool:
    """Whether an item is an entry of a bibliography: an author, and a year."""
    return _AUTHOR.match(said) is not None and _YEAR.search(said) is not None


def numbered(text: str) -> Counter[tuple[str, int]]:
    """How many lines begin with a number, by its style and where it stands."""
    lines = [match.span() for match in _LINE.finditer(text) if match.group()]
    marks = ((start, ITEM.match(text, start, end)) for start, end in lines)
    return Counter(
        (_style(mark, {}), columns(text, start))
        for start, mark in marks
        if mark is not None and (mark["number"] or "").isdigit()
    )


def paragraphs(
    text: str,
    current: ListItem | None = None,
    known: Counter[tuple[str, int]] | None = None,
    width: int | None = None,
) -> list[Paragraph]:
    """The paragraphs and items of running text, which tile it.

    Args:
        text: the text.
        current: the last item before it, if its list may go on here.
        known: numbers of items in all that this is a part of (see `numbered`).
        width: at which lines are wrapped in all that.
    """
    lines = [match.span() for match in _LINE.finditer(text) if match.group()]
    marks = _marks(text, lines, current, known or Counter())
    ends = segment(_without_marks(text, marks), "sentence", width)[1:]
    sentence_starts = {0, *ends}
    starts: list[tuple[int, int, ListItem | None, bool, bool]] = []
    blank, opens, pauses = True, False, False
    wrapped = False  # whether the last item goes on in lines that are not indented
    left: ListItem | None = None  # the last item before a line that goes on with what led to it
    begun = 0  # where the last item does
    inner: set[tuple[int, str]] = set()  # of items that are in others: their numbers may go on
    for start, end in lines:
        line = text[start:end]
        if line.isspace():
            blank = True
            continue
        indent, mark = columns(text, start), marks.get(start)
        if mark is not None:
            current, left = left or current, None
            begins = not mark[2] or (indent, mark[1]) in inner or mark[2] in text[begun:start]
            begun = start
            current = _parent(current, indent, mark[1], apart=blank, opens=opens, begins=begins)
            if current is not None:
                inner.add((indent, mark[1]))
            if current is not None and current.depth >= _DEEPEST:
                current = current.parent
            depth = current.depth + 1 if current is not None else 0
            current = ListItem(indent, mark[1], current, depth=depth)
            if current.parent:
                current.parent.children += 1
            starts.append((start, mark[0], current, False, blank))
        elif (
            blank
            or not starts
            or (
                (start in sentence_starts or (pauses and EXCEPTS.match(line)))
                and not (wrapped and line.lstrip()[:1].islower())
                and _leaves(current, indent)
            )
        ):
            left = current if line.lstrip()[:1].islower() else None
            while current is not None and indent <= current.indent:
                article = current.style == _JAPANESE[0] and not _CAPTION.fullmatch(line)
                if not blank and (article or _MINUTED.match(line)):
                    break  # the next paragraph of an article, or what was decided on a point
                current = current.parent
            if current is not None:
                current.children += 1
            starts.append((start, start, current, current is not None, blank))
        wrapped = starts[-1][0] != start and _leaves(current, indent)
        pauses = line.rstrip().endswith((",", ";"))
        blank, opens = False, OPENS.search(line[-_LONGEST_END:]) is not None
    return list(_tiled(text, starts, ends))


def _without_marks(text: str, marks: Mapping[int, tuple[int, str, str]]) -> str:
    """The text with dots for the marks of items: an item with one would be only one sentence."""
    pieces, position = [], 0
    for start, (end, *_) in marks.items():
        pieces += [text[position:start], _NOT_SPACE.sub("·", text[start:end])]
        position = end
    return "".join([*pieces, text[position:]])


def _tiled(
    text: str, starts: Sequence[tuple[int, int, ListItem | None, bool, bool]], ends: Sequence[int]
) -> list[Paragraph]:
    if not starts:
        return [Paragraph(0, 0, len(text), (len(text),))]
    bounds = [0, *(start for start, *_ in starts[1:]), len(text)]
    found, place = [], 0
    for number, (first, mark, item, continues, apart) in enumerate(starts):
        start, end = bounds[number : number + 2]
        own = []
        while place < len(ends) and ends[place] <= end:
            own.append(ends[place])
            place += 1
        label = _LABEL.match(text, mark)
        if label is None and mark > first:
            named = (form.match(text, mark) for form in (_NAME, _CODE_LABEL, _DATED))
            label = next(filter(None, named), None)
        elif label is None and item is None:
            label = _TERM.match(text, first)
        if label:
            mark = label.end()  # noqa: PLW2901
        elif mark == first:
            mark = start  # noqa: PLW2901
        own = [stop for stop in own if mark < stop < end and text[mark:stop].strip()]
        found.append(Paragraph(start, mark, end, (*own, end), item, continues, apart))
    return found


def _marks(
    text: str,
    lines: Sequence[tuple[int, int]],
    current: ListItem | None,
    known: Counter[tuple[str, int]],
) -> dict[int, tuple[int, str, str]]:
    """Where lines that are items start: where their text begins, their style, what comes before."""
    found: dict[int, tuple[int, str, str]] = {}
    entries = {
        start
        for (above, _), (start, end) in zip([(0, 0), *lines], lines, strict=False)
        if _ENTRY.match(text, start, end) and _ends_entry(text[above:start])
    }
    if len(entries) < _FEWEST_ENTRIES:
        entries = set()
    before: dict[str, str] = {}  # the last letters in each kind of brackets
    for start, end in lines:
        match = ITEM.match(text, start, end)
        if match and not JOINS.fullmatch(text, start, end):
            found[start] = match.end(), _style(match, before), _last_number(match)
        elif start in entries:
            found[start] = start + len(margin(text[start:end])), _BY_AUTHOR, ""
        elif dated := _DATED.match(text, start, end):
            found[start] = dated.end(), _BY_DATE, ""
    counts = Counter((own[1], columns(text, start)) for start, own in found.items()) | known
    while current is not None:
        counts[current.style, current.indent] += 1
        current = current.parent
    return {
        start: (mark, style, last)
        for start, (mark, style, last) in found.items()
        if style[0] in "-*"
        or (style in _DOTTED and text[mark].isalnum())
        or style in _JAPANESE
        or counts[style, columns(text, start)] > 1
        or (text[mark - 1] == "\t" and start + 1 < mark)  # as Word has it
    }


def _ends_entry(line: str) -> bool:
    """Whether an entry may begin below a line."""
    said = line.strip()
    ends = not said or said[-1] in ".)]/>" or said[-1].isdigit()
    return ends or _TITLE.fullmatch(said) is not None


def _style(match: regex.Match[str], before: dict[str, str]) -> str:
    """What a mark looks like; "(i)" is a number unless it follows "(h)"."""
    if bullet := match["bullet"]:
        if bullet[0] in _REPEATED:
            return bullet
        return _BOX if bullet[0] == "[" else "-" + bullet
    if clause := match["clause"]:
        return _CLAUSE * len(clause.strip(".").split("."))
    if match["reference"]:
        return _NUMBERED
    if han := match["han"]:
        return _han_style(han, parted=match.string[match.end("han")] == "\u3000")
    number = match["number"]
    kind = "1" if number.isdigit() else "a" if number.islower() else "A"
    if kind != "1":
        brackets = match["open"] + match["close"] + kind
        last, before[brackets] = before.get(brackets, "").lower(), number
        roman = len(number) > 1 or last in _ROMAN.get(number.lower(), ())
        if match["twice"]:  # below "z." or "hh."
            roman = number[0] in _ROMAN_LETTERS and last != 2 * chr(ord(number[0]) - 1)
        roman |= number.lower() == "i" and last != "h"
        kind = ("i" if number.islower() else "I") if roman else kind
    return match["open"] + kind + match["close"]


def _last_number(match: regex.Match[str]) -> str:
    """How the mark before a number is written; nothing if it is the first, or no number."""
    number = match["number"] or ""
    last = int(number) - 1 if number.isdecimal() else 0
    return f"{match['open']}{last}{match['close']}" if last > 0 else ""


def _han_style(han: str, *, parted: bool) -> str:
    """What a mark of Chinese or Japanese looks like."""
    if han[0] in _DOTS:
        return "-" + han
    if han[0] in _ARTICLE:
        return _JAPANESE[0]
    if han[-1] in "）)":
        return _BRACKETS
    if parted and han[-1] != "、" and not "①" <= han[0] <= "⑳":
        level = 1 if han.isdecimal() else 2 if han[0] in _HAN else 3
        return _JAPANESE[level]
    if han[0] in "問" + _KANA or "A" <= han[0] <= "H":  # a question, and what to choose from
        return _KANA[0] if han[0] in _KANA else han[0] if han[0] == "問" else "A．"
    return "①" if len(han) == 1 else "1、" if han[0].isdecimal() else "H、"


def _parent(
    current: ListItem | None, indent: int, style: str, *, apart: bool, opens: bool, begins: bool
) -> ListItem | None:
    """What an item belongs to that comes after another, or after what it ``opens`` with.

    A number that does not begin a list goes on with one whose beginning was not seen.
    """
    while current is not None and indent < current.indent:
        current = current.parent
    if current is not None and indent == current.indent + 1:
        indent = current.indent
    if style in _JAPANESE:  # of any level, below one of a higher one
        rank = _JAPANESE.index(style)
        while current is not None and current.indent == indent and _rank(current) >= rank:
            current = current.parent
        return current
    above = current
    while above is not None and above.indent == indent:
        if above.style == style:
            return above.parent
        above = above.parent
    if current is None or (not opens and not begins and indent == current.indent):
        return above
    return current if opens or _is_deeper(current, indent, style, apart=apart) else above


def _rank(item: ListItem) -> int:
    if item.style == _BRACKETS:  # as items are, below paragraphs
        return len(_JAPANESE)
    return _JAPANESE.index(item.style) if item.style in _JAPANESE else 0


def _is_deeper(current: ListItem, indent: int, style: str, *, apart: bool) -> bool:
    """Whether an item is one of the last, by where it stands or by its mark."""
    if indent > current.indent:
        return True
    if style[0] == current.style[0] and style[0] in _REPEATED:
        return len(style) > len(current.style)
    if style[-1] in _INNER and current.style[-1] in _OUTER:
        return not apart
    kind, other = style.strip("().")[:1], current.style.strip("().")[:1]
    if kind == other:  # "1." right below "(2)"
        return kind != "-" and not apart
    return not (apart and "-" in {kind, other})


def _leaves(current: ListItem | None, indent: int) -> bool:
    """Whether a line that begins a sentence does not go on with an item."""
    if current is None or current.style in (_BY_AUTHOR, _NUMBERED):
        return False
    return indent <= current.indent


def columns(text: str, start: int) -> int:
    """How far a line is indented."""
    match = _INDENT.match(text, start)
    return len(match.group().expandtabs(4)) if match else 0

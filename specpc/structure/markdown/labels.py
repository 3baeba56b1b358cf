"""Labels that prompts put above the texts in them: "Document 2:", "[3] Fares", "Source 1: a.pdf".

All that stands below one, up to the next, is of that text, whatever it says: what is kept of it
brings the label.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

import regex

from specpc.structure.parts.lists import is_reference
from specpc.text.patterns import lazy_regex
from specpc.text.units import is_open

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_KINDS: Final = (
    "document|passage|source|text|context|doc|chunk|excerpt|snippet|result|evidence|fragment"
    "|web ?page|documento|dokument|quelle|fuente|extrait|文档|文書|資料|来源"
)
_ALONE: Final = lazy_regex(
    r"[ \t]*+(?P<kind>(?i:document|passage|source|text|page|context|doc|chunk|excerpt|snippet))"
    r"[ \t]*+[#\[(]?(?P<number>\d{1,4})[\])]?[:.]?[ \t]*+(?:(?:\r\n|\n|\r)\s*+|\Z)"
)
# "[Chunk 1 | source: a.pdf]", "Document [1](Title: Fares) It costs ...", "[doc2] (Handbook, 2024)".
_KIND: Final = lazy_regex(
    rf"[ \t]*+(?P<open>[\[【])?+(?P<kind>(?i:{_KINDS}))[ \t_-]?[#\[(]{{0,2}}(?P<number>\d{{1,4}})"
    r"(?! ?(?:end|ende|fin)[\]】])(?:(?P<close>[\])】])|(?(open)[^\[\]【】\r\n]{0,150}+[\]】]|))"
    r"(?:(?: of |/)\d{1,4})?(?P<named>[ ]?\([^()\r\n]{1,150}+\))?+(?P<colon>[ ]?[:：.–—])?[ \t]*+"
)
# "[2] Passengers pay ...": a number alone.
_NUMBER: Final = lazy_regex(r"[ \t]*+\[(?P<number>\d{1,3})\][ \t]++(?=\S)(?!https?:)")
_SENTENCE: Final = lazy_regex(r"[.!?。！？;；,][\"'”’»)\]]{0,3}\s*+\Z")
_SAID: Final = lazy_regex(r"[.!?。！？:：][\"'”’»)\]]{0,3}\s*+\Z")
_MOSTLY: Final = 0.8
_PAIR: Final = 2
# "[webpage 1 end]", below a text that began with as much.
_ENDS: Final = lazy_regex(r"(?i:end|ende|fin)[\]】]\s*+\Z")
_LONGEST_TITLE: Final = 100
_LONGEST_END: Final = 40
# What is asked of all texts, below them.
_TASK: Final = lazy_regex(
    r"\W{0,8}+(?:(?:the|my|user|user's) )?(?:question|query|task|instruction|answer|frage|pregunta"
    r"|requête|问题|質問)s?(?: \w{1,12}){0,3}[*_]{0,2}[:：]",
    regex.IGNORECASE,
)
# Lines that say where a text between rules is from.
_FIELD: Final = lazy_regex(
    r"[*_]{0,2}(?P<key>(?i:source|file(?:name)?|path|document|doc|title|url|link|section|page|chunk|id"
    rf"|date|author|(?:{_KINDS}|file|node|source)[ _-](?:id|no\.?|number|title|name|url|path)"
    r"|quelle|datei|titel|fuente|archivo|título|fichier|titre|来源|文件|标题))[*_]{0,2}"
    r"[:：][*_]{0,2}[ \t]*+\S[^\r\n]{0,200}+\s*+"
)
# "[handbook.pdf, p. 14]", alone above a text; what is done while somebody speaks has no such marks.
_BRACKETED: Final = lazy_regex(
    r"[ \t]*+(?P<key>[\[【])(?=[^\[\]【】\r\n]{0,100}+[\]】]\s*+\Z)[^\[\]【】\r\n]*?[\d./|:#]"
    r"[^\[\]【】\r\n]*+[\]】]\s*+"
)
# "https://ferries.example/timetable", "ferries.example › timetable", below the title of a page.
_ADDRESS: Final = lazy_regex(
    r"[ \t]*+[(<]?(?:https?://|[\w-]+(?:\.[\w-]+){1,4}+(?= ?[/›]))[^\s)>]*+[)>]?"
    r"(?: ?› ?[^\r\n]{0,100}+)?+\s*+"
)
_RULE_ABOVE: Final = lazy_regex(r"(?:^|[\r\n])[ \t]*+(?:-{3,}|\*{3,}|_{3,}|={3,})\s*+\Z")
# A rule right below words may make them a heading.
_RULE_BELOW_TEXT: Final = lazy_regex(r"[^\s.!?。…;\"”’')\]][ \t]*+(?:\r\n|\n|\r)[ \t]*+\S++\s*+\Z")
_RULES: Final = {"-", "*", "_", "="}
_LONGEST_RULE: Final = 130
_MOST_FIELDS: Final = 6


class RunningLine(NamedTuple):  # made of every line of a text
    """A line with the blank ones after it; whether it begins a paragraph, and says nothing."""

    start: int
    end: int
    first: bool
    hidden: bool = False


@dataclass(frozen=True)
class DocumentLabel:
    """Where a label stands; without an end, what ends the last text that has one."""

    start: int
    end: int | None


@dataclass(frozen=True)
class _Numbered:
    place: int
    kind: str
    number: int
    end: int


def is_alone(said: str) -> bool:
    """Whether a line is nothing but a label with a number."""
    return _ALONE.fullmatch(said) is not None


def is_task(text: str, start: int) -> bool:
    """Whether there begins what is asked of all documents."""
    return _TASK.match(text, start) is not None


def labels(said: Sequence[str]) -> list[int]:
    """Which lines are labels of documents, as "Document 2:" is above or below "Document 1:"."""
    found = [
        (place, label["kind"].casefold(), int(label["number"]))
        for place, line in enumerate(said)
        if (label := _ALONE.fullmatch(line))
    ]
    places = set[int]()
    for (place, kind, number), (after, other, later) in pairwise(found):
        if kind == other and later == number + 1:
            places |= {place, after}
    return sorted(places)


def document_labels(text: str, shown: Sequence[RunningLine]) -> Sequence[DocumentLabel]:
    """The labels in running text, in any order, and where what they are of ends.

    Of lines that are nothing but one, or begin paragraphs, those are some that are numbered one
    after another; of texts between rules, the lines that say where each is from; and if there are
    none of these, such lines right above paragraphs.
    """
    return [*_marked(text, shown)] or [*_above_texts(text, shown)]


def _marked(text: str, shown: Sequence[RunningLine]) -> Iterator[DocumentLabel]:
    alone = labels([text[line.start : line.end] for line in shown])
    yield from (DocumentLabel(shown[place].start, shown[place].end) for place in alone)
    yield from _between_rules(text, shown)
    for match in (_of_kind, _of_number):
        found = [
            one
            for place, line in enumerate(shown)
            if _may_begin(text, shown, place) and (one := match(text, shown, place)) is not None
        ]
        found = _in_a_row(found)
        if not found or (match is _of_number and not _are_texts(text, shown, found)):
            continue
        if not alone:
            yield from (DocumentLabel(shown[one.place].start, one.end) for one in found)
        yield from _closing(text, shown, [one.place for one in found])


def _above_texts(text: str, shown: Sequence[RunningLine]) -> Iterator[DocumentLabel]:
    """Lines that say where the text right below them is from, if several begin alike."""
    found: dict[int, str] = {}
    for place, (line, below) in enumerate(pairwise(shown)):
        field = _FIELD.fullmatch(text, line.start, line.end)
        label = field or _BRACKETED.fullmatch(text, line.start, line.end)
        if label is not None and (line.first or _SAID.search(_above(text, shown, place))):
            found[place] = label["key"].casefold()
        elif line.first and not below.first and _ADDRESS.fullmatch(text, below.start, below.end):
            found[place] = "address"
    counts = Counter(found.values())
    places = [place for place, key in found.items() if counts[key] > 1]
    ends = {place: _end(text, shown, place) for place in places}
    # Others are records, in which no text is, or stand below it.
    texts = {line.start for n, line in enumerate(shown) if not (line.first or n in found)}
    told = sum(end in texts for end in ends.values())
    if told > 1 and told >= _MOSTLY * len(places):
        yield from (DocumentLabel(shown[place].start, ends[place]) for place in places)
        yield from _closing(text, shown, places, least=int(len(places) <= _PAIR))


def _above(text: str, shown: Sequence[RunningLine], place: int) -> str:
    """The end of the line above another."""
    start = shown[place].start
    return text[max(shown[place - 1].start, start - _LONGEST_END) : start]


def _may_begin(text: str, shown: Sequence[RunningLine], place: int) -> bool:
    """Whether a text may begin in a line: a paragraph does, or a sentence that has a label."""
    if shown[place].first:
        return True
    above = _above(text, shown, place)
    label = _KIND.match(text, shown[place].start, shown[place].end)
    if label is None or not (label["colon"] or label["open"]):
        return False
    return _SENTENCE.search(above) is not None or _ENDS.search(above) is not None


def _in_a_row(found: Sequence[_Numbered]) -> list[_Numbered]:
    kept = dict[int, _Numbered]()
    for one, after in pairwise(found):
        if one.kind == after.kind and after.number == one.number + 1:
            kept |= {one.place: one, after.place: after}
    return [*kept.values()]


def _of_kind(text: str, shown: Sequence[RunningLine], place: int) -> _Numbered | None:
    line = shown[place]
    label = _KIND.match(text, line.start, line.end)
    if label is None or (label["open"] and text[label.end() - 1 : label.end()].isalnum()):
        return None
    kind, number = label["kind"].casefold(), int(label["number"])
    whole = _is_whole(text, shown, place, label.end())
    marked = label["close"] or label["named"] or label["colon"] or label["open"]
    if not whole and (not marked or not text[label.end() - 1].isspace()):
        return None
    return _Numbered(place, kind, number, _end(text, shown, place) if whole else label.end())


def _of_number(text: str, shown: Sequence[RunningLine], place: int) -> _Numbered | None:
    line = shown[place]
    label = _NUMBER.match(text, line.start, line.end)
    if label is None:
        return None
    whole = _is_whole(text, shown, place, label.end())
    end = _end(text, shown, place) if whole else label.end()
    return _Numbered(place, "", int(label["number"]), end)


def _end(text: str, shown: Sequence[RunningLine], place: int) -> int:
    """Where a label ends, with what else says where the text below it is from."""
    line, below = shown[place], shown[place + 1 : place + 1 + _MOST_FIELDS]
    own = takewhile(lambda one: not one.first and _is_field(text, one), below)
    return max([line.end, *(one.end for one in own)])


def _is_field(text: str, line: RunningLine) -> bool:
    """Whether a line says where a text is from."""
    return any(form.fullmatch(text, line.start, line.end) for form in (_FIELD, _ADDRESS))


def _is_whole(text: str, shown: Sequence[RunningLine], place: int, said: int) -> bool:
    """Whether all of a line is a label, with a title behind the number or without."""
    line, after = shown[place], shown[place + 1 : place + 2]
    title = text[said : line.end].strip()
    if not title:
        return True
    if not after or len(title) > _LONGEST_TITLE or is_open(title):
        return False
    if _SENTENCE.search(title) or _ENDS.search(title):
        return False
    below = text[after[0].start : after[0].end].lstrip()
    return not below[:1].islower() and not _KIND.match(below) and not _NUMBER.match(below)


def _are_texts(text: str, shown: Sequence[RunningLine], found: Sequence[_Numbered]) -> bool:
    """Whether what is numbered is texts of several paragraphs, or with titles; no references."""
    places = [one.place for one in found]
    said = [text[one.end : shown[one.place].end] for one in found]
    if 2 * sum(map(is_reference, said)) > len(said):
        return False
    titled = sum(not rest.strip() for rest in said)  # what is behind a label, it is all of
    several = any(line.first for a, b in pairwise(places) for line in shown[a + 1 : b])
    return several or 2 * titled > len(said)


def _closing(
    text: str, shown: Sequence[RunningLine], places: Sequence[int], least: int = 1
) -> Iterator[DocumentLabel]:
    """Where the last text ends: before what is asked, or after as many paragraphs as others have.

    The ``least`` that come alone are taken for the last text's, which they stand below.
    """
    counts = [sum(line.first for line in shown[a + 1 : b]) for a, b in pairwise(places)]
    left = max(least, *counts)
    for above, line in pairwise(shown[places[-1] :]):
        ended = not left or is_task(text, line.start)
        if line.first and (ended or _ENDS.search(text[above.start : above.end])):
            yield DocumentLabel(line.start, None)
            return
        left -= line.first


def _between_rules(text: str, shown: Sequence[RunningLine]) -> Iterator[DocumentLabel]:
    """Lines with what says where a text between rules is from, if several begin so."""
    below = [place for place, line in enumerate(shown) if _is_below(text, line)]
    fields = {
        place: field["key"].casefold()
        for place in below
        if (field := _FIELD.fullmatch(text, shown[place].start, shown[place].end))
    }
    counts = Counter(fields.values())
    for place in below:
        start = shown[place].start
        if counts[fields.get(place, "")] > 1:
            yield DocumentLabel(start, _end(text, shown, place))
        elif fields and not _RULE_BELOW_TEXT.search(text, max(0, start - _LONGEST_RULE), start):
            yield DocumentLabel(start, None)


def _is_below(text: str, line: RunningLine) -> bool:
    above = text[max(0, line.start - _LONGEST_RULE) : line.start]
    return above.rstrip()[-1:] in _RULES and _RULE_ABOVE.search(above) is not None

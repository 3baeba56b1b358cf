"""Where instructions hold documents: what is read, beside what is to be done with it.

Only what is marked as one counts: an element such as ``<document>``, a fence, or what follows a
line that announces it. Instructions are otherwise indistinguishable from what they speak of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from specpc.text.patterns import lazy_regex
from specpc.text.query import find_tail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.text.spans import Range

_NAMES: Final = (
    "articles?|attachments?|contexts?|data|docs?|documents?|document[-_]contents?|emails?|excerpts?|"
    "file[-_]?contents?|files?|knowledge|knowledge[-_]base|manuals?|pages?|papers?|passages?|"
    "references?|reports?|search[-_]results?|sources?|transcripts?"
)
_TAG: Final = lazy_regex(rf"<(/?)({_NAMES})\b[^<>\r\n]{{0,200}}>", regex.IGNORECASE)
_FENCE: Final = lazy_regex(r'^[ \t]{0,3}(`{3,}|~{3,}|"{3})[^\r\n`]{0,40}$', regex.MULTILINE)

_NOUN: Final = (
    r"(?:articles?|contexts?|documents?|e-?mails?|excerpts?|files?|manuals?|pages?|papers?|passages?|"
    r"reports?|search\ results?|sources?|transcripts?|knowledge\ base)"
)
# "## Retrieved context", "DOCUMENTS:", and "Be brief. Context: The harbour ...".
_LABEL: Final = lazy_regex(
    rf"""(?:^[ \t]{{0,3}}|(?<=[.!?][ ]))(?P<level>\#{{1,6}}[ \t]+)?(?P<strong>\*\*|__)?
    (?:(?:additional|background|given|input|provided|reference|relevant|retrieved|source|supporting)
    [ \t]+)?{_NOUN}(?P=strong)?
    (?(level)[ \t]*:?[ \t]*$|[ \t]*:(?P=strong)?[ \t]*(?=\S|$))""",
    regex.IGNORECASE | regex.VERBOSE | regex.MULTILINE,
)
# "Use the following pieces of retrieved context to answer. ..."
_ANNOUNCED: Final = lazy_regex(
    rf"\b(?:following|below)\b[^.\r\n:]{{0,40}}\b{_NOUN}\b", regex.IGNORECASE
)
# "You answer by the given context only. ... Context: ..."
_SPOKEN_OF: Final = lazy_regex(
    rf"\b(?:following|below|given|provided|retrieved|supplied)\b[^.\r\n:]{{0,40}}\b{_NOUN}\b",
    regex.IGNORECASE,
)
_RULE: Final = lazy_regex(r"^[ \t]*(?:-{3,}|={3,}|\*{3,}|_{3,})[ \t]*$", regex.MULTILINE)
_HEADING: Final = lazy_regex(r"^[ \t]{0,3}(#{1,6})[ \t]+\S", regex.MULTILINE)
# What ends a document that only a line begins.
_TASK: Final = lazy_regex(
    r"^[ \t]{0,3}(?:\#{1,6}[ \t]+)?(?:\*\*)?"
    r"(?:answers?|constraints|guidelines|instructions?|notes?|output|question|rules|tasks?)"
    r"(?:\*\*)?[ \t]*:",
    regex.IGNORECASE | regex.MULTILINE,
)
_BLANK: Final = lazy_regex(r"(?>\r\n|\n|\r)[ \t]*+(?>\r\n|\n|\r)\s*+")
# An announcement stands at the top, and what it announces is most of the text.
_ANNOUNCED_WITHIN: Final = 2000
_MOST: Final = 0.6
_ORDERS: Final = lazy_regex(
    r"\s*(?:[^<\r\n]{0,120}\s{0,8})?"
    r"<[\w-]{0,40}(?:guideline|instruction|memory|policy|reminder|rule|system)",
    regex.IGNORECASE,
)


def is_orders(text: str) -> bool:
    """Whether a text stands in an element whose name says that it instructs, perhaps headed."""
    return _ORDERS.match(text) is not None


def find_documents(text: str, *, said: bool) -> list[Range]:
    """Where the documents in a text are: sorted, disjoint, without white space at their ends.

    Args:
        text: instructions, or what a user says.
        said: whether it is what a user says, who shows no examples: what stands in a fence is a
            document, too, and what follows a label on its line.
    """
    found = [*_elements(text)]
    if said:
        found += _fences(text)
    if not found and (start := _announced(text, said)) is not None:
        found.append((start, _end(text, start)))
    kept: list[Range] = []
    for start, end in sorted(found):
        if not kept or start >= kept[-1][1]:
            trimmed = trim(text, start, end)
            kept += [trimmed] if trimmed[0] < trimmed[1] else []
    return kept


def trim(text: str, start: int, end: int) -> Range:
    """A range without the white space at its ends."""
    inside = text[start:end]
    start += len(inside) - len(inside.lstrip())
    return start, max(start, start + len(inside.strip()))


def _elements(text: str) -> Iterator[Range]:
    """Elements from tag to tag, the outer ones; one without its end is none."""
    name, depth, start = "", 0, 0
    for tag in _TAG.finditer(text):
        closes, called = tag[1] == "/", tag[2].lower()
        if depth == 0:
            if not closes and not tag[0].endswith("/>"):
                name, depth, start = called, 1, tag.start()
        elif called == name:
            depth += -1 if closes else 1
            if depth == 0:
                yield start, tag.end()


def _fences(text: str) -> Iterator[Range]:
    opened = None
    for fence in _FENCE.finditer(text):
        if opened is None:
            opened = fence
        elif fence[1].startswith(opened[1]):
            yield opened.start(), fence.end()
            opened = None


def _announced(text: str, said: bool) -> int | None:
    """Where what a line announces begins."""
    spoken_of = _SPOKEN_OF.search(text)
    for label in _LABEL.finditer(text):
        alone = text[label.end() : label.end() + 1] in "\r\n"
        known = spoken_of is not None and spoken_of.end() <= label.start()
        if said or alone or known or label["level"]:
            return label.end()
    told = _ANNOUNCED.search(text, 0, _ANNOUNCED_WITHIN)
    if told is None:
        return None
    rule = _RULE.search(text, told.end(), told.end() + _ANNOUNCED_WITHIN)
    blank = _BLANK.search(text, told.end(), told.end() + _ANNOUNCED_WITHIN)
    after = rule or blank
    if after is None or len(text) - after.end() < _MOST * len(text):
        return None
    return after.end()


def _end(text: str, start: int) -> int:
    """Where a document that only a line began ends: at a rule, a heading, a task, or never."""
    head = text.rfind("\n", 0, start) + 1
    ends = [len(text)]
    if (level := _HEADING.match(text, head)) is not None:
        after = (heading for heading in _HEADING.finditer(text, start))
        ends += [h.start() for h in after if len(h[1]) <= len(level[1])][:1]
    for pattern in (_RULE, _TASK):
        if (found := pattern.search(text, start)) is not None:
            ends.append(found.start())
    end = min(ends)
    tail = find_tail(text[start:end])
    return end if tail is None else start + tail

"""Questions with their answers and examples for a model: both parts together, whole or gone."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.lines import line_pattern, lines
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.text.layout import Layout

_FEWEST: Final = 3
_FEWEST_SECTIONS: Final = 2
_ALIKE: Final = 0.8
_MOST: Final = 0.5
# A longer question is cut, and its answer comes with any part of it.
_LONGEST_HEAD: Final = 300
_LONGEST_QUESTION: Final = 200
# Among more lines for each question this is no list of them.
_MOST_LINES_EACH: Final = 12

# "Q: ...", "Question 3: ...", "A. ...", "**Review:** ..."
_LABEL: Final = lazy_regex(
    r"(?=[^:：.)]*+[:：.)])[ \t]*+[*_]{0,2}"
    r"(?:(?P<label>[^\W\d_][\w'’/()-]{0,20}(?: [\w'’/()-]{1,20}){0,2}?)"
    r"(?: ?#?\d{1,4})?[*_]{0,2} ?(?::(?=\s|\Z|\*)|：)|(?P<label>[QAFR])\d{0,3}[.)](?=\s|\Z))"
)
_BEHIND: Final = lazy_regex(r"[*_]{0,2}\s*+")
_NUMBERED: Final = lazy_regex(r"[ \t]*+(?:example|beispiel|ejemplo) ?#?\d+ ?:?\s*+\Z", regex.I)
_RULE: Final = lazy_regex(rf"[ \t]*+[-=#*_]{{3,}}+\s*+\Z|{_NUMBERED.pattern}", regex.I)
# Who speaks, not what is asked.
_SPEAKERS: Final = lazy_regex(
    "user|human|system|assistant|ai|bot|agent|customer|tool|developer|model|operator|caller"
    "|interviewer|host"
)
# What programs raise, over and over.
_RAISED: Final = lazy_regex(r"\S*(?:error|exception|warning)")
_ASKED: Final = lazy_regex(
    "q|question|frage|f|pregunta|domanda|input|text|review|sentence|premise|prompt|instruction"
    "|tweet|english|source|word|problem|query|ticket|message|comment|statement|context|document"
    "|article|passage|title|headline|email|utterance|code|description|product|eingabe|texto|entrada|问题?|質問"
)
# A question and its answer are such even if there are no others.
_ASKS: Final = lazy_regex("q|question|frage|f|pregunta|domanda|input|problem|query|eingabe|entrada")
_ANSWERS: Final = lazy_regex(
    "a|answer|antwort|r|réponse|respuesta|risposta|output|solution|response|ausgabe|salida"
)
_QUESTION: Final = lazy_regex(
    r"[ \t]*+(?:(?:Q|F)?\.?\d{0,3}[.):-]*[ \t]++)?+[\p{Lu}\p{Lo}¿\d][^\r\n]{4,}[?？؟]\s*+\Z"
)
_ENDED: Final = lazy_regex(r"[.!?:…。！？)\"”]\s*\Z")
_MARKDOWN: Final = line_pattern(r"^(?:[ \t>]*+(?:#{1,6} |```|~~~)|\*\*|__|\|)")
_SHORT: Final = 60
# "HELP CENTER", above all questions.
_HEADING: Final = lazy_regex(r"\s*+(?:#{1,6} )?\p{Lu}[^\r\n.:!?]{2,80}+\s*+")
# "Returns", "2. Delivery", "Result 2 of 3", "## Fares", "**Fares**": above those that follow.
_SECTION: Final = lazy_regex(
    r"[ \t]*+(?:#{1,6} [^\r\n]{1,80}+|(?P<bold>\*\*|__)[^*_\r\n?？]{1,60}+(?P=bold)"
    r"|(?:\d{1,2}(?:\.\d{1,2}){0,2}+[.)]? )?[\p{Lu}\p{Lo}][^\r\n.!?:;。！？：；…]{1,60}+"
    r"(?:(?<=\d):)?+)\s*+"
)
_MOST_SECTIONS: Final = 3  # right below one another
_BLANK_ABOVE: Final = lazy_regex(r"(?:\A|[\r\n][ \t]*+(?:\r\n|\n|\r))[ \t]*+\Z")


def lay_out_examples(text: str) -> Layout | None:
    """The pieces of questions and answers with labels, or of examples that have the same labels.

    A short one stays whole; any part of a longer answer brings the question. What is before the
    first and an open one at the end are pieces of their own.

    Returns:
        ``None`` unless there are three at least, or their labels say what they are, in at least
        half of the text.
    """
    return _laid_out(text, _examples(text, lines(text)))


def lay_out_questions(text: str) -> Layout | None:
    """The same of questions that are a line, with what is below them; not in Markdown or chats."""
    return _laid_out(text, _questions(text, lines(text)))


def example_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be examples in a text (see `Kind.runs`)."""
    return _runs(spans, _examples(text, spans))


def question_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be questions with answers in a text (see `Kind.runs`)."""
    return _runs(spans, _questions(text, spans))


def _laid_out(text: str, blocks: Sequence[Block]) -> Layout | None:
    if not blocks or sum(one.end - one.start for one in blocks) < _MOST * len(text):
        return None
    blocks = _in_sections(text, blocks)
    if blocks[0].start and _HEADING.fullmatch(text, 0, blocks[0].start):
        whole = block(0, blocks[-1].end, blocks[0].start, inside=blocks)
        blocks = [replace(whole, spare=True)]
    return lay_out_blocks(text, blocks, "examples", loose="text")


def _in_sections(text: str, blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks under the headings that stand between them, if there are several of these."""
    starts = [_section_start(text, one.head, one.end) for one in blocks[:-1]]
    heads = [_section_start(text, 0, blocks[0].start, alone=True), *starts]
    if sum(start is not None for start in heads) < _FEWEST_SECTIONS:
        return blocks
    ends = [one.end if start is None else start for one, start in zip(blocks, starts, strict=False)]
    blocks = [one.until(end) for one, end in zip(blocks, [*ends, blocks[-1].end], strict=True)]
    begun = [place for place, start in enumerate(heads) if start is not None]
    found = [*blocks[: begun[0]]]
    for first, after in pairwise([*begun, len(blocks)]):
        start, own = heads[first] or 0, blocks[first:after]
        if len(own) > 1:
            whole = block(start, own[-1].end, own[0].start, inside=own)
            found.append(replace(whole, spare=True))
        else:
            found.append(replace(own[0], start=start, head=max(own[0].start, own[0].head)))
    return found


def _section_start(text: str, start: int, end: int, *, alone: bool = False) -> int | None:
    """Where the headings start that a stretch ends with; other text is above unless ``alone``."""
    found = None
    for _ in range(1 if alone else _MOST_SECTIONS):
        said = text[start:end].rstrip()
        line = start + max(said.rfind("\n"), said.rfind("\r")) + 1
        if line == start and not alone:
            break
        parted = _BLANK_ABOVE.search(text, max(start, line - _SHORT), line) or line == 0
        if not said or not parted or _SECTION.fullmatch(text, line, end) is None:
            break
        found = end = line
    return found


def _runs(spans: Sequence[tuple[int, int]], blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    if blocks:
        first = bisect_left(spans, blocks[0].start, key=lambda span: span[0])
        last = bisect_left(spans, blocks[-1].end, key=lambda span: span[1])
        yield first, last + 1


@dataclass(frozen=True)
class _Label:
    """The number of a line that begins with a label, that without its number, and its end."""

    line: int
    name: str
    end: int


def _examples(text: str, spans: Sequence[tuple[int, int]]) -> list[Block]:
    """Stanzas of the same labels."""
    labels = [
        _Label(place, match["label"].casefold(), match.end())
        for place, (start, end) in enumerate(spans)
        if (match := _LABEL.match(text, start, end))
    ]
    counts = Counter(label.name for label in labels)
    sure = {
        label.name
        for label, after in pairwise(labels)
        if _ASKS.fullmatch(label.name) and _ANSWERS.fullmatch(after.name)
    }
    often = [label.name for label in labels if counts[label.name] >= _FEWEST or label.name in sure]
    if not often or _SPEAKERS.fullmatch(often[0]) or _RAISED.fullmatch(often[0]):
        return []
    starts = [n for n, label in enumerate(labels) if label.name == often[0]]
    blanks = [_blank_after(text, span) for span in spans]
    stanzas = [labels[a:b] for a, b in pairwise([*starts, len(labels)])]
    own = [_own_labels(stanza, counts, blanks) for stanza in stanzas]
    names = Counter(tuple(label.name for label in stanza) for stanza in own)
    shape = names.most_common(1)[0][0]
    count = sum(own for name, own in names.items() if name[: len(shape)] == shape)
    fewest = 1 if often[0] in sure else _FEWEST - 1
    if not 1 < len(shape) == len(set(shape)) or count < max(fewest, _ALIKE * len(stanzas)):
        return []
    if any(map(_SPEAKERS.fullmatch, shape)):
        return []
    parted = all(blanks[stanza[0].line - 1] for stanza in stanzas[1:])
    parted &= not all(blanks[label.line - 1] for stanza in stanzas for label in stanza[1:])
    if not _ASKED.fullmatch(often[0]) and not parted:
        return []
    ends = [*(own[0].line for own in stanzas[1:]), len(spans)]
    for place, stanza in enumerate(stanzas):  # what another label begins is no part of it
        others = (label.line for label in stanza[len(shape) :] if blanks[label.line - 1])
        ends[place] = next(others, ends[place])
        own[place] = [label for label in own[place] if label.line < ends[place]]
    return [
        _stanza(text, spans, blanks, stanza, after) for stanza, after in zip(own, ends, strict=True)
    ]


def _own_labels(
    stanza: Sequence[_Label], counts: Counter[str], blanks: Sequence[bool]
) -> list[_Label]:
    """The labels of an example: what another, of which there is one, begins in a later paragraph
    is no part of it."""
    for place, (above, label) in enumerate(pairwise(stanza[1:]), start=2):
        if counts[label.name] == 1 and any(blanks[above.line : label.line]):
            return [*stanza[:place]]
    return [*stanza]


def _blank_after(text: str, span: tuple[int, int]) -> bool:
    return text.count("\n", *span) > 1 or text.count("\r", *span) > 1 + text.count("\r\n", *span)


def _stanza(
    text: str,
    spans: Sequence[tuple[int, int]],
    blanks: Sequence[bool],
    stanza: Sequence[_Label],
    after: int,
) -> Block:
    """One example: its question, which the answer brings, or a long one that brings the answer."""
    first, last = stanza[0].line, stanza[-1].line
    while first and _NUMBERED.match(text, *spans[first - 1]):
        first -= 1
    if after == len(spans):  # what is behind the last answer
        after = next((n + 1 for n in range(last, after) if blanks[n]), after)
    while after - 1 > last and _RULE.match(text, *spans[after - 1]):
        after -= 1
    start, end = spans[first][0], spans[after - 1][1]
    if len(stanza) < 2:
        return record(start, end, body="whole")
    behind = _BEHIND.match(text, stanza[1].end, end)
    answer, closing = behind.end() if behind else stanza[1].end, spans[last][0]
    if answer - start <= _LONGEST_HEAD:
        return record(start, end, answer, body="text")
    tail = closing if end - closing <= _LONGEST_HEAD else end
    return block(start, end, tail=tail, body="text")


def _questions(text: str, spans: Sequence[tuple[int, int]]) -> list[Block]:
    """Lines that are a question, with the lines up to the next one."""
    if _MARKDOWN.search(text):
        return []
    found = []
    for place, (start, end) in enumerate(spans[:-1]):
        asks = end - start <= _LONGEST_QUESTION and _QUESTION.match(text, start, end)
        if not asks or _LABEL.match(text, start, end):
            continue
        before = spans[place - 1] if place else (0, 0)
        if (
            place == 0
            or _blank_after(text, before)
            or _ENDED.search(text, max(before[0], before[1] - _SHORT), before[1])
            or _heads(text, spans, place - 1)
        ):
            found.append(place)
    # A question right above another is a part of the same.
    asked = set(found)
    found = [n for n in found if n - 1 not in asked]
    if len(found) < _FEWEST or len(spans) - found[0] > _MOST_LINES_EACH * len(found):
        return []
    ends = [*(spans[n][0] for n in found[1:]), _end_of_answers(text, spans, found)]
    return [
        record(spans[n][0], end, spans[n + (n + 1 in asked)][1], body="text")
        for n, end in zip(found, ends, strict=True)
    ]


def _heads(text: str, spans: Sequence[tuple[int, int]], place: int) -> bool:
    """Whether a line alone below a blank one is a heading."""
    below = not place or _blank_after(text, spans[place - 1])
    return below and _SECTION.fullmatch(text, *spans[place]) is not None


def _end_of_answers(text: str, spans: Sequence[tuple[int, int]], found: Sequence[int]) -> int:
    """Where the last answer ends: after as many paragraphs as the longest has."""
    blanks = [_blank_after(text, span) for span in spans]
    most = max(sum(blanks[a + 1 : b]) for a, b in pairwise(found))
    place = found[-1] + 1
    while place < len(spans) - 1 and most - blanks[place] > 0:
        most -= blanks[place]
        place += 1
    return spans[place][1]

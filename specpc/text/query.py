"""What a text is asked: the question given, or the one that the text itself closes with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from specpc.results import QuerySource
from specpc.text.patterns import lazy_re, lazy_regex

NEUTRAL_INSTRUCTION = "Summarize the most important points of the text above."


@dataclass(frozen=True)
class Query:
    """What the draft is asked, and how much of the text belongs to the question itself.

    Attributes:
        text: the question or instruction.
        source: where it came from.
        tail_start: character offset where the text's own question begins; its length if none.
    """

    text: str
    source: QuerySource
    tail_start: int


def find_query(text: str, question: str | None, *, own: bool = True) -> Query:
    """The question given, else the prompt's own last paragraph, else a neutral instruction.

    Only if ``own`` may the text close with a question of its own.
    """
    if question is not None and question.strip():
        return Query(question.strip(), QuerySource.QUESTION, len(text))
    start = find_tail(text) if own else None
    if start is not None:
        return Query(text[start:].strip(), QuerySource.TAIL, start)
    return Query(NEUTRAL_INSTRUCTION, QuerySource.NEUTRAL, len(text))


# A question mark of any script (U+037E is the Greek one) at the end, or an opening that asks.
_ASKS = lazy_re("[?\uff1f\u061f\u037e]['\"\u201d\u2019\u00bb)\\]*_]*$")
_OPENS = lazy_re(
    r"""^[\W_]*(?:
        (?:question|q|query|task|instructions?|prompt|request)\s*(?:\d+\s*)?[:：]
      | (?:now[,\s]+|please[,\s]+|then[,\s]+|finally[,\s]+|briefly[,\s]+)*
        (?:answer|summari[sz]e|explain|describe|list|write|find|extract|identify|translate
          |tell\sme|give\s(?:me|an?)|rewrite|compare|classify|complete|generate|create|provide
          |determine|name\s(?:the|all|every)|outline|analy[sz]e|discuss|state|use\sthe\s(?:above|text)
          |(?:based|drawing|relying)\s(?:only\s)?(?:up)?on\s(?:the|this|these|what)
          |according\sto\sthe\s(?:above|text|document|passage|context)
          |(?:in|from)\sthe\s(?:text|document|passage|context)s?\sabove
          |(?:given|using|from)\s(?:only\s)?the\s(?:above|context|text|document|passage|information))\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_LAST_PARAGRAPH = lazy_regex(r"(?>\r\n|\n|\r)[ \t]*+(?>\r\n|\n|\r)(?=[^\S\r\n]*+\S)")
_LINE_BREAK = lazy_re(r"\r\n|\n|\r")
# The label of an answer that is left open: "Sentiment:".
_CUE = lazy_re(r"[^\s:：][^\r\n:：]{0,40}[:：]")
# Who speaks, or what follows: "Ann Lee:", "Document 17:"; and those who ask a model.
_LABEL = lazy_re(r"[^\w\r\n]{0,4}([^\W\d][^\r\n:：*]{0,40})\**[:：]\**\s*")
_ASKER = lazy_re(r"(?:user|human|me)\b", re.IGNORECASE)
_DIGITS = lazy_re(r"\d+")
# An instruction speaks of what follows, or is a sentence; titles ("State of the harbour") and
# comments ("# Write the results") are neither.
_ADDRESSED = lazy_re(
    r"\w.*(?:\b(?:this|these|following|below)\b|[.:!?\uff1a\uff1f\u061f\u037e]['\")\]*_]*$)",
    re.IGNORECASE | re.DOTALL,
)
# A question is short, both by itself and beside the text it is about.
_TAIL_CHARACTERS = 1500
_TAIL_SHARE = 0.5


def find_tail(text: str) -> int | None:
    """Offset where the text's own closing question or instruction begins, or ``None``.

    It is the last paragraph, or where that is no question, the last line; or the last of several
    examples, whose answer is left open. What somebody in a talk asks somebody else is none, nor is
    one in the last of several documents.
    """
    body = text.rstrip()
    # Searching near the end only keeps this linear on long texts without blank lines.
    floor = max(0, len(body) - 4 * _TAIL_CHARACTERS)
    if (start := _open_example(body, floor)) is not None and _is_short(body, start):
        return start
    for pattern in (_LAST_PARAGRAPH, _LINE_BREAK):
        starts = [match.end() for match in pattern.finditer(body, floor)]
        if not starts:
            continue
        start = starts[-1]
        if _is_short(body, start) and _is_request(body[start:].strip(), body[:start]):
            return start
    return None


def _is_request(tail: str, before: str) -> bool:
    """Whether the last paragraph or line of a text asks whoever reads it for something."""
    label = _LABEL.match(tail)
    if label is None or _ASKER.match(label[1]) or not _has_label(before, label[1]):
        return asks(tail)
    return any(_OPENS.match(said) for said in (tail, tail[label.end() :]))


def _has_label(text: str, label: str) -> bool:
    """Whether a line of a text begins with a label, whatever its number."""
    numbered = r"\d+".join(map(re.escape, _DIGITS.split(label)))
    return re.search(rf"^[^\w\r\n]{{0,4}}{numbered}\**[:：]", text, re.MULTILINE) is not None


def asks(text: str) -> bool:
    """Whether a text is a question or an instruction, as far as its first and last words tell."""
    told = text.strip()
    return _ASKS.search(told) is not None or _OPENS.match(told) is not None


def find_head(text: str) -> int | None:
    """Offset where the question or instruction ends that a text opens with, or ``None``.

    It is the first paragraph, or where that is none, the first line.
    """
    start = len(text) - len(text.lstrip())
    for pattern in (_LAST_PARAGRAPH, _LINE_BREAK):
        end = pattern.search(text, start, start + _TAIL_CHARACTERS)
        if end is None or end.start() - start > _TAIL_SHARE * (len(text) - start):
            continue
        told = text[start : end.start()].strip()
        if asks(told) and _ADDRESSED.match(told):
            return end.end()
    return None


def _is_short(body: str, start: int) -> bool:
    return len(body) - start <= min(_TAIL_CHARACTERS, _TAIL_SHARE * len(body))


def _open_example(body: str, floor: int) -> int | None:
    """Where the last example begins, if its last line is a label that was answered before."""
    lines = [floor, *(match.end() for match in _LINE_BREAK.finditer(body, floor))]
    cue = body[lines[-1] :].strip()
    if not _CUE.fullmatch(cue):
        return None
    answered = [n for n, start in enumerate(lines[:-1]) if body.startswith(cue, start)]
    if not answered:
        return None
    # Examples begin alike; turns of a talk, whose last is empty, are followed by anybody's.
    firsts = {_begins(body, lines[number + 1]) for number in answered}
    if len(firsts) > 1:
        return None
    start = lines[answered[-1] + 1]
    paragraphs = [match.end() for match in _LAST_PARAGRAPH.finditer(body, start)]
    inside = [end for end in paragraphs if end < lines[-1]]
    return inside[-1] if inside else start + len(body[start:]) - len(body[start:].lstrip())


def _begins(body: str, start: int) -> str | None:
    """The label of what follows a place, without numbers; ``None`` if it has none."""
    label = _LABEL.match(body[start : start + _TAIL_CHARACTERS].lstrip())
    return _DIGITS.sub("", label[1]) if label else None

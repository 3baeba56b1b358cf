"""Chats, meetings, agents' transcripts and e-mails: what is said keeps who said it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.json.values import lay_out_json
from specpc.structure.parts.answers import (
    ANSWER,
    LONGEST_QUESTION,
    SHORT_ANSWER,
    asked_last,
    is_answer,
    opening,
)
from specpc.structure.parts.lines import OWN_LINE, line_pattern
from specpc.structure.talk.turns import find_timed_turns, find_turns, first_timed, stray_fences
from specpc.text.layout import LayoutBuilder, Nested
from specpc.text.patterns import lazy_regex
from specpc.text.references import is_left_over
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.talk.turns import Turn
    from specpc.text.layout import Layout
    from specpc.text.spans import Range

# A longer turn is cut into sentences (measured on chats, meetings and agents' transcripts: whole
# turns are found best), and so is one that is a tenth of a short transcript, or a budget could
# hold nothing of it; up to the size of a line none is.
_SHORT_TURN: Final = 800
_SHARE: Final = 10
_LINE: Final = 120
# A tool's output of more characters is cut as JSON, into records of at most so many.
_LONG_JSON: Final = 400
# What is not running text has one of these.
_NO_PROSE: Final = line_pattern(
    r"[{|\t<]|\[\s*+[\[{\"\d]|```|~~~|^[ \t]*+[>#]|^ {4}"
    r"|^(?:[^,\r\n]*+,[^,\r\n]*+,[^\r\n]*+(?:\r\n|\n|\r)){2}"
)

# What a chat shows below what was said: how many thought what of it, and that it was answered.
_BELOW: Final = lazy_regex(
    r"(?:(?:\r\n|\n|\r)[ \t]*+(?::[\w+-]{1,40}:|[\U0001f300-\U0001faff]|\d{1,3} repl(?:y|ies)\b)"
    r"[^\r\n]{0,40}+){1,6}+(?:[ \t\r\n]{0,20}+)\Z"
)
_LONGEST_BELOW: Final = 200
# What a program writes below the last turn.
_MET: Final = "(?:transcript(?:ion)?|meeting|call|chat|recording)"
_FOOT: Final = lazy_regex(
    r"(?<!\s)[^\S\r\n]*+(?>\r\n|\n|\r)[^\S\r\n]*+(?>\r\n|\n|\r)\s*+"
    rf"(?=(?:transcribed by|transkribiert|transcrit par|this {_MET}|end of (?:the )?{_MET}"
    rf"|{_MET} (?:ended|stopped|closed)"
    rf"|[^\r\n:]{{1,60}} (?:stopped|ended) (?:the )?{_MET})\b[^\r\n]*+\s*+\Z)",
    regex.IGNORECASE,
)
_LONGEST_FOOT: Final = 300
_HEADING: Final = line_pattern(r"^(?=#{1,6} \S)")


def lay_out_transcript(text: str) -> Layout | None:
    """The pieces of a chat, a meeting, an interview or an agent's transcript.

    A short turn is a unit; the sentences of a long one, or the values of JSON that a tool gave,
    need the name of the speaker. Turns need the date of the session, if one stands before them,
    and a short answer the question, as the question it. A name without words is never kept.

    Returns:
        ``None`` unless there are several turns by two or more speakers who come back.
    """
    return _laid_out(text, find_turns(text))


def lay_out_paste(text: str) -> Layout | None:
    """The same where every turn has its time and name on a line of its own: nothing else has."""
    return _laid_out(text, find_timed_turns(text))


def paste_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines from the first such turn in a text to its end: comments on a ticket."""
    first = first_timed(text, spans)
    if first:
        yield first, len(spans)


def _laid_out(text: str, turns: Sequence[Turn]) -> Layout | None:
    if not turns:
        return None
    builder = LayoutBuilder()
    if turns[0].start and text[: turns[0].start].strip():
        builder.nest(builder.unit(turns[0].start), Nested())
    elif turns[0].start:
        builder.support(turns[0].start)
    session: tuple[int, ...] = ()
    end = _end_of_last(text, turns)
    turns = [*turns[:-1], replace(turns[-1], end=end)]
    said = [_by_person(text[turn.said : turn.end]) for turn in turns]
    answers = [
        False,
        *(is_answer(*pair, ANSWER) or is_left_over(opening(pair[1])) for pair in pairwise(said)),
    ]
    answered = [*(is_answer(*pair, SHORT_ANSWER) for pair in pairwise(said)), False]
    stray = stray_fences(text, turns)
    asked: int | None = None
    for place, turn in enumerate(turns):
        if turn.start < turn.head:
            session = (builder.support(turn.head, gap=OWN_LINE),)
        needs = (*session, asked) if answers[place] and asked is not None else session
        follows = place > 0 and answered[place - 1]
        own, rest = _before_strays(turn, stray)
        first = builder.next_piece
        piece = _add_turn(builder, text, own, needs, paired=follows or answered[place])
        if rest:
            _add_rest(builder, text, turn.end, rest, first)
        if follows and asked is not None and piece is not None:
            builder.require(asked, piece)
        asked = piece
    if end < len(text):
        builder.nest(builder.unit(len(text), gap=OWN_LINE), Nested())
    return builder.build("transcript")


def _end_of_last(text: str, turns: Sequence[Turn]) -> int:
    """Where the last turn ends: before what a program wrote, or the next section of minutes."""
    said = turns[-1].said
    foot = _FOOT.search(text, max(said, len(text) - _LONGEST_FOOT))
    if foot is None and _HEADING.search(text, 0, turns[0].start):
        foot = _HEADING.search(text, said)
    return foot.end() if foot else len(text)


def _before_strays(turn: Turn, stray: Sequence[Range]) -> tuple[Turn, Sequence[Range]]:
    """The turn up to the first line of a fence that ends in another, and those lines in it."""
    low = bisect_left(stray, (turn.said, turn.said))
    inside = stray[low : bisect_left(stray, (turn.end, turn.end))]
    return (replace(turn, end=inside[0][0]), inside) if inside else (turn, ())


def _add_rest(
    builder: LayoutBuilder, text: str, end: int, stray: Sequence[Range], head: int
) -> None:
    """Add those lines, which nothing needs, and what a turn says after each of them."""
    ends = [*(start for start, _ in stray[1:]), end]
    for (_, after), until in zip(stray, ends, strict=True):
        builder.support(after, gap=OWN_LINE)
        if text[after:until].strip():
            builder.nest(builder.unit(until, (head,), gap=OWN_LINE), Nested())
        elif after < until:
            builder.support(until, gap=OWN_LINE)


def _by_person(said: str) -> str:
    """What was said, without what others thought of it."""
    below = _BELOW.search(said, max(0, len(said) - _LONGEST_BELOW))
    return said[: below.start()] if below else said


def _add_turn(
    builder: LayoutBuilder, text: str, turn: Turn, needs: Sequence[int], *, paired: bool
) -> int | None:
    """Add one turn: one unit, or the name and parts that need it; where it ends, if in a unit.

    What is ``paired`` with a question or an answer is not cut into words.
    """
    end, said = turn.end, turn.said
    content = text[said:end]
    said += len(content) - len(content.lstrip())
    if said == end:
        builder.support(end, gap=OWN_LINE)  # nothing was said
        return None
    content = text[said:end]
    values = lay_out_json(content, _LONG_JSON) if len(content) > _LONG_JSON else None
    short = max(_LINE, min(_SHORT_TURN, len(text) // _SHARE))
    if values is None and end - turn.head <= short:
        head = turn.head + len(text[turn.head : said].rstrip(" \t"))
        prose = not paired and not _NO_PROSE.search(content)
        return builder.unit(
            end, needs, whole=True, prose=prose, head=head if prose else None, gap=OWN_LINE
        )
    name = builder.support(said, needs, gap=OWN_LINE)
    if values is not None:
        builder.append(values, (name,))
        return None
    last = said
    if paired:
        last += _last_asked(content)
    if said < last < end:
        builder.nest(builder.unit(last, (name,)), Nested())
        return builder.unit(end, (name,), whole=True)
    builder.nest(builder.unit(end, (name,)), Nested())
    return None


def _last_asked(said: str) -> int:
    """Where the last sentence that asks begins, or the last of all, in the end of a turn."""
    low = max(0, len(said) - LONGEST_QUESTION)
    bounds = segment(said[low:], "sentence")
    asked = asked_last(said)
    last = len(bounds) - 1 if asked is None else bisect_left(bounds, asked - low)
    return low + bounds[max(0, last - 1)]

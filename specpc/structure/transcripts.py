"""Chats, meetings, agents' transcripts and e-mails: what is said keeps who said it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specpc.structure.json_values import lay_out_json
from specpc.structure.lines import OWN_LINE, lines
from specpc.structure.mails import lay_out_mails
from specpc.structure.markdown import closed_fences, lay_out_markdown
from specpc.text.layout import Layout, LayoutBuilder

if TYPE_CHECKING:
    from collections.abc import Sequence

# A longer turn is cut into sentences (measured on chats, meetings and agents' transcripts: whole
# turns are found best), and so is one that is a tenth of a short transcript, or a budget could
# hold nothing of it.
_SHORT_TURN: Final = 800
_SHARE: Final = 10
# A tool's output of more characters is cut as JSON, into records of at most so many.
_LONG_JSON: Final = 400

_FEWEST_TURNS: Final = 4
_TURNS_EACH: Final = 2
_MOST_BY_ONE: Final = 0.8
_TURN_LINES: Final = 0.2
_ONCE_LINES: Final = 0.5
_ALL_LINES: Final = 0.9
_LATEST_LINE: Final = 5
_MOST_UNFENCED: Final = 0.8
_MOST_WORDS: Final = 5
_LONGEST_SESSION: Final = 80
# What is not running text has one of these.
_NO_PROSE: Final = re.compile(r"[{\[|\t<#]|```|~~~|^[ \t]*>|^ {4}|,.*,", re.MULTILINE)

_TIME: Final = (
    r"[\[(]?(?:\d[\d./-]*,? |\d{4}-\d\d-\d\d[T ])?\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?Z?"
    r"(?: ?[APap]\.?[Mm]\.?)?[\])]?[ \t]*(?:[-–—][ \t])?"
)
_NAME: Final = r"(?P<name>[^\W_\d][\w.'’&/ -]{0,39})(?: ?\([^()\r\n]{1,60}\))?"
_MARK: Final = r"(?:\*\*|__)"
_STYLES: Final = (
    # Ann: ..., [12:03] Ann: ..., **Ann:** ..., ### User:
    re.compile(rf"(?:{_TIME})?(?:{_MARK}|\#+ )?{_NAME}{_MARK}?(?::{_MARK}?(?=\s|\Z)|：)[^\S\r\n]*"),
    # [user] ..., [assistant tool call] ...
    re.compile(rf"(?:{_TIME})?\[{_NAME}\]:?(?=\s|\Z)[^\S\r\n]*"),
    # [12:03] <ann> ...
    re.compile(rf"{_TIME}<{_NAME}>(?=\s|\Z)[^\S\r\n]*"),
)
_ROLE: Final = re.compile(
    r"(?:user|assistant|system|developer|tool|function|human|ai|bot|model|agent|environment"
    r"|customer|question|thought|action|observation|answer|q|a)\b"
)
# Fields of documents, and remarks: what stands before the colon says nothing.
_NO_SPEAKER: Final = re.compile(
    r"title|text|content|abstract|passage|document|source|url|https?|date|authors?|summary"
    r"|keywords|notes?|warning|examples?|info|error|debug|trace|fatal|critical|subject|from|to|cc"
    r"|sent|id|name|type|description|version|file|line|step|section|article|chapter|figure|table"
    r"|input|output|context"
)
# The date or number of a session, alone on its line before a turn.
_SESSION: Final = re.compile(
    r"[^\w\r\n]*(?:(?:session|conversation|day|date|task|part|round|chat|call|meeting|on|at|of"
    r"|a\.?m|p\.?m|(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*|\d+(?:st|nd|rd|th)?)"
    r"(?:[^\w\r\n]+|$))+",
    re.IGNORECASE,
)


def lay_out_transcript(text: str) -> Layout | None:
    """The pieces of a chat, a meeting, an agent's transcript, or of e-mails.

    A short turn is a unit; the sentences of a long one, or the values of JSON that a tool gave,
    need the name of the speaker. Turns need the date of the session, if one stands before them.
    A name without words is never kept.

    Returns:
        ``None`` unless there are several turns by two or more speakers who come back.
    """
    mails = lay_out_mails(text)
    if mails is not None:
        return mails
    turns = _all_turns(text)
    if not turns:
        return None
    builder = LayoutBuilder()
    if turns[0].start:
        builder.append(lay_out_markdown(text[: turns[0].start]))
    session: tuple[int, ...] = ()
    ends = [*(turn.start for turn in turns[1:]), len(text)]
    for turn, end in zip(turns, ends, strict=True):
        if turn.start < turn.speaker.start():
            session = (builder.support(turn.speaker.start(), gap=OWN_LINE),)
        _add_turn(builder, turn.speaker, end, session)
    return builder.build("transcript")


@dataclass(frozen=True)
class _Turn:
    """Where a turn starts, with the date of its session, and the match of its speaker."""

    start: int
    speaker: re.Match[str]


def _all_turns(text: str) -> list[_Turn]:
    """The turns of a text in the style that most of them have; lines in fences are none."""
    spans = lines(text)
    turns = max((_turns(text, spans, style) for style in _STYLES), key=len)
    if fences := closed_fences(text):
        spans = [span for span in spans if not _is_in(fences, span[0])]
        outside = max((_turns(text, spans, style) for style in _STYLES), key=len)
        # Where one is left open, all between that and the next is not really in a fence.
        if len(outside) >= _MOST_UNFENCED * len(turns):
            return outside
    return turns


def _is_in(ranges: Sequence[tuple[int, int]], position: int) -> bool:
    """Whether a position is in one of the ascending ranges."""
    place = bisect_right(ranges, position, key=lambda one: one[0])
    return place > 0 and position < ranges[place - 1][1]


def _turns(text: str, spans: list[tuple[int, int]], style: re.Pattern[str]) -> list[_Turn]:
    """The turns of a text if it is a transcript of this style, and none if not."""
    found = {n: match for n, span in enumerate(spans) if (match := style.match(text, *span))}
    names = [" ".join(match["name"].split()) for match in found.values()]
    # "Speaker 1" is somebody; "Thought 1" is one of many by the same.
    ways = [name.casefold() for name in names], _kinds(names)
    spoken = [_by_speakers(keys, names, len(spans)) for keys in ways]
    speaks = max(spoken, key=sum)
    lined = [n for n, spoke in zip(found, speaks, strict=True) if spoke]
    if not lined or lined[0] > max(_LATEST_LINE, len(spans) // 3):
        return []
    turns, starts = [], set(lined)
    for n in lined:
        dated = n > 0 and n - 1 not in starts and _is_session(text[slice(*spans[n - 1])])
        turns.append(_Turn(spans[n - dated][0], found[n]))
    return turns


def _kinds(names: Sequence[str]) -> list[str]:
    return [name.casefold().rstrip("0123456789 ") or name.casefold() for name in names]


def _by_speakers(keys: Sequence[str], names: Sequence[str], line_count: int) -> list[bool]:
    """Which names are speakers' names; none if this is no transcript."""
    counts = Counter(key for key, kind in zip(keys, _kinds(names), strict=True) if _speaks(kind))
    known = {key for key, count in counts.items() if count > 1 or _ROLE.match(key)}
    proper = {
        key
        for key, name in zip(keys, names, strict=True)
        if key in counts and all(word[0].isupper() for word in name.split())
    }
    turns = sum(counts[key] for key in known)
    roles = sum(counts[key] for key in known if _ROLE.match(key))
    often = max(_TURN_LINES * line_count if 2 * roles < turns else 0, _FEWEST_TURNS)
    each = max(_TURNS_EACH * len(known), max(counts.values(), default=0) / _MOST_BY_ONE)
    # A chair calls up one after the other.
    called = sum(counts[key] for key in known | proper) >= _ALL_LINES * line_count
    if turns < often or (turns < each and not (called and len(known | proper) > 2)):
        return [False] * len(names)
    if turns >= _ONCE_LINES * line_count or called:  # where lines are turns, so are the others
        known |= proper
    return [key in known for key in keys]


def _speaks(kind: str) -> bool:
    return not _NO_SPEAKER.fullmatch(kind) and len(kind.split()) <= _MOST_WORDS


def _is_session(line: str) -> bool:
    stripped = line.strip()
    return (
        len(stripped) <= _LONGEST_SESSION
        and any(map(str.isdigit, stripped))
        and _SESSION.fullmatch(stripped) is not None
    )


def _add_turn(
    builder: LayoutBuilder, speaker: re.Match[str], end: int, session: tuple[int, ...]
) -> None:
    """Add one turn up to ``end``: one unit, or the name and parts that need it."""
    text, said = speaker.string, speaker.end()
    content = text[said:end]
    said += len(content) - len(content.lstrip())
    if said == end:
        builder.support(end, gap=OWN_LINE)  # nothing was said
        return
    content = text[said:end]
    values = lay_out_json(content, _LONG_JSON) if len(content) > _LONG_JSON else None
    short = min(_SHORT_TURN, len(text) // _SHARE)
    if values is None and end - speaker.start() <= short:
        head = speaker.start() + len(text[speaker.start() : said].rstrip(" \t"))
        prose = _is_prose(content)
        builder.unit(end, session, whole=True, prose=prose, head=head, gap=OWN_LINE)
        return
    name = builder.support(said, session, gap=OWN_LINE)
    builder.append(values or lay_out_markdown(content), (name,))


def _is_prose(said: str) -> bool:
    """Whether what is said may be cut into words: no data, no code."""
    if not _NO_PROSE.search(said):
        return True
    if lay_out_json(said) is not None:
        return False
    layout = lay_out_markdown(said)
    return len(layout.prose) == len(layout)

"""Captions and transcripts with times: what is said is kept with when it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.rows import mostly, rows, runs_of
from specpc.text.patterns import lazy_re, lazy_regex
from specpc.text.units import is_open

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_CLOCK: Final = r"(?:\d+:)?\d{1,2}:\d\d[.,]\d{1,3}"
# SRT and VTT: "00:00:04,000 --> 00:00:07,000 align:start"; SBV: "0:00:04.000,0:00:07.000".
_TIMES: Final = lazy_re(rf"{_CLOCK}(?:[ \t]+-->[ \t]+|,){_CLOCK}(?:[ \t].*)?")
# Transcripts of videos: a time alone on its line.
_TIME: Final = lazy_re(r"[\[(]?(?:\d{1,2}:)?\d{1,2}:\d\d[\])]?")
_OUTSET: Final = lazy_re(r"[\[(]?(?:0{1,2}:)?0{1,2}:\d\d")
_FEWEST: Final = 3
_HEADER: Final = lazy_re(r"\ufeff?WEBVTT(?:[ \t].*)?")
_NOT_SAID: Final = lazy_re(r"(?:NOTE|STYLE|REGION)\b")
# A sentence or question with its answer is one piece up to this size.
_LONGEST: Final = 400
_SHORT_ANSWER: Final = 80
# Of captions that have marks, so many end with one.
_PUNCTUATED: Final = 0.25
_ENDS: Final = lazy_regex(r"[.!?…。！？♪][\"'”’»)\]]{0,3}\Z")
_ASKS: Final = lazy_regex(r"[?？][\"'”’»)\]]{0,3}\Z")
_TAG: Final = lazy_regex(r"</?[^<>\r\n]{1,60}+>|\{[^{}\r\n]{1,40}+\}")
_VOICE: Final = lazy_regex(r"<v(?:\.[^ <>\r\n]{1,30}+)? ([^<>\r\n]{1,60}+)>")
_NAMED: Final = lazy_regex(r"(\p{Lu}[\w.'’ -]{0,30}+): ")
# What reads the result would take a marker for what is said; WebVTT has remarks.
_NO_MARKER: Final = ""
_REMARK: Final = "NOTE {}\n\n"


def lay_out_captions(text: str) -> Layout | None:
    """The pieces of captions: SRT, WebVTT, SBV, a video's transcript with times on their own lines.

    A caption keeps its number and times; the header of WebVTT comes along. Captions that share a
    sentence are one, and so are a question and a short answer.

    Returns:
        ``None`` unless at least half of the text is captions.
    """
    found = rows(text)
    cues = _cues(found)
    if not mostly(text, found, cues):
        return None
    starts = {cue.start for cue in cues}
    cues = _joined(text, cues)
    if not _HEADER.fullmatch(found[0].said):
        return lay_out_blocks(text, cues, "captions", gap=_NO_MARKER)
    head = 1
    while not found[head - 1].ends_block and found[head].start not in starts:
        head += 1
    inside = [replace(one, gap=_REMARK) for one in (*cues, *_remarks(found[head:], starts))]
    inside.sort(key=lambda one: one.start)
    file = block(0, len(text), found[head - 1].end, inside=inside)
    return lay_out_blocks(text, [file], "captions", gap=_NO_MARKER)


def _cues(found: Sequence[Row]) -> list[Block]:
    """The captions in some rows."""
    timed = [place for place, row in enumerate(found) if _TIMES.fullmatch(row.said)]
    if not timed:
        return _spoken(found)
    starts = [_first_row(found, place) for place in timed]
    cues = []
    for time, start, following in zip(timed, starts, [*starts[1:], len(found)], strict=True):
        end = time + 1
        while end < following and not found[end - 1].ends_block:
            end += 1
        cues.append(record(found[start].start, found[end - 1].end, found[time].end, body="prose"))
    return cues


def _joined(text: str, cues: Sequence[Block]) -> list[Block]:
    """The captions, those as one that hold a sentence, or a question with a short answer."""
    said = [_Said.of(text[cue.head : cue.end]) for cue in cues]
    ended = sum(_ENDS.search(one.words) is not None for one in said)
    if ended < _PUNCTUATED * len(cues):
        return list(cues)
    joined: list[Block] = []
    first = asked = 0  # of the sentence, and of the question that it may answer
    for place, cue in enumerate(cues):
        following = said[place + 1] if place + 1 < len(cues) else None
        words = "".join(one.words for one in said[first : place + 1])
        size = cue.end - cues[asked].start
        on = following is not None and said[place].goes_on(following)
        if following is not None and size < _LONGEST:
            if on:
                continue
            if _ASKS.search(words) and len(following.words) <= _SHORT_ANSWER and asked == first:
                first = place + 1
                continue
        own = [cues[asked : place + 1]]
        if cue.end - cues[asked].start > _LONGEST:  # the question apart from its answer
            own = [cues[asked:first], cues[first : place + 1]]
        for group in own:
            joined += _one(group)
        first = asked = place + 1
    return joined


def _one(group: Sequence[Block]) -> Sequence[Block]:
    """Captions as one, if they are not too long for that."""
    if len(group) < 2 or group[-1].end - group[0].start > _LONGEST:
        return group
    return [record(group[0].start, group[-1].end, inside=group)]


@dataclass(frozen=True)
class _Said:
    """What a caption says, and who says it, if that is told."""

    words: str
    by: str

    @classmethod
    def of(cls, text: str) -> _Said:
        """What is said in the lines of a caption."""
        voice, plain = _VOICE.search(text), " ".join(_TAG.sub("", text).split())
        named = _NAMED.match(plain)
        by = voice[1] if voice else named[1] if named else ""
        return cls(plain[named.end() :] if named else plain, by)

    def goes_on(self, following: _Said) -> bool:
        """Whether the next caption goes on with the same sentence."""
        if not self.words or _ENDS.search(self.words):
            return False
        if following.by not in {"", self.by}:  # who goes on is often named but once
            return False
        small = following.words[:1].islower()
        return small or self.words.endswith(",") or is_open(self.words)


def _spoken(found: Sequence[Row]) -> list[Block]:
    """What is said below times that stand alone on their lines, if they begin with a recording."""
    times = [place for place, row in enumerate(found) if _TIME.fullmatch(row.said)]
    if len(times) < _FEWEST or not (times[0] == 0 or _OUTSET.match(found[times[0]].said)):
        return []
    # What follows the last line need not be said then.
    ends = [*times[1:], min(times[-1] + 2, len(found))]
    return [
        record(found[time].start, found[end - 1].end, found[time].end, body="prose")
        for time, end in zip(times, ends, strict=True)
    ]


def caption_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be captions in a text (see `Kind.runs`)."""
    return runs_of(_cues(rows(text)), spans)


def _first_row(found: Sequence[Row], time: int) -> int:
    """The row of a caption's number or name above its times, if it has one."""
    above = time - 1
    if above < 0 or found[above].ends_block:
        return time
    if _HEADER.fullmatch(found[above].said):
        return time
    named = above == 0 or found[above - 1].ends_block
    return above if named or found[above].said.strip().isdigit() else time


def _remarks(found: Sequence[Row], cues: Collection[int]) -> list[Block]:
    """What is not said, and only understood as a whole."""
    blocks = []
    for place, row in enumerate(found):
        after_blank = not place or found[place - 1].ends_block
        if after_blank and row.start not in cues and _NOT_SAID.match(row.said):
            end = place
            while end + 1 < len(found) and not found[end].ends_block:
                if found[end + 1].start in cues:
                    break
                end += 1
            blocks.append(record(row.start, found[end].end, body="prose"))
    return blocks

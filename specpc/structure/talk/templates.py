"""Conversations as models are given them: turns between the marks of a chat template."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, lay_out_blocks, record
from specpc.structure.parts.lines import line_pattern
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import regex

    from specpc.text.layout import Layout

# <|im_start|>user, <|start_header_id|>user<|end_header_id|>, <|user|>, <start_of_turn>user, [INST]
_OPENS: Final = lazy_regex(
    r"(?<![^\r\n>])[ ]?+(?:<\|begin_of_text\|>|<bos>|<s>[ ]?+)?+"
    r"(?:<\|im_start\|>(?P<role>\w[\w ]{0,39})(?=[\r\n])"
    r"|<\|start_header_id\|>(?P<role>\w[\w ]{0,39})<\|end_header_id\|>"
    r"|<\|(?P<role>system|user|human|assistant|observation|tool)\|>"
    r"|<start_of_turn>(?P<role>\w{1,40})(?=[\r\n])|\[(?P<role>INST)\])\s*+"
)
_ANSWERED: Final = lazy_regex(r"\[/INST\][ \t]*+")
_CLOSES: Final = lazy_regex(
    r"(?:<\|(?:im_end|eot_id|eom_id|end|endoftext|end_of_text)\|>|<end_of_turn>|</s>)\s*+\Z"
)
_FENCE: Final = line_pattern(r"^[ \t]*+(?:`{3}|~{3})")
_LONGEST_CLOSE: Final = 60
_ASKS: Final = lazy_regex("user|human")
_ANSWERS: Final = lazy_regex("assistant|model")
_FEWEST: Final = 2
_MOST_BEFORE: Final = 0.5
# A longer question is cut, and its answer stands for itself.
_LONGEST_QUESTION: Final = 400


@dataclass(frozen=True)
class _Turn:
    """Who speaks, where what is said begins and ends, and where the marks around that do."""

    role: str
    start: int
    said: int
    tail: int
    end: int


def lay_out_template(text: str) -> Layout | None:
    """The pieces of a conversation in a chat template: a question with its answer is a record.

    Any part of what is said brings the marks around it.

    Returns:
        ``None`` unless there are two turns at least, or if the first is in a code fence.
    """
    if "<|" not in text and "[INST]" not in text and "<start_of_turn>" not in text:
        return None
    found = list(_OPENS.finditer(text))
    if len(found) < _FEWEST or found[0].start() > _MOST_BEFORE * len(text):
        return None
    if len(_FENCE.findall(text, 0, found[0].start())) % 2:
        return None
    turns = [
        _turn(text, opened, end)
        for opened, end in zip(found, [*(one.start() for one in found[1:]), len(text)], strict=True)
    ]
    return lay_out_blocks(text, list(_exchanges(turns)), "transcript", loose="text")


def _turn(text: str, opened: regex.Match[str], end: int) -> _Turn:
    start, said = opened.span()
    answered = _ANSWERED.search(text, said, end) if opened["role"] == "INST" else None
    low = max(said, end - _LONGEST_CLOSE)
    closes = _CLOSES.search(text[low:end])
    tail = low + closes.start() if closes else end
    said = min(answered.end() if answered else said, tail)
    return _Turn(opened["role"], start, said, tail, end)


def _exchanges(turns: Sequence[_Turn]) -> Iterator[Block]:
    """Questions with their answers, and what else is said."""
    answered = False
    for turn, after in pairwise([*turns, None]):
        if turn is None or answered:
            answered = False
            continue
        answered = (
            after is not None
            and turn.end - turn.start <= _LONGEST_QUESTION
            and _ASKS.fullmatch(turn.role) is not None
            and _ANSWERS.fullmatch(after.role) is not None
        )
        last = turn if after is None or not answered else after
        body = last if last.said < last.tail else turn  # nothing may be answered yet
        yield record(turn.start, last.end, body.said, tail=body.tail, body="text")

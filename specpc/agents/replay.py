"""What a session would have been with its tools' outputs cut: what is saved, and what is lost.

Of names, numbers and paths that an agent used after a tool had printed them, those count as lost
that nothing it would have seen before had told it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import regex

from specpc.agents.call import Call
from specpc.pipeline.vendors.reading import read_request
from specpc.pipeline.vendors.rules import ASSISTANT, CALL, TOOL, USER
from specpc.text.alarms import find_alarms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.agents.cutting import OutputCutter
    from specpc.pipeline.vendors.reading import RequestText

_WORD: Final = regex.compile(r"[\w$@~./\\:#+-]++")
_MARKS: Final = "./:#+-\\~$@"
# Such as no sentence has by chance: with a digit, a mark inside, letters of both cases, or only
# capitals.
_QUOTED: Final = regex.compile(
    r"(?=.{3,})(?:.*\d.*|.*\w[_./\\:@#-]+\w.*|\p{Ll}+\p{Lu}.*|[\p{Lu}_]{4,})", regex.DOTALL
)
_LONGEST_WORD: Final = 200
_SHOWN: Final = 160


@dataclass(frozen=True)
class Loss:
    """A string that an agent used, and would not have seen.

    Attributes:
        text: itself.
        line: where it stood in the output.
        alarming: whether that line tells of an error.
        used: what it was used in.
    """

    text: str
    line: str
    alarming: bool
    used: str


@dataclass(frozen=True)
class ReplayedOutput:
    """A tool's output in a session.

    Attributes:
        turn: number of its turn, from 1.
        told: the call that gave it.
        original_tokens: of the output; 0 if it would have been shown whole.
        compressed_tokens: of what would have been shown.
        used: how many strings of it were used later and not known before.
        losses: those of them that would not have been seen.
    """

    turn: int
    told: str
    original_tokens: int
    compressed_tokens: int
    used: int
    losses: tuple[Loss, ...]


def replay(
    turns: Sequence[dict[str, Any]],
    cutter: OutputCutter,
    progress: Callable[[int, int], None] | None = None,
) -> list[ReplayedOutput]:
    """Cut the outputs of a session as they would have been cut in it.

    Args:
        turns: see `specpc.agents.sessions.read_session`.
        cutter: cuts them.
        progress: called with (outputs cut, outputs in all) after each.

    Raises:
        InputError: these are no turns.
    """
    texts = [text for text in read_request({"messages": turns}) if text.text.strip()]
    outputs = [number for number, text in enumerate(texts) if text.role == TOOL]
    calls = [*_calls(texts)]
    shown, tokens = [text.text for text in texts], dict.fromkeys(outputs, (0, 0))
    for done, number in enumerate(outputs, start=1):
        call = calls[number]
        made = None if call.stays_whole else cutter.cut(texts[number].text, call)
        if made is not None:
            shown[number] = made.kept
            tokens[number] = made.original_tokens, made.compressed_tokens
        if progress is not None:
            progress(done, len(outputs))
    used, losses = _uses(texts, shown)
    return [
        ReplayedOutput(
            texts[number].turn + 1,
            " ".join(calls[number].told.split())[:_SHOWN],
            *tokens[number],
            used.get(number, 0),
            tuple(losses.get(number, ())),
        )
        for number in outputs
    ]


def _calls(texts: Sequence[RequestText]) -> Iterator[Call]:
    """For each text, what called the tool whose output it is."""
    asked, calls, last = "", dict[str, str](), ""
    for text in texts:
        if text.role == USER and not text.document:
            asked = text.text
        elif text.role == CALL:
            calls[text.id] = last = text.text
        tool, _, told = calls.get(text.id, last).partition(" ")
        yield Call.of(tool, told, asked)


def _uses(
    texts: Sequence[RequestText], shown: Sequence[str]
) -> tuple[dict[int, int], dict[int, list[Loss]]]:
    """By the number of an output: how many strings of it were used, and which had been cut."""
    source: dict[str, int] = {}  # the last output that had it
    known: set[str] = set()  # said before any output had it
    seen: set[str] = set()  # in what would have been shown
    counted: set[str] = set()
    used: dict[int, int] = {}
    losses: dict[int, list[Loss]] = {}
    sources: dict[int, _Source] = {}
    for number, text in enumerate(texts):
        strings = quoted(text.text)
        if text.role == TOOL:
            source.update(dict.fromkeys(strings - known, number))
            seen |= quoted(shown[number])
            continue
        if text.role in {ASSISTANT, CALL}:
            for string in sorted(string for string in strings - counted if string in source):
                counted.add(string)
                at = source[string]
                used[at] = used.get(at, 0) + 1
                if string not in seen:
                    if at not in sources:
                        sources[at] = _Source.of(texts[at].text)
                    losses.setdefault(at, []).append(sources[at].loss(string, text.text))
        known |= {string for string in strings if string not in source}
    return used, losses


def quoted(text: str) -> set[str]:
    """Names, numbers and paths of a text: what is quoted as it is, or not at all."""
    found = set()
    for match in _WORD.finditer(text):
        word = match.group().rstrip(_MARKS)
        word = word if word.startswith("/") else word.lstrip(_MARKS)
        for part in {word, *word.split(":")}:
            if len(part) <= _LONGEST_WORD and _QUOTED.fullmatch(part):
                found.add(part)
    return found


@dataclass(frozen=True)
class _Source:
    """An output of which something was lost: its lines, and which tell of errors."""

    lines: list[str]
    urgency: Sequence[int]

    @classmethod
    def of(cls, output: str) -> _Source:
        lines = output.splitlines()
        return cls(lines, find_alarms(lines, printed=True).urgency)

    def loss(self, string: str, used: str) -> Loss:
        having = (n for n, line in enumerate(self.lines) if string in line)
        at = next((n for n in having if string in quoted(self.lines[n])), 0)
        place = used.find(string)
        line = self.lines[at].strip()[:_SHOWN]
        return Loss(string, line, bool(self.urgency[at]), _around(used, place))


def _around(text: str, place: int) -> str:
    start = max(0, place - _SHOWN // 2)
    return " ".join(text[start : start + _SHOWN].split())

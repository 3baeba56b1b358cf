"""What a target is and what it is asked; the kinds of targets are in modules of their own.

What is not known here: how texts were compressed, and what a right answer is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc.evaluation.methods import DraftOptions

# Enough for four of RULER's numbers in a vocabulary of digits; most answers end far earlier.
ANSWER_TOKENS: Final = 64

# LongBench's words for question answering, with "the given passages" made "the text above".
_REQUEST: Final = (
    "\n\nAnswer the question based on the text above. Only give me the answer and do not output "
    "any other words.\n\nQuestion: {}\nAnswer:"
)
_THOUGHTS: Final = re.compile(r"\s*<think>.*?</think>", re.DOTALL)


@dataclass(frozen=True)
class Cost:
    """What an answer took on this machine.

    Attributes:
        first_seconds: wall-clock time from text to the first token, a draft's guess included.
        seconds: to the end of the answer.
        cache_bytes: keys and values held when the prompt had been read.
        peak_bytes: most memory in use (see `specpc.machine.memory.PeakMemory`), weights included.
    """

    first_seconds: float
    seconds: float
    cache_bytes: int
    peak_bytes: int | None


@dataclass(frozen=True)
class Reply:
    """What a target said.

    Attributes:
        text: its answer, stripped.
        truncated: whether the context was too long and lost its middle.
        cost: what it took; ``None`` where another machine answered.
    """

    text: str
    truncated: bool = False
    cost: Cost | None = field(default=None, compare=False)


class Target(Protocol):
    """Answers questions from a context."""

    def answer(self, context: str, question: str) -> Reply:
        """The target's most probable answer."""


def request_after(question: str) -> str:
    """What stands after the context in the target's prompt."""
    return _REQUEST.format(question)


def clean(text: str) -> str:
    """An answer without the thoughts that some models write down first."""
    return _THOUGHTS.sub("", text, count=1).strip() if _THOUGHTS.match(text) else text.strip()


@dataclass(frozen=True)
class TargetOptions:
    """Which target answers, and how long.

    Attributes:
        model: name of the model, here or at the endpoint.
        endpoint: address of an OpenAI-compatible server; ``None`` for a model on this machine.
        answer_tokens: most tokens of an answer.
    """

    model: str
    endpoint: str | None = None
    answer_tokens: int = ANSWER_TOKENS


def build_target(
    target: TargetOptions, options: DraftOptions, report: Callable[[str], None] = lambda _: None
) -> Target:
    """Load the target, or prepare to ask its server.

    Args:
        target: which one.
        options: where a local one runs.
        report: called with one line before anything slow.

    Raises:
        UsageError: there is no such model, or the address is none.
        SpecPCError: the model cannot be loaded.
    """
    if target.endpoint is not None:
        from specpc.evaluation.endpoint import Endpoint

        return Endpoint.at(target.endpoint, target.model, target.answer_tokens)
    from specpc.evaluation.local_target import LocalTarget

    return LocalTarget.load(target.model, target.answer_tokens, options, report)

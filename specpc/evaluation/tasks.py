"""In which words a target is asked, how long it may answer, and by what measure an answer counts.

Benchmarks say it of every data set; all other questions are asked in LongBench's words for question
answering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from specpc.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTEXT: Final = "{context}"
"""Stands for the text in a prompt."""

# LongBench's words, with "the given passages" made "the text above".
_REQUEST: Final = (
    "Answer the question based on the text above. Only give me the answer and do not output "
    "any other words.\n\nQuestion: {}\nAnswer:"
)


class Metric(Protocol):
    """What an answer is worth."""

    def __call__(self, answer: str, gold: str, classes: tuple[str, ...]) -> float:
        """0 to 1, by one accepted answer, and for classifications all labels there are."""


def request(question: str) -> str:
    """What a target is asked of a text where its benchmark has no words of its own."""
    return _REQUEST.format(question)


@dataclass(frozen=True)
class BenchmarkTask:
    """What a benchmark makes of an item.

    Attributes:
        after: what follows the text: the question, in all its words.
        before: what stands before the text.
        answer_tokens: most tokens of an answer; ``None`` for as many as the run allows.
        metric: what an answer is worth, if the benchmark measures that in a way of its own.
        first_line: whether only the first line of an answer counts.
        classes: all labels, where an answer is one of them.
    """

    after: str
    before: str = ""
    answer_tokens: int | None = None
    metric: Metric | None = None
    first_line: bool = False
    classes: tuple[str, ...] = ()

    def score(self, answer: str, golds: tuple[str, ...]) -> float | None:
        """The best that an answer is worth by any accepted one; ``None`` without a metric."""
        if self.metric is None or not golds:
            return None
        if self.first_line:
            answer = answer.lstrip("\n").partition("\n")[0]
        return max(self.metric(answer, gold, self.classes) for gold in golds)


def fill(prompt: str, fields: Mapping[str, str]) -> tuple[str, str]:
    """What stands before and after the text in a prompt with ``{context}`` and other names.

    Blank lines around the text are left out: there is one in any case.

    Raises:
        InputError: the text has not exactly one place in it.
    """
    before, found, after = prompt.partition(CONTEXT)
    if not found or CONTEXT in after:
        raise InputError(f"the prompt {prompt!r:.60} has not one place for {CONTEXT}")
    for name, value in fields.items():
        before, after = (part.replace(f"{{{name}}}", value) for part in (before, after))
    return before, after.lstrip("\n")

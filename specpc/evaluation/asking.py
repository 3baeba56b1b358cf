"""What targets are asked, and what of their replies counts as an answer.

What is not known here: how texts were compressed, and what a right answer is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from specpc.kv.replies import Reply

# Enough for four of RULER's numbers in a vocabulary of digits; most answers end far earlier.
ANSWER_TOKENS: Final = 64

# LongBench's words for question answering, with "the given passages" made "the text above".
_REQUEST: Final = (
    "Answer the question based on the text above. Only give me the answer and do not output "
    "any other words.\n\nQuestion: {}\nAnswer:"
)
_THOUGHTS: Final = re.compile(r"\s*<think>.*?</think>", re.DOTALL)


class Target(Protocol):
    """Answers questions from a context."""

    def answer(self, context: str, question: str) -> Reply:
        """The target's most probable answer."""


def request(question: str) -> str:
    """What a target is asked of a context."""
    return _REQUEST.format(question)


def request_after(question: str) -> str:
    """What stands after the context where there is no other template."""
    return f"\n\n{request(question)}"


def clean(text: str) -> str:
    """An answer without the thoughts that some models write down first."""
    return _THOUGHTS.sub("", text, count=1).strip() if _THOUGHTS.match(text) else text.strip()

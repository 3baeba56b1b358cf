"""One text with a question and where in the text the answer stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

# Characters; of longer contexts the part around the first piece of evidence is read.
_LONGEST: Final = 8000


@dataclass(frozen=True)
class Example:
    """A text, a question about it, and the stretches of the text that answer it.

    Attributes:
        kind: what kind of text it is, or the data set it comes from.
        context: the text.
        question: what is asked of it; never part of the text.
        evidence: ``(start, end)`` character offsets into the context, ascending.
        own: whether it is the user's; those that ship are not.
    """

    kind: str
    context: str
    question: str
    evidence: tuple[tuple[int, int], ...]
    own: bool = False

    @classmethod
    def of_user(cls, kind: str, context: str, question: str, gold: Sequence[str]) -> Example:
        """The user's, its context cut to a length that is quick to read.

        ``gold`` are strings, one at least, that occur in the text and answer the question.
        """
        spans = sorted((start := context.find(text), start + len(text)) for text in gold)
        low = max(0, min(spans[0][0] - _LONGEST // 2, len(context) - _LONGEST))
        context = context[low : low + _LONGEST]
        inside = [(start - low, end - low) for start, end in spans if end - low <= len(context)]
        # Evidence longer than that is cut itself.
        evidence = inside or [(spans[0][0] - low, len(context))]
        return cls(kind, context, question, tuple(evidence), own=True)


def shipped_examples() -> list[Example]:
    """The 160 that ship, of sixteen kinds of text in turn (written by ``tests/fitting``)."""
    file = resources.files("specpc.calibration") / "examples.jsonl"
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        fields = json.loads(line)
        fields["evidence"] = tuple((start, end) for start, end in fields["evidence"])
        found.append(Example(**fields))
    return found

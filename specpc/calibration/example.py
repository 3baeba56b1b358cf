"""One text with a question and where in the text the answer stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

SHORTEST: Final = 1200
LONGEST: Final = 3200
"""Characters that generated texts are to have, about: 300 to 800 tokens of usual drafts."""


@dataclass(frozen=True)
class Example:
    """A text, a question about it, and the stretches of the text that answer it.

    Attributes:
        kind: what kind of text it is, or the data set it comes from.
        context: the text.
        question: what is asked of it; never part of the text.
        evidence: ``(start, end)`` character offsets into the context, ascending.
        own: whether it is the user's; generated examples are not.
    """

    kind: str
    context: str
    question: str
    evidence: tuple[tuple[int, int], ...]
    own: bool = False


@dataclass
class Page:
    """A text being written, which remembers what of it is evidence."""

    pieces: list[str] = field(default_factory=list)
    evidence: list[tuple[int, int]] = field(default_factory=list)
    length: int = 0

    def write(self, text: str, *, gold: bool = False) -> None:
        """Append text; where it is ``gold``, all of it but the white space around it counts."""
        if gold:
            left = len(text) - len(text.lstrip())
            self.evidence.append((self.length + left, self.length + len(text.rstrip())))
        self.pieces.append(text)
        self.length += len(text)

    def example(self, kind: str, question: str) -> Example:
        """What was written, with a question."""
        return Example(kind, "".join(self.pieces), question, tuple(self.evidence))

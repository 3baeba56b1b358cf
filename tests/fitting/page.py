"""Texts being written, which know what of them is evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from specpc.calibration.example import Example

SHORTEST: Final = 1200
LONGEST: Final = 3200
"""Characters that generated texts are to have, about: 300 to 800 tokens of usual drafts."""


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

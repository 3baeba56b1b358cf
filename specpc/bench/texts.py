"""Texts of any length."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

from specpc.calibration.example import shipped_examples

if TYPE_CHECKING:
    from specpc.models.reader import Reader

QUESTION = "Which of these was finished first, and who was responsible for it?"


def text_of(reader: Reader, tokens: int) -> str:
    """A text of so many draft tokens (the last of which may be cut)."""
    parts: list[str] = []
    found = 0
    for example in cycle(shipped_examples()):
        parts.append(example.context)
        found += reader.encoder.count(parts[-1])
        if found >= tokens:
            break
    text = "\n\n".join(parts)
    return text[: int(reader.encoder.encode(text).bounds[tokens])]

"""Texts of any length, generated."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from specpc.calibration.tasks import generate

if TYPE_CHECKING:
    from specpc.models.reader import Reader

QUESTION = "Which of these was finished first, and who was responsible for it?"


def text_of(reader: Reader, tokens: int) -> str:
    """A text of so many draft tokens (the last of which may be cut)."""
    parts: list[str] = []
    found = 0
    for number in count(1):
        parts.append(next(iter(generate(number, 1))).context)
        found += reader.encoder.count(parts[-1])
        if found >= tokens:
            break
    text = "\n\n".join(parts)
    return text[: int(reader.encoder.encode(text).bounds[tokens])]

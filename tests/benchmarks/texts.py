"""Long texts out of the example report."""

from __future__ import annotations

from pathlib import Path

_REPORT = Path(__file__).parents[2] / "docs" / "examples" / "harbour-report.md"


def long_text(characters: int) -> str:
    """The report over and over, its paragraphs numbered so that none is like another."""
    paragraphs = _REPORT.read_text("utf-8").split("\n\n")
    text, number = [], 0
    length = 0
    while length < characters:
        paragraph = f"({number}) {paragraphs[number % len(paragraphs)]}"
        text.append(paragraph)
        length += len(paragraph) + 2
        number += 1
    return "\n\n".join(text)[:characters]

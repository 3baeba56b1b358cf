"""Texts being written, of which several places are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fitting.training.documents import Document, Question


@dataclass
class Sheet:
    """A text being written, with marks on what may be evidence and questions that name them."""

    parts: list[str] = field(default_factory=list)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    length: int = 0

    def write(self, text: str, mark: str | None = None) -> None:
        """Append text; a mark is put on all of it but the white space around it."""
        if mark is not None:
            left = len(text) - len(text.lstrip())
            self.places[mark] = (self.length + left, self.length + len(text.rstrip()))
        self.parts.append(text)
        self.length += len(text)

    def ask(self, question: str, *marks: str) -> None:
        """A question that takes all that is so marked."""
        self.asked.append((question, marks))

    def document(self, id: str, name: str | None = None) -> Document:
        """What was written, with the questions whose marks are all there."""
        questions = (
            Question(text, tuple(sorted(self.places[mark] for mark in marks)))
            for text, marks in self.asked
            if all(mark in self.places for mark in marks)
        )
        return Document(id, "".join(self.parts), tuple(questions), name)

"""Documents with questions and where in them the evidence stands."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from specpc.calibration.example import Example

# What may be trained on for any use; files under other terms are left out, and said to be.
ALLOWED: Final = {
    "MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CC BY 3.0", "CC BY 4.0",
    "CC BY-SA 3.0", "CC BY-SA 4.0",
}  # fmt: skip
# One document in so many is not trained on.
_HELD_OUT: Final = 40


@dataclass(frozen=True)
class Question:
    """One question and the character ranges that answer it, each of which counts."""

    text: str
    evidence: tuple[tuple[int, int], ...]

    def moved(self, by: int) -> Question:
        """The same, of a text with so much before it."""
        return replace(self, evidence=tuple((start + by, end + by) for start, end in self.evidence))


@dataclass(frozen=True)
class Document:
    """A text and its questions; ``name`` is that of the file it comes from, as a hint."""

    id: str
    context: str
    questions: tuple[Question, ...]
    name: str | None = None

    @classmethod
    def of_example(cls, example: Example, id: str) -> Document:
        """One with a single question."""
        return cls(id, example.context, (Question(example.question, example.evidence),))


def is_held_out(id: str, one_in: int = _HELD_OUT) -> bool:
    """Whether a document, or what documents are made of, is for measuring only."""
    return int(sha256(id.encode()).hexdigest()[:8], 16) % one_in == 0


def join(documents: Sequence[Document]) -> Document:
    """One document after the other, a blank line between two."""
    parts: list[str] = []
    questions: list[Question] = []
    at = 0
    for document in documents:
        parts.append(document.context)
        questions += (question.moved(at) for question in document.questions)
        at += len(document.context) + 2
    return Document("+".join(d.id for d in documents), "\n\n".join(parts), tuple(questions))


def read_file(path: Path) -> Iterator[Document]:
    """The documents of a ``.jsonl.gz`` file that may be trained on.

    A line is an object with ``id``, ``license``, ``context`` and ``questions``, each of which has a
    ``question`` and ``evidence``, ranges of characters.
    """
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            fields = json.loads(line)
            if fields["license"] not in ALLOWED:
                continue
            questions = (
                Question(asked["question"], tuple((a, b) for a, b in asked["evidence"]))
                for asked in fields["questions"]
            )
            yield Document(fields["id"], fields["context"], tuple(questions))

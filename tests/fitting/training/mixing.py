"""Which document a step is given: a pure function of a seed and of what there is.

Documents of one source are joined to long ones, with others of it or of any source; half of those
that are added are chosen among several for the words they share with the questions, so that words
alone do not tell the evidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specpc.text.terms import stems
from tests.fitting.training.documents import Document, is_held_out, join, read_file
from tests.fitting.training.makers import MAKERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random

    from tests.fitting.training.makers import Make

# Characters that joined documents are to have: one to five windows of a thousand tokens.
_LENGTHS: Final = (3_000, 6_000, 12_000, 20_000)
_SAME_SOURCE: Final = 0.7
_ALIKE: Final = 0.5
_TRIED: Final = 4
_ASKED: Final = 6
_TRIES: Final = 50


@dataclass(frozen=True)
class Source:
    """What draws documents of one kind, and how often it does beside others."""

    name: str
    share: float
    make: Make

    def draw(self, rng: Random, *, held_out: bool) -> Document:
        """A document with questions."""
        for _ in range(_TRIES):
            document = self.make(rng, held_out)
            if document is not None and document.questions:
                return document
        raise ValueError(f"{self.name} makes no documents")


def sources(folders: Sequence[Path]) -> list[Source]:
    """All files of the folders, and all makers, who together count as much as the files do."""
    files = [_of_file(path) for folder in folders for path in sorted(folder.glob("*.jsonl.gz"))]
    files = [file for file in files if file.share]
    total = sum(file.share for file in files) or 1.0
    found = [Source(file.name, file.share / total, file.make) for file in files]
    return found + [Source(name, 1 / len(MAKERS), make) for name, make in MAKERS.items()]


def _of_file(path: Path) -> Source:
    """Documents of a file; small files must not be lost for large ones."""
    parts: dict[bool, list[Document]] = {True: [], False: []}
    for document in read_file(path):
        parts[is_held_out(document.id)].append(document)
    if not all(parts.values()):
        return Source(path.name, 0.0, lambda _, __: None)
    asked = sum(len(document.questions) for part in parts.values() for document in part)
    name = path.name.removesuffix(".jsonl.gz")
    return Source(name, math.sqrt(asked), lambda rng, held_out: rng.choice(parts[held_out]))


def draw(
    given: Sequence[Source], rng: Random, source: Source | None = None, *, held_out: bool = False
) -> tuple[str, Document]:
    """The name of a source and a document of it, perhaps a long mixed one."""
    source = source or rng.choices(given, [one.share for one in given])[0]
    document = source.draw(rng, held_out=held_out)
    goal = rng.choice(_LENGTHS)
    # The name of a file tells of the whole of a document.
    while len(document.context) < goal and document.name is None:
        other = source if rng.random() < _SAME_SOURCE else rng.choice(given)
        tried = [other.draw(rng, held_out=held_out) for _ in range(_TRIED)]
        tried = [one for one in tried if one.name is None]
        if not tried:
            continue
        added = _most_alike(document, tried, rng) if rng.random() < _ALIKE else tried[0]
        document = join([document, added] if rng.random() < 0.5 else [added, document])
    return source.name, document


def _most_alike(document: Document, others: Sequence[Document], rng: Random) -> Document:
    """The one that shares most words with some of the questions, for its length."""
    asked = rng.sample(document.questions, min(_ASKED, len(document.questions)))
    words = set().union(*stems([question.text for question in asked]))
    shared = [
        len(words & set(said)) / math.sqrt(1 + len(said))
        for said in stems([other.context for other in others])
    ]
    return others[shared.index(max(shared))]

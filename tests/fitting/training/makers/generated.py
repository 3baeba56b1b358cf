"""The generated examples of `tests.fitting.tasks`, of any kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fitting.tasks import MAKERS
from tests.fitting.training.documents import Document

if TYPE_CHECKING:
    from random import Random


def make(rng: Random, held_out: bool) -> Document:
    """One with a single question."""
    return Document.of_example(rng.choice(MAKERS)(rng), "generated")

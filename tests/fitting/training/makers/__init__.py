"""Documents made of what is at hand, one module a kind: pure functions of a random generator.

What is invented is never held out by its words but by its seed, which no step has; what is made of
files, by the file.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

from tests.fitting.training.documents import Document
from tests.fitting.training.makers import code, generated

Make: TypeAlias = Callable[[Random, bool], Document | None]
"""Given a generator and whether it is for measuring only; ``None`` if it had no luck."""

MAKERS: Final[dict[str, Make]] = {
    "docstrings": code.docstrings,
    "next_lines": code.next_lines,
    "generated": generated.make,
}

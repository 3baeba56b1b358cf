"""The parts by name, each a module of this package."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.benchmarks.paper.part import Part

_HOMES: Final = {"time": "timing"}  # where a module of that name would hide Python's


def load(name: str) -> Part:
    """The part of this name."""
    part: Part = import_module(f"tests.benchmarks.paper.{_HOMES.get(name, name)}").PART
    return part

"""The parts by name, each a module of this package."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.benchmarks.paper.part import Part

_HOMES: Final = {
    "time": ("timing", "PART"),  # a module of that name would hide Python's
    "published-kv": ("published", "CACHES"),
}


def load(name: str) -> Part:
    """The part of this name."""
    module, attribute = _HOMES.get(name, (name, "PART"))
    part: Part = getattr(import_module(f"tests.benchmarks.paper.{module}"), attribute)
    return part

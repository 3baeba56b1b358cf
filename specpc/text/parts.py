"""Ways to cut what is one piece of a text, where all of it is too much."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from specpc.text.layout import part, telling
from specpc.text.units import finer_bounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.text.layout import Layout


def ways_to_part(layout: Layout, unit: int, said: str) -> Iterator[Layout]:
    """Layouts of what a unit says: its lines, its sentences, its clauses; the coarsest first.

    Where a unit's own parts cannot be told from what is written, only those.
    """
    prose = unit in layout.prose
    if unit in layout.finer:
        own = layout.finer[unit](said)
        if own.kind != "word":
            own = telling(said, own)
            yield own if prose else unmarked(own)
        return
    for bounds in finer_bounds(said, prose=prose):
        own = part(layout, unit, bounds[1:-1])
        yield own if prose else unmarked(own)


def unmarked(layout: Layout) -> Layout:
    """The layout of what is no prose: a marker might be read as data."""
    return replace(layout, gaps=dict.fromkeys(range(len(layout)), ""))

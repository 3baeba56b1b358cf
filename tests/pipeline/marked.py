"""Results with markers: what stands between the kept slices of a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_marked(text: str, slices: Sequence[str], positions: Sequence[int], marker: str) -> None:
    """That a result is its slices in order, with the marker or nothing between them.

    A marker may have a line of its own, and stands once beside a line break between two cuts.
    """
    end = 0
    for kept, position in zip(slices, positions, strict=True):
        assert kept
        assert text.startswith(kept, position)
        between = text[end:position]
        assert between.strip() in {"", marker.strip()} if end and marker else not between
        end = position + len(kept)
    assert end == len(text)

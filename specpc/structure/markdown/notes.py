"""Footnotes and the addresses of links, where they stand apart from what uses them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import regex

if TYPE_CHECKING:
    from specpc.text.layout import Layout

NOTE: Final = regex.compile(r"[ ]{0,3}\[(?P<name>\^[^\]\[\s]{1,60}+)\]:")
"""What begins a footnote: ``[^1]:``."""
LINK: Final = regex.compile(
    r"[ ]{0,3}\[(?P<name>[^\]\[\r\n]{1,100}+)\]:[ \t]*+\S++(?:[ \t]++[\"'(][^\r\n]*+)?\s*+"
)
"""A line that gives the address of a link."""
_USED: Final = regex.compile(r"\[(?P<name>[^\]\[\r\n]{1,100}+)\](?![(:])")
# A longer note does not come along with what refers to it.
_SHORT: Final = 250


def with_notes(text: str, layout: Layout) -> Layout:
    """The layout in which what refers to a short note, or uses a link's address, needs that."""
    if "]:" not in text:
        return layout
    edges = layout.edges.tolist()
    notes: dict[str, int] = {}
    for piece, start in enumerate(edges[:-1]):
        match = NOTE.match(text, start) or LINK.match(text, start)
        if match and edges[piece + 1] - start <= _SHORT:
            notes.setdefault(match["name"].casefold(), piece)
    if not notes:
        return layout
    used: dict[int, dict[int, None]] = {}
    place, own = 0, set(notes.values())
    for match in _USED.finditer(text):
        note = notes.get(match["name"].casefold())
        if note is None:
            continue
        while edges[place + 1] <= match.start():
            place += 1
        if place not in own:
            used.setdefault(place, dict.fromkeys(layout.needs.get(place, ())))[note] = None
    needs = {piece: tuple(supports) for piece, supports in used.items()}
    return replace(layout, needs={**layout.needs, **needs})

"""Footnotes and the addresses of links, where they stand apart from what uses them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.parts.lines import line_pattern
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.text.layout import Layout

NOTE: Final = lazy_regex(r"[ ]{0,3}\[(?P<name>\^[^\]\[\s]{1,60}+)\]:")
"""What begins a footnote: ``[^1]:``."""
LINK: Final = lazy_regex(
    r"[ ]{0,3}\[(?P<name>[^\]\[\r\n]{1,100}+)\]:[ \t]*+\S++(?:[ \t]++[\"'(][^\r\n]*+)?\s*+"
)
"""A line that gives the address of a link."""
_USED: Final = lazy_regex(r"\[(?P<name>[^\]\[\r\n]{1,100}+)\](?![(:])")
# Below a table: "* without postage", "† not on Sundays", "(1) not in winter"; no "§ 2".
_MARKED: Final = line_pattern(
    r"^[ \t]*+\\?(?P<mark>[*]{1,3}|[†‡§]{1,2}+(?![ \t\u00a0]*+\d)|[¹²³⁴-⁹]{1,2}|\(?[a-e1-9]\))"
    r"[ \t]*+(?=[^\s*|])"
)
_EMPHASIS: Final = lazy_regex(r"\*{1,3}[^\s*][^*\r\n]{0,200}+(?<=\S)\*{1,3}")
_MOST_MARKED: Final = 30
# A note is no further below what it says something of.
_FURTHEST: Final = 3000
# A longer note does not come along with what refers to it.
_SHORT: Final = 250


def with_notes(text: str, layout: Layout) -> Layout:
    """The layout in which what refers to a short note, or uses a link's address, needs that.

    Notes below tables begin with the mark that is used in them: ``* without postage``.
    """
    layout = _with_marks(text, layout)
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


def _with_marks(text: str, layout: Layout) -> Layout:
    """The layout in which rows and sentences with a mark need the note that begins with it."""
    notes = list(islice(_MARKED.finditer(text), _MOST_MARKED + 1))
    if not notes or len(notes) > _MOST_MARKED:  # items of lists
        return layout
    edges = layout.edges.tolist()
    needs = dict(layout.needs)
    for number, note in enumerate(notes):
        mark = note["mark"]
        listed = any(
            other["mark"] == mark and abs(other.start() - note.start()) < _FURTHEST
            for other in (*notes[:number], *notes[number + 1 :])
        )
        piece = bisect_right(edges, note.end() - 1) - 1
        end = edges[piece + 1]
        several = piece in layout.supports  # what it says is in other pieces
        if several or (listed and mark[0] == "*") or end - note.start() > _SHORT:
            continue
        low = max(0, note.start() - _FURTHEST)
        for used in _uses(mark).finditer(text, low, note.start()):
            own = bisect_right(edges, used.start()) - 1
            known = needs.get(own, ())
            if (
                own != piece
                and piece not in known
                and _is_mark(text, edges[own : own + 2], used, mark)
            ):
                needs[own] = (*known, piece)
    return replace(layout, needs=needs)


@lru_cache(maxsize=_MOST_MARKED)
def _uses(mark: str) -> regex.Pattern[str]:
    before = r"(?<=[^\s*|\\]|[\w)%] )" if mark[0] == "*" else r"(?<=\S|\S )"
    return regex.compile(rf"{before}{regex.escape(mark)}(?![\w*])")


def _is_mark(text: str, edges: Sequence[int], used: regex.Match[str], mark: str) -> bool:
    """Whether a mark in a piece is none of Markdown, and none of an enumeration."""
    said, at = text[slice(*edges)], used.start() - edges[0]
    if mark[-1] == ")":  # of a row of columns
        return "   " in said.strip() or "|" in said
    if mark[0] != "*":
        return True
    return not any(one.start() <= at < one.end() for one in _EMPHASIS.finditer(said))

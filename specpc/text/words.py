"""The words of a text's prose, as pieces; whatever else it holds stays in its own units."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from specpc.text.layout import Layout, refine, tiles
from specpc.text.negations import negations
from specpc.text.ties import paired, tied
from specpc.text.units import word_bounds

if TYPE_CHECKING:
    from collections.abc import Iterator


def as_words(text: str) -> Layout:
    """A text in words and marks, whatever it is."""
    return tiles(word_bounds(text), "word")


def lay_out_words(text: str, layout: Layout) -> Layout:
    """A layout of a text with its prose cut into words, marks and line breaks (`word_bounds`)."""
    edges = layout.edges.copy()
    words: set[int] = set()
    for first, end in _runs(layout):
        start = int(edges[first])
        bounds = start + np.asarray(word_bounds(text[start : int(edges[end])]))
        for piece in range(first + 1, end):
            # The blanks between two sentences belong to the word after them, as all blanks do.
            before = int(bounds[np.searchsorted(bounds, edges[piece], side="right") - 1])
            if before > edges[piece - 1] and text[before : edges[piece]].isspace():
                edges[piece] = before
        words.update(bounds.tolist())
    for start, end in tied(text):
        words.difference_update(range(start + 1, end))
    cuts = sorted(words)
    inside = {
        piece: cuts[bisect_right(cuts, edges[piece]) : bisect_left(cuts, edges[piece + 1])]
        for piece in layout.prose
    }
    return _with_negations(text, _with_pairs(text, refine(replace(layout, edges=edges), inside)))


def _with_pairs(text: str, layout: Layout) -> Layout:
    """The layout in which every word needs the quotes and brackets around it."""
    edges, prose = layout.edges.tolist(), layout.prose
    words = [text[s:e] if p in prose else "" for p, (s, e) in enumerate(pairwise(edges))]
    needs, supports = dict(layout.needs), set(layout.supports)
    for piece, pair in enumerate(paired(words)):
        if pair is not None and piece in prose:
            needs[piece] = (*needs.get(piece, ()), *pair)
            if any(map(str.isalnum, words[piece])):
                supports.update(pair)
    return replace(layout, needs=needs, supports=frozenset(supports))


def _with_negations(text: str, layout: Layout) -> Layout:
    """The layout in which every word of a clause needs what negates it."""
    edges, needs, supports = layout.edges, dict(layout.needs), set(layout.supports)
    for (low, high), (start, end) in negations(text):
        first = int(np.searchsorted(edges, low, side="right")) - 1
        last = int(np.searchsorted(edges, high, side="left"))
        own = [piece for piece in range(first, last) if piece in layout.prose]
        if len(own) < last - first:  # it is in what stays whole
            continue
        begin = int(np.searchsorted(edges, start, side="right")) - 1
        stop = int(np.searchsorted(edges, end, side="left"))
        for piece in {*range(begin, stop)} & layout.prose - set(own):
            needs[piece] = (*needs.get(piece, ()), *own)
        supports.update(own)
    return replace(layout, needs=needs, supports=frozenset(supports))


def _runs(layout: Layout) -> Iterator[tuple[int, int]]:
    """Ranges of pieces of prose that follow each other and need the same."""
    first: int | None = None
    for piece in range(len(layout) + 1):
        prose = piece < len(layout) and piece in layout.prose
        if first is not None and not (
            prose
            and piece not in layout.heads
            and layout.needs.get(piece, ()) == layout.needs.get(first, ())
        ):
            yield first, piece
            first = None
        if first is None and prose:
            first = piece

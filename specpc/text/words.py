"""The words of a text's prose, as pieces; whatever else it holds stays in its own units."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.text.layout import Layout, refine, tiles
from specpc.text.negations import negations
from specpc.text.ties import paired, tied
from specpc.text.units import apart, finer_bounds, word_bounds

if TYPE_CHECKING:
    from collections.abc import Iterator


# In a long text of single characters and marks, no piece of the prose is shorter than so much.
_LONG: Final = 16_000
_SHORT: Final = 3
_PIECE: Final = 8
# Of a clause that has more of them, no word needs them all.
_MOST_NEGATIONS: Final = 12


def as_words(text: str) -> Layout:
    """A text in words and marks, whatever it is."""
    return tiles(word_bounds(text), "word")


def as_parts(text: str) -> Layout:
    """A text cut as coarsely as can be: into lines, sentences, clauses, or words and marks."""
    bounds = next(finer_bounds(text), None)
    return as_words(text) if bounds is None else tiles(bounds)


def lay_out_words(text: str, layout: Layout) -> Layout:
    """A layout of a text with its prose cut into words, marks and line breaks (`word_bounds`)."""
    edges = layout.edges.tolist()
    words: set[int] = set()
    for first, end in _runs(layout):
        start = edges[first]
        bounds = [start + bound for bound in word_bounds(text[start : edges[end]])]
        for piece in range(first + 1, end):
            # The blanks between two sentences belong to the word after them, as all blanks do.
            before = bounds[bisect_right(bounds, edges[piece]) - 1]
            if before > edges[piece - 1] and text[before : edges[piece]].isspace():
                edges[piece] = before
        words.update(bounds)
    for start, end in tied(text):
        words.difference_update(range(start + 1, end))
    cuts = sorted(words)
    if len(text) >= _LONG and len(cuts) * _SHORT > len(text):
        cuts = apart(cuts, _PIECE)
    inside = {
        piece: cuts[bisect_right(cuts, edges[piece]) : bisect_left(cuts, edges[piece + 1])]
        for piece in layout.prose
    }
    layout = replace(layout, edges=np.asarray(edges, dtype=np.int64))
    return _with_negations(text, _with_pairs(text, refine(layout, inside)))


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
    edges, needs, supports = layout.edges.tolist(), dict(layout.needs), set(layout.supports)
    clause, count = 0, 0
    for (low, high), (start, end) in negations(text):
        clause, count = start, 1 + (count if start == clause else 0)
        first, last = bisect_right(edges, low) - 1, bisect_left(edges, high)
        own = [piece for piece in range(first, last) if piece in layout.prose]
        if len(own) < last - first:  # it is in what stays whole
            continue
        supports.update(own)
        if count > _MOST_NEGATIONS:
            continue
        for piece in range(bisect_right(edges, start) - 1, bisect_left(edges, end)):
            if piece in layout.prose and not first <= piece < last:
                needs[piece] = (*needs.get(piece, ()), *own)
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

"""A text in pieces of which some can be kept, beside the tokens they are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.results import Span
from specpc.text.alarms import find_alarms
from specpc.text.facts import Place, Told
from specpc.text.layout import expand, telling
from specpc.text.parts import ways_to_part
from specpc.text.protection import NOTHING, Protected, forced_units
from specpc.text.terms import stems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from specpc.text.alarms import Alarms
    from specpc.text.layout import Layout

# Measured against one, two, eight and all (docs/archive/evaluation.md).
_BEST_TOKENS: Final = 4


@dataclass(frozen=True)
class Scores:
    """What a scorer made of a context: the higher, the more the query needs it.

    Attributes:
        tokens: ``[tokens]`` float64.
        pieces: ``[pieces]`` float64, if it judges whole pieces beyond their tokens.
        lookahead: ids that the draft went on with, where it read all at once and looked ahead.
    """

    tokens: NDArray[np.float64]
    pieces: NDArray[np.float64] | None = None
    lookahead: tuple[int, ...] = ()


@dataclass(frozen=True)
class Spread:
    """How far the paper's selection spreads around the best tokens.

    Attributes:
        kernel_size: width of the pooling over the scores.
        neighbor_tokens: positions each chosen token stands for, itself included.
        pool: of the scores in reach: ``max`` or ``mean``.
    """

    kernel_size: int = 64
    neighbor_tokens: int = 64
    pool: str = "max"

    def within(self, allowance: int) -> Spread:
        """The same, no further than an allowance of tokens reaches."""
        kernel_size, neighbors = (
            min(w, allowance) for w in (self.kernel_size, self.neighbor_tokens)
        )
        return Spread(kernel_size, neighbors, self.pool)


@dataclass(frozen=True)
class Pieces:
    """A text in pieces of which some can be kept, and which of them each token belongs to.

    Attributes:
        text: the context.
        bounds: ``[tokens + 1]`` character offsets of the tokens.
        layout: the pieces.
        forced: pieces that are always kept.
        protected: what text they are kept for, where it is known.
        of_token: ``[tokens]`` ascending piece number of each token.
    """

    text: str
    bounds: NDArray[np.int64]
    layout: Layout
    forced: frozenset[int] = frozenset()
    protected: Protected = NOTHING
    of_token: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Give each token to one piece."""
        # By its last character: the space before a word belongs to the word's piece.
        last = np.maximum(self.bounds[1:] - 1, 0)
        of_token = np.searchsorted(self.edges, last, side="right") - 1
        of_token = np.clip(of_token, 0, len(self.layout) - 1)
        object.__setattr__(self, "of_token", of_token)

    def __len__(self) -> int:
        """Number of pieces."""
        return len(self.layout)

    @property
    def edges(self) -> NDArray[np.int64]:
        """``[pieces + 1]`` character offsets of the pieces."""
        return self.layout.edges

    @property
    def starts(self) -> NDArray[np.int64]:
        """Token positions where pieces start."""
        return np.flatnonzero(np.diff(self.of_token, prepend=-1))

    @cached_property
    def texts(self) -> list[str]:
        """The pieces in text order."""
        return [self.text[start:end] for start, end in pairwise(self.edges.tolist())]

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """``[pieces]`` numbers of tokens."""
        return np.bincount(self.of_token, minlength=len(self)).astype(np.int64)

    @cached_property
    def alike(self) -> NDArray[np.int64]:
        """``[pieces]`` numbers, the same for pieces that say the same under the same heads."""
        numbers: dict[tuple[str, ...], int] = {}
        texts = [" ".join(text.split()) for text in self.texts]
        needs = self.layout.all_needs
        keys = ((text, *(texts[s] for s in needs.get(p, ()))) for p, text in enumerate(texts))
        return np.asarray([numbers.setdefault(key, len(numbers)) for key in keys])

    @cached_property
    def stems(self) -> list[list[str]]:
        """The stems of the words of each (`specpc.text.terms.stems`)."""
        return stems(self.texts)

    @cached_property
    def told(self) -> Told:
        """What the pieces tell."""
        return Told.of(self.texts, self.place, self.sizes, self._alarms)

    @cached_property
    def urgency(self) -> NDArray[np.int64]:
        """``[pieces]`` 2 for what tells of an error or how it ended, 1 for where (`Alarms`)."""
        return np.asarray(self._alarms.urgency, dtype=np.int64)

    @cached_property
    def place(self) -> Place:
        """Where each stands, and of what kind it is."""
        return Place.of(self.text, self.layout)

    @cached_property
    def _alarms(self) -> Alarms:
        return find_alarms(self.texts, printed=self.place.printed)

    def protecting(self, protected: Protected) -> Pieces:
        """The same, with the pieces that protected text touches forced."""
        forced = forced_units(self.text, self.layout, protected)
        return replace(self, forced=forced, protected=protected)

    def cut(self, layout: Layout) -> Pieces:
        """The same in the pieces of a finer layout; of a forced one, only what is protected."""
        edges = np.searchsorted(layout.edges, self.edges)
        touched = forced_units(self.text, layout, self.protected)
        forced: set[int] = set()
        for piece in self.forced:
            parts = range(int(edges[piece]), int(edges[piece + 1]))
            forced.update(touched.intersection(parts) or parts)
        return replace(self, layout=layout, forced=frozenset(forced))

    def opened(self, units: frozenset[int]) -> Pieces:
        """The same with some units in parts as `Layout.finer` tells them.

        Kept until others are asked for: a budget is tried with several allowances.
        """
        if units not in self._opened:
            self._opened.clear()
            finer, texts = self.layout.finer, self.texts
            inside = {unit: telling(texts[unit], finer[unit](texts[unit])) for unit in units}
            self._opened[units] = self.cut(expand(self.layout, inside))
        return self._opened[units]

    def parted(self, unit: int) -> Iterator[Pieces]:
        """The same with one unit in its lines, its sentences, its clauses: the coarsest first.

        They are kept as `opened` keeps them.
        """
        if unit not in self._parted:
            self._parted.clear()
            self._parted[unit] = [], ways_to_part(self.layout, unit, self.texts[unit])
        made, others = self._parted[unit]
        yield from made
        for way in others:
            made.append(self.cut(expand(self.layout, {unit: way})))
            yield made[-1]

    @cached_property
    def _opened(self) -> dict[frozenset[int], Pieces]:
        return {}

    @cached_property
    def _parted(self) -> dict[int, tuple[list[Pieces], Iterator[Layout]]]:
        return {}

    def pool(self, scores: NDArray[np.float64], best: int = _BEST_TOKENS) -> NDArray[np.float64]:
        """``[pieces]`` mean of each piece's best token scores, given those of all ``[tokens]``."""
        return pool(scores, self.of_token, len(self), best)

    def rated(self, values: NDArray[np.float64]) -> list[Span]:
        """All pieces, which tile the text, each with its value ``[pieces]`` as a score.

        Pieces kept only for the sake of others score minus infinity, those always kept infinity.
        """
        told = np.where(self.layout.units, values, -np.inf)
        told[list(self.forced)] = np.inf
        pairs = pairwise(self.edges.tolist())
        return [Span(*edge, score) for edge, score in zip(pairs, told.tolist(), strict=True)]

    def spans(self, chosen: Sequence[int], values: NDArray[np.float64]) -> list[Span]:
        """Chosen units and what they need, in text order; a support scores as what needs it."""
        score = {unit: float(values[unit]) for unit in chosen}
        needed: dict[tuple[int, ...], float] = {}  # many need the same
        for unit in chosen:
            needs = self.layout.all_needs.get(unit, ())
            needed[needs] = max(needed.get(needs, -math.inf), float(values[unit]))
        for needs, value in needed.items():
            for support in needs:
                score[support] = max(score.get(support, -math.inf), value)
        edges = self.edges.tolist()
        return [
            Span(edges[p], edges[p + 1], score.get(p, -math.inf))
            for p in self.layout.complete(chosen)
        ]


def pool(
    scores: NDArray[np.float64],
    of_token: NDArray[np.int64],
    pieces: int,
    best: int = _BEST_TOKENS,
) -> NDArray[np.float64]:
    """One score a piece: the mean of its best tokens.

    Args:
        scores: ``[..., tokens]``.
        of_token: ``[tokens]`` ascending piece number of each token.
        pieces: number of pieces; those without tokens score the least.
        best: how many tokens count.

    Returns:
        ``[..., pieces]``.
    """
    result = np.full((*scores.shape[:-1], pieces), scores.min(initial=0.0))
    if best == 1:
        np.maximum.at(result.T, of_token, scores.T)
        return result
    edges = np.searchsorted(of_token, np.arange(pieces + 1))
    if scores.ndim == 1:
        ordered = scores[np.lexsort((scores, of_token))]
        counts = np.minimum(np.diff(edges), best)
        sums = np.zeros(pieces, dtype=scores.dtype)
        for back in range(best, 0, -1):  # from the least of the best on
            having = counts >= back
            sums[having] += ordered[edges[1:][having] - back]
        return np.where(counts > 0, sums / np.maximum(counts, 1).astype(scores.dtype), result)
    for piece in range(pieces):
        own = scores[..., edges[piece] : edges[piece + 1]]
        if own.shape[-1]:
            result[..., piece] = np.sort(own, axis=-1)[..., -best:].mean(axis=-1)
    return result


def standardised(
    values: NDArray[np.float64], over: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Values less the mean, in standard deviations, of themselves or those they are told by.

    All zeros if the values are all the same.
    """
    over = values if over is None else over
    spread = float(over.std())
    return (values - over.mean()) / spread if spread > 0 else np.zeros_like(values)

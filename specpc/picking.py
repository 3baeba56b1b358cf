"""From token scores and an allowance to pieces of text: whole units, or the paper's tokens."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from specpc.layout import Layout, LayoutBuilder, tiles
from specpc.protection import Protected, forced_units
from specpc.results import Span
from specpc.segmentation import safe_cuts, segment
from specpc.selection import select_tokens, select_units, whole_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from specpc.parts import Parts

# Measured against one, two, eight and all (docs/evaluation.md).
_BEST_TOKENS: Final = 4


@dataclass(frozen=True)
class Picked:
    """Pieces of a text in order, and whether a unit had to be cut to fit."""

    pieces: list[Span]
    cut_unit: bool = False


class Picker(Protocol):
    """Chooses pieces of one text within an allowance of tokens."""

    @property
    def unit_starts(self) -> NDArray[np.int64]:
        """Ascending token positions where a unit starts (windows are cut there)."""

    def pick(self, scores: NDArray[np.float64], allowance: int) -> Picked:
        """The best pieces of at most ``allowance`` tokens by token scores ``[tokens]``."""


class RatingPicker(Picker, Protocol):
    """A picker that can tell what it thinks of all it chooses from."""

    def rated(self, scores: NDArray[np.float64]) -> list[Span]:
        """All pieces to choose from, which tile the text, each with the score it is chosen by.

        Pieces kept only for the sake of others score minus infinity, those always kept infinity.
        """


@dataclass(frozen=True)
class TokenPicker:
    """The paper's selection, rounded to whole words so that none is cut in half.

    Attributes:
        text: the context.
        bounds: ``[tokens + 1]`` character offsets of the tokens (see `TokenizedText`).
        kernel_size: SpecPC's pooling kernel.
        neighbor_tokens: SpecPC's neighbours.
        forced: words that are always kept, by number.
    """

    text: str
    bounds: NDArray[np.int64]
    kernel_size: int
    neighbor_tokens: int
    forced: frozenset[int] = frozenset()

    @cached_property
    def _words(self) -> NDArray[np.int64]:
        """``[tokens]`` number of the word each token belongs to."""
        safe = np.zeros(len(self.text) + 1, dtype=bool)
        safe[sorted(safe_cuts(self.text))] = True
        inner = self.bounds[1:-1]
        # A token that owns no characters is the rest of a character begun before it.
        starts = safe[inner] & (np.diff(self.bounds)[1:] > 0)
        return np.concatenate(([0], np.cumsum(starts))).astype(np.int64)

    @property
    def unit_starts(self) -> NDArray[np.int64]:
        """Token positions where words start."""
        return np.flatnonzero(np.diff(self._words, prepend=-1))

    def protecting(self, protected: Protected) -> TokenPicker:
        """The same, keeping the words that protected text touches."""
        starts = np.append(self.unit_starts, len(self.bounds) - 1)
        words = tiles(self.bounds[starts].tolist())
        return replace(self, forced=forced_units(self.text, words, protected))

    def pick(self, scores: NDArray[np.float64], allowance: int) -> Picked:
        """SpecPC steps 4 and 5, protected words first, then whole words."""
        import torch

        always = np.flatnonzero(np.isin(self._words, list(self.forced)))
        count = max(allowance, len(always))
        selected = select_tokens(
            # Pooling pads with zeros: calibrated scores, which can be negative, are shifted.
            torch.from_numpy(scores - min(0.0, scores.min())),
            count,
            kernel_size=self.kernel_size,
            neighbor_tokens=self.neighbor_tokens,
            always=torch.from_numpy(always),
        )
        kept = whole_groups(selected.tolist(), scores, self._words, count)
        starts = np.append(self.unit_starts, len(scores))
        return Picked(
            [
                Span(
                    int(self.bounds[starts[word]]),
                    int(self.bounds[starts[word + 1]]),
                    float(scores[starts[word] : starts[word + 1]].max()),
                )
                for word in np.flatnonzero(kept)
            ]
        )

    def rated(self, scores: NDArray[np.float64]) -> list[Span]:
        """Words, each with its best token score before pooling."""
        starts = self.unit_starts
        best = np.maximum.reduceat(scores, starts)
        best[list(self.forced)] = np.inf
        edges = [*self.bounds[starts].tolist(), len(self.text)]
        return [
            Span(*edge, score) for edge, score in zip(pairwise(edges), best.tolist(), strict=True)
        ]


@dataclass(frozen=True)
class Units:
    """A text in pieces of which some can be kept, and which of them each token belongs to.

    Attributes:
        text: the context.
        bounds: ``[tokens + 1]`` character offsets of the tokens.
        layout: the pieces.
        forced: pieces that are always kept.
        of_token: ``[tokens]`` ascending piece number of each token.
    """

    text: str
    bounds: NDArray[np.int64]
    layout: Layout
    forced: frozenset[int] = frozenset()
    of_token: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Give each token to one piece."""
        # By its last character: the space before a word belongs to the word's unit.
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

    def protecting(self, protected: Protected) -> Units:
        """The same, with the pieces that protected text touches forced."""
        return replace(self, forced=forced_units(self.text, self.layout, protected))

    @cached_property
    def texts(self) -> list[str]:
        """The pieces in text order."""
        return [self.text[start:end] for start, end in pairwise(self.edges.tolist())]

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """``[pieces]`` numbers of tokens."""
        return np.bincount(self.of_token, minlength=len(self)).astype(np.int64)

    def best(self, values: NDArray[np.float64], allowance: int) -> list[Span]:
        """The units with the highest ``values`` ``[pieces]`` that fit, with what they need."""
        chosen = select_units(values, self.sizes, allowance, self.layout, self.forced)
        return self.spans(chosen.tolist(), values)

    def rated(self, values: NDArray[np.float64]) -> list[Span]:
        """All pieces with their ``values`` ``[pieces]``, as `RatingPicker.rated` gives them."""
        told = np.where(self.layout.units, values, -np.inf)
        told[list(self.forced)] = np.inf
        pairs = pairwise(self.edges.tolist())
        return [Span(*edge, score) for edge, score in zip(pairs, told.tolist(), strict=True)]

    def spans(self, chosen: Sequence[int], values: NDArray[np.float64]) -> list[Span]:
        """Chosen units and what they need, in text order; a support scores as what needs it."""
        score = {unit: float(values[unit]) for unit in chosen}
        for unit in chosen:
            for support in self.layout.all_needs.get(unit, ()):
                score[support] = max(score.get(support, -math.inf), float(values[unit]))
        edges = self.edges
        return [
            Span(int(edges[p]), int(edges[p + 1]), score.get(p, -math.inf))
            for p in self.layout.complete(chosen)
        ]


def cut_into_units(text: str, bounds: NDArray[np.int64], unit: str) -> Units:
    """A text in units of one kind, whatever it holds.

    Args:
        text: the context.
        bounds: ``[tokens + 1]`` character offsets of the tokens.
        unit: ``sentence``, ``line``, ``paragraph``, ``word`` or ``structure``.
    """
    return Units(text, bounds, lay_out_units(text, unit))


def lay_out_units(
    text: str, unit: str, parts: Parts | None = None, name: str | None = None
) -> Layout:
    """The layout of a text in units of one kind; of several joined texts, each by itself.

    The name of a file is a hint at what is in it.
    """
    if parts is None:
        return _lay_out(text, unit, name)
    builder = LayoutBuilder()
    for number, (start, end) in enumerate(parts.ranges):
        if start > builder.position:
            builder.support(start)  # between two texts: nothing needs it
        name = parts.names[number] if parts.names else None
        builder.append(_lay_out(text[start:end], unit, name))
    return builder.build(unit)


def _lay_out(text: str, unit: str, name: str | None) -> Layout:
    if unit == "structure":
        from specpc.structure import lay_out  # the parsers behind it cost time to import

        return lay_out(text, name)
    return tiles(segment(text, unit), unit)


@dataclass(frozen=True)
class UnitPicker:
    """Whole units of text by the mean of their best token scores, or as a scorer judged them.

    Attributes:
        units: the context in units.
        kernel_size: for the one unit that must be cut when it exceeds the allowance alone.
        neighbor_tokens: likewise.
        judged: ``[units]`` scores instead of those that follow from the tokens.
    """

    units: Units
    kernel_size: int
    neighbor_tokens: int
    judged: NDArray[np.float64] | None = None

    @property
    def unit_starts(self) -> NDArray[np.int64]:
        """Token positions where units start."""
        return self.units.starts

    def protecting(self, protected: Protected) -> UnitPicker:
        """The same, keeping the units that protected text touches."""
        return replace(self, units=self.units.protecting(protected))

    def pick(self, scores: NDArray[np.float64], allowance: int) -> Picked:
        """Best units first; where the best exceeds the allowance, its own best tokens."""
        values = self.values(scores)
        layout = self.units.layout
        best = int(np.where(layout.units, values, -np.inf).argmax())
        kept_whole = best in layout.whole or best in layout.heads
        divisible = not kept_whole and (best in layout.prose or not layout.all_needs.get(best))
        pieces: list[Span] = []
        if self.units.forced or not divisible or self.units.sizes[best] <= allowance:
            pieces = self.units.best(values, allowance)
        if divisible and not pieces:
            return self._cut(best, scores, allowance)
        return Picked(pieces)

    def rated(self, scores: NDArray[np.float64]) -> list[Span]:
        """The units, with the scores they are chosen by."""
        return self.units.rated(self.values(scores))

    def values(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """``[units]`` what the units are chosen by."""
        if self.judged is not None:
            return self.judged
        return unit_scores(scores, self.units.of_token, len(self.units))

    def _cut(self, unit: int, scores: NDArray[np.float64], allowance: int) -> Picked:
        """What a unit needs, and of itself the best that still fits."""
        needs = self.units.layout.all_needs.get(unit, ())
        allowance -= int(self.units.sizes[list(needs)].sum())
        if allowance < 1:
            return Picked([])
        tokens = np.flatnonzero(self.units.of_token == unit)
        start, end = int(self.units.edges[unit]), int(self.units.edges[unit + 1])
        bounds = np.clip(self.units.bounds[tokens[0] : tokens[-1] + 2], start, end) - start
        bounds[0], bounds[-1] = 0, end - start
        inner = TokenPicker(
            self.units.text[start:end],
            bounds,
            min(self.kernel_size, allowance),
            min(self.neighbor_tokens, allowance),
        )
        pieces = inner.pick(scores[tokens], allowance).pieces
        if not pieces:
            return Picked([])
        own = [Span(p.start + start, p.end + start, p.score) for p in pieces]
        edges, best = self.units.edges.tolist(), max(p.score for p in own)
        supports = [Span(edges[p], edges[p + 1], best) for p in needs]
        return Picked(sorted(own + supports, key=lambda piece: piece.start), True)


def unit_scores(
    scores: NDArray[np.float64], unit_of: NDArray[np.int64], units: int
) -> NDArray[np.float64]:
    """One score a unit: the mean of its best tokens.

    Args:
        scores: ``[..., tokens]``.
        unit_of: ``[tokens]`` ascending unit number of each token.
        units: number of units; those without tokens score the least.

    Returns:
        ``[..., units]``.
    """
    result = np.full((*scores.shape[:-1], units), scores.min(initial=0.0))
    edges = np.searchsorted(unit_of, np.arange(units + 1))
    for unit in range(units):
        own = scores[..., edges[unit] : edges[unit + 1]]
        if own.shape[-1]:
            result[..., unit] = np.sort(own, axis=-1)[..., -_BEST_TOKENS:].mean(axis=-1)
    return result

"""A text in pieces of which some can be kept, beside the tokens they are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.results import Span
from specpc.text.protection import Protected, forced_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from specpc.text.layout import Layout


# Measured against one, two, eight and all (docs/evaluation.md).
_BEST_TOKENS: Final = 4


@dataclass(frozen=True)
class Pieces:
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

    def protecting(self, protected: Protected) -> Pieces:
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


def pool(
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

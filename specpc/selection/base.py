"""What chooses: from scores and an allowance of tokens to pieces of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from specpc.results import Span


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

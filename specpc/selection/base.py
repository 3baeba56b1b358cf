"""What chooses: from scores and an allowance of tokens to pieces of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from typing_extensions import Self

    from specpc.results import Span
    from specpc.text.markers import Marker
    from specpc.text.pieces import Pieces, Scores


@dataclass(frozen=True)
class Picked:
    """Pieces of a text in order, and whether one had to be cut to fit."""

    pieces: list[Span]
    cut_unit: bool = False


class Chooser(Protocol):
    """Chooses stretches of one text within an allowance of tokens."""

    def pick(self, scores: Scores, allowance: int) -> Picked:
        """The best stretches of at most ``allowance`` tokens, and all that is always kept."""


class Picker(Chooser, Protocol):
    """A chooser that works by pieces, and can tell what it thinks of all of them."""

    @property
    def pieces(self) -> Pieces:
        """What it chooses from."""

    @property
    def judged(self) -> Pieces | None:
        """The pieces that a scorer is to judge; ``None`` where only scores of tokens count."""

    def forcing(self, pieces: Pieces) -> Self:
        """The same, choosing from these pieces: its own, of which others are always kept."""

    def values(self, scores: Scores) -> NDArray[np.float64]:
        """``[pieces]`` what the pieces are chosen by.

        Raises:
            UsageError: it is not by them that is chosen.
        """

    def rated(self, scores: Scores) -> list[Span]:
        """All pieces with their scores, as `Pieces.rated` gives them."""

    def mark(self, gap: str) -> str | Marker:
        """The user's marker of a cut, written as the text around it demands."""

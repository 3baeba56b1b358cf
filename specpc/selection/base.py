"""What chooses: from scores and an allowance of tokens to pieces of text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from typing_extensions import Self

    from specpc.results import Span
    from specpc.text.layout import Layout
    from specpc.text.pieces import Pieces, Scores


@dataclass(frozen=True)
class Picked:
    """What was chosen of a text.

    Attributes:
        pieces: in order.
        layout: of the text they were chosen from, which says how cuts are marked; ``None`` if
            they are marked everywhere alike.
        cut_unit: whether a unit had to be cut to fit.
    """

    pieces: list[Span]
    layout: Layout | None = None
    cut_unit: bool = False


class Chooser(Protocol):
    """Chooses stretches of one text within an allowance of tokens."""

    def pick(self, scores: Scores, allowance: int) -> Picked:
        """The best stretches of at most ``allowance`` tokens, and all that is always kept."""


@dataclass(frozen=True)
class Picker(ABC):
    """A chooser that works by pieces, and can tell what it thinks of all of them.

    Attributes:
        pieces: what it chooses from.
    """

    pieces: Pieces

    @property
    def judged(self) -> Pieces | None:
        """The pieces that a scorer is to judge; ``None`` where only scores of tokens count."""
        return None

    @abstractmethod
    def pick(self, scores: Scores, allowance: int) -> Picked:
        """See `Chooser`."""

    @abstractmethod
    def values(self, scores: Scores) -> NDArray[np.float64]:
        """``[pieces]`` what the pieces are chosen by.

        Raises:
            UsageError: it is not by them that is chosen.
        """

    def rated(self, scores: Scores) -> list[Span]:
        """All pieces with their scores, as `Pieces.rated` gives them."""
        return self.pieces.rated(self.values(scores))

    def forcing(self, pieces: Pieces) -> Self:
        """The same, choosing from these pieces: its own, of which others are always kept."""
        return replace(self, pieces=pieces)

"""What a scorer is, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from specpc.models.reader import Reader
    from specpc.text.pieces import Pieces


class Scorer(Protocol):
    """Gives every context token a number: the higher, the more the query needs it.

    Scores of two windows read with the same question must be comparable.
    """

    @property
    def name(self) -> str:
        """Name for ``--scorer`` and the result."""

    def context_window(self, reader: Reader, question: str) -> int:
        """The most context tokens one window may hold."""

    def score(self, reader: Reader, question: str, windows: Sequence[Tensor]) -> list[Tensor]:
        """One float32 vector ``[tokens]`` on the CPU for each window of context ids."""


@dataclass(frozen=True)
class Judged:
    """What a scorer that judges whole units made of a context.

    Attributes:
        tokens: ``[tokens]`` scores.
        units: ``[units]`` scores, which go beyond those of the tokens.
    """

    tokens: NDArray[np.float64]
    units: NDArray[np.float64]


@runtime_checkable
class UnitJudge(Scorer, Protocol):
    """A scorer that knows more of a whole unit than of its tokens."""

    def judge(
        self,
        reader: Reader,
        question: str,
        ids: Tensor,
        windows: Sequence[tuple[int, int]],
        units: Pieces,
        progress: Callable[[int, int], None] | None = None,
    ) -> Judged:
        """Scores of the tokens and units of a context.

        Args:
            reader: the draft.
            question: what is asked.
            ids: ``[tokens]`` of the context.
            windows: token ranges that tile it, each read with the question.
            units: the context in units.
            progress: called with (tokens read, tokens in all) after each window.
        """


@dataclass(frozen=True)
class Scores:
    """What a scorer made of a context.

    Attributes:
        tokens: ``[tokens]`` float64.
        units: ``[pieces]`` float64, if it judges units.
        lookahead: ids that the draft went on with, where it read all at once; not kept on disk.
    """

    tokens: NDArray[np.float64]
    units: NDArray[np.float64] | None = None
    lookahead: tuple[int, ...] = ()

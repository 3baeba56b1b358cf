"""What a scorer is, and what it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from specpc.models.reader import Reader
    from specpc.text.pieces import Pieces, Scores

    Progress: TypeAlias = Callable[[int, int], None] | None
    """Called with (tokens read, tokens in all) after each window."""


@dataclass(frozen=True)
class Context:
    """What is to be scored.

    Attributes:
        ids: ``[tokens]``.
        windows: token ranges that tile it, each read with the question.
        pieces: those that are to be judged whole, if any are.
    """

    ids: NDArray[np.int64]
    windows: Sequence[tuple[int, int]]
    pieces: Pieces | None = None


class Scorer(Protocol):
    """Gives every token of a context a number: the higher, the more the query needs it.

    Scores of two windows read with the same question must be comparable.
    """

    @property
    def name(self) -> str:
        """As results have it."""

    def window(self, reader: Reader, question: str) -> int:
        """The most context tokens one window may hold.

        Raises:
            InputError: the question leaves no room for the context.
        """

    def cache_key(self) -> str | None:
        """All that its scores depend on besides draft and text; ``None`` to keep none of them."""

    def looking_ahead(self, tokens: int) -> Scorer | None:
        """The same, which guesses an answer of so many tokens on the way; ``None`` if it cannot."""

    def score(
        self, reader: Reader, question: str, context: Context, progress: Progress = None
    ) -> Scores:
        """Scores of the tokens of a context, and of its pieces if it judges them.

        Raises:
            UnsupportedModelError: no attention layer reported to the observer.
            OutOfMemoryError: the machine or device ran out of memory.
        """

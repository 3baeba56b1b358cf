"""What a scorer is, and what it is given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from typing_extensions import Self

    from specpc.models.reader import Reader
    from specpc.text.pieces import Pieces, Scores, Spread

    Progress: TypeAlias = Callable[[int, int], None] | None
    """Called with (tokens read, tokens in all) after each window."""


@dataclass(frozen=True)
class Context:
    """What is to be scored."""

    ids: NDArray[np.int64]  # [tokens]
    windows: Sequence[tuple[int, int]]  # token ranges that tile it, each read with the question
    pieces: Pieces | None = None  # those that are to be judged whole, if any are

    def each_window(self, progress: Progress) -> Iterator[NDArray[np.int64]]:
        """The ids of one window after the other; when the next is asked for, one was read."""
        for low, high in self.windows:
            yield self.ids[low:high]
            if progress is not None:
                progress(high, len(self.ids))


class Scorer(ABC):
    """Gives every token of a context a number: the higher, the more the query needs it.

    Scores of two windows read with the same question must be comparable. A scorer is what it is
    set to, as a frozen dataclass; what computes may import torch, and waits in another module.

    Attributes:
        name: as results have it.
        home: the module whose function ``score(scorer, reader, question, context, progress)``
            computes.
        reads: whether it has the draft read the text.
        together: whether pieces are worth what they add to each other, and must be chosen so.
    """

    name: str
    home: str
    reads: bool = True
    together: bool = False

    @abstractmethod
    def context_window(self, reader: Reader, question: str) -> int:
        """The most context tokens one window may hold.

        Raises:
            InputError: the question leaves no room for the context.
        """

    @property
    def spread(self) -> Spread | None:
        """How far a selection of tokens spreads around the best; ``None`` if that is all one."""
        return None

    def cache_key(self) -> str | None:
        """All that its scores depend on besides draft and text; ``None`` to keep none of them."""
        return repr(self)

    def looking_ahead(self, tokens: int) -> Self | None:
        """The same, which guesses an answer of so many tokens on the way; ``None`` if it cannot."""
        return None

    def score(
        self, reader: Reader, question: str, context: Context, progress: Progress = None
    ) -> Scores:
        """Scores of the tokens of a context, and of its pieces if it judges them.

        Raises:
            UnsupportedModelError: no attention layer reported to the observer.
            OutOfMemoryError: the machine or device ran out of memory.
        """
        home: Any = import_module(self.home)
        scores: Scores = home.score(self, reader, question, context, progress)
        return scores

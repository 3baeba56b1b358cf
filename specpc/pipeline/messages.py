"""A chat request whose long texts were cut, and all else is as it was."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from specpc.pipeline.vendors.rules import Place
    from specpc.results import CompressionResult, CutText


@dataclass(frozen=True)
class CutMessage:
    """A stretch of a string of a request that was cut.

    Attributes:
        place: keys and positions that lead to the string.
        left: what is left of the stretch; its spans are those of the whole string.
        query: what it was asked; empty if nothing.
        original_tokens: of the stretch.
        compressed_tokens: of what is left of it.
    """

    place: Place
    left: CutText
    query: str
    original_tokens: int
    compressed_tokens: int


@dataclass(frozen=True)
class CompressedMessages:
    """A request whose long texts were cut.

    Attributes:
        request: of the same shape as the one given, with all else untouched.
        cuts: what was cut in it, in order.
        total: counts, budget and timings over all of these texts, and the last query; ``None`` if
            there are none, and the request is unchanged.
        uncut: why there are none, in a word: ``short``, ``instructions``, ``question``, ``role`` or
            ``last``.
    """

    request: Any
    cuts: tuple[CutMessage, ...]
    total: CompressionResult | None
    uncut: str = ""

    @property
    def places(self) -> tuple[Place, ...]:
        """Where in the request something was cut."""
        return tuple(cut.place for cut in self.cuts)

    @property
    def texts(self) -> tuple[CutText, ...]:
        """What is left of each of these texts."""
        return tuple(cut.left for cut in self.cuts)


def with_texts(request: Any, texts: Iterable[tuple[Place, str]]) -> Any:
    """The request with other strings at some places; it shares all else."""
    made: dict[Place, Any] = {(): copy(request)}
    for place, text in texts:
        for depth in range(1, len(place)):
            path, key = place[:depth], place[depth - 1]
            if path not in made:
                above = made[path[:-1]]
                made[path] = above[key] = copy(above[key])
        made[place[:-1]][place[-1]] = text
    return made[()]

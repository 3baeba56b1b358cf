"""The method ``truncate``: both ends of a text, half the budget each. At ratio 1 it is ``full``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from specpc.evaluation.ranked import cutting
from specpc.results import Span
from specpc.selection.base import Picked
from specpc.text.units import safe_cuts

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from specpc.evaluation.base import KeptText, MethodSetup
    from specpc.evaluation.data import Item
    from specpc.models.tokens import TextEncoder
    from specpc.text.pieces import Scores


@dataclass(frozen=True)
class TruncateMethod:
    """Cuts the middle out."""

    encoder: TextEncoder

    def prepare(self, item: Item) -> Callable[[float], KeptText]:
        """Tokenize."""
        tokens = self.encoder.encode(item.context)
        picker = EndsPicker(item.context, tokens.bounds)
        return cutting(item.context, self.encoder, picker, len(tokens))


@dataclass(frozen=True)
class EndsPicker:
    """The beginning and the end of a text, half the allowance each, cut between words."""

    text: str
    bounds: NDArray[np.int64]  # [tokens + 1] character offsets of the tokens

    @cached_property
    def cuts(self) -> NDArray[np.int64]:
        """Ascending character offsets where the text may be cut."""
        return np.asarray(sorted(safe_cuts(self.text)), dtype=np.int64)

    def pick(self, scores: Scores, allowance: int) -> Picked:
        """The first and last ``allowance / 2`` tokens, whatever the scores."""
        half = allowance // 2
        head = int(self.bounds[allowance - half])
        tail = int(self.bounds[len(self.bounds) - 1 - half])
        head = int(self.cuts[int(np.searchsorted(self.cuts, head, side="right")) - 1])
        tail = int(self.cuts[int(np.searchsorted(self.cuts, tail))])  # the end is a cut
        pieces = [Span(0, head, 0.0), Span(tail, len(self.text), 0.0)]
        return Picked([piece for piece in pieces if piece.start < piece.end])


def make(setup: MethodSetup) -> TruncateMethod:
    """Count with the draft."""
    return TruncateMethod(setup.models.encoder)

"""Our scorers as methods, with any kind of unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specpc.evaluation.base import KeptText
from specpc.options import Setup
from specpc.pipeline.compressor import Compressor

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc.evaluation.base import MethodSetup
    from specpc.evaluation.data import Item


@dataclass(frozen=True)
class ScorerMethod:
    """One of our scorers with one kind of unit."""

    compressor: Compressor

    def prepare(self, item: Item) -> Callable[[float], KeptText]:
        """Score the context once."""
        scored = self.compressor.score(item.context, item.question)

        def compress(ratio: float) -> KeptText:
            result = scored.compress(ratio=ratio)
            ranges = tuple((span.start, span.end) for span in result.spans)
            counts = (result.original_tokens, result.compressed_tokens)
            return KeptText(result.text, ranges, *counts, scored.lookahead)

        return compress


def make(setup: MethodSetup) -> ScorerMethod:
    """The scorer that the method is named after."""
    draft = setup.models.draft
    wanted = Setup(draft.name, setup.name, setup.variant or "auto")
    return ScorerMethod(Compressor.of(wanted, loaded=draft))

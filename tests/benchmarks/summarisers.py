"""Extractive summaries of others as methods of ``specpc eval --no-question``.

``specpc eval data/*.jsonl --no-question --method tests.benchmarks.summarisers:textrank``; LexRank
and TextRank are those of ``pip install sumy``, on our sentences. LLMLingua and Selective Context
are in `peers.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from specpc.evaluation.minilm import MiniLMRanker
from specpc.evaluation.ranked import RankedMethod, cutting
from specpc.results import Span
from specpc.selection.base import Picked
from specpc.text.terms import terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from specpc.evaluation.base import KeptText, MethodSetup
    from specpc.evaluation.data import Item
    from specpc.models.tokens import TextEncoder
    from specpc.text.pieces import Scores


def lead(setup: MethodSetup) -> RankedMethod:
    """The first sentences of all paragraphs, then the second ones, and so on."""

    def rank(item: Item, units: Sequence[str]) -> NDArray[np.float64]:
        places, at = [], -1
        for number in range(len(units)):
            before = units[number - 1] if number else "\n"
            at = 0 if re.search(r"\n\s*$", before) else at + 1
            places.append(at)
        return -(np.asarray(places) + np.arange(len(units)) / len(units))

    return RankedMethod.of(setup, rank)


def first(setup: MethodSetup) -> FirstMethod:
    """The first tokens."""
    return FirstMethod(setup.models.encoder)


def textrank(setup: MethodSetup) -> RankedMethod:
    """Mihalcea and Tarau 2004."""
    from sumy.summarizers.text_rank import TextRankSummarizer

    return RankedMethod.of(setup, _rated_by(TextRankSummarizer().rate_sentences))


def lexrank(setup: MethodSetup) -> RankedMethod:
    """Erkan and Radev 2004."""
    from sumy.summarizers.lex_rank import LexRankSummarizer

    def rate(document: Any) -> dict[Any, float]:
        summarizer = LexRankSummarizer()
        words = [summarizer._to_words_set(sentence) for sentence in document.sentences]
        tf = summarizer._compute_tf(words)
        idf = summarizer._compute_idf(words)
        matrix = summarizer._create_matrix(words, summarizer.threshold, tf, idf)
        scores = summarizer.power_method(matrix, summarizer.epsilon)
        return dict(zip(document.sentences, scores, strict=True))

    return RankedMethod.of(setup, _rated_by(rate))


# How much being like the whole text counts, rather than being unlike what was chosen.
_LIKE_THE_WHOLE: Final = 0.7


def minilm_mmr(setup: MethodSetup) -> RankedMethod:
    """Closest to the mean of MiniLM's embeddings, by maximal marginal relevance."""
    minilm = MiniLMRanker(setup.models.setup.device)

    def rank(item: Item, units: Sequence[str]) -> NDArray[np.float64]:
        scores = np.zeros(len(units))
        scores[marginal_relevance(minilm.embed(units))] = -np.arange(len(units))
        return scores

    return RankedMethod.of(setup, rank)


def marginal_relevance(vectors: NDArray[np.float32]) -> list[int]:
    """Texts in the order of Carbonell and Goldstein 1998, by ``[texts, size]`` unit vectors."""
    whole = vectors.mean(axis=0)
    relevance = vectors @ (whole / (np.linalg.norm(whole) or 1.0))
    closest = np.zeros(len(vectors))
    left = np.ones(len(vectors), dtype=bool)
    order: list[int] = []
    while left.any():
        gain = _LIKE_THE_WHOLE * relevance - (1 - _LIKE_THE_WHOLE) * closest
        best = int(np.where(left, gain, -np.inf).argmax())
        order.append(best)
        left[best] = False
        closest = np.maximum(closest, vectors @ vectors[best])
    return order


class _Words:
    """What sumy asks a tokenizer for."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(terms(sentence))


def _rated_by(
    rate: Callable[[Any], dict[Any, float]],
) -> Callable[[Item, Sequence[str]], NDArray[np.float64]]:
    def rank(item: Item, units: Sequence[str]) -> NDArray[np.float64]:
        from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence

        sentences = [Sentence(f"{unit} ", _Words()) for unit in units]
        ratings = rate(ObjectDocumentModel([Paragraph(sentences)]))
        return np.asarray([float(ratings.get(one, 0.0)) for one in sentences])

    return rank


@dataclass(frozen=True)
class FirstMethod:
    """What stands first."""

    encoder: TextEncoder

    def prepare(self, item: Item) -> Callable[[float], KeptText]:
        """Tokenize."""
        tokens = self.encoder.encode(item.context)
        return cutting(item.context, self.encoder, _First(tokens.bounds), len(tokens))


@dataclass(frozen=True)
class _First:
    bounds: NDArray[np.int64]

    def pick(self, scores: Scores, allowance: int) -> Picked:
        return Picked([Span(0, int(self.bounds[allowance]), 0.0)])

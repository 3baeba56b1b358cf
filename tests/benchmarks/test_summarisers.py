"""Choosing sentences that are like the whole text and not like each other."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.summarisers import marginal_relevance


def test_what_was_said_comes_later() -> None:
    vectors = np.asarray([[1, 0], [1, 0], [0.8, 0.6], [0, 1]], dtype=np.float32)
    assert marginal_relevance(vectors) == [2, 0, 1, 3]


def test_one_text_and_none() -> None:
    assert marginal_relevance(np.ones((1, 3), dtype=np.float32)) == [0]
    assert marginal_relevance(np.zeros((2, 3), dtype=np.float32)) == [0, 1]

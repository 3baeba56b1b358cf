"""The method ``bm25``: BM25 over the units of the one text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc.evaluation.ranked import RankedMethod
from specpc.text.lexical import bm25
from specpc.text.terms import stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from specpc.evaluation.base import MethodSetup
    from specpc.evaluation.data import Item


def rank(item: Item, units: Sequence[str]) -> NDArray[np.float64]:
    """BM25 of each unit for the question."""
    return bm25(stems([item.question])[0], stems(units))


def make(setup: MethodSetup) -> RankedMethod:
    """Sentences, unless other units are named."""
    return RankedMethod.of(setup, rank)

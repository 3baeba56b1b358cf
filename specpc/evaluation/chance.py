"""The method ``random``: units by chance."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from specpc.evaluation.ranked import RankedMethod

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from specpc.evaluation.base import MethodSetup
    from specpc.evaluation.data import Item


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


def make(setup: MethodSetup) -> RankedMethod:
    """Sentences, unless other units are named."""
    return RankedMethod.of(setup, RandomRanker(setup.seed))

"""The method ``random``: units by chance."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from specpc.evaluation.ranked import RankedMethod

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from specpc.evaluation.base import MethodSetup
    from specpc.evaluation.data import Item


def rank(seed: int, item: Item, units: Sequence[str]) -> NDArray[np.float64]:
    """Uniform scores, the same for an item in every run with this seed."""
    name = f"{seed}/{item.dataset}/{item.id}".encode()
    own = int.from_bytes(hashlib.sha256(name).digest()[:8], "big")
    return np.random.default_rng(own).random(len(units))


def make(setup: MethodSetup) -> RankedMethod:
    """Sentences, unless other units are named."""
    return RankedMethod.of(setup, partial(rank, setup.seed))

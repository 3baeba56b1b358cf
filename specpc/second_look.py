"""A second look: what the units found first lead to.

A question names one end of a chain ("Who is the mother of the director of ...?"); the rest is named
by what is found. So the best units lend some of their value to those that share rare words with
them, which the question does not have: pseudo-relevance feedback, one unit at a time (the best is
found again with what was lent). It costs no forward.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# How often is looked, and the least standardised value of a unit that leads anywhere.
_LOOKS: Final = 3
_FOUND: Final = 2.5
# The value at which a unit lends all it can, and what that is, for the rarest of words.
_SURE: Final = 6.0
_LENT: Final = 1.5
# A word leads somewhere only if it is rare: in this share of the units, and this many.
_RARE: Final = 0.05
_RARE_UNITS: Final = 12


def second_look(
    values: NDArray[np.float64], query: Sequence[str], units: Sequence[Sequence[str]]
) -> NDArray[np.float64]:
    """Values of units with what the best of them lend to others.

    Args:
        values: ``[units]``, any scale.
        query: stems of the question.
        units: stems of each unit.

    Returns:
        ``[units]`` standardised values plus what was lent.
    """
    values = standardised(values)
    lent = np.zeros_like(values)
    found = np.zeros(len(values), dtype=bool)
    shared_by = _rare_words(query, units)
    for _ in range(_LOOKS):
        now = np.where(found, -np.inf, values + lent)
        best = int(now.argmax())
        if now[best] < _FOUND:
            break
        found[best] = True
        sure = min(1.0, now[best] / _SURE)
        for word in set(units[best]) & shared_by.keys():
            sharing = shared_by[word]
            rarity = math.log(len(units) / len(sharing)) / math.log(len(units))
            lent[sharing] = np.maximum(lent[sharing], _LENT * sure * rarity)
    result: NDArray[np.float64] = values + lent
    return result


def _rare_words(query: Sequence[str], units: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    """Words that a few units share and the question does not have, with those units."""
    most = min(_RARE_UNITS, _RARE * len(units) + 1)
    found: dict[str, list[int]] = {}
    for number, words in enumerate(units):
        for word in set(words):
            found.setdefault(word, []).append(number)
    asked = set(query)
    return {
        word: numbers
        for word, numbers in found.items()
        if 1 < len(numbers) <= most and word not in asked
    }


def standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean 0 and standard deviation 1; all zeros if the values are all the same."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)

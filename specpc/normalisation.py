"""Scores of units that can be compared: with each other, with other signals, and by length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What a unit e times as long as the median must have more of, in standard deviations: the best of
# 0, .1, .2, .3 and .4 by a little (docs/evaluation.md).
_LENGTH: Final = 0.2


def standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean 0 and standard deviation 1; all zeros if the values are all the same."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)


def length_normalised(values: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Standardised values of units less what their length costs.

    A unit is worth its share of the budget: if values grow with the logarithm of the chance that a
    unit holds the answer, the best order is by that chance a token, ``log p - log size``.

    Args:
        values: ``[units]``, standardised.
        sizes: ``[units]`` in tokens.
    """
    lengths = np.maximum(1, sizes)
    normalised: NDArray[np.float64] = values - _LENGTH * np.log(lengths / np.median(lengths))
    return normalised

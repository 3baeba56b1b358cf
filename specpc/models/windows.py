"""Cutting a long context into windows the draft can read, between units."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def cut_windows(unit_starts: NDArray[np.int64], tokens: int, limit: int) -> list[tuple[int, int]]:
    """Token ranges of at most ``limit`` tokens, of nearly equal length, that tile the context.

    They start where units start (ascending token positions); a unit longer than a window is cut.
    Equal lengths keep scores comparable (softmax attention thins out with the number of keys).
    """
    windows: list[tuple[int, int]] = []
    start = 0
    while start < tokens:
        left = tokens - start
        aim = start + math.ceil(left / math.ceil(left / limit))
        end = _nearest_start(unit_starts, aim, start + 1, min(start + limit, tokens))
        if aim >= tokens:
            end = tokens
        windows.append((start, end))
        start = end
    return windows


def cut_part_windows(
    part_starts: Sequence[int], unit_starts: NDArray[np.int64], tokens: int, limit: int
) -> list[tuple[int, int]]:
    """`cut_windows` of several texts, the first at 0: short ones share one, long ones are cut."""
    windows: list[tuple[int, int]] = []
    start = 0
    for low, high in pairwise([*part_starts, tokens]):
        if high - start > limit and low > start:
            windows.append((start, low))
            start = low
        if high - low > limit:
            inside = unit_starts[(unit_starts >= low) & (unit_starts < high)] - low
            windows += [(low + a, low + b) for a, b in cut_windows(inside, high - low, limit)]
            start = high
    if start < tokens:
        windows.append((start, tokens))
    return windows


def _nearest_start(starts: NDArray[np.int64], aim: int, low: int, high: int) -> int:
    """The unit start nearest to ``aim`` in ``low..high``, or ``aim`` if there is none near.

    Never further than a quarter of the window, so that windows stay alike in length.
    """
    near = (aim - low) // 4
    low, high = max(low, aim - near), min(high, aim + near)
    inside = starts[np.searchsorted(starts, low) : np.searchsorted(starts, high, side="right")]
    return int(inside[np.argmin(np.abs(inside - aim))]) if len(inside) else aim

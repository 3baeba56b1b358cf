"""What a compressed text kept of what was needed: pure functions of texts and spans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

Range = tuple[int, int]


def evidence_recall(text: str, evidence: Sequence[str], ranges: Sequence[Range]) -> float | None:
    """Mean over gold strings of the share of their characters that was kept.

    A string that occurs several times counts with the occurrence kept best.

    Args:
        text: the source.
        evidence: gold strings; those that do not occur in the source are left out.
        ranges: kept character ranges of the source, in any order.

    Returns:
        0 to 1, or ``None`` if no gold string occurs in the source.
    """
    kept = _kept_before(len(text), ranges)
    shares = [
        max(int(kept[start + len(gold)] - kept[start]) for start in starts) / len(gold)
        for gold in evidence
        if gold and (starts := list(_occurrences(text, gold)))
    ]
    return sum(shares) / len(shares) if shares else None


def _kept_before(length: int, ranges: Sequence[Range]) -> NDArray[np.int64]:
    """``[length + 1]`` number of kept characters before each offset."""
    mask = np.zeros(length, dtype=bool)
    for start, end in ranges:
        mask[start:end] = True
    return np.concatenate(([0], np.cumsum(mask))).astype(np.int64)


def _occurrences(text: str, gold: str) -> Iterator[int]:
    start = text.find(gold)
    while start >= 0:
        yield start
        start = text.find(gold, start + 1)


def answer_kept(compressed: str, answers: Sequence[str], mode: str) -> bool:
    """Whether any or all of the answers occur, whatever the case and the white space.

    Args:
        compressed: the compressed text.
        answers: strings to look for, at least one.
        mode: ``any`` or ``all``.
    """
    text = normalise(compressed)
    found = (normalise(answer) in text for answer in answers)
    return all(found) if mode == "all" else any(found)


def normalise(text: str) -> str:
    """Case-folded, runs of white space as one blank."""
    return " ".join(text.casefold().split())

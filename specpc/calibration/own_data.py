"""The user's own data as examples: the JSONL that ``specpc eval`` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.calibration.example import Example
from specpc.errors import InputError
from specpc.evaluation.data import dataset_names, read_items

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from specpc.evaluation.data import Item

# Characters; of longer contexts the part around the first piece of evidence is read.
_LONGEST: Final = 8000


def read_examples(paths: Sequence[Path], limit: int) -> list[Example]:
    """Items with a question and evidence, at most ``limit`` of each file, from its start.

    Raises:
        InputError: a line is no item of a known shape, or no item has evidence.
    """
    found: list[Example] = []
    for path, name in zip(paths, dataset_names(paths), strict=True):
        before = len(found)
        for item in read_items(path, name):
            if len(found) - before == limit:
                break
            if item.question.strip() and item.evidence:
                found.append(_example(item))
        if len(found) == before:
            raise InputError(
                f"{path} has nothing to learn from: calibration needs items with a question and "
                "with evidence (strings that occur in the context)"
            )
    return found


def _example(item: Item) -> Example:
    """The item, its context cut to a length that is quick to read."""
    spans = sorted((start := item.context.find(gold), start + len(gold)) for gold in item.evidence)
    low = max(0, min(spans[0][0] - _LONGEST // 2, len(item.context) - _LONGEST))
    context = item.context[low : low + _LONGEST]
    inside = [(start - low, end - low) for start, end in spans if end - low <= len(context)]
    # Evidence longer than that is cut itself.
    evidence = inside or [(spans[0][0] - low, len(context))]
    return Example(item.dataset, context, item.question, tuple(evidence), own=True)

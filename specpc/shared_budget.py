"""Several texts under one budget: read side by side, and kept where it matters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from specpc.budget import check_budget, resolve_budget
from specpc.errors import InputError
from specpc.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from specpc.compressor import Compressor
    from specpc.results import CompressionResult, Span


@dataclass(frozen=True)
class SharedText:
    """What is left of one of the texts.

    Attributes:
        text: its kept slices in order, joined by the gap marker; or the replacement.
        spans: where in its source they were; empty if nothing of it was kept.
    """

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Together:
    """Texts compressed to one budget.

    Attributes:
        texts: one for each text given, in the same order.
        total: counts, budget, query and timings of all of them together; its text is theirs
            without anything between them, its spans are those of the joined source.
    """

    texts: tuple[SharedText, ...]
    total: CompressionResult


def compress_together(
    compressor: Compressor,
    texts: Sequence[str],
    question: str | None,
    *,
    ratio: float | None = None,
    target_tokens: int | None = None,
    gap: str = "",
    instead: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Together:
    """Compress several texts so that together they keep one budget.

    They are read in one go with blank lines between them and cut into units each by itself. The
    budget is for the sum of their tokens, each counted as it comes out.

    Args:
        compressor: the compressor.
        texts: at least one, none of them blank.
        question: what will be asked of them; a question at the end of one of them is not taken
            for it.
        ratio: fraction of the tokens of all texts that is kept, ``0 < ratio <= 1``.
        target_tokens: absolute budget, instead of ``ratio``.
        gap: marker written wherever something between two kept pieces of a text was cut.
        instead: what comes out for a text of which nothing is kept; it counts.
        progress: called with (tokens read, tokens in all) after each window.

    Raises:
        BudgetError: the budget is missing, out of range, or cannot hold anything.
        InputError: there are no texts, or one is blank or not encodable.
    """
    check_budget(ratio=ratio, target_tokens=target_tokens)
    if not texts or not all(map(str.strip, texts)):
        raise InputError("there is no text, or an empty one: there is nothing to compress")
    source, parts = Parts.joined(texts, instead)
    read = compressor.read(source, question, parts=parts)
    length = read.original_tokens
    if resolve_budget(length, ratio=ratio, target_tokens=target_tokens) < length:
        read = compressor.add_scores(read, progress)
    total = read.compress(ratio=ratio, target_tokens=target_tokens, gap=gap)
    shared = _shared(source, parts, total, gap)
    return Together(shared, replace(total, text="".join(part.text for part in shared)))


def _shared(
    source: str, parts: Parts, total: CompressionResult, gap: str
) -> tuple[SharedText, ...]:
    split = parts.split(source, [(span.start, span.end) for span in total.spans])
    texts = parts.texts(source, split, gap)
    shared, position = [], 0
    for text, (offset, _), ranges in zip(texts, parts.ranges, split, strict=True):
        spans = []
        for start, end in ranges:
            while total.spans[position].end < end:
                position += 1
            found = total.spans[position]
            spans.append(replace(found, start=start - offset, end=end - offset))
        shared.append(SharedText(text, tuple(spans)))
    return tuple(shared)

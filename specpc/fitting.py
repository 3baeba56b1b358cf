"""Fitting what was picked to the budget, counted in the tokens of the text that comes out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specpc.errors import BudgetError
from specpc.reconstruction import join, keep_apart, merge
from specpc.results import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from specpc.picking import Picked, Picker
    from specpc.tokens import TextEncoder

_WELL_USED: Final = 0.95


@dataclass(frozen=True)
class Fitted:
    """A text that keeps the budget, where it came from, and its length in tokens."""

    text: str
    spans: tuple[Span, ...]
    tokens: int
    cut_unit: bool = False


@dataclass(frozen=True)
class Job:
    """One text to be fitted.

    Attributes:
        text: the source.
        tail_start: where the text's own question begins, which is always kept.
        budget: most tokens of the result.
        gap: marker between pieces that were not neighbours.
        encoder: counts tokens.
    """

    text: str
    tail_start: int
    budget: int
    gap: str
    encoder: TextEncoder


def fit(job: Job, picker: Picker, scores: NDArray[np.float64]) -> Fitted:
    """Pick as much as the budget holds.

    Cutting changes how a text splits into tokens, and gap markers cost some, so what was picked
    is assembled, counted, and picked anew with a smaller allowance if it is too long (or a
    larger one, if much is left).

    Raises:
        BudgetError: the budget cannot hold the text's own question, or anything at all.
    """
    tail_tokens = job.encoder.count(job.text[job.tail_start :])
    allowance = job.budget - tail_tokens
    if allowance < 1:
        raise BudgetError(
            f"the question at the end of the text takes {tail_tokens} tokens and the budget is "
            f"{job.budget}: raise the budget, or give the question with -q"
        )
    best: Fitted | None = None
    rounds = 0
    while allowance >= 1:
        fitted = _assemble(job, picker.pick(scores, allowance))
        spare = job.budget - fitted.tokens
        rounds += 1
        if spare < 0 and best is None:
            allowance += spare * (1 + rounds // 4)  # larger steps if it does not settle
            continue
        if spare < 0 or (best is not None and fitted.tokens <= best.tokens):
            break
        best = fitted
        if fitted.tokens >= _WELL_USED * job.budget:
            break
        allowance += spare
    if best is None or len(best.spans) <= (tail_tokens > 0):
        raise BudgetError(
            f"a budget of {job.budget} tokens cannot hold any piece of this text: "
            "raise the ratio or the number of target tokens"
        )
    return best


def _assemble(job: Job, picked: Picked) -> Fitted:
    pieces = list(picked.pieces)
    if job.tail_start < len(job.text):
        pieces.append(Span(job.tail_start, len(job.text), math.inf))
    ranges = keep_apart(job.text, merge([(piece.start, piece.end) for piece in pieces]))
    text = join(job.text, ranges, job.gap)
    return Fitted(text, _scored(ranges, pieces), job.encoder.count(text), picked.cut_unit)


def _scored(ranges: list[tuple[int, int]], pieces: list[Span]) -> tuple[Span, ...]:
    """Give each range the best score of the pieces inside it (both are in text order)."""
    spans = []
    position = 0
    for start, end in ranges:
        score = -math.inf
        while position < len(pieces) and pieces[position].start < end:
            score = max(score, pieces[position].score)
            position += 1
        spans.append(Span(start, end, score))
    return tuple(spans)

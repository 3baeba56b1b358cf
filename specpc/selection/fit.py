"""Fitting what was picked to the budget, counted in the tokens of the text that comes out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from specpc.errors import BudgetError
from specpc.machine.stopwatch import stage
from specpc.results import Span
from specpc.text.spans import Range, join, keep_apart, merge, places

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from specpc.selection.base import Picked, Picker
    from specpc.text.joined import Parts
    from specpc.text.markers import Marker

_WELL_USED: Final = 0.97
# Most texts are well used after one or two; few and long units may never be.
_ROUNDS: Final = 10
# How often the next allowance is guessed from the last one before the range is halved.
_GUESSES: Final = 3


@dataclass(frozen=True)
class Fitted:
    """A text that keeps the budget, where its spans came from and went, and its tokens."""

    text: str
    spans: tuple[Span, ...]
    positions: tuple[int, ...]
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
        count: the number of tokens of a text, in the tokens of the budget.
        allowed: the largest allowance that means anything, in draft tokens.
        rate: tokens of the budget for each token of the draft, about.
        parts: the texts that come out, each counted by itself; ``None`` for one.
        protected: whether the picker keeps some pieces whatever the allowance.
    """

    text: str
    tail_start: int
    budget: int
    gap: str | Marker
    count: Callable[[str], int]
    allowed: int
    rate: float = 1.0
    parts: Parts | None = None
    protected: bool = False


def fit(job: Job, picker: Picker, scores: NDArray[np.float64]) -> Fitted:
    """Pick as much as the budget holds.

    The picker's allowance is in draft tokens; cutting changes how a text splits into tokens, gap
    markers cost some, and the budget may be in tokens of another kind. So what was picked is
    assembled, counted whole, and picked anew with another allowance until the budget is kept and
    used to 97%, or does not get any better.

    Raises:
        BudgetError: the budget cannot hold the text's own question, what is protected, or
            anything at all.
    """
    fixed = _fixed_tokens(job)
    room = job.budget - fixed
    least = _least(job, picker, scores) if job.protected else None
    best: Fitted | None = None
    low, high = 0, job.allowed + 1  # allowances that keep the budget, and that do not
    allowance = min(job.allowed, max(1, math.floor(room / job.rate)))
    rounds = 0
    while low < allowance < high:
        picked = picker.pick(scores, allowance)
        with stage("reconstruct"):
            fitted = _assemble(job, picked)
        rounds += 1
        if fitted.tokens > job.budget:
            high = allowance
        else:
            low = allowance
            if best is None or fitted.tokens > best.tokens:
                best = fitted
        if best is not None and (best.tokens >= _WELL_USED * job.budget or rounds >= _ROUNDS):
            break
        used = fitted.tokens - fixed
        if rounds <= _GUESSES and used > 0:
            allowance = min(max(math.floor(allowance * room / used), low + 1), high - 1)
        else:
            allowance = (low + high) // 2
    best = best or least
    if best is None or not best.spans or best.spans[0].start >= job.tail_start:
        raise BudgetError(
            f"a budget of {job.budget} tokens cannot hold any piece of this text: "
            "raise the ratio or the number of target tokens"
        )
    return best


def _fixed_tokens(job: Job) -> int:
    """Tokens of what comes out whatever is picked."""
    if job.parts is not None:
        fixed = job.count(job.parts.instead) * len(job.parts.ranges)
        told = f"markers of {len(job.parts.ranges)} texts that were cut altogether would take"
        advice = "raise the budget"
    else:
        fixed = job.count(job.text[job.tail_start :])
        told, advice = (
            "the question at the end of the text takes",
            "raise the budget, or give the question with -q",
        )
    if job.budget - fixed < 1:
        raise BudgetError(f"{told} {fixed} tokens and the budget is {job.budget}: {advice}")
    return fixed


def _least(job: Job, picker: Picker, scores: NDArray[np.float64]) -> Fitted:
    """What is protected, alone.

    Raises:
        BudgetError: it exceeds the budget.
    """
    least = _assemble(job, picker.pick(scores, 0))
    if least.tokens > job.budget:
        tail = " with the question at the end of the text" if job.tail_start < len(job.text) else ""
        raise BudgetError(
            f"what must be kept{tail} takes {least.tokens:,} tokens, in whole units with what "
            f"they need, and the budget is {job.budget:,}: raise the budget or protect less"
        )
    return least


def _assemble(job: Job, picked: Picked) -> Fitted:
    pieces = list(picked.pieces)
    if job.tail_start < len(job.text):
        pieces.append(Span(job.tail_start, len(job.text), math.inf))
    ranges = merge([(piece.start, piece.end) for piece in pieces])
    if job.parts is None:
        ranges = keep_apart(job.text, ranges)
        text, positions = join(job.text, ranges, job.gap), places(ranges, job.gap)
        tokens = job.count(text)
    else:
        split = [keep_apart(job.text, own) for own in job.parts.split(job.text, ranges)]
        ranges = [kept for inside in split for kept in inside]
        texts = job.parts.texts(job.text, split, job.gap)
        text, tokens = "".join(texts), sum(map(job.count, texts))
        starts = accumulate(map(len, texts), initial=0)
        positions = tuple(
            start + place
            for start, inside in zip(starts, split, strict=False)
            for place in places(inside, job.gap)
        )
    return Fitted(text, _scored(ranges, pieces), positions, tokens, picked.cut_unit)


def _scored(ranges: list[Range], pieces: list[Span]) -> tuple[Span, ...]:
    """Give each range the best score of the pieces inside it (both are in text order)."""
    spans = []
    position = 0
    for start, end in ranges:
        score = -math.inf
        while position < len(pieces) and pieces[position].end <= start:
            position += 1
        while position < len(pieces) and pieces[position].start < end:
            score = max(score, pieces[position].score)
            if pieces[position].end > end:  # it goes on in the next range
                break
            position += 1
        spans.append(Span(start, end, score))
    return tuple(spans)

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
    from specpc.text.joined import JoinedTexts
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
class Fit:
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
    parts: JoinedTexts | None = None
    protected: bool = False


def fit(wanted: Fit, picker: Picker, scores: NDArray[np.float64]) -> Fitted:
    """Pick as much as the budget holds.

    The picker's allowance is in draft tokens; cutting changes how a text splits into tokens, gap
    markers cost some, and the budget may be in tokens of another kind. So what was picked is
    assembled, counted whole, and picked anew with another allowance until the budget is kept and
    used to 97%, or does not get any better.

    Raises:
        BudgetError: the budget cannot hold the text's own question, what is protected, or
            anything at all.
    """
    fixed = _fixed_tokens(wanted)
    room = wanted.budget - fixed
    least = _least(wanted, picker, scores) if wanted.protected else None
    best: Fitted | None = None
    low, high = 0, wanted.allowed + 1  # allowances that keep the budget, and that do not
    allowance = min(wanted.allowed, max(1, math.floor(room / wanted.rate)))
    rounds = 0
    while low < allowance < high:
        picked = picker.pick(scores, allowance)
        with stage("reconstruct"):
            fitted = _assemble(wanted, picked)
        rounds += 1
        if fitted.tokens > wanted.budget:
            high = allowance
        else:
            low = allowance
            if best is None or fitted.tokens > best.tokens:
                best = fitted
        if best is not None and (best.tokens >= _WELL_USED * wanted.budget or rounds >= _ROUNDS):
            break
        used = fitted.tokens - fixed
        if rounds <= _GUESSES and used > 0:
            allowance = min(max(math.floor(allowance * room / used), low + 1), high - 1)
        else:
            allowance = (low + high) // 2
    best = best or least
    if best is None or not best.spans or best.spans[0].start >= wanted.tail_start:
        raise BudgetError(
            f"a budget of {wanted.budget} tokens cannot hold any piece of this text: "
            "raise the ratio or the number of target tokens"
        )
    return best


def _fixed_tokens(wanted: Fit) -> int:
    """Tokens of what comes out whatever is picked."""
    if wanted.parts is not None:
        fixed = wanted.count(wanted.parts.instead) * len(wanted.parts.ranges)
        told = f"markers of {len(wanted.parts.ranges)} texts that were cut altogether would take"
        advice = "raise the budget"
    else:
        fixed = wanted.count(wanted.text[wanted.tail_start :])
        told, advice = (
            "the question at the end of the text takes",
            "raise the budget, or give the question with -q",
        )
    if wanted.budget - fixed < 1:
        raise BudgetError(f"{told} {fixed} tokens and the budget is {wanted.budget}: {advice}")
    return fixed


def _least(wanted: Fit, picker: Picker, scores: NDArray[np.float64]) -> Fitted:
    """What is protected, alone.

    Raises:
        BudgetError: it exceeds the budget.
    """
    least = _assemble(wanted, picker.pick(scores, 0))
    if least.tokens > wanted.budget:
        tail = (
            " with the question at the end of the text"
            if wanted.tail_start < len(wanted.text)
            else ""
        )
        raise BudgetError(
            f"what must be kept{tail} takes {least.tokens:,} tokens, in whole units with what "
            f"they need, and the budget is {wanted.budget:,}: raise the budget or protect less"
        )
    return least


def _assemble(wanted: Fit, picked: Picked) -> Fitted:
    pieces = list(picked.pieces)
    if wanted.tail_start < len(wanted.text):
        pieces.append(Span(wanted.tail_start, len(wanted.text), math.inf))
    ranges = merge([(piece.start, piece.end) for piece in pieces])
    if wanted.parts is None:
        ranges = keep_apart(wanted.text, ranges)
        text, positions = join(wanted.text, ranges, wanted.gap), places(ranges, wanted.gap)
        tokens = wanted.count(text)
    else:
        split = [keep_apart(wanted.text, own) for own in wanted.parts.split(wanted.text, ranges)]
        ranges = [kept for inside in split for kept in inside]
        texts = wanted.parts.texts(wanted.text, split, wanted.gap)
        text, tokens = "".join(texts), sum(map(wanted.count, texts))
        starts = accumulate(map(len, texts), initial=0)
        positions = tuple(
            start + place
            for start, inside in zip(starts, split, strict=False)
            for place in places(inside, wanted.gap)
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

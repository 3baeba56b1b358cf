"""Fitting what was picked to the budget, counted in the tokens of the text that comes out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from specpc.errors import BudgetError
from specpc.machine.stopwatch import stage
from specpc.options import RAISE_BUDGET
from specpc.results import CutText, Span
from specpc.text.markers import marker_for
from specpc.text.spans import Range, keep_apart, merge, places

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc.selection.base import Chooser, Picked
    from specpc.text.joined import JoinedTexts
    from specpc.text.markers import Marker
    from specpc.text.pieces import Scores

_WELL_USED: Final = 0.97
# Most texts are well used after one or two; few and long units may never be.
_ROUNDS: Final = 10
# How often the next allowance is guessed from the last one before the range is halved.
_GUESSES: Final = 3


@dataclass(frozen=True)
class Fitted:
    """Texts that keep the budget together.

    Attributes:
        texts: what comes out of each.
        tokens: of all of them, each counted by itself.
        cut_unit: whether a unit had to be cut to fit.
    """

    texts: tuple[CutText, ...]
    tokens: int
    cut_unit: bool = False

    @property
    def spans(self) -> tuple[Span, ...]:
        """All that is kept, as spans of the joined source."""
        return tuple(span for text in self.texts for span in text.spans)


@dataclass(frozen=True)
class Fit:
    """Texts to be fitted to a budget.

    Attributes:
        source: the texts.
        tail_start: where the text's own question begins, which is always kept.
        budget: most tokens of the result.
        gap: the user's marker between pieces that were not neighbours.
        count: the number of tokens of a text, in the tokens of the budget.
        rate: tokens of the budget for each token of the draft, about.
        protected: whether the picker keeps some pieces whatever the allowance.
    """

    source: JoinedTexts
    tail_start: int
    budget: int
    gap: str
    count: Callable[[str], int]
    rate: float = 1.0
    protected: bool = False

    def fit(self, chooser: Chooser, scores: Scores) -> Fitted:
        """Pick as much as the budget holds.

        The allowance is in draft tokens; cutting changes how a text splits into tokens, gap
        markers cost some, and the budget may be in tokens of another kind. So what was picked is
        assembled, counted whole, and picked anew with another allowance until the budget is kept
        and used to 97%, or does not get any better.

        Raises:
            BudgetError: the budget cannot hold the text's own question, what is protected, or
                anything at all.
        """
        fixed = self._fixed_tokens()
        room = self.budget - fixed
        least = self._least(chooser, scores) if self.protected else None
        best: Fitted | None = None
        allowed = len(scores.tokens)
        low, high = 0, allowed + 1  # allowances that keep the budget, and that do not
        allowance = min(allowed, max(1, math.floor(room / self.rate)))
        rounds = 0
        while low < allowance < high:
            picked = chooser.pick(scores, allowance)
            with stage("reconstruct"):
                fitted = self._assemble(picked)
            rounds += 1
            if fitted.tokens > self.budget:
                high = allowance
            else:
                low = allowance
                if best is None or fitted.tokens > best.tokens:
                    best = fitted
            if best is not None and (best.tokens >= _WELL_USED * self.budget or rounds >= _ROUNDS):
                break
            used = fitted.tokens - fixed
            if rounds <= _GUESSES and used > 0:
                allowance = min(max(math.floor(allowance * room / used), low + 1), high - 1)
            else:
                allowance = (low + high) // 2
        best = best or least
        first = next(iter(best.spans), None) if best is not None else None
        if best is None or first is None or first.start >= self.tail_start:
            raise BudgetError(
                f"nothing of this text fits into the budget of {self.budget} tokens: {RAISE_BUDGET}"
            )
        return best

    def _fixed_tokens(self) -> int:
        """Tokens of what comes out whatever is picked."""
        texts = len(self.source.ranges)
        fixed = self.count(self.source.text[self.tail_start :])
        fixed += self.count(self.source.instead) * texts
        if self.budget - fixed < 1:
            told, advice = (
                "the question at the end of the text, which is kept whole, takes",
                f"{RAISE_BUDGET}, or give the question by itself",
            )
            if not self.source.alone:
                told = f"markers alone, in place of {texts} texts, take"
                advice = RAISE_BUDGET
            raise BudgetError(f"{told} {fixed} tokens, and the budget is {self.budget}: {advice}")
        return fixed

    def _least(self, chooser: Chooser, scores: Scores) -> Fitted:
        """What is protected, alone.

        Raises:
            BudgetError: it exceeds the budget.
        """
        least = self._assemble(chooser.pick(scores, 0))
        if least.tokens > self.budget:
            asks = self.tail_start < len(self.source.text)
            tail = " with the question at the end of the text" if asks else ""
            raise BudgetError(
                f"what must be kept{tail} takes {least.tokens:,} tokens (whole sentences, lines or "
                f"other units, with their headings), and the budget is {self.budget:,}: "
                f"{RAISE_BUDGET}, or ask for less to be kept"
            )
        return least

    def _assemble(self, picked: Picked) -> Fitted:
        source, pieces = self.source, list(picked.pieces)
        gap: str | Marker = self.gap
        is_tight = None
        if picked.layout is not None:
            gap = marker_for(source.text, picked.layout, self.gap)
            is_tight = picked.layout.is_tight
        if self.tail_start < len(source.text):
            pieces.append(Span(self.tail_start, len(source.text), math.inf))
        ranges = merge([(piece.start, piece.end) for piece in pieces])
        split = [keep_apart(source.text, own, is_tight) for own in source.split(ranges)]
        spans = iter(_scored([kept for own in split for kept in own], pieces))
        texts = tuple(
            CutText(text, tuple(islice(spans, len(own))), places(source.text, own, gap))
            for text, own in zip(source.texts(split, gap), split, strict=True)
        )
        return Fitted(texts, sum(self.count(fitted.text) for fitted in texts), picked.cut_unit)


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

"""Texts that were read, and scored: ready to be cut to any budget."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from specpc.errors import UsageError
from specpc.options import RAISE_BUDGET, Cut
from specpc.results import CompressionResult, CutText, Runtime, Span, Timings, shortened
from specpc.selection.fit import Fit, Fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from specpc.counting.counters import Counter
    from specpc.models.tokens import TokenizedText
    from specpc.options import BudgetOptions
    from specpc.scorers.base import Scorer
    from specpc.selection.base import Picker
    from specpc.text.joined import JoinedTexts
    from specpc.text.pieces import Scores
    from specpc.text.query import Query


@dataclass(frozen=True)
class ReadText:
    """Texts with their tokens, their query and their pieces, nothing scored yet."""

    source: JoinedTexts
    query: Query  # what the draft is asked
    scorer: Scorer
    tokens: TokenizedText  # the joined source in draft tokens
    draft: str  # its name
    unit: str  # what is kept or dropped whole
    counter: Counter  # of the tokens of the budget
    original_tokens: int  # length of the texts as they were given, so counted
    most_tokens: int  # of what may come out: less, where HTML is read as the words it shows
    picker: Picker  # chooses among the text before its own closing question
    protected: bool  # whether the picker keeps some pieces whatever the budget
    notes: tuple[str, ...]  # what the user may want to know, one sentence each
    seconds: float  # wall-clock time it took


@dataclass(frozen=True)
class CutTexts:
    """Texts compressed to one budget.

    The text of the total is theirs without anything between them, its spans are those of the joined
    source.
    """

    texts: tuple[CutText, ...]  # one for each text given, in the same order
    total: CompressionResult  # counts, budget, query and timings of all of them together


@dataclass(frozen=True)
class ScoredText:
    """A text with a score for each token of its context; made by `Compressor.score`.

    Attributes:
        read: the text.
        scores: of its context; ``None`` where nothing needs to be cut.
        windows: how many windows the scores come from.
        seconds: wall-clock time of scoring.
        runtime: where the draft computed; ``None`` where it did not run.
    """

    read: ReadText
    scores: Scores | None = None
    windows: int = 0
    seconds: float = 0.0
    runtime: Runtime | None = None

    def __repr__(self) -> str:
        """Counts and the beginning of the text."""
        length, scorer = self.original_tokens, self.read.scorer.name
        return f"ScoredText({length:,} tokens by {scorer}: {shortened(self.text)!r})"

    @property
    def text(self) -> str:
        """The source, without protection marks; of HTML that is read as text, what it shows."""
        return self.read.source.text

    @property
    def original_tokens(self) -> int:
        """Length of the source in the tokens of the budget."""
        return self.read.original_tokens

    @property
    def lookahead(self) -> tuple[int, ...]:
        """Ids that the draft went on with, where the scorer looked ahead."""
        return self.scores.lookahead if self.scores is not None else ()

    def compress(self, **budget: Unpack[BudgetOptions]) -> CompressionResult:
        """Keep the best of the text within a budget; the draft is not run again.

        Args:
            **budget: see `specpc.options.BudgetOptions`.

        Raises:
            BudgetError: the budget is missing, out of range, or cannot hold what must be kept.
            UsageError: what to keep is given, which goes to `Compressor.score`.
        """
        if said := budget.keys() & {"keep", "marks"}:
            raise UsageError(
                f"{' and '.join(sorted(said))} go to score, which takes the text apart: "
                "score(context, question, keep=...)"
            )
        return self.cut(Cut.of(**budget)).total

    def cut(self, cut: Cut) -> CutTexts:
        """Keep the best of the texts within a budget (what to keep was said when they were read).

        Raises:
            BudgetError: the budget cannot hold what must be kept.
        """
        start = time.perf_counter()
        read = self.read
        budget = cut.tokens(read.original_tokens)
        if budget < read.most_tokens and self.scores is not None:
            rate = read.most_tokens / max(1, len(read.tokens))
            count, tail = read.counter.count, read.query.tail_start
            fit = Fit(read.source, tail, budget, cut.gap or "", count, rate, read.protected)
            fitted = fit.fit(read.picker, self.scores)
        else:
            whole = (
                CutText(self.text[start:end], (Span(start, end, math.inf),), (0,))
                for start, end in read.source.ranges
            )
            fitted = Fitted(tuple(whole), read.most_tokens)
        texts = []
        for kept, (offset, _), unmarked in zip(
            fitted.texts, read.source.ranges, read.source.unmarked, strict=True
        ):
            spans = [replace(s, start=s.start - offset, end=s.end - offset) for s in kept.spans]
            texts.append(CutText(kept.text, *unmarked.to_source(spans, kept.positions)))
        seconds = time.perf_counter() - start
        return CutTexts(tuple(texts), self._total(fitted, texts, budget, seconds))

    def _total(
        self, fitted: Fitted, texts: Sequence[CutText], budget: int, seconds: float
    ) -> CompressionResult:
        read = self.read
        spans, starts = fitted.spans, accumulate((len(text.text) for text in texts), initial=0)
        positions = tuple(
            start + place
            for start, text in zip(starts, texts, strict=False)
            for place in text.positions
        )
        if read.source.alone:
            spans = texts[0].spans
        elif budget >= read.most_tokens or self.scores is None:  # nothing was cut
            spans, positions = (Span(0, len(self.text), math.inf),), (0,)
        cut_unit = (
            "the best part of the text is longer than the budget, so only some of its words are "
            f"kept: {RAISE_BUDGET} to keep it whole"
        )
        return CompressionResult(
            text="".join(text.text for text in texts),
            spans=spans,
            positions=positions,
            original_tokens=read.original_tokens,
            compressed_tokens=fitted.tokens,
            budget=budget,
            query=read.query.text,
            query_source=read.query.source,
            draft=read.draft,
            scorer=read.scorer.name,
            unit=read.unit,
            windows=self.windows,
            timings=Timings(read.seconds, self.seconds, seconds),
            tokenizer=read.counter.name,
            notes=(*read.notes, cut_unit) if fitted.cut_unit else read.notes,
            runtime=self.runtime,
        )

"""A text that was read and scored, ready to be cut to any budget."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from specpc.options import resolve_budget
from specpc.results import CompressionResult, Runtime, Span, Timings
from specpc.selection.fit import Fit, Fitted, fit
from specpc.text.markers import marker_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from specpc.counting.counters import Counter
    from specpc.models.tokens import TokenizedText
    from specpc.selection.base import RatingPicker
    from specpc.text.joined import JoinedTexts
    from specpc.text.protection import Unmarked
    from specpc.text.query import Query


@dataclass(frozen=True)
class Provenance:
    """Names of the draft, the scorer and the unit."""

    draft: str
    scorer: str
    unit: str


@dataclass(frozen=True)
class ScoredText:
    """A text with a score for each token of its context; made by `Compressor.score`.

    Attributes:
        text: the source, without protection marks.
        query: what the draft was asked.
        tokens: the source in draft tokens.
        made_by: draft, scorer and unit.
        counter: counts the tokens of the budget.
        original_tokens: length of the source, so counted.
        picker: chooses pieces of the context.
        tokenize_seconds: wall-clock time of tokenizing and segmenting.
        parts: the texts the source was joined of, each of which comes out by itself.
        scores: ``[tokens of the context]``; ``None`` where nothing needs to be cut.
        windows: how many windows the scores come from.
        lookahead: ids that the draft went on with, where the scorer looked ahead and read all at
            once.
        score_seconds: wall-clock time of scoring.
        source: the source with its protection marks, if it has any.
        protected: whether the picker keeps some pieces whatever the budget.
        notes: what the user may want to know, one sentence each.
        runtime: where the draft computed; ``None`` where it did not run.
    """

    text: str
    query: Query
    tokens: TokenizedText
    made_by: Provenance
    counter: Counter
    original_tokens: int
    picker: RatingPicker
    tokenize_seconds: float
    parts: JoinedTexts | None = None
    scores: NDArray[np.float64] | None = None
    windows: int = 0
    lookahead: tuple[int, ...] = ()
    score_seconds: float = 0.0
    source: Unmarked | None = None
    protected: bool = False
    notes: tuple[str, ...] = ()
    runtime: Runtime | None = None

    def compress(
        self, *, ratio: float | None = None, target_tokens: int | None = None, gap: str = ""
    ) -> CompressionResult:
        """Keep the best of the text within a budget; the draft is not run again.

        Args:
            ratio: fraction of the tokens kept, ``0 < ratio <= 1``.
            target_tokens: absolute budget in tokens, instead of ``ratio``.
            gap: marker written wherever something between two kept pieces was cut.

        Raises:
            BudgetError: the budget is missing, out of range, or cannot hold what must be kept.
        """
        start = time.perf_counter()
        length = self.original_tokens
        budget = resolve_budget(length, ratio=ratio, target_tokens=target_tokens)
        if budget == length or self.scores is None:
            whole = Span(0, len(self.text), math.inf)
            fitted = Fitted(self.text, (whole,), (0,), length)
        else:
            rate = length / max(1, len(self.tokens))
            job = Fit(
                self.text,
                self.query.tail_start,
                budget,
                marker_for(self.picker, self.text, gap),
                self.counter.count,
                len(self.scores),
                rate,
                self.parts,
                self.protected,
            )
            fitted = fit(job, self.picker, self.scores)
        spans, positions = fitted.spans, fitted.positions
        if self.source is not None:
            spans, positions = self.source.to_source(spans, positions)
        cut_unit = (_CUT_UNIT.format(unit=self.made_by.unit),) if fitted.cut_unit else ()
        seconds = time.perf_counter() - start
        return CompressionResult(
            text=fitted.text,
            spans=spans,
            positions=positions,
            original_tokens=length,
            compressed_tokens=fitted.tokens,
            budget=budget,
            query=self.query.text,
            query_source=self.query.source,
            draft=self.made_by.draft,
            scorer=self.made_by.scorer,
            unit=self.made_by.unit,
            windows=self.windows,
            timings=Timings(self.tokenize_seconds, self.score_seconds, seconds),
            tokenizer=self.counter.name,
            notes=self.notes + cut_unit,
            runtime=self.runtime,
        )


_CUT_UNIT = "the best {unit} exceeds the budget and was cut to its own best tokens"

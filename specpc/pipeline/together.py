"""Several texts under one budget: read side by side, and kept where it matters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from specpc.errors import InputError, UsageError
from specpc.options import NOTHING, Protection, check_budget, resolve_budget
from specpc.selection.units import UnitPicker
from specpc.selection.words import WordPicker
from specpc.text.joined import JoinedTexts
from specpc.text.markers import marker_for
from specpc.text.protection import Unmarked, unmark
from specpc.text.spans import join, keep_apart, merge, places

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from specpc.pipeline.compressor import Compressor
    from specpc.pipeline.scored import ScoredText
    from specpc.results import CompressionResult, Span
    from specpc.text.spans import Range


@dataclass(frozen=True)
class SharedText:
    """What is left of one of the texts.

    Attributes:
        text: its kept slices in order, joined by the gap marker; or the replacement.
        spans: where in its source they were; empty if nothing of it was kept.
        positions: where each of them begins in ``text``.
    """

    text: str
    spans: tuple[Span, ...]
    positions: tuple[int, ...]


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


@dataclass(frozen=True)
class ReadTogether:
    """Several texts read as one, to be cut to any budget.

    Attributes:
        read: the joined text; scored unless nothing needs to be cut.
        parts: where each text stands in it.
        unmarked: the texts, and the protection marks that stood in them.
    """

    read: ScoredText
    parts: JoinedTexts
    unmarked: tuple[Unmarked, ...]

    def compress(
        self, *, ratio: float | None = None, target_tokens: int | None = None, gap: str = ""
    ) -> Together:
        """Keep the best of all texts (see `compress_together`)."""
        total = self.read.compress(ratio=ratio, target_tokens=target_tokens, gap=gap)
        shared = self._shared(total, gap)
        return Together(shared, replace(total, text="".join(part.text for part in shared)))

    def with_least(self, tokens: int) -> ReadTogether:
        """The same, keeping at least so many tokens of each text, or all of a shorter one.

        Raises:
            UsageError: single tokens are chosen, which have no order of merit of their own.
        """
        picker, scores = self.read.picker, self.read.scores
        if tokens < 1 or scores is None:
            return self
        if not isinstance(picker, (UnitPicker, WordPicker)):
            raise UsageError("a least number of tokens a document does not go with unit 'token'")
        forced = set(picker.units.forced)
        order = np.argsort(-picker.values(scores), kind="stable").tolist()
        for part in self.parts.ranges:
            forced |= self._best_of(part, picker, order, tokens)
        units = replace(picker.units, forced=frozenset(forced))
        return replace(
            self, read=replace(self.read, picker=replace(picker, units=units), protected=True)
        )

    def _best_of(
        self, part: Range, picker: UnitPicker | WordPicker, order: Sequence[int], least: int
    ) -> set[int]:
        """The fewest of the best units of a part that give it ``least`` tokens."""
        layout, edges = picker.units.layout, picker.units.edges
        low, high = np.searchsorted(edges, part)
        units = [u for u in order if low <= u < high and layout.units[u]]
        forced = [u for u in picker.units.forced if low <= u < high]
        start, stop = 0, len(units)
        while start < stop:  # the number of units, by halving
            middle = (start + stop) // 2
            kept = layout.complete([*forced, *units[:middle]])
            ranges = merge([(int(edges[p]), int(edges[p + 1])) for p in kept])
            text = join(self.read.text, keep_apart(self.read.text, ranges))
            if self.read.counter.count(text) >= least:
                stop = middle
            else:
                start = middle + 1
        return {*forced, *units[:start]}

    def _shared(self, total: CompressionResult, gap: str) -> tuple[SharedText, ...]:
        source = self.read.text
        split = self.parts.split(source, [(span.start, span.end) for span in total.spans])
        marker = marker_for(self.read.picker, source, gap)
        texts = self.parts.texts(source, split, marker)
        shared, position = [], 0
        for text, (offset, _), ranges, unmarked in zip(
            texts, self.parts.ranges, split, self.unmarked, strict=True
        ):
            spans = []
            for start, end in ranges:
                while total.spans[position].end < end:
                    position += 1
                found = total.spans[position]
                spans.append(replace(found, start=start - offset, end=end - offset))
            shared.append(SharedText(text, *unmarked.to_source(spans, places(ranges, marker))))
        return tuple(shared)


def read_together(
    compressor: Compressor,
    texts: Sequence[str],
    question: str | None,
    *,
    keep: Protection = NOTHING,
    instead: str = "",
    names: Sequence[str] = (),
) -> ReadTogether:
    """Read several texts as one, nothing scored yet (see `compress_together`).

    ``names`` are those of the files they come from, if they do.
    """
    unmarked = tuple(map(unmark, texts))
    plain = [text.text for text in unmarked]
    if not plain or not all(map(str.strip, plain)):
        raise InputError("there is no text, or an empty one: there is nothing to compress")
    source, parts = JoinedTexts.joined(plain, instead)
    parts = replace(parts, marked=tuple(text.marked for text in unmarked), names=tuple(names))
    return ReadTogether(compressor.read(source, question, keep=keep, parts=parts), parts, unmarked)


def compress_together(  # noqa: PLR0913 - the options of `Compressor.compress`, and one
    compressor: Compressor,
    texts: Sequence[str],
    question: str | None,
    *,
    ratio: float | None = None,
    target_tokens: int | None = None,
    gap: str = "",
    keep: Protection = NOTHING,
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
        keep: what is kept of each text in any case.
        instead: what comes out for a text of which nothing is kept; it counts.
        progress: called with (tokens read, tokens in all) after each window.

    Raises:
        BudgetError: the budget is missing, out of range, or cannot hold anything.
        InputError: there are no texts, or one is blank or not encodable.
    """
    check_budget(ratio=ratio, target_tokens=target_tokens)
    together = read_together(compressor, texts, question, keep=keep, instead=instead)
    length = together.read.original_tokens
    if resolve_budget(length, ratio=ratio, target_tokens=target_tokens) < length:
        scored = compressor.add_scores(together.read, progress)
        together = replace(together, read=scored)
    return together.compress(ratio=ratio, target_tokens=target_tokens, gap=gap)

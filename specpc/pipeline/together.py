"""Documents that share one budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from specpc.errors import Argument, BudgetError, InputError
from specpc.options import RAISE_BUDGET, check_type
from specpc.pipeline import steps
from specpc.pipeline.documents import CompressedDocument, Document, DocumentsResult, fill
from specpc.pipeline.scored import ScoredText
from specpc.text.joined import JoinedTexts
from specpc.text.protection import check_marks
from specpc.text.spans import join, keep_apart, merge

if TYPE_CHECKING:
    from specpc.options import Cut
    from specpc.pipeline.documents import Joining
    from specpc.pipeline.scored import CutTexts, ReadText
    from specpc.pipeline.steps import Loaded
    from specpc.scorers.base import Progress
    from specpc.text.spans import Range


def compress_documents(
    loaded: Loaded,
    documents: Sequence[Document],
    question: str | None,
    cut: Cut,
    joining: Joining,
    progress: Progress = None,
) -> DocumentsResult:
    """See `Compressor.compress_documents`."""
    _check(documents, marks=cut.marks)
    texts, names = [d.text for d in documents], [d.name for d in documents]
    source = JoinedTexts.of(texts, names, marks=cut.marks)
    read = steps.read(loaded, source, question, cut.keep)
    count = read.counter.count
    # What would be sent without compression: the budget is a part of that.
    length = count(
        "".join(
            fill(joining.template, d.name, unmarked.text)
            for d, unmarked in zip(documents, source.unmarked, strict=True)
        )
    )
    budget = target = cut.tokens(length)
    scored = ScoredText(read)
    if budget < length:
        scored = _with_least(steps.score(loaded, read, progress), joining.least)
    while True:
        try:
            made = scored.cut(replace(cut, ratio=None, target_tokens=target))
        except BudgetError as error:
            raise error if target == budget else _no_room(budget) from error
        result = _result(documents, source, read, made, joining.template)
        tokens = count(result.text)
        if tokens <= budget:
            break
        target -= tokens - budget
        if target < 1:
            raise _no_room(budget)
    _check_least(result, joining.least)
    total = replace(
        result.total,
        text=result.text,
        original_tokens=length,
        compressed_tokens=tokens,
        budget=budget,
    )
    return replace(result, total=total)


def _with_least(scored: ScoredText, least: int) -> ScoredText:
    """The same, keeping at least so many tokens of each text, or all of a shorter one.

    Raises:
        UsageError: single tokens are chosen, which have no order of merit of their own.
    """
    read, scores = scored.read, scored.scores
    if least < 1 or scores is None:
        return scored
    pieces = read.picker.pieces
    order = np.argsort(-read.picker.values(scores), kind="stable").tolist()
    forced = set(pieces.forced)
    for part in read.source.ranges:
        forced |= _best_of(part, read, order, least)
    picker = read.picker.forcing(replace(pieces, forced=frozenset(forced)))
    return replace(scored, read=replace(read, picker=picker, protected=True))


def _best_of(part: Range, read: ReadText, order: Sequence[int], least: int) -> set[int]:
    """The fewest of the best units of a text that give it ``least`` tokens."""
    pieces, text = read.picker.pieces, read.source.text
    edges = pieces.edges
    low, high = np.searchsorted(edges, part)
    units = [u for u in order if low <= u < high and pieces.layout.units[u]]
    forced = [u for u in pieces.forced if low <= u < high]
    start, stop = 0, len(units)
    while start < stop:  # the number of units, by halving
        middle = (start + stop) // 2
        kept = pieces.layout.complete([*forced, *units[:middle]])
        ranges = merge([(int(edges[p]), int(edges[p + 1])) for p in kept])
        if read.counter.count(join(text, keep_apart(text, ranges))) >= least:
            stop = middle
        else:
            start = middle + 1
    return {*forced, *units[:start]}


def _no_room(budget: int) -> BudgetError:
    return BudgetError(
        f"the budget of {budget:,} tokens has no room for the names of the documents and what must "
        f"be kept of them: {RAISE_BUDGET}, or shorten the template"
    )


def _check_least(result: DocumentsResult, least: int) -> None:
    """Raise `BudgetError` where fitting left less of a document than was promised."""
    short = [
        d.name for d in result.documents if d.compressed_tokens < min(least, d.original_tokens)
    ]
    if least and (missing := [*result.dropped, *short]):
        raise BudgetError(
            f"the budget has no room for {least} tokens of {missing[0]} beside the other "
            f"documents: {RAISE_BUDGET}, or lower ",
            Argument("min_per_document="),
        )


def _check(documents: Sequence[Document], *, marks: bool) -> None:
    check_type(documents, "the documents", Sequence, "a list of Document")
    if not documents:
        raise InputError("there are no documents: there is nothing to compress")
    for document in documents:
        check_type(document, "the documents", Document, "of type Document")
    twice = [name for name, n in Counter(d.name for d in documents).items() if n > 1]
    if twice:
        raise InputError(f"several documents are called {twice[0]}: give each its own name")
    for document in documents:
        if not document.text.strip():
            raise InputError(f"{document.name} is empty: leave it out")
        if marks:
            check_marks(document.name, document.text)


def _result(
    documents: Sequence[Document],
    source: JoinedTexts,
    read: ReadText,
    made: CutTexts,
    template: str,
) -> DocumentsResult:
    count, kept, dropped = read.counter.count, [], []
    for document, unmarked, left in zip(documents, source.unmarked, made.texts, strict=True):
        if left.spans:
            tokens = (count(unmarked.text), count(left.text))
            kept.append(
                CompressedDocument(document.name, left.text, left.spans, left.positions, *tokens)
            )
        else:
            dropped.append(document.name)
    return DocumentsResult(tuple(kept), tuple(dropped), made.total, template)

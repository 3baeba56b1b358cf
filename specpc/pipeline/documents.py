"""Documents that share one budget, and come out with their names and offsets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from specpc.errors import BudgetError, InputError, UsageError
from specpc.options import TEMPLATE, check_template, check_text
from specpc.pipeline import steps
from specpc.pipeline.scored import ScoredText
from specpc.text.joined import JoinedTexts
from specpc.text.protection import check_marks
from specpc.text.spans import join, keep_apart, merge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.options import Cut
    from specpc.pipeline.scored import CutTexts, ReadText
    from specpc.pipeline.steps import Loaded
    from specpc.results import CompressionResult, Span
    from specpc.scorers.base import Progress
    from specpc.text.spans import Range


@dataclass(frozen=True)
class Document:
    """A text with a name that no other has."""

    name: str
    text: str


@dataclass(frozen=True)
class CompressedDocument:
    """What is left of a document.

    Attributes:
        name: the document's.
        text: its kept slices in order, joined by the gap marker.
        spans: where in the document they were, sorted and disjoint.
        positions: where each of them begins in ``text``.
        original_tokens: length of the document.
        compressed_tokens: length of ``text``.
    """

    name: str
    text: str
    spans: tuple[Span, ...]
    positions: tuple[int, ...]
    original_tokens: int
    compressed_tokens: int


@dataclass(frozen=True)
class DocumentsResult:
    """Documents compressed to one budget.

    Attributes:
        documents: those of which something was kept, in order.
        dropped: names of the others.
        total: counts, budget, query and timings of all of them together, with the tokens of
            their template; its spans are those of the documents with blank lines between them.
        template: how a document stands in `text`.
    """

    documents: tuple[CompressedDocument, ...]
    dropped: tuple[str, ...]
    total: CompressionResult
    template: str = field(default=TEMPLATE, repr=False)

    def __repr__(self) -> str:
        """Counts and the beginning of the text."""
        kept, dropped = len(self.documents), len(self.dropped)
        return f"DocumentsResult({kept} documents, {dropped} dropped; {self.total!r})"

    def _repr_html_(self) -> str:
        """What was kept of each document, as notebooks show it."""
        shown = (f"<b>{escape(d.name)}</b><pre>{escape(d.text)}</pre>" for d in self.documents)
        return "".join(shown)

    @cached_property
    def text(self) -> str:
        """The documents joined."""
        return "".join(fill(self.template, d.name, d.text) for d in self.documents)

    @cached_property
    def positions(self) -> tuple[int, ...]:
        """Where the text of each document begins in `text`."""
        lengths = [len(fill(self.template, d.name, d.text)) for d in self.documents]
        starts = accumulate(lengths, initial=0)
        heads = (len(_head(self.template, d.name)) for d in self.documents)
        return tuple(start + head for start, head in zip(starts, heads, strict=False))


def _head(template: str, name: str) -> str:
    return template.partition("{text}")[0].replace("{name}", name)


def fill(template: str, name: str, text: str) -> str:
    """A document as the template has it; neither its name nor its text is read as a template."""
    tail = template.partition("{text}")[2].replace("{name}", name)
    return _head(template, name) + text + tail


@dataclass(frozen=True)
class Joining:
    """How documents stand side by side.

    Attributes:
        template: of each in the joined text, with ``{name}`` and ``{text}``.
        least: tokens that each keeps at least.

    Raises:
        UsageError: the template is none, or the number is negative.
    """

    template: str = TEMPLATE
    least: int = 0

    def __post_init__(self) -> None:
        """Check both."""
        check_template(self.template)
        if self.least < 0:
            raise UsageError("the least number of tokens a document cannot be negative")


def compress_documents(
    loaded: Loaded,
    documents: Sequence[Document],
    question: str | None,
    cut: Cut,
    joining: Joining,
    progress: Progress = None,
) -> DocumentsResult:
    """See `Compressor.compress_documents`."""
    _check(documents)
    source = JoinedTexts.of([d.text for d in documents], [d.name for d in documents])
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
        result = _result(documents, read, made, joining.template)
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
        f"a budget of {budget:,} tokens has no room for the names of the documents and what must "
        "be kept of them: raise it or shorten the template"
    )


def _check_least(result: DocumentsResult, least: int) -> None:
    """Raise `BudgetError` where fitting left less of a document than was promised."""
    short = [
        d.name for d in result.documents if d.compressed_tokens < min(least, d.original_tokens)
    ]
    if least and (missing := [*result.dropped, *short]):
        raise BudgetError(
            f"the budget cannot hold {least} tokens of {missing[0]} together with the others: "
            "raise it, or lower the least number of tokens a document"
        )


def _check(documents: Sequence[Document]) -> None:
    if not documents:
        raise InputError("there are no documents: there is nothing to compress")
    for document in documents:
        if not (hasattr(document, "name") and hasattr(document, "text")):
            raise UsageError(f"the documents must be of type Document, not {document!r:.60}")
    twice = [name for name, n in Counter(d.name for d in documents).items() if n > 1]
    if twice:
        raise InputError(f"several documents are called {twice[0]}: give each its own name")
    for document in documents:
        check_text(document.text, f"the text of {document.name}")
        if not document.text.strip():
            raise InputError(f"{document.name} is empty: leave it out")
        check_marks(document.name, document.text)


def _result(
    documents: Sequence[Document], read: ReadText, made: CutTexts, template: str
) -> DocumentsResult:
    count, kept, dropped = read.counter.count, [], []
    for document, unmarked, left in zip(documents, read.source.unmarked, made.texts, strict=True):
        if left.spans:
            tokens = (count(unmarked.text), count(left.text))
            kept.append(
                CompressedDocument(document.name, left.text, left.spans, left.positions, *tokens)
            )
        else:
            dropped.append(document.name)
    return DocumentsResult(tuple(kept), tuple(dropped), made.total, template)

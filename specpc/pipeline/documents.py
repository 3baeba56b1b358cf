"""Documents that share one budget, and come out with their names and offsets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from specpc.errors import BudgetError, InputError, UsageError
from specpc.options import (
    NOTHING,
    TEMPLATE,
    Protection,
    check_budget,
    check_template,
    resolve_budget,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from specpc.pipeline.compressor import Compressor
    from specpc.pipeline.together import ReadTogether, SharedText
    from specpc.results import CompressionResult, Span


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


def compress_documents(  # noqa: PLR0913 - the options of `Compressor.compress_documents`
    compressor: Compressor,
    documents: Sequence[Document],
    question: str | None,
    *,
    ratio: float | None,
    target_tokens: int | None,
    min_per_document: int = 0,
    template: str = TEMPLATE,
    gap: str = "",
    keep: Protection = NOTHING,
    progress: Callable[[int, int], None] | None = None,
) -> DocumentsResult:
    """See `Compressor.compress_documents`."""
    from specpc.pipeline.together import read_together

    check_budget(ratio=ratio, target_tokens=target_tokens)
    _check(documents, min_per_document, template)
    texts, names = [d.text for d in documents], [d.name for d in documents]
    together = read_together(compressor, texts, question, keep=keep, names=names)
    count = together.read.counter.count
    # What would be sent without compression: the budget is a part of that.
    joined = "".join(
        fill(template, d.name, u.text) for d, u in zip(documents, together.unmarked, strict=True)
    )
    length = count(joined)
    budget = resolve_budget(length, ratio=ratio, target_tokens=target_tokens)
    if budget < length:
        together = replace(together, read=compressor.add_scores(together.read, progress))
        together = together.with_least(min_per_document)
    target = budget
    while True:
        try:
            made = together.compress(target_tokens=target, gap=gap)
        except BudgetError as error:
            raise error if target == budget else _no_room(budget) from error
        result = _result(documents, together, made.texts, made.total, template)
        tokens = count(result.text)
        if tokens <= budget:
            break
        target -= tokens - budget
        if target < 1:
            raise _no_room(budget)
    _check_least(result, min_per_document)
    total = replace(
        result.total,
        text=result.text,
        original_tokens=length,
        compressed_tokens=tokens,
        budget=budget,
    )
    return replace(result, total=total)


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


def _check(documents: Sequence[Document], min_per_document: int, template: str) -> None:
    from specpc.text.protection import check_marks

    check_template(template)
    if min_per_document < 0:
        raise UsageError("the least number of tokens a document cannot be negative")
    if not documents:
        raise InputError("there are no documents: there is nothing to compress")
    twice = [name for name, n in Counter(d.name for d in documents).items() if n > 1]
    if twice:
        raise InputError(f"several documents are called {twice[0]}: give each its own name")
    for document in documents:
        if not document.text.strip():
            raise InputError(f"{document.name} is empty: leave it out")
        check_marks(document.name, document.text)


def _result(
    documents: Sequence[Document],
    together: ReadTogether,
    texts: Sequence[SharedText],
    total: CompressionResult,
    template: str,
) -> DocumentsResult:
    count = together.read.counter.count
    kept = []
    for document, unmarked, made in zip(documents, together.unmarked, texts, strict=True):
        if made.spans:
            tokens = (count(unmarked.text), count(made.text))
            kept.append(
                CompressedDocument(document.name, made.text, made.spans, made.positions, *tokens)
            )
    names = {document.name for document in kept}
    dropped = tuple(document.name for document in documents if document.name not in names)
    return DocumentsResult(tuple(kept), dropped, total, template)

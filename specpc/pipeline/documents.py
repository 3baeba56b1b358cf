"""Documents that share one budget, and come out with their names and offsets."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import accumulate
from numbers import Integral
from typing import TYPE_CHECKING

from specpc.errors import UsageError
from specpc.options import TEMPLATE, check_template, check_text, check_type

if TYPE_CHECKING:
    from specpc.results import CompressionResult, Span


@dataclass(frozen=True)
class Document:
    """A text with a name that no other has.

    Raises:
        UsageError: one of them is no string.
    """

    name: str
    text: str

    def __post_init__(self) -> None:
        """Check the types."""
        check_text(self.name, "the name of a document")
        check_text(self.text, f"the text of {self.name}")


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
        ends = accumulate(len(fill(self.template, d.name, d.text)) for d in self.documents)
        tails = (len(d.text + _around(self.template, d.name)[1]) for d in self.documents)
        return tuple(end - tail for end, tail in zip(ends, tails, strict=True))


def _around(template: str, name: str) -> tuple[str, str]:
    """What stands before and after the text of a document."""
    head, _, tail = template.partition("{text}")
    return head.replace("{name}", name), tail.replace("{name}", name)


def fill(template: str, name: str, text: str) -> str:
    """A document as the template has it; neither its name nor its text is read as a template."""
    return text.join(_around(template, name))


@dataclass(frozen=True)
class Joining:
    """How documents stand side by side.

    Raises:
        UsageError: the template is none, or the number is negative or none.
    """

    template: str = TEMPLATE  # of each in the joined text, with ``{name}`` and ``{text}``
    least: int = 0  # tokens that each keeps at least

    def __post_init__(self) -> None:
        """Check both."""
        check_template(self.template)
        what = "the least number of tokens a document"
        check_type(self.least, what, Integral, "whole")
        if self.least < 0:
            raise UsageError(f"{what} cannot be negative")

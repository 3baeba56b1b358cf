"""What a method of shortening texts is: what it is made with, and what it makes of an item."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

from specpc.machine.reporting import Report, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.evaluation.data import Item
    from specpc.kv.answering import AnsweringModel
    from specpc.kv.replies import Reply
    from specpc.models.draft import Draft
    from specpc.models.tokens import TextEncoder
    from specpc.options import Setup


class Level(NamedTuple):
    """How much a method may keep."""

    ratio: float  # fraction of the tokens of the text
    kv_budget: int | None = None  # entries a head of the target's KV cache; None for all


@dataclass(frozen=True)
class KeptText:
    """What a method kept of one text.

    Attributes:
        text: what is left.
        ranges: the kept character ranges of the source.
        original_tokens: the source's length in draft tokens.
        compressed_tokens: the length of ``text``.
        lookahead: what the draft went on with, where its scorer looked ahead.
        answers: gives a target's answers at several KV budgets, where the method cuts its cache.
    """

    text: str
    ranges: tuple[tuple[int, int], ...]
    original_tokens: int
    compressed_tokens: int
    lookahead: tuple[int, ...] = ()
    answers: Callable[[Sequence[int]], Iterator[Reply]] | None = None


class TextMethod(Protocol):
    """A way of shortening texts around a question."""

    def prepare(self, item: Item) -> Callable[[float], KeptText]:
        """Do once what all ratios share; what comes back shortens the context to one ratio."""


@dataclass(frozen=True)
class Models:
    """The models that all methods of a run share, each loaded when it is first asked for."""

    setup: Setup  # the draft, and where models run
    target: AnsweringModel | None = None  # whose KV cache is cut; it may be the draft too
    generates: bool = False  # whether the draft must be able to generate, not only to compress
    report: Report = silent  # called with one line before anything slow

    @cached_property
    def draft(self) -> Draft:
        """The draft; raises `SpecPCError` if it cannot be loaded."""
        setup, target = self.setup, self.target
        if target is not None and target.model.name == setup.draft:
            return target.model
        from specpc.drafts.load import load_draft

        where, lean = setup.where, not self.generates
        return load_draft(setup.draft, *where, lean=lean, report=self.report)

    @cached_property
    def encoder(self) -> TextEncoder:
        """Counts tokens, the draft's."""
        from specpc.models.tokens import TextEncoder

        return TextEncoder(self.draft.tokenizer)


@dataclass(frozen=True)
class MethodSetup:
    """What a method is made with.

    Attributes:
        name: which of its module's methods it is, or ``MODULE:NAME``.
        variant: what stood behind its name, such as a unit; ``None`` for the usual one.
        models: draft, target, and what counts tokens.
        seed: of all that is left to chance.
    """

    name: str
    variant: str | None
    models: Models
    seed: int = 0

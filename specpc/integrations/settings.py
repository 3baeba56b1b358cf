"""What the integrations that are pydantic models have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, InstanceOf, model_validator

from specpc.integrations.passages import KeptPassage, Passage, compress_passages
from specpc.options import NOTHING, Cut, Protection, check_budget
from specpc.pipeline.compressor import Compressor

if TYPE_CHECKING:
    from collections.abc import Sequence


class CompressionSettings(BaseModel):
    """How much is kept, and by what.

    Attributes:
        ratio: fraction of the tokens kept, ``0 < ratio <= 1``.
        target_tokens: absolute budget, instead of ``ratio``; one of the two is needed.
        gap: marker written wherever something between two kept pieces was cut.
        keep: what is kept in any case.
        marks: whether what stands between ``<specpc:keep>`` and ``</specpc:keep>`` is, too.
        compressor: what compresses; by default the default draft is loaded when the object is
            made. `Compressor.from_pretrained` takes other drafts, and other tokenizers to count
            the budget in.
    """

    # Otherwise a misspelled ``ratio`` would be ignored.
    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    ratio: float | None = None
    target_tokens: int | None = None
    gap: str = ""
    keep: Protection = NOTHING
    marks: bool = False
    compressor: InstanceOf[Compressor] = Field(
        default_factory=Compressor.from_pretrained, exclude=True, repr=False
    )

    @model_validator(mode="before")
    @classmethod
    def _check_budget(cls, values: object) -> object:
        """Before a draft is loaded; of other types than these, pydantic tells."""
        if isinstance(values, dict):
            ratio, tokens = values.get("ratio"), values.get("target_tokens")
            if isinstance(ratio, float | int | None) and isinstance(tokens, int | None):
                check_budget(ratio=ratio, target_tokens=tokens)
        return values

    @property
    def cut(self) -> Cut:
        """The budget and how to cut to it."""
        return Cut(self.ratio, self.target_tokens, self.gap, self.keep, self.marks)


class RetrievedSettings(CompressionSettings):
    """The same for what a retriever found.

    Attributes:
        min_per_document: tokens that each document keeps at least.
    """

    min_per_document: int = 0

    def kept(self, passages: Sequence[Passage], query: str) -> list[KeptPassage | None]:
        """What is left of each passage, or ``None`` if that is nothing."""
        return compress_passages(self.compressor, passages, query, self.cut, self.min_per_document)

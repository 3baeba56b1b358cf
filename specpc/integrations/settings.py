"""What the integrations that are pydantic models have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, InstanceOf, model_validator

from specpc.options import NOTHING, Protection, check_budget
from specpc.pipeline.compressor import Compressor


class CompressionSettings(BaseModel):
    """How much is kept, and by what.

    Attributes:
        ratio: fraction of the tokens kept, ``0 < ratio <= 1``.
        target_tokens: absolute budget, instead of ``ratio``; one of the two is needed.
        gap: marker written wherever something between two kept pieces was cut.
        keep: what is kept in any case.
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

"""Texts that are too short for their budgets, which come out whole where that is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from specpc.errors import BudgetError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from specpc.options import Cut, CutOptions
    from specpc.results import CompressionResult
    from specpc.scorers.base import Progress


class Compresses(Protocol):
    """What compresses a text as `specpc.Compressor` does."""

    def compress(
        self,
        context: str,
        question: str | None = None,
        *,
        progress: Progress = None,
        **cut: Unpack[CutOptions],
    ) -> CompressionResult:
        """See `specpc.Compressor.compress`."""


def compress_or_keep(
    compressor: Compresses, context: str, question: str | None, cut: Cut, progress: Progress = None
) -> CompressionResult:
    """Compress a text; if its budget can hold nothing of it, or not what must be kept, all of it.

    Raises:
        SpecPCError: as `specpc.Compressor.compress`, but for that.
    """
    try:
        return compressor.compress(context, question, progress=progress, **cut.options())
    except BudgetError:
        whole = replace(cut, ratio=1.0, target_tokens=None)
        return compressor.compress(context, question, **whole.options())

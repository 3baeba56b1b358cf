"""Question-free scoring by what a text tells: the names, numbers and words of each piece.

Nothing is read by the draft. What a piece tells is worth most beside others that do not tell it, so
the pieces are also *chosen* together (`specpc.selection.cover`); these are their values alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc.text.pieces import Scores

if TYPE_CHECKING:
    from specpc.models.reader import Reader
    from specpc.scorers.base import Context, Progress
    from specpc.scorers.settings import CoverageSettings


def score(
    settings: CoverageSettings,
    reader: Reader,
    question: str,
    context: Context,
    progress: Progress = None,
) -> Scores:
    """What each piece tells for its tokens, which get the value of their piece."""
    assert context.pieces is not None
    values = context.pieces.told.alone
    if progress is not None:
        progress(len(context.ids), len(context.ids))
    return Scores(values[context.pieces.of_token], values)

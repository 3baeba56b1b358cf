"""Names that users type, kept apart from the code behind them so that naming costs no imports."""

from __future__ import annotations

from typing import Final, Literal, get_args

from specpc.errors import UsageError

Unit = Literal["auto", "sentence", "line", "paragraph", "word", "token"]
"""What is kept or dropped whole; ``token`` is the paper's rule (best tokens with neighbours).

``auto`` is sentences where there is a question and words where there is none.
"""

ScorerName = Literal["auto", "retrieval-heads", "specpc", "received-attention"]
"""``auto`` is the best the draft has, with and without a question; ``specpc`` the paper's rule."""

Format = Literal["text", "messages"]
"""What an input holds: text, or a chat request in JSON."""

UNITS: Final[tuple[str, ...]] = get_args(Unit)
SCORERS: Final[tuple[str, ...]] = get_args(ScorerName)


def check_names(scorer: str, unit: str) -> None:
    """Raise `UsageError` unless both exist."""
    if scorer not in SCORERS:
        raise UsageError(f"there is no scorer {scorer!r}: use one of {', '.join(SCORERS)}")
    if unit not in UNITS:
        raise UsageError(f"there is no unit {unit!r}: use one of {', '.join(UNITS)}")

"""Names that users type, kept apart from the code behind them so that naming costs no imports."""

from __future__ import annotations

from typing import Final, Literal, get_args

Unit = Literal["sentence", "line", "paragraph", "token"]
"""What is kept or dropped whole; ``token`` is the paper's rule (best tokens with neighbours)."""

ScorerName = Literal["specpc"]
"""``specpc`` is the paper's rule."""

UNITS: Final[tuple[str, ...]] = get_args(Unit)
SCORERS: Final[tuple[str, ...]] = get_args(ScorerName)

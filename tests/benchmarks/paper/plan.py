"""How much is measured: of each part the first items of an order that does not depend on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PROMPT_BUDGET: Final = 1024
"""Tokens of the target that a context is cut to, unless another number is named."""

CASCADE_BUDGET: Final = 2048
"""Those that SpecKV-PC cuts a context to before it cuts the cache."""

KV_BUDGETS: Final = (128, 256, 512)


@dataclass(frozen=True)
class Plan:
    """Numbers of items, ``None`` for all; lengths in tokens of the target."""

    ruler: int
    longbench: int
    kv: int
    correlation: int
    lengths: tuple[int, ...]
    repeats: int
    published: int | None = None


WHOLE: Final = Plan(48, 96, 24, 16, (2000, 4000, 8000), 3)
QUICK: Final = Plan(6, 6, 2, 1, (2000, 4000), 1, 14)

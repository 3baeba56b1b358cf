"""``--stats``: what a compression saved, and the time it took."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specpc.errors import UsageError

if TYPE_CHECKING:
    from specpc import CompressionResult

_MILLION = 1_000_000


@dataclass
class Totals:
    """Tokens before and after, and seconds, of texts that are added one by one.

    Attributes:
        price: of a million tokens, in any currency; ``None`` if none was stated.
    """

    price: float | None = None
    texts: int = 0
    before: int = 0
    after: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        """Check the price."""
        if self.price is not None and not 0 <= self.price < math.inf:
            raise UsageError(f"the price of a million tokens cannot be {self.price:g}")

    def add(self, before: int, after: int, seconds: float, texts: int = 1) -> None:
        """Count one more text, or several."""
        self.texts += texts
        self.before += before
        self.after += after
        self.seconds += seconds

    def count(self, result: CompressionResult) -> Totals:
        """Count a text that was compressed here; gives itself."""
        self.add(result.original_tokens, result.compressed_tokens, result.timings.total)
        return self

    @property
    def saved(self) -> int:
        """Tokens that need not be sent."""
        return self.before - self.after

    @property
    def money(self) -> float | None:
        """What they would have cost."""
        return None if self.price is None else self.saved * self.price / _MILLION

    def line(self) -> str:
        """For the eye."""
        texts = "" if self.texts == 1 else f"{self.texts:,} texts: "
        priced = self.price is not None
        worth = f", worth {self.money:,.6g} at {self.price:g} a million" if priced else ""
        return (
            f"{texts}{self.before:,} -> {self.after:,} tokens: {self.saved:,} saved{worth}, "
            f"in {self.seconds:.1f} s"
        )

    def fields(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "original_tokens": self.before,
            "compressed_tokens": self.after,
            "tokens_saved": self.saved,
            "price_per_million": self.price,
            "money_saved": self.money,
            "seconds": round(self.seconds, 4),
        }

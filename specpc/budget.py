"""How many tokens may stay."""

from __future__ import annotations

import math

from specpc.errors import BudgetError


def resolve_budget(tokens: int, *, ratio: float | None, target_tokens: int | None) -> int:
    """The most tokens a compressed text of ``tokens`` tokens may have: a ceiling, at least 1.

    Args:
        tokens: length of the source.
        ratio: fraction kept, ``0 < ratio <= 1``.
        target_tokens: absolute number of tokens, at least 1.

    Raises:
        BudgetError: both or neither given, or out of range.
    """
    check_budget(ratio=ratio, target_tokens=target_tokens)
    if target_tokens is not None:
        return min(tokens, target_tokens)
    assert ratio is not None  # check_budget saw to it
    # The small term keeps 0.29 * 100 = 28.999999999999996 at 29.
    return min(tokens, max(1, math.floor(ratio * tokens + 1e-9)))


def check_budget(*, ratio: float | None, target_tokens: int | None) -> None:
    """Raise `BudgetError` unless exactly one of the two is given and can be used."""
    if ratio is not None and target_tokens is not None:
        raise BudgetError("give either a ratio or a number of target tokens, not both")
    if ratio is None and target_tokens is None:
        raise BudgetError(
            "say how much to keep: --ratio 0.2 or --target-tokens 800 "
            "(ratio= or target_tokens= in Python)"
        )
    if ratio is not None and not 0 < ratio <= 1:
        raise BudgetError(
            f"the ratio is the fraction of tokens kept, above 0 and at most 1: not {ratio:g}"
        )
    if target_tokens is not None and target_tokens < 1:
        raise BudgetError(f"the number of target tokens must be at least 1, not {target_tokens}")

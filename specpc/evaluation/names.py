"""The methods by name, and at which settings each is run; kept apart from the code behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from specpc.errors import UsageError
from specpc.kv.settings import KV_BUDGET, Settings
from specpc.options import SCORERS, UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

FULL: Final = "full"
"""The method that keeps the whole context, at ratio 1: what compressed ones are held against."""

RANKED: Final = ("random", "stopwords", "bm25", "minilm")
PEERS: Final = ("llmlingua", "longllmlingua", "selective-context")
TRIMMED: Final = ("speckv", "speckv-pc", "snapkv", "streaming")
"""Those that cut the KV cache of a target on this machine."""

RANKED_UNITS: Final = tuple(unit for unit in UNITS if unit not in {"auto", "token"})


class Level(NamedTuple):
    """How much a method may keep.

    Attributes:
        ratio: fraction of the tokens of the text.
        kv_budget: entries a head of the target's KV cache; ``None`` for all.
    """

    ratio: float
    kv_budget: int | None = None


def shortens(method: str) -> bool:
    """Whether a method is measured by what it keeps of the text."""
    return split_name(method)[0] not in {FULL, *TRIMMED}


def has_ratio(method: str) -> bool:
    """Whether a method shortens the text, be it for another one that cuts the KV cache."""
    return shortens(method) or split_name(method)[0] == "speckv-pc"


def levels_of(
    method: str, ratios: Sequence[float], kv_budgets: Sequence[int] = (KV_BUDGET,)
) -> tuple[Level, ...]:
    """The levels a method is run at: methods that read the whole context know but one ratio."""
    budgets = kv_budgets if split_name(method)[0] in TRIMMED else (None,)
    return tuple(Level(r, b) for r in (ratios if has_ratio(method) else (1.0,)) for b in budgets)


def check_methods(
    names: Sequence[str], kv_budgets: Sequence[int] | None = None, *, local_target: bool = False
) -> None:
    """Raise `UsageError` unless every name is a method that can be run.

    Args:
        names: with or without a unit.
        kv_budgets: what the user asked for; ``None`` for nothing.
        local_target: whether a model on this machine answers.
    """
    trimmed = []
    for name in names:
        base, variant = split_name(name)
        known = (*SCORERS, *RANKED, "truncate", FULL, *PEERS, *TRIMMED)
        if base not in known:
            raise UsageError(f"there is no method {base!r}: use one of {', '.join(known)}")
        allowed = _variants_of(base)
        if variant is not None and variant not in allowed:
            offered = f"use one of {', '.join(allowed)}" if allowed else "leave it out"
            kind = "scorer" if base in TRIMMED else "unit"
            raise UsageError(f"the method {base} has no {kind} {variant!r}: {offered}")
        trimmed += [base] if base in TRIMMED else []
    if trimmed and not local_target:
        raise UsageError(
            f"the method {trimmed[0]} cuts the KV cache of a model on this machine: name one with "
            "--target"
        )
    if kv_budgets and not trimmed:
        raise UsageError(
            f"--kv-budget does nothing without a method that has one ({', '.join(TRIMMED)})"
        )
    for budget in kv_budgets or ():
        Settings("snapkv", kv_budget=budget)  # which checks it


def split_name(name: str) -> tuple[str, str | None]:
    """``NAME:UNIT`` to its two parts, ``NAME`` to itself and nothing."""
    base, colon, unit = name.partition(":")
    return base, unit if colon else None


def _variants_of(base: str) -> Sequence[str]:
    if base in SCORERS:
        return UNITS
    if base == "selective-context":
        return ("sentence", "token")
    if base == "speckv-pc":
        return SCORERS
    return RANKED_UNITS if base in RANKED else ()

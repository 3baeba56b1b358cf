"""What a user asks of a generation; kept apart from torch, so that mistakes are told at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from specpc.errors import Argument, BudgetError, UsageError
from specpc.scorers import check_scorer

MethodName = Literal["full", "specpc", "speckv", "speckv-pc", "snapkv", "streaming"]
"""``specpc`` shortens the prompt, the others but ``full`` the KV cache, ``speckv-pc`` both."""

METHODS: Final[tuple[str, ...]] = get_args(MethodName)
PROMPT_BUDGET: Final = 2048
KV_BUDGET: Final = 256
_LEAST_KV_BUDGET: Final = 33  # as SpecKV and SnapKV keep a window of 32 in any case


@dataclass(frozen=True)
class KVSettings:
    """A method with its budgets.

    Attributes:
        method: name of the method.
        prompt_budget: most tokens of the context, counted by the target; set where the method
            shortens prompts.
        kv_budget: entries of the prompt that a KV head keeps; set where it shortens caches.
        lookahead: most tokens of the draft's guess; ``None`` for as many as the answer may have.
        max_new_tokens: most tokens of the answer.
        scorer: what shortens prompts; ``None`` for the best the draft has.
    """

    method: MethodName
    prompt_budget: int | None = None
    kv_budget: int | None = None
    lookahead: int | None = None
    max_new_tokens: int = 256
    scorer: str | None = None

    def __post_init__(self) -> None:
        """Fill in the budgets; raise `UsageError` for what the method has no use for."""
        if self.method not in METHODS:
            raise UsageError(f"there is no method {self.method!r}: use one of {', '.join(METHODS)}")
        for name, used in (
            ("prompt_budget", self.compresses),
            ("kv_budget", self.trims),
            ("lookahead", self.guesses),
            ("scorer", self.compresses),
            ("max_new_tokens", True),
        ):
            value = getattr(self, name)
            if value is not None and not used:
                method = Argument(f"method={self.method}")
                raise UsageError(
                    Argument(f"{name}="), " does nothing with ", method, ": leave it out"
                )
            if isinstance(value, int) and value < 1:
                raise BudgetError(Argument(f"{name}="), f" must be at least 1, not {value}")
        check_scorer(self.scorer or "auto")
        if self.compresses and self.prompt_budget is None:
            object.__setattr__(self, "prompt_budget", PROMPT_BUDGET)
        if self.trims and self.kv_budget is None:
            object.__setattr__(self, "kv_budget", KV_BUDGET)
        if self.kv_budget is not None and self.kv_budget < _LEAST_KV_BUDGET:
            raise BudgetError(
                Argument("kv_budget="),
                f" must be at least {_LEAST_KV_BUDGET}, not {self.kv_budget}: a window of 32 "
                "entries always stays",
            )

    @property
    def compresses(self) -> bool:
        """Whether the prompt is shortened."""
        return self.method in {"specpc", "speckv-pc"}

    @property
    def trims(self) -> bool:
        """Whether the KV cache is shortened."""
        return self.method not in {"full", "specpc"}

    @property
    def guesses(self) -> bool:
        """Whether the draft writes a look-ahead."""
        return self.method in {"speckv", "speckv-pc"}

    @property
    def needs_draft(self) -> bool:
        """Whether there must be a draft."""
        return self.compresses or self.guesses

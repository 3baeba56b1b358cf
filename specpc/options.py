"""What users choose, named and checked once, without the code behind it: it costs no imports."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

from specpc.errors import BudgetError, UsageError

Unit = Literal["auto", "sentence", "line", "paragraph", "word", "token", "structure"]
"""What is kept or dropped whole; ``token`` is the paper's rule (best tokens with neighbours).

``auto`` is ``structure`` where there is a question, and words in its prose where there is none;
``structure`` looks at the text: JSON values, table rows, log records, chat turns, statements of
code, Markdown blocks.
"""


ScorerName = Literal["auto", "retrieval-heads", "specpc", "received-attention"]
"""``auto`` is the best the draft has, with and without a question; ``specpc`` the paper's rule."""


Format = Literal["text", "messages"]
"""What an input holds: text, or a chat request in JSON."""


TEMPLATE: Final = "## {name}\n{text}\n\n"
"""How each of several documents stands in the joined text."""


UNITS: Final[tuple[str, ...]] = get_args(Unit)
SCORERS: Final[tuple[str, ...]] = get_args(ScorerName)


def check_names(scorer: str, unit: str) -> None:
    """Raise `UsageError` unless both exist."""
    if scorer not in SCORERS:
        raise UsageError(f"there is no scorer {scorer!r}: use one of {', '.join(SCORERS)}")
    if unit not in UNITS:
        raise UsageError(f"there is no unit {unit!r}: use one of {', '.join(UNITS)}")


def check_template(template: str) -> None:
    """Raise `UsageError` unless the template has ``{text}`` once."""
    if template.count("{text}") != 1:
        raise UsageError(
            "the template needs {text} once, and may have {name}: '## {name}\\n{text}'"
        )


@dataclass(frozen=True)
class Protection:
    """What of every text is kept whatever the budget, besides what is marked in it.

    Attributes:
        patterns: regular expressions of the ``regex`` package, whose matches are protected.
        first: how many units at the start of a text are protected.
        last: how many at its end (before the text's own closing question, which always stays).
    """

    patterns: tuple[str, ...] = ()
    first: int = 0
    last: int = 0

    def __post_init__(self) -> None:
        """Raise `UsageError` for a pattern that is none, or a negative count."""
        if min(self.first, self.last) < 0:
            raise UsageError("the number of units to keep cannot be negative")
        if not self.patterns:
            return
        import regex

        for pattern in self.patterns:
            try:
                regex.compile(pattern)
            except (regex.error, ValueError, OverflowError) as error:
                raise UsageError(
                    f"{pattern!r} is no regular expression ({error}): correct it, or write a "
                    "backslash before characters that stand for themselves"
                ) from error


NOTHING: Final = Protection()
"""Besides what is marked in a text, nothing is protected."""


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

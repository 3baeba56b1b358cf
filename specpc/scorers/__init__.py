"""Scorers by name: a new one is a module with a `Scorer` and its arithmetic, and a row here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.errors import Argument, DraftError, UsageError
from specpc.options import scorer_name
from specpc.scorers.profile import find_profile, paper_settings, received_settings
from specpc.scorers.settings import CoverageSettings, ReceivedSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc.models.draft import Draft
    from specpc.scorers.base import Scorer

SCORERS: Final[dict[str, Callable[[Draft], Scorer | None]]] = {
    "retrieval-heads": find_profile,
    "paper": paper_settings,
    "received-attention": received_settings,
}
"""What makes them for a draft, or not. ``auto`` is the first that can be had."""


def check_scorer(name: str) -> None:
    """Raise `UsageError` unless there is such a scorer."""
    if scorer_name(name) not in {"auto", *SCORERS}:
        known = ", ".join(("auto", *SCORERS))
        raise UsageError(f"there is no scorer {name!r}: use one of {known}")


def make_scorer(name: str, draft: Draft) -> Scorer:
    """The scorer of this name for this draft.

    Args:
        name: of the table, or ``auto`` for the best the draft has: its retrieval heads if they
            are known, else the paper's rule.
        draft: the draft model.

    Raises:
        UsageError: no such scorer.
        DraftError: the draft's retrieval heads are not known, or their profile is damaged.
    """
    check_scorer(name)
    name = scorer_name(name)
    for row in SCORERS if name == "auto" else (name,):
        scorer = SCORERS[row](draft)
        if scorer is not None:
            return scorer
    raise DraftError(
        f"draft {draft.name} is not calibrated, as this scorer needs it: run the command specpc "
        "calibrate once for ",
        Argument(f"draft={draft.name!r}"),
        ", or use ",
        Argument("scorer='paper'"),
    )


def make_question_free_scorers(
    name: str, draft: Draft
) -> tuple[Scorer | None, ReceivedSettings | None]:
    """What ``name`` means where there is no question, for whole pieces and for words.

    ``None`` if a neutral question is to be asked.
    """
    received = received_settings(draft) if name in {"auto", "received-attention"} else None
    return CoverageSettings() if name == "auto" else received, received

"""Scorers by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc.config import SCORERS
from specpc.errors import DraftError, UsageError
from specpc.retrieval_heads import RetrievalHeadScorer, shipped_profile
from specpc.scoring import SpecPCScorer

if TYPE_CHECKING:
    from specpc.drafts import Draft
    from specpc.scoring import Scorer


def make_scorer(name: str, draft: Draft) -> Scorer:
    """The scorer of this name for this draft.

    Args:
        name: ``auto`` for the best the draft has: its retrieval heads if they are known, else
            the paper's rule; or ``retrieval-heads`` or ``specpc``.
        draft: the draft model.

    Raises:
        UsageError: no such scorer.
        DraftError: the draft's retrieval heads are not known.
    """
    if name not in SCORERS:
        raise UsageError(f"there is no scorer {name!r}: use one of {', '.join(SCORERS)}")
    if name == "specpc":
        return SpecPCScorer()
    profile = shipped_profile(draft)
    if profile is not None:
        return RetrievalHeadScorer(profile)
    if name == "auto":
        return SpecPCScorer()
    raise DraftError(
        f"the retrieval heads of draft {draft.name} are not known: use --scorer specpc, or the "
        "default draft"
    )

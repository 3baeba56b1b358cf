"""Scorers by name."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from specpc.errors import DraftError, UsageError
from specpc.options import SCORERS
from specpc.scorers.paper import SpecPCScorer
from specpc.scorers.profile import find_profile
from specpc.scorers.received_attention import received_scorer
from specpc.scorers.retrieval_heads import RetrievalHeadScorer

if TYPE_CHECKING:
    from specpc.models.draft import Draft
    from specpc.scorers.base import Scorer


def make_scorer(name: str, draft: Draft) -> Scorer:
    """The scorer of this name for this draft.

    Args:
        name: ``auto`` for the best the draft has: its retrieval heads if they are known, else
            the paper's rule; or ``retrieval-heads``, ``specpc`` or ``received-attention``.
        draft: the draft model.

    Raises:
        UsageError: no such scorer.
        DraftError: the draft's retrieval heads are not known, or their profile is damaged.
    """
    if name not in SCORERS:
        raise UsageError(f"there is no scorer {name!r}: use one of {', '.join(SCORERS)}")
    if name == "specpc":
        return SpecPCScorer()
    if name == "received-attention":
        return received_scorer(draft)
    profile = find_profile(draft)
    if profile is not None:
        return RetrievalHeadScorer(profile)
    if name == "auto":
        return SpecPCScorer()
    raise DraftError(
        f"the retrieval heads of draft {draft.name} are not known: find them with {advice(draft)}, "
        "or use --scorer specpc"
    )


def advice(draft: Draft) -> str:
    """The command that would give a draft a head profile."""
    return f"specpc calibrate --draft {shlex.quote(draft.name)}"


def make_question_free_scorer(name: str, draft: Draft) -> Scorer | None:
    """What ``name`` means where there is no question: ``None`` if a neutral one is to be asked."""
    return received_scorer(draft) if name in {"auto", "received-attention"} else None

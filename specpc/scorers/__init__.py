"""Scorers by name: a new one is a module with a function ``score``, and a row here."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import Argument, DraftError, UsageError
from specpc.options import scorer_name
from specpc.scorers.profile import find_profile, paper_settings, received_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc.models.draft import Draft
    from specpc.models.reader import Reader
    from specpc.scorers.base import Context, Progress
    from specpc.scorers.settings import ScorerSettings
    from specpc.text.pieces import Scores


@dataclass(frozen=True)
class Row:
    """A scorer that has a name.

    Attributes:
        settings: gives its settings for a draft, ``None`` where they are not known.
        home: the module whose function ``score(settings, reader, question, context, progress)``
            computes. It may import torch, which waits until something is scored.
    """

    settings: Callable[[Draft], ScorerSettings | None]
    home: str


SCORERS: Final[dict[str, Row]] = {
    "retrieval-heads": Row(find_profile, "specpc.scorers.retrieval_heads"),
    "paper": Row(paper_settings, "specpc.scorers.paper"),
    "received-attention": Row(received_settings, "specpc.scorers.received_attention"),
}
"""All of them. ``auto`` is the first of them that knows the draft."""

_WITHOUT_QUESTION: Final = "received-attention"


@dataclass(frozen=True)
class NamedScorer:
    """A scorer of the table, with settings.

    Attributes:
        name: in the table.
        settings: all that its scores depend on besides draft and text.
    """

    name: str
    settings: ScorerSettings

    def window(self, reader: Reader, question: str) -> int:
        """See `specpc.scorers.base.Scorer`."""
        return self.settings.context_window(reader, question)

    def cache_key(self) -> str:
        """Name and settings."""
        return repr(self)

    def score(
        self, reader: Reader, question: str, context: Context, progress: Progress = None
    ) -> Scores:
        """See `specpc.scorers.base.Scorer`."""
        home: Any = import_module(SCORERS[self.name].home)
        scores: Scores = home.score(self.settings, reader, question, context, progress)
        return scores

    def looking_ahead(self, tokens: int) -> NamedScorer | None:
        """The same, which guesses an answer of so many tokens on the way; ``None`` if it cannot."""
        settings = self.settings.looking_ahead(tokens)
        return None if settings is None else replace(self, settings=settings)


def check_scorer(name: str) -> None:
    """Raise `UsageError` unless there is such a scorer."""
    if scorer_name(name) not in {"auto", *SCORERS}:
        known = ", ".join(("auto", *SCORERS))
        raise UsageError(f"there is no scorer {name!r}: use one of {known}")


def make_scorer(name: str, draft: Draft) -> NamedScorer:
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
        settings = SCORERS[row].settings(draft)
        if settings is not None:
            return NamedScorer(row, settings)
    raise DraftError(
        f"the retrieval heads of draft {draft.name} are not known: find them with specpc "
        "calibrate ",
        Argument(f"draft={shlex.quote(draft.name)}"),
        ", or use ",
        Argument("scorer='paper'"),
    )


def make_question_free_scorer(name: str, draft: Draft) -> NamedScorer | None:
    """What ``name`` means where there is no question: ``None`` if a neutral one is to be asked."""
    free = name in {"auto", _WITHOUT_QUESTION}
    return make_scorer(_WITHOUT_QUESTION, draft) if free else None

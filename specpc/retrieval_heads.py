"""Retrieval-head scoring: a few heads carry the signal, the rest is noise.

The score of a context token is what a draft's retrieval heads attend to it from the question, less
what the same heads attend to it from a content-free query (calibration as in in-context
re-ranking, arXiv 2410.02642; head sets as in QRHead, arXiv 2506.09944). Which heads those are is a
*head profile*: measured once for a draft, kept as a small JSON file. Whole units are judged by
three signals together, as in hybrid retrieval: the heads, BM25, and dense similarity where the
profile has a map for it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from specpc.errors import DraftError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from specpc.drafts import Draft
    from specpc.picking import Units
    from specpc.reading import Reader
    from specpc.scoring import Judged


@dataclass(frozen=True)
class DenseReference:
    """A map that ships with the package, and what it weighs.

    Attributes:
        file: its name among the shipped profiles.
        sha256: of the file.
        weight: of the standardised similarity, where standardised attention weighs 1.
    """

    file: str
    sha256: str
    weight: float


@dataclass(frozen=True)
class HeadProfile:
    """The retrieval heads of one draft and how to read them.

    Attributes:
        draft: name of the draft it was measured on.
        layers: number of layers of that draft.
        heads_per_layer: number of query heads of each.
        heads: ``(layer, head, weight)`` of each retrieval head.
        content_free_query: query whose attention is subtracted; ``None`` for none.
        window: most context tokens read at once.
        provenance: what the heads were chosen by.
        lexical: weight of standardised BM25 in judging units, where the heads' standardised
            attention weighs 1.
        dense: the map for dense similarity, if there is one.
    """

    draft: str
    layers: int
    heads_per_layer: int
    heads: tuple[tuple[int, int, float], ...]
    content_free_query: str | None
    window: int
    provenance: str
    lexical: float = 0.3
    dense: DenseReference | None = None

    @property
    def last_layer(self) -> int:
        """The deepest layer used; the forward ends there."""
        return max(layer for layer, _, _ in self.heads)

    @classmethod
    def from_json(cls, text: str) -> HeadProfile:
        """Read a profile.

        Raises:
            DraftError: it is no profile, or names heads its draft does not have.
        """
        try:
            fields: dict[str, Any] = json.loads(text)
            heads = tuple(
                (int(h["layer"]), int(h["head"]), float(h["weight"])) for h in fields.pop("heads")
            )
            dense = fields.pop("dense", None)
            profile = cls(heads=heads, dense=dense and DenseReference(**dense), **fields)
        except (ValueError, KeyError, TypeError) as error:
            raise DraftError(f"this is no head profile: {error}") from error
        shape = (profile.layers, profile.heads_per_layer)
        if not heads or any(not (0 <= h[0] < shape[0] and 0 <= h[1] < shape[1]) for h in heads):
            raise DraftError(f"the head profile of {profile.draft} names heads that are not there")
        return profile

    def to_json(self) -> str:
        """What `from_json` reads."""
        heads = [{"layer": layer, "head": head, "weight": w} for layer, head, w in self.heads]
        return json.dumps({**asdict(self), "heads": heads}, indent=2, ensure_ascii=False) + "\n"


def shipped_profile(draft: Draft) -> HeadProfile | None:
    """The profile that ships for this draft, if there is one and it fits the model."""
    file = resources.files("specpc.profiles") / f"{draft.name}.json"
    # A draft's name may be a path or a Hub id: only plain names have profiles.
    if "/" in draft.name or "\\" in draft.name or not file.is_file():
        return None
    profile = HeadProfile.from_json(file.read_text(encoding="utf-8"))
    config = draft.config
    fits = (profile.layers, profile.heads_per_layer) == (
        config.num_hidden_layers,
        config.num_attention_heads,
    )
    return profile if fits else None


@dataclass(frozen=True)
class RetrievalHeadScorer:
    """Scores by a head profile (see `specpc.head_scores`)."""

    profile: HeadProfile

    @property
    def name(self) -> str:
        """``retrieval-heads``."""
        return "retrieval-heads"

    def context_window(self, reader: Reader, question: str) -> int:
        """The profile's window, or what the draft can read if that is less."""
        return min(self.profile.window, reader.room(reader.frame(question)))

    def score(self, reader: Reader, question: str, windows: Sequence[Tensor]) -> list[Tensor]:
        """Weighted attention of the retrieval heads, question less content-free query.

        Differences can be negative; only their order matters.
        """
        from specpc.head_scores import HeadScores

        scores = HeadScores(self.profile, reader, question)
        return [scores.of_tokens(scores.read([window])[0]) for window in windows]

    def judge(
        self,
        reader: Reader,
        question: str,
        ids: Tensor,
        windows: Sequence[tuple[int, int]],
        units: Units,
        progress: Callable[[int, int], None] | None = None,
    ) -> Judged:
        """By heads, BM25 and dense similarity together (see `UnitJudge.judge`)."""
        from specpc.head_scores import HeadScores

        return HeadScores(self.profile, reader, question).judge(ids, windows, units, progress)

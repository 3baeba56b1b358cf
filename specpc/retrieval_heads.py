"""Retrieval-head scoring: a few heads carry the signal, the rest is noise.

The score of a context token is what a draft's retrieval heads attend to it from the question, less
what the same heads attend to it from a content-free query (calibration as in in-context
re-ranking, arXiv 2410.02642; head sets as in QRHead, arXiv 2506.09944). Which heads those are is a
*head profile*: measured once for a draft, kept as a small JSON file.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import torch
from transformers import DynamicCache

from specpc.attention import LayerAttention, StopForward, window_attention
from specpc.errors import DraftError
from specpc.reading import Reader, not_observed, observe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from specpc.drafts import Draft
    from specpc.prompt import Frame


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
    """

    draft: str
    layers: int
    heads_per_layer: int
    heads: tuple[tuple[int, int, float], ...]
    content_free_query: str | None
    window: int
    provenance: str

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
            profile = cls(heads=heads, **fields)
        except (ValueError, KeyError, TypeError) as error:
            raise DraftError(f"this is no head profile: {error}") from error
        shape = (profile.layers, profile.heads_per_layer)
        if not heads or any(not (0 <= h[0] < shape[0] and 0 <= h[1] < shape[1]) for h in heads):
            raise DraftError(f"the head profile of {profile.draft} names heads that are not there")
        return profile


def shipped_profile(draft: Draft) -> HeadProfile | None:
    """The profile that ships for this draft, if there is one and it fits the model."""
    file = resources.files("specpc.profiles") / f"{draft.name}.json"
    # A draft's name may be a path or a Hub id: only plain names have profiles.
    if "/" in draft.name or "\\" in draft.name or not file.is_file():
        return None
    profile = HeadProfile.from_json(file.read_text(encoding="utf-8"))
    config = draft.model.config.get_text_config()
    fits = (profile.layers, profile.heads_per_layer) == (
        config.num_hidden_layers,
        config.num_attention_heads,
    )
    return profile if fits else None


@dataclass(frozen=True)
class RetrievalHeadScorer:
    """Scores by a head profile; the forward stops after the deepest head used."""

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
        frames = [reader.frame(question)]
        if self.profile.content_free_query is not None:
            frames.append(reader.frame(self.profile.content_free_query))
        scores = []
        for window in windows:
            asked, *content_free = self._attention(reader, window, frames)
            scores.append(asked - content_free[0] if content_free else asked)
        return scores

    @torch.inference_mode()
    def _attention(self, reader: Reader, window: Tensor, frames: Sequence[Frame]) -> list[Tensor]:
        """Weighted attention ``[tokens]`` from each frame's question to the window.

        The context is read once; each question is read on a copy of its KV cache.
        """
        model = reader.draft.model
        before = torch.tensor(frames[0].before, dtype=torch.long)
        context = torch.cat((before, window.long()))[None].to(model.device)
        cache = DynamicCache(config=model.config)
        observe(model, _StopAt(self.profile.last_layer), input_ids=context, **_cached(cache))
        results = []
        for frame in frames:
            own = copy.deepcopy(cache)
            observer = _HeadRows(self.profile, frame.question_rows, context.shape[1])
            after = torch.tensor([frame.after], device=model.device)
            observe(model, observer, input_ids=after, **_cached(own))
            if observer.total is None:
                raise not_observed(model)
            results.append(observer.total[len(before) :].cpu())
        return results


def _cached(cache: DynamicCache) -> dict[str, Any]:
    return {"past_key_values": cache, "use_cache": True}


class _StopAt:
    """Observer that ends the forward at one layer, whose keys are in the cache by then."""

    def __init__(self, layer: int) -> None:
        self.layer = layer

    def __call__(self, attention: LayerAttention) -> None:
        if attention.layer >= self.layer:
            raise StopForward


class _HeadRows:
    """Observer that sums the profile's heads, each averaged over the question's rows."""

    def __init__(self, profile: HeadProfile, rows: slice, keys: int) -> None:
        self.profile = profile
        self.rows = rows
        self.keys = keys
        self.total: Tensor | None = None  # [keys]

    def __call__(self, attention: LayerAttention) -> None:
        chosen = [(head, weight) for layer, head, weight in self.profile.heads
                  if layer == attention.layer]  # fmt: skip
        if chosen:
            probabilities = window_attention(attention, attention.query.shape[2])[0]
            heads = torch.tensor([head for head, _ in chosen], device=probabilities.device)
            weights = torch.tensor([weight for _, weight in chosen], device=probabilities.device)
            rows = probabilities[heads][:, self.rows].mean(dim=1)
            # A sliding-window layer holds the last keys only; the others got no attention.
            seen = (weights[:, None] * rows).sum(dim=0)[: -attention.query.shape[2]]
            if self.total is None:
                self.total = seen.new_zeros(self.keys)
            self.total[self.keys - len(seen) :] += seen
        if attention.layer >= self.profile.last_layer:
            raise StopForward

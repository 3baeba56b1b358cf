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

import numpy as np
import torch

from specpc.attention import LayerAttention, StopForward, question_attention
from specpc.dense import DenseReference, shipped_map, similarity, value_states
from specpc.errors import DraftError
from specpc.lexical import bm25
from specpc.picking import unit_scores
from specpc.reading import Reader, ask, not_observed, read_context
from specpc.scoring import Judged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from specpc.drafts import Draft
    from specpc.picking import Units


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
        weights = self._weights
        return [
            signed_root(self._read(reader, question, window).heads).T @ weights
            for window in windows
        ]

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
        pooled = np.full((len(self.profile.heads), len(units)), -np.inf)
        tokens, embeddings, questions = [], [], []
        for low, high in windows:
            read = self._read(reader, question, ids[low:high])
            of_token = units.of_token[low:high]
            first, last = int(of_token[0]), int(of_token[-1]) + 1
            heads = read.heads.double().numpy()
            own = unit_scores(heads, of_token - first, last - first)
            # A unit that was cut counts with its better part.
            pooled[:, first:last] = np.maximum(pooled[:, first:last], own)
            tokens.append(signed_root(read.heads).T @ self._weights)
            if read.units is not None and read.question is not None:
                embeddings.append(read.units)
                questions.append(read.question)
            if progress is not None:
                progress(high, len(ids))
        floor = pooled[np.isfinite(pooled)].min(initial=0.0)
        pooled = np.where(np.isfinite(pooled), pooled, floor)
        similar = None
        if embeddings:
            similar = _unit_similarity(torch.cat(embeddings), torch.stack(questions), units)
        lexical = bm25(question, units.texts) if self.profile.lexical else None
        return Judged(
            torch.cat(tokens).double().numpy(), fuse(self.profile, pooled, lexical, similar)
        )

    @property
    def _weights(self) -> Tensor:
        return torch.tensor([weight for _, _, weight in self.profile.heads])

    @torch.inference_mode()
    def _read(self, reader: Reader, question: str, window: Tensor) -> _Read:
        """What heads and value states say of one window.

        The context is read once; each question is read on a copy of its KV cache.
        """
        model, profile = reader.draft.model, self.profile
        frames = [reader.frame(question)]
        if profile.content_free_query is not None:
            frames.append(reader.frame(profile.content_free_query))
        before = len(frames[0].before)
        length = before + len(window)
        cache = read_context(model, frames[0].before, window, _StopAt(profile.last_layer))
        dense = shipped_map(profile.dense) if profile.dense is not None else None
        units = about = None
        if dense is not None:
            units = dense.embed_units(value_states(cache, dense.layers, before, length)).cpu()
        heads = []
        for frame in frames:
            observer = _HeadRows(profile, frame.question_rows, length)
            own = ask(model, cache, frame, observer)
            if observer.seen is None:
                raise not_observed(model)
            heads.append(observer.seen[:, before:].cpu())
            if dense is not None and about is None:
                rows = frame.question_rows
                states = value_states(own, dense.layers, length + rows.start, length + rows.stop)
                about = dense.embed_question(states).cpu()
        difference = heads[0] - heads[1] if len(heads) > 1 else heads[0]
        return _Read(difference, units, about)


@dataclass(frozen=True)
class _Read:
    """One window: ``[heads, tokens]``, and embeddings ``[tokens, size]`` and ``[size]``."""

    heads: Tensor
    units: Tensor | None
    question: Tensor | None


def signed_root(scores: Tensor) -> Tensor:
    """``sign(x) * sqrt(|x|)``: a head that is nearly sure should not outvote all others."""
    return scores.sign() * scores.abs().sqrt()


def standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean 0 and standard deviation 1; all zeros if the values are all the same."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)


def fuse(
    profile: HeadProfile,
    heads: NDArray[np.float64],
    lexical: NDArray[np.float64] | None,
    similar: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """``[units]`` values of units by all signals, each standardised over the text.

    Args:
        profile: weighs them.
        heads: ``[heads of the profile, units]`` pooled attention.
        lexical: ``[units]`` BM25; not needed where it has no weight.
        similar: ``[units]`` dense similarity; not needed where the profile has no map.
    """
    weights = np.asarray([weight for _, _, weight in profile.heads])
    values = standardised(weights @ signed_root(torch.from_numpy(heads)).numpy())
    if profile.lexical and lexical is not None:
        values += profile.lexical * standardised(lexical)
    if profile.dense is not None and similar is not None:
        values += profile.dense.weight * standardised(similar)
    return values


def _unit_similarity(tokens: Tensor, questions: Tensor, units: Units) -> NDArray[np.float64]:
    """Cosine of each unit's mean embedding and the mean of the question's in all windows."""
    of_token = torch.from_numpy(units.of_token)
    sums = torch.zeros(len(units), tokens.shape[1]).index_add_(0, of_token, tokens)
    # The cosine takes no notice of lengths: sums do as well as means.
    return similarity(sums, questions.mean(dim=0)).double().numpy()


class _StopAt:
    """Observer that ends the forward at one layer, whose keys are in the cache by then."""

    def __init__(self, layer: int) -> None:
        self.layer = layer

    def __call__(self, attention: LayerAttention) -> None:
        if attention.layer >= self.layer:
            raise StopForward


class _HeadRows:
    """Observer of the profile's heads, each averaged over the question's rows."""

    def __init__(self, profile: HeadProfile, rows: slice, keys: int) -> None:
        self.profile = profile
        self.rows = rows
        self.keys = keys
        self.seen: Tensor | None = None  # [heads of the profile, keys]

    def __call__(self, attention: LayerAttention) -> None:
        places = [i for i, head in enumerate(self.profile.heads) if head[0] == attention.layer]
        if places:
            seen = question_attention(attention, self.rows, self.keys)
            if self.seen is None:
                self.seen = seen.new_zeros(len(self.profile.heads), self.keys)
            self.seen[places] = seen[[self.profile.heads[place][1] for place in places]]
        if attention.layer >= self.profile.last_layer:
            raise StopForward

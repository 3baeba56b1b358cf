"""What a draft's retrieval heads make of a text (see `specpc.retrieval_heads`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from specpc.attention import LayerAttention, StopForward, question_attention
from specpc.dense import UnitEmbedder, ValueStates, input_embeddings, shipped_map, similarity
from specpc.forward import not_observed, read_pieces
from specpc.lean.pieces import Piece
from specpc.lexical import bm25, stems
from specpc.picking import unit_scores
from specpc.scoring import Judged
from specpc.second_look import second_look, standardised

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from specpc.attention import Observer
    from specpc.picking import Units
    from specpc.reading import Reader
    from specpc.retrieval_heads import HeadProfile


@dataclass(frozen=True)
class HeadScores:
    """One question, asked by a head profile of what a draft reads.

    The forward stops after the deepest head used.
    """

    profile: HeadProfile
    reader: Reader
    question: str

    def of_tokens(self, read: Tensor) -> Tensor:
        """``[tokens]`` weighted sum of what `read` gives."""
        return signed_root(read).T @ self._weights

    def judge(
        self,
        ids: Tensor,
        windows: Sequence[tuple[int, int]],
        units: Units,
        progress: Callable[[int, int], None] | None = None,
    ) -> Judged:
        """By heads, BM25 and dense similarity together (see `UnitJudge.judge`)."""
        pooled = np.full((len(self.profile.heads), len(units)), -np.inf)
        dense = self._dense(ids, units)
        tokens = []
        for low, high in windows:
            seen = dense.window(low, high) if dense else ()
            read = self.read(ids[low:high], *seen)
            if dense:
                dense.take_in(low)
            of_token = units.of_token[low:high]
            first, last = int(of_token[0]), int(of_token[-1]) + 1
            own = unit_scores(read.double().numpy(), of_token - first, last - first)
            # A unit that was cut counts with its better part.
            pooled[:, first:last] = np.maximum(pooled[:, first:last], own)
            tokens.append(self.of_tokens(read))
            if progress is not None:
                progress(high, len(ids))
        floor = pooled[np.isfinite(pooled)].min(initial=0.0)
        pooled = np.where(np.isfinite(pooled), pooled, floor)
        similar = dense.similarity(input_embeddings(self.reader.draft.model)) if dense else None
        values = self._values(units, pooled, similar)
        return Judged(torch.cat(tokens).double().numpy(), values)

    @torch.inference_mode()
    def read(
        self,
        window: Tensor,
        collect: Observer | None = None,
        beside: Piece | None = None,
    ) -> Tensor:
        """``[heads, tokens]`` attention of the question less that of the content-free query.

        The context is read once, and both queries after it.

        Args:
            window: ``[tokens]`` of the context.
            collect: sees the context, too.
            beside: another text to be read by itself.
        """
        model, profile = self.reader.draft.model, self.profile
        frames = [self.reader.frame(self.question)]
        if profile.content_free_query is not None:
            frames.append(self.reader.frame(profile.content_free_query))
        before = frames[0].before
        length = len(before) + len(window)
        pieces = [Piece(window, _Until(profile.last_layer, collect))]
        observers = [_HeadRows(profile, frame.question_rows, length) for frame in frames]
        for frame, observer in zip(frames, observers, strict=True):
            pieces.append(Piece(torch.tensor(frame.asked), observer, after=0))
        if beside is not None:
            pieces.append(Piece(beside.ids, _Until(profile.last_layer, beside.observer)))
        read_pieces(model, before, pieces, profile.last_layer)
        heads = []
        for observer in observers:
            if observer.seen is None:
                raise not_observed(model)
            heads.append(observer.seen[:, len(before) :].cpu())
        return heads[0] - heads[1] if len(heads) > 1 else heads[0]

    def _values(
        self,
        units: Units,
        pooled: NDArray[np.float64],
        similar: NDArray[np.float64] | None,
    ) -> NDArray[np.float64]:
        """``[pieces]``: those that are no units have the least value."""
        own = np.flatnonzero(units.layout.units)
        query, words = stems([self.question])[0], stems([units.texts[unit] for unit in own])
        lexical = bm25(query, words) if self.profile.lexical else None
        similar = None if similar is None else similar[own]
        values = second_look(fuse(self.profile, pooled[:, own], lexical, similar), query, words)
        every = np.full(len(units), values.min(initial=0.0))
        every[own] = values
        return every

    @property
    def _weights(self) -> Tensor:
        return torch.tensor([weight for _, _, weight in self.profile.heads])

    def _dense(self, ids: Tensor, units: Units) -> _DenseReading | None:
        if self.profile.dense is None:
            return None
        of_token = torch.from_numpy(units.of_token)
        limit = min(self.profile.window, self.reader.room(self.reader.frame("")))
        asked = torch.from_numpy(self.reader.encoder.encode(self.question).ids)[:limit]
        dense = shipped_map(self.profile.dense)
        embedder = UnitEmbedder(dense, ids, of_token, len(units))
        alone = UnitEmbedder(dense, asked, torch.zeros(len(asked), dtype=torch.long), 1)
        return _DenseReading(embedder, alone)


class _DenseReading:
    """Embeds units and question from what the draft makes of them along the way.

    The question is read beside the first window, as if it were the only unit of a text.
    """

    def __init__(self, units: UnitEmbedder, question: UnitEmbedder) -> None:
        self.units = units
        self.question = question
        self._states: list[tuple[UnitEmbedder, ValueStates]] = []
        self._asked = False

    def window(self, low: int, high: int) -> tuple[Observer, Piece | None]:
        """Who sees the window of tokens ``low..high - 1``, and what is read beside it."""
        layers, beside = self.units.dense.layers, None
        self._states = [(self.units, ValueStates(layers, high - low))]
        if not self._asked:
            states = ValueStates(layers, len(self.question.ids))
            self._states.append((self.question, states))
            beside = Piece(self.question.ids, states)
            self._asked = True
        return self._states[0][1], beside

    def take_in(self, low: int) -> None:
        """What was seen while the window from token ``low`` on was read."""
        (units, window), *rest = self._states
        units.add(window.states, low)
        for question, states in rest:
            question.add(states.states, 0)

    def similarity(self, table: Tensor) -> NDArray[np.float64]:
        """``[units]`` cosine of each unit and the question, given the input embeddings."""
        found = similarity(self.units.embeddings(table), self.question.embeddings(table)[0])
        return found.double().numpy()


def signed_root(scores: Tensor) -> Tensor:
    """``sign(x) * sqrt(|x|)``: a head that is nearly sure should not outvote all others."""
    return scores.sign() * scores.abs().sqrt()


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


class _Until:
    """Observer that shows the layers to another, and ends the forward at one of them."""

    def __init__(self, layer: int, observer: Observer | None = None) -> None:
        self.layer = layer
        self.observer = observer

    def __call__(self, attention: LayerAttention) -> None:
        if self.observer is not None:
            self.observer(attention)
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

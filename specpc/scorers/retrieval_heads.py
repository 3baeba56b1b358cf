"""Retrieval-head scoring: a few heads carry the signal, the rest is noise.

The score of a context token is what a draft's retrieval heads attend to it from the question, less
what the same heads attend to it from a content-free query (calibration as in in-context
re-ranking, arXiv 2410.02642; head sets as in QRHead, arXiv 2506.09944). Which heads those are is a
*head profile*: measured once for a draft, kept as a small JSON file. Whole units are judged by
three signals together, as in hybrid retrieval: the heads, BM25, and dense similarity where the
profile has a map for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from specpc.models.attention import LayerAttention, StopForward, question_attention
from specpc.models.forward import in_passes, not_observed, read_pieces
from specpc.models.lean.packing import PackedText
from specpc.scorers.dense import (
    UnitEmbedder,
    ValueStates,
    input_embeddings,
    shipped_map,
    similarity,
)
from specpc.scorers.lexical import bm25, follow_rare_words, stems
from specpc.text.pieces import Scores, pool, standardised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from specpc.models.attention import Observer
    from specpc.models.reader import Reader
    from specpc.scorers.base import Context, Progress
    from specpc.scorers.settings import HeadProfile
    from specpc.text.pieces import Pieces

# Words of heads that count for what stands under them; a table's header may have any number.
_HEAD_WORDS = 40
# What a long piece pays, in standard deviations for each e-fold of twice the usual length.
_PAID = 0.3


def score(
    profile: HeadProfile,
    reader: Reader,
    question: str,
    context: Context,
    progress: Progress = None,
) -> Scores:
    """Weighted attention of the retrieval heads, question less content-free query.

    Differences can be negative; only their order matters. Pieces are judged by the heads, BM25 and
    dense similarity together.
    """
    return HeadScores(profile, reader, question).score(context, progress)


@dataclass(frozen=True)
class HeadScores:
    """One question, asked by a head profile of what a draft reads.

    The forward stops after the deepest head used.
    """

    profile: HeadProfile
    reader: Reader
    question: str

    def score(self, context: Context, progress: Progress = None) -> Scores:
        """Scores of the tokens, and by all signals of the pieces if they are to be judged."""
        ids, pieces = torch.from_numpy(context.ids), context.pieces
        dense = self._dense(ids, pieces) if pieces is not None else None
        reads: list[Tensor] = []
        for together in in_passes(self.reader.draft.model, context.windows):
            collect, beside = dense.windows(together) if dense else ((), None)
            reads += self.read([ids[low:high] for low, high in together], collect, beside)
            if dense:
                dense.take_in()
            if progress is not None:
                progress(together[-1][1], len(ids))
        weights = torch.tensor([weight for _, _, weight in self.profile.heads])
        tokens = torch.cat([signed_root(read).T @ weights for read in reads]).double().numpy()
        if pieces is None:
            return Scores(tokens)
        similar = dense.similarity(input_embeddings(self.reader.draft.model)) if dense else None
        pooled = _pool_windows(reads, context.windows, pieces)
        return Scores(tokens, self._values(pieces, pooled, similar))

    @torch.inference_mode()
    def read(
        self,
        windows: Sequence[Tensor],
        collect: Sequence[Observer] = (),
        beside: PackedText | None = None,
    ) -> list[Tensor]:
        """Attention of the question less that of the content-free query.

        Every window ``[tokens]`` of the context is read once, and both queries after it; all in
        one pass. Each window is also shown to its observer to ``collect``; a text ``beside`` is
        read by itself.

        Returns:
            ``[heads, tokens]`` for each window.
        """
        model, profile = self.reader.draft.model, self.profile
        queries = [self.question]
        if profile.content_free_query is not None:
            queries.append(profile.content_free_query)
        frames = [self.reader.frame(query) for query in queries]
        before = frames[0].before
        pieces: list[PackedText] = []
        observers: list[_HeadRows] = []
        for number, window in enumerate(windows):
            context = len(pieces)
            own = collect[number] if collect else None
            pieces.append(PackedText(window, _Until(profile.last_layer, own)))
            for frame in frames:
                rows = _HeadRows(profile, frame.question_rows, len(before) + len(window))
                pieces.append(PackedText(torch.tensor(frame.asked), rows, after=context))
                observers.append(rows)
        if beside is not None:
            pieces.append(PackedText(beside.ids, _Until(profile.last_layer, beside.observer)))
        read_pieces(model, before, pieces, profile.last_layer)
        heads = []
        for rows in observers:
            if rows.seen is None:
                raise not_observed(model)
            heads.append(rows.seen[:, len(before) :].cpu())
        if len(frames) == 1:
            return heads
        return [asked - free for asked, free in zip(heads[::2], heads[1::2], strict=True)]

    def _values(
        self,
        pieces: Pieces,
        pooled: NDArray[np.float64],
        similar: NDArray[np.float64] | None,
    ) -> NDArray[np.float64]:
        """``[pieces]``: those that are no units have the least value."""
        own = np.flatnonzero(pieces.layout.units)
        # What is said twice must not make its words look common; it is worth its better place.
        _, first, same = np.unique(pieces.alike[own], return_index=True, return_inverse=True)
        query, said = stems([self.question])[0], stems(pieces.texts)
        words = [said[unit] for unit in own[first]]
        lexical = bm25(query, _headed(pieces, said, own[first])) if self.profile.lexical else None
        attended = np.full((len(pooled), len(first)), -np.inf)
        np.maximum.at(attended.T, same, pooled[:, own].T)
        similar = None if similar is None else similar[own[first]]
        fused = fuse(self.profile, attended, lexical, similar)
        values = follow_rare_words(fused, query, words)[same]
        sizes = pieces.sizes[own]
        values -= _PAID * np.log(np.maximum(sizes / max(1.0, 2 * np.median(sizes)), 1.0))
        every = np.full(len(pieces), values.min(initial=0.0))
        every[own] = values
        return every

    def _dense(self, ids: Tensor, pieces: Pieces) -> _DenseReading | None:
        if self.profile.dense is None:
            return None
        of_token = torch.from_numpy(pieces.of_token)
        limit = min(self.profile.window, self.reader.room(self.reader.frame("")))
        asked = torch.from_numpy(self.reader.encoder.encode(self.question).ids)[:limit]
        dense = shipped_map(self.profile.dense)
        embedder = UnitEmbedder(dense, ids, of_token, len(pieces))
        alone = UnitEmbedder(dense, asked, torch.zeros(len(asked), dtype=torch.long), 1)
        return _DenseReading(embedder, alone)


def _headed(pieces: Pieces, words: Sequence[list[str]], own: NDArray[np.int64]) -> list[list[str]]:
    """The words of some pieces with those of the heads they stand under, given those of all."""
    needs = pieces.layout.all_needs
    return [
        [w for head in needs.get(unit, ()) for w in words[head]][:_HEAD_WORDS] + words[unit]
        for unit in own.tolist()
    ]


def _pool_windows(
    reads: Sequence[Tensor], windows: Sequence[tuple[int, int]], pieces: Pieces
) -> NDArray[np.float64]:
    """``[heads, pieces]`` from attention ``[heads, tokens]`` of each window.

    A piece that was cut counts with its better part; one without tokens has the least value.
    """
    best = np.full((len(reads[0]), len(pieces)), -np.inf)
    for read, (low, high) in zip(reads, windows, strict=True):
        of_token = pieces.of_token[low:high]
        first, last = int(of_token[0]), int(of_token[-1]) + 1
        own = pool(read.double().numpy(), of_token - first, last - first)
        best[:, first:last] = np.maximum(best[:, first:last], own)
    seen = np.isfinite(best)
    return np.where(seen, best, best[seen].min(initial=0.0))


class _DenseReading:
    """Embeds units and question from what the draft makes of them along the way.

    The question is read beside the first window, as if it were the only unit of a text.
    """

    def __init__(self, units: UnitEmbedder, question: UnitEmbedder) -> None:
        self.units = units
        self.question = question
        self._seen: list[tuple[UnitEmbedder, ValueStates, int]] = []
        self._asked = False

    def windows(
        self, windows: Sequence[tuple[int, int]]
    ) -> tuple[list[ValueStates], PackedText | None]:
        """Who sees each window of tokens ``low..high - 1``, and what is read beside them."""
        layers = self.units.dense.layers
        states = [ValueStates(layers, high - low) for low, high in windows]
        self._seen = [(self.units, own, low) for own, (low, _) in zip(states, windows, strict=True)]
        if self._asked:
            return states, None
        self._asked = True
        asked = ValueStates(layers, len(self.question.ids))
        self._seen.append((self.question, asked, 0))
        return states, PackedText(self.question.ids, asked)

    def take_in(self) -> None:
        """What was seen while the last windows were read."""
        for embedder, states, low in self._seen:
            embedder.add(states.states, low)

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

    They are the pooled attention ``[heads of the profile, units]``, and BM25 and dense similarity
    ``[units]`` where the profile, which weighs them, has a use for them.
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

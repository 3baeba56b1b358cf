"""Retrieval-head scoring: a few heads carry the signal, the rest is noise.

The score of a context token is what a draft's retrieval heads attend to it from the question, less
what the same heads attend to it from a content-free query (calibration as in in-context
re-ranking, arXiv 2410.02642; head sets as in QRHead, arXiv 2506.09944). Which heads those are is a
*head profile*: measured once for a draft, kept as a small JSON file. Whole units are judged by
several signals together, as in hybrid retrieval: the heads, BM25, and dense similarity and a
trained score where the profile has a map or an adapter for them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from specpc.models.attention import LayerAttention, question_attention
from specpc.models.forward import in_passes, not_observed, read_pieces
from specpc.models.lean.packing import PackedText
from specpc.scorers.dense import UnitEmbedder, input_embeddings, shipped_map
from specpc.scorers.trained import TrainedScores
from specpc.text.lexical import asked_for, bm25, follow_rare_words, with_heads
from specpc.text.pieces import Scores, pool, standardised
from specpc.text.terms import stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from specpc.models.reader import Reader
    from specpc.scorers.base import Context, Progress
    from specpc.scorers.settings import HeadProfile
    from specpc.text.pieces import Pieces

# What a long piece pays, in standard deviations for each e-fold of twice the usual length.
_PAID = 0.3
# What a unit is worth is also told by the mean of the two that it stands between, by so much: what
# answers goes on in the next sentence, or begins in the one before. Lines that a tool printed say
# each something else.
_BESIDE = 0.4


def score(
    profile: HeadProfile,
    reader: Reader,
    question: str,
    context: Context,
    progress: Progress = None,
) -> Scores:
    """Weighted attention of the retrieval heads, question less content-free query.

    Differences can be negative; only their order matters. Pieces are judged by the heads and
    what the profile weighs beside them: BM25, dense similarity, trained scores. The forward stops
    after the deepest layer used.
    """
    model, ids, pieces = reader.draft.model, torch.from_numpy(context.ids), context.pieces
    units = asked = beside = trained = None
    if pieces is not None and profile.dense is not None:
        units, asked = _embedders(profile, reader, question, ids, pieces)
        # Read as if it were a context, beside the first windows.
        beside = PackedText(asked.ids, asked.watch(0, len(asked.ids)))
    if pieces is not None and profile.adapter is not None:
        trained = TrainedScores(profile.adapter, reader, question, pieces)
    reads: list[Tensor] = []
    for together in in_passes(model, context.windows):
        windows = [
            [
                PackedText(ids[low:high], None if units is None else units.watch(low, high)),
                *([] if trained is None else [trained.asked(low, high)]),
            ]
            for low, high in together
        ]
        reads += read(profile, reader, question, windows, beside)
        beside = None
        if progress is not None:
            progress(together[-1][1], len(ids))
    weights = torch.tensor([weight for _, _, weight in profile.heads])
    tokens = torch.cat([signed_root(one).T @ weights for one in reads]).double().numpy()
    if pieces is None:
        return Scores(tokens)
    similar = None
    if units and asked:
        table = input_embeddings(model)
        cosines = torch.cosine_similarity(units.embeddings(table), asked.embeddings(table), dim=1)
        similar = cosines.double().numpy()
    pooled = _pool_windows(reads, context.windows, pieces)
    signals = Signals(pooled, similar, None if trained is None else trained.values)
    return Scores(tokens, judge(profile, question, pieces, signals))


@torch.inference_mode()
def read(
    profile: HeadProfile,
    reader: Reader,
    question: str,
    windows: Sequence[Sequence[PackedText]],
    beside: PackedText | None = None,
) -> list[Tensor]:
    """Attention of the question less that of the content-free query.

    Every window of the context is read once, and both queries after it, with what else is asked of
    it; all in one pass. A text ``beside`` is read by itself.

    Returns:
        ``[heads, tokens]`` for each window.
    """
    queries = [question]
    if profile.content_free_query is not None:
        queries.append(profile.content_free_query)
    frames = [reader.frame(query) for query in queries]
    before = frames[0].before
    pieces: list[PackedText] = []
    observers: list[_HeadRows] = []
    for window, *others in windows:
        context = len(pieces)
        pieces += [window, *(replace(other, after=context) for other in others)]
        for frame in frames:
            rows = _HeadRows(profile, frame.question_rows, len(before) + len(window.ids))
            pieces.append(PackedText(torch.tensor(frame.asked), rows, after=context))
            observers.append(rows)
    if beside is not None:
        pieces.append(beside)
    read_pieces(reader.draft.model, before, pieces, profile.last_layer)
    heads = []
    for rows in observers:
        if rows.seen is None:
            raise not_observed(reader.draft.model)
        heads.append(rows.seen[:, len(before) :].cpu())
    if len(frames) == 1:
        return heads
    return [asked - free for asked, free in zip(heads[::2], heads[1::2], strict=True)]


def _embedders(
    profile: HeadProfile, reader: Reader, question: str, ids: Tensor, pieces: Pieces
) -> tuple[UnitEmbedder, UnitEmbedder]:
    """Of the units of a text, and of the question as if it were the only unit of another."""
    assert profile.dense is not None
    dense = shipped_map(profile.dense)
    limit = min(profile.window, reader.room(reader.frame("")))
    asked = torch.from_numpy(reader.encoder.encode(question).ids)[:limit]
    return (
        UnitEmbedder(dense, ids, torch.from_numpy(pieces.of_token), len(pieces)),
        UnitEmbedder(dense, asked, torch.zeros(len(asked), dtype=torch.long), 1),
    )


@dataclass(frozen=True)
class Signals:
    """What the draft tells of the pieces of a text, beside which there is BM25."""

    attended: NDArray[np.float64]  # [heads of the profile, pieces] pooled attention
    similar: NDArray[np.float64] | None = None  # [pieces] dense similarity
    trained: NDArray[np.float64] | None = None  # [pieces] scores by an adapter


def judge(
    profile: HeadProfile, question: str, pieces: Pieces, signals: Signals
) -> NDArray[np.float64]:
    """``[pieces]``: those that are no units have the least value."""
    own = np.flatnonzero(pieces.layout.units)
    # What is said twice must not make its words look common, nor be worth more for having two
    # places to be seen in: of a hundred copies the best seen one would beat all that is said once.
    _, first, same = np.unique(pieces.alike[own], return_index=True, return_inverse=True)
    query, said = stems([question])[0], pieces.stems
    words = [said[unit] for unit in own[first]]
    lexical = bm25(query, with_heads(pieces, said, own[first])) if profile.lexical else None
    similar = None if signals.similar is None else signals.similar[own[first]]
    trained = None if signals.trained is None else _mean_of(signals.trained[own], same)
    fused = fuse(profile, _mean_of(signals.attended[:, own], same), lexical, similar, trained)
    best = follow_rare_words(fused, query, words, profile.second_look)
    if profile.lexical:
        best += asked_for(best, query, words)
    values = best[same]
    sizes = pieces.sizes[own]
    values -= _PAID * np.log(np.maximum(sizes / max(1.0, 2 * np.median(sizes)), 1.0))
    if not pieces.place.printed:
        values += _BESIDE * _beside(values, own)
    every = np.full(len(pieces), values.min(initial=0.0))
    every[own] = values
    return every


def _beside(values: NDArray[np.float64], own: NDArray[np.int64]) -> NDArray[np.float64]:
    """``[units]`` mean value of the pieces before and after each; of what is no unit, nothing."""
    touching = np.diff(own) == 1
    lent = np.zeros_like(values)
    lent[1:] += values[:-1] * touching / 2
    lent[:-1] += values[1:] * touching / 2
    return lent


def _mean_of(values: NDArray[np.float64], same: NDArray[np.int64]) -> NDArray[np.float64]:
    """``[..., groups]`` the mean of each group, whose numbers are those of ``same``."""
    counts = np.bincount(same)
    total = np.zeros((*values.shape[:-1], len(counts)))
    np.add.at(total.T, same, values.T)
    return np.asarray(total / counts, dtype=np.float64)


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


def signed_root(scores: Tensor) -> Tensor:
    """``sign(x) * sqrt(|x|)``: a head that is nearly sure should not outvote all others."""
    return scores.sign() * scores.abs().sqrt()


def fuse(
    profile: HeadProfile,
    heads: NDArray[np.float64],
    lexical: NDArray[np.float64] | None,
    similar: NDArray[np.float64] | None,
    trained: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """``[units]`` values of units by all signals, each standardised over the text.

    They are the pooled attention ``[heads of the profile, units]``, and BM25, dense similarity and
    trained scores ``[units]`` where the profile, which weighs them, has a use for them.
    """
    weights = np.asarray([weight for _, _, weight in profile.heads])
    values = standardised(weights @ signed_root(torch.from_numpy(heads)).numpy())
    if profile.lexical and lexical is not None:
        values += profile.lexical * standardised(lexical)
    if profile.dense is not None and similar is not None:
        values += profile.dense.weight * standardised(similar)
    if profile.adapter is not None and trained is not None:
        values += profile.adapter.weight * standardised(trained)
    return values


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

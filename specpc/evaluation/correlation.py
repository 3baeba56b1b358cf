"""How well a draft's importance scores predict a target's own: the paper's motivating claim.

Importance of a context token is the paper's (arXiv 2506.08373, SpecPC): the largest attention to
it from the end of the prompt, over heads and queries, the latter weighted 0 to 1; of one layer, or
over layers. The two models may have different tokenizers: scores meet on the characters.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from specpc.errors import InputError, UsageError
from specpc.models.attention import LayerAttention, window_attention
from specpc.models.forward import not_observed, observe
from specpc.models.reader import Reader
from specpc.scorers.paper import importance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from specpc.models.draft import Draft
    from specpc.models.tokens import TokenizedText

_SKIPPED_LAYERS = 8  # as in the paper; models with no more layers use all


@dataclass(frozen=True)
class Agreement:
    """How alike two vectors of scores are.

    Attributes:
        spearman: rank correlation, -1 to 1; 0 where one of them is constant.
        overlap: share of the target's top tokens that are the draft's top tokens too.
    """

    spearman: float
    overlap: float


@dataclass(frozen=True)
class LayerAgreement(Agreement):
    """Agreement with one layer of the target."""

    layer: int


@dataclass(frozen=True)
class Correlation:
    """A draft's scores against a target's.

    Attributes:
        target: name of the target.
        draft: name of the draft.
        tokens: how many context tokens of the target were compared.
        top: fraction of them that counts as the top.
        overall: with the target's scores over its layers.
        layers: with those of each layer.
    """

    target: str
    draft: str
    tokens: int
    top: float
    overall: Agreement
    layers: tuple[LayerAgreement, ...]


def correlate(
    target: Draft, draft: Draft, context: str, question: str, *, top: float = 0.1
) -> Correlation:
    """Compare what a draft and a target find important in a text for a question.

    Args:
        target: the model to be predicted, its attention observable.
        draft: the model that predicts.
        context: the text; both must be able to read it at once.
        question: what is asked of it.
        top: fraction of the tokens whose overlap is measured, ``0 < top <= 1``.

    Raises:
        UsageError: ``top`` is out of range.
        InputError: the text has fewer than two tokens, or one of the models cannot read it.
        OutOfMemoryError: the machine or device ran out of memory.
    """
    if not 0 < top <= 1:
        raise UsageError(f"the top is a fraction above 0 and at most 1, not {top:g}")
    guess, pieces = _read(draft, context, question)
    predicted = on_other_tokens(_overall(draft, guess, pieces), pieces, target, context)
    prompt, tokens = _read(target, context, question)
    if len(tokens) < 2:
        raise InputError("the text is too short: there is nothing to compare")
    layers = _by_layer(target, prompt, tokens)
    return Correlation(
        target=target.name,
        draft=draft.name,
        tokens=len(tokens),
        top=top,
        overall=Agreement(*_agree(predicted, _overall(target, prompt, tokens), top)),
        layers=tuple(
            LayerAgreement(*_agree(predicted, scores, top), layer)
            for layer, scores in sorted(layers.items())
        ),
    )


@dataclass(frozen=True)
class _Prompt:
    """Ids of a prompt, and where its context and its window are."""

    ids: torch.Tensor
    start: int
    window: int


def _read(model: Draft, context: str, question: str) -> tuple[_Prompt, TokenizedText]:
    reader = Reader(model)
    frame, tokens = reader.frame(question), reader.encoder.encode(context)
    room = reader.room(frame)
    if len(tokens) > room:
        raise InputError(
            f"the text has {len(tokens):,} tokens, and {model.name} can read {room:,} of them at "
            "once: give a shorter text"
        )
    ids = torch.tensor([*frame.before, *tokens.ids.tolist(), *frame.after])
    return _Prompt(ids, len(frame.before), len(frame.after)), tokens


def _overall(model: Draft, prompt: _Prompt, tokens: TokenizedText) -> NDArray[np.float64]:
    [found] = importance(model.model, [prompt.ids], [prompt.window], skip_layers=_SKIPPED_LAYERS)
    return found.scores[prompt.start : prompt.start + len(tokens)].double().numpy()


def _by_layer(
    model: Draft, prompt: _Prompt, tokens: TokenizedText
) -> dict[int, NDArray[np.float64]]:
    """``[tokens]`` scores of every layer."""
    found: dict[int, NDArray[np.float64]] = {}
    weights = torch.linspace(0, 1, prompt.window) if prompt.window > 1 else torch.ones(1)
    weights = weights.to(model.model.device)
    context = slice(prompt.start, prompt.start + len(tokens))

    def look(attention: LayerAttention) -> None:
        rows = window_attention(attention, prompt.window)[0].mul_(weights[:, None])
        found[attention.layer] = rows.amax(dim=(0, 1))[context].double().cpu().numpy()

    observe(model.model, look, input_ids=prompt.ids[None].to(model.model.device), use_cache=False)
    if not found:
        raise not_observed(model.model)
    return found


def on_other_tokens(
    scores: NDArray[np.float64], tokens: TokenizedText, other: Draft, context: str
) -> NDArray[np.float64]:
    """Scores of one model's tokens as scores of another's: the largest that overlaps each.

    Args:
        scores: ``[tokens]``.
        tokens: whose scores they are.
        other: the model whose tokens are wanted.
        context: the text.
    """
    places = Reader(other).encoder.encode(context).bounds
    characters = np.repeat(scores, np.diff(tokens.bounds))
    # Tokens that own no character (parts of one) take that of the character before.
    last = max(len(characters) - 1, 0)
    return np.array(
        [
            characters[min(a, last) : max(b, min(a, last) + 1)].max()
            for a, b in itertools.pairwise(places)
        ]
    )


def _agree(
    draft: NDArray[np.float64], target: NDArray[np.float64], top: float
) -> tuple[float, float]:
    count = max(1, math.ceil(top * len(target) - 1e-9))
    best = [set(np.argsort(-scores, kind="stable")[:count].tolist()) for scores in (draft, target)]
    return spearman(draft, target), len(best[0] & best[1]) / count


def spearman(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Spearman's rank correlation, ties at their mean rank; 0 where one vector is constant."""
    ranks = [_ranks(first), _ranks(second)]
    deviations = [r - r.mean() for r in ranks]
    scale = math.sqrt(float((deviations[0] ** 2).sum() * (deviations[1] ** 2).sum()))
    return float((deviations[0] * deviations[1]).sum() / scale) if scale else 0.0


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    mean: NDArray[np.float64] = (ends - (counts - 1) / 2)[which]
    return mean

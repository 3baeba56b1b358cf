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

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from specpc.models.draft import Draft
    from specpc.models.tokens import TokenizedText

_SKIPPED_LAYERS = 8  # as in the paper; models with no more layers use all


@dataclass(frozen=True)
class Agreement:
    """How alike two vectors of scores are."""

    spearman: float  # rank correlation, -1 to 1; 0 where one of them is constant
    overlap: float  # share of the target's top tokens that are the draft's top tokens too


@dataclass(frozen=True)
class LayerAgreement(Agreement):
    """Agreement with one layer of the target."""

    layer: int


@dataclass(frozen=True)
class Correlation:
    """A draft's scores against a target's, both by name."""

    target: str
    draft: str
    tokens: int  # how many of the context, in the target's, were compared
    top: float  # fraction of them that counts as the top
    overall: Agreement  # with the target's scores over its layers
    layers: tuple[LayerAgreement, ...]


def correlate(
    target: Draft, draft: Draft, context: str, question: str, *, top: float = 0.1
) -> Correlation:
    """Compare what a draft and a target find important in a text for a question.

    Both must be able to read it at once. ``top`` is the fraction of the tokens whose overlap is
    measured.

    Raises:
        UsageError: ``top`` is out of range.
        InputError: the text has fewer than two tokens, or one of the models cannot read it.
        OutOfMemoryError: the machine or device ran out of memory.
    """
    if not 0 < top <= 1:
        raise UsageError(f"the top is a fraction above 0 and at most 1, not {top:g}")
    tokens, layers = _importance(draft, context, question)
    predicted = on_other_tokens(_overall(layers), tokens, target, context)
    tokens, layers = _importance(target, context, question)
    if len(tokens) < 2:
        raise InputError("the text is too short: there is nothing to compare")
    overall = Agreement(*_agree(predicted, _overall(layers), top))
    each = [LayerAgreement(*_agree(predicted, layers[n], top), n) for n in sorted(layers)]
    return Correlation(target.name, draft.name, len(tokens), top, overall, tuple(each))


def _importance(
    model: Draft, context: str, question: str
) -> tuple[TokenizedText, dict[int, NDArray[np.float64]]]:
    """The context's tokens, and ``[tokens]`` scores of them in every layer."""
    reader = Reader(model)
    frame, tokens = reader.frame(question), reader.encoder.encode(context)
    room = reader.room(frame)
    if len(tokens) > room:
        raise InputError(
            f"the text has {len(tokens):,} tokens, and {model.name} can read {room:,} of them at "
            "once: give a shorter text"
        )
    rows, inside = len(frame.after), slice(len(frame.before), len(frame.before) + len(tokens))
    weights = torch.linspace(0, 1, rows) if rows > 1 else torch.ones(1)
    weights = weights.to(model.model.device)
    found: dict[int, NDArray[np.float64]] = {}

    def look(attention: LayerAttention) -> None:
        weighted = window_attention(attention, rows)[0].mul_(weights[:, None])
        found[attention.layer] = weighted.amax(dim=(0, 1))[inside].double().cpu().numpy()

    ids = torch.tensor([frame.around(tokens.ids.tolist())], device=model.model.device)
    observe(model.model, look, input_ids=ids, use_cache=False)
    if not found:
        raise not_observed(model.model)
    return tokens, found


def _overall(layers: dict[int, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Scores over all layers that count."""
    first = _SKIPPED_LAYERS if len(layers) > _SKIPPED_LAYERS else 0
    result: NDArray[np.float64] = np.max([layers[n] for n in layers if n >= first], axis=0)
    return result


def on_other_tokens(
    scores: NDArray[np.float64], tokens: TokenizedText, other: Draft, context: str
) -> NDArray[np.float64]:
    """Scores of one model's tokens as scores of another's: the largest that overlaps each."""
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

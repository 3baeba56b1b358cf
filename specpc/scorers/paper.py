"""SpecPC's importance scores: what the draft's last prompt tokens attend to.

Paper: "Draft-based Approximate Inference for LLMs" (arXiv 2506.08373), SpecPC; constants and
details as in the authors' released code. What follows, pooling and neighbours, is in
:mod:`specpc.selection.tokens`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from specpc.models.attention import LayerAttention, window_attention
from specpc.models.forward import end_ids, not_observed, observe
from specpc.text.pieces import Scores

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel

    from specpc.models.reader import Reader
    from specpc.scorers.base import Context, Progress
    from specpc.scorers.settings import PaperSettings


@dataclass(frozen=True)
class Importance:
    """What a draft attends to in a prompt, and what it goes on with."""

    scores: Tensor  # [length], float32, on the CPU
    lookahead: tuple[int, ...]  # generated ids; none where only the prompt was read


def score(
    settings: PaperSettings,
    reader: Reader,
    question: str,
    context: Context,
    progress: Progress = None,
) -> Scores:
    """Importance scores ``s_t`` of a context, window by window (see `importance`)."""
    frame = reader.frame(question)
    before, after = torch.tensor(frame.before), torch.tensor(frame.after)
    vectors: list[Tensor] = []
    lookahead: tuple[int, ...] = ()
    for ids in context.each_window(progress):
        prompt = torch.cat((before, torch.from_numpy(ids), after)).long()
        found = importance(reader.draft.model, prompt, settings.rows or len(after), settings)
        vectors.append(found.scores[len(before) : len(before) + len(ids)])
        # What follows a window that is not all of the text is no guess of the answer.
        lookahead = found.lookahead if len(ids) == len(context.ids) else ()
    return Scores(torch.cat(vectors).double().numpy(), lookahead=lookahead)


def importance(
    model: PreTrainedModel, prompt: Tensor, rows: int, settings: PaperSettings
) -> Importance:
    """SpecPC importance scores of every prompt token, and the look-ahead.

    ``s_t = max over layers l >= skip_layers, heads h, window rows i of w_i * A[l, h, i, t]``,
    where ``w`` rises from 0 to 1; with ``lookahead_tokens`` > 1, the rows of the generated tokens
    join with weight 1. Settings may take the sum for the maximum, and weigh all rows alike.

    Args:
        model: causal language model loaded with ``attn_implementation=ATTENTION``.
        prompt: token ids ``[length]``.
        rows: number of last rows observed: the window.
        settings: what counts, how, and how many tokens the model goes on with.

    Raises:
        UnsupportedModelError: no attention layer reported to the observer.
        OutOfMemoryError: the machine or device ran out of memory.
    """
    rows = min(rows, len(prompt))
    # linspace(0, 1, 1) is [0]: a window of one row would see nothing.
    rises = settings.weighted and rows > 1
    weights = torch.linspace(0, 1, rows) if rises else torch.ones(rows)
    layers = model.config.get_text_config().num_hidden_layers
    first = settings.skip_layers if layers > settings.skip_layers else 0
    observer = _Reduced(weights.to(model.device), first, len(prompt), settings.reduction)
    ids = prompt[None].to(model.device)
    lookahead = _observe(model, ids, observer, settings.lookahead_tokens)
    if observer.scores is None:
        raise not_observed(model)
    return Importance(observer.scores[: len(prompt)].cpu(), lookahead)


class _Reduced:
    """Observer that keeps the running maximum of the weighted rows, or their sum."""

    def __init__(self, weights: Tensor, first_layer: int, positions: int, how: str) -> None:
        self.weights = weights  # [rows]
        self.first_layer = first_layer
        self.positions = positions  # read so far, generated tokens included
        self.sums = how == "mean"  # in the same order as the mean
        self.scores: Tensor | None = None  # [keys]

    def __call__(self, attention: LayerAttention) -> None:
        if attention.layer < self.first_layer:
            return
        rows = min(len(self.weights), attention.query.shape[2])
        probabilities = window_attention(attention, rows)[0]
        weighted = probabilities.mul_(self.weights[-rows:, None])
        reduced = weighted.sum(dim=(0, 1)) if self.sums else weighted.amax(dim=(0, 1))
        if self.scores is None:
            self.scores = reduced
            return
        # Sliding-window layers may hold fewer keys than the sequence: those are its last ones.
        known = self.scores[self.positions - len(reduced) :]
        combine = torch.add if self.sums else torch.maximum
        combine(known, reduced[: len(known)], out=known)


@torch.inference_mode()
def _observe(
    model: PreTrainedModel, ids: Tensor, observer: _Reduced, count: int
) -> tuple[int, ...]:
    """One observed forward; then ``count`` greedy tokens, all but the last observed as rows."""
    output = observe(model, observer, input_ids=ids, use_cache=count > 1)
    if count <= 1:
        return ()
    head: torch.nn.Module = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    ends, tokens = end_ids(model), list[int]()
    while True:
        token = head(output.last_hidden_state[:, -1:]).argmax(-1)  # [1, 1]
        tokens.append(int(token))
        if len(tokens) == count or tokens[-1] in ends:
            return tuple(tokens)
        observer.weights = torch.ones(1, device=ids.device)
        observer.positions += 1
        output = observe(
            model, observer, input_ids=token, past_key_values=output.past_key_values, use_cache=True
        )

"""SpecPC's importance scores: what the draft's last prompt tokens attend to.

Paper: "Draft-based Approximate Inference for LLMs" (arXiv 2506.08373), SpecPC; constants and
details as in the authors' released code. What follows, pooling and neighbours, is in
:mod:`specpc.selection.tokens`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    """What a draft attends to in a prompt, and what it goes on with.

    Attributes:
        scores: ``[length]``, float32, on the CPU.
        lookahead: generated ids; none where only the prompt was read.
    """

    scores: Tensor
    lookahead: tuple[int, ...] = ()


def score(
    settings: PaperSettings,
    reader: Reader,
    question: str,
    context: Context,
    progress: Progress = None,
) -> Scores:
    """Importance scores ``s_t`` of a context, window by window (see `importance`)."""
    ids, vectors, found = torch.from_numpy(context.ids), [], Importance(torch.empty(0))
    for low, high in context.windows:
        found = look(settings, reader, question, ids[low:high])
        vectors.append(found.scores)
        if progress is not None:
            progress(high, len(ids))
    # What follows a window that is not all of the text is no guess of the answer.
    lookahead = found.lookahead if len(vectors) == 1 else ()
    return Scores(torch.cat(vectors).double().numpy(), lookahead=lookahead)


def look(settings: PaperSettings, reader: Reader, question: str, window: Tensor) -> Importance:
    """`importance` of the context tokens ``[tokens]`` of one window, read with the question."""
    frame = reader.frame(question)
    before, after = torch.tensor(frame.before), torch.tensor(frame.after)
    found = importance(
        reader.draft.model,
        torch.cat((before, window, after)).long(),
        len(frame.after),
        skip_layers=settings.skip_layers,
        weighted_query=settings.weighted_query,
        lookahead_tokens=settings.lookahead_tokens,
    )
    start = len(frame.before)
    return replace(found, scores=found.scores[start : start + len(window)])


def importance(
    model: PreTrainedModel,
    prompt: Tensor,
    rows: int,
    *,
    skip_layers: int = 8,
    weighted_query: bool = True,
    lookahead_tokens: int = 1,
) -> Importance:
    """SpecPC importance scores of every prompt token, and the look-ahead.

    ``s_t = max over layers l >= skip_layers, heads h, window rows i of w_i * A[l, h, i, t]``,
    where ``w`` rises from 0 to 1; with ``lookahead_tokens`` > 1, the rows of the generated tokens
    join with weight 1.

    Args:
        model: causal language model loaded with ``attn_implementation=ATTENTION``.
        prompt: token ids ``[length]``.
        rows: number of last rows observed: the window.
        skip_layers: first layer that counts; a model with no more layers uses all of them.
        weighted_query: whether rows are weighted at all.
        lookahead_tokens: 1 for the prompt alone; n for the n tokens that the model goes on with,
            or fewer where it ends before: the rows of all but the last of them count.

    Raises:
        UnsupportedModelError: no attention layer reported to the observer.
        OutOfMemoryError: the machine or device ran out of memory.
    """
    rows = min(rows, len(prompt))
    # linspace(0, 1, 1) is [0]: a window of one row would see nothing.
    weights = torch.linspace(0, 1, rows) if weighted_query and rows > 1 else torch.ones(rows)
    layers = model.config.get_text_config().num_hidden_layers
    first = skip_layers if layers > skip_layers else 0
    observer = _RowMaximum(weights.to(model.device), first, len(prompt))
    lookahead = _observe(model, prompt[None].to(model.device), observer, lookahead_tokens)
    if observer.scores is None:
        raise not_observed(model)
    return Importance(observer.scores[: len(prompt)].cpu(), lookahead)


class _RowMaximum:
    """Observer that keeps the running maximum of the weighted rows."""

    def __init__(self, weights: Tensor, first_layer: int, positions: int) -> None:
        self.weights = weights  # [rows]
        self.first_layer = first_layer
        self.positions = positions  # read so far, generated tokens included
        self.scores: Tensor | None = None  # [keys]

    def __call__(self, attention: LayerAttention) -> None:
        if attention.layer < self.first_layer:
            return
        rows = min(len(self.weights), attention.query.shape[2])
        probabilities = window_attention(attention, rows)[0]
        reduced = probabilities.mul_(self.weights[-rows:, None]).amax(dim=(0, 1))
        if self.scores is None:
            self.scores = reduced
            return
        # Sliding-window layers may hold fewer keys than the sequence: those are its last ones.
        known = self.scores[self.positions - len(reduced) :]
        torch.maximum(known, reduced[: len(known)], out=known)


@torch.inference_mode()
def _observe(
    model: PreTrainedModel, ids: Tensor, observer: _RowMaximum, count: int
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

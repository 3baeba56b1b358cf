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
    from collections.abc import Sequence

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
    [found] = importance(
        reader.draft.model,
        [torch.cat((before, window, after)).long()],
        [len(frame.after)],
        skip_layers=settings.skip_layers,
        weighted_query=settings.weighted_query,
        lookahead_tokens=settings.lookahead_tokens,
    )
    start = len(frame.before)
    return replace(found, scores=found.scores[start : start + len(window)])


def importance(
    model: PreTrainedModel,
    prompts: Sequence[Tensor],
    window_sizes: Sequence[int],
    *,
    skip_layers: int = 8,
    weighted_query: bool = True,
    lookahead_tokens: int = 1,
) -> list[Importance]:
    """SpecPC importance scores of every prompt token, and the look-ahead, for a batch of prompts.

    ``s_t = max over layers l >= skip_layers, heads h, window rows i of w_i * A[l, h, i, t]``,
    where the rows are the last ``window_sizes[b]`` tokens of prompt ``b`` and ``w`` rises from
    0 to 1; with ``lookahead_tokens`` > 1, the rows of the generated tokens join with weight 1.

    Args:
        model: causal language model loaded with ``attn_implementation=ATTENTION``.
        prompts: token ids ``[length]`` each; shorter ones are padded on the left.
        window_sizes: number of last rows observed, for each prompt.
        skip_layers: first layer that counts; a model with no more layers uses all of them.
        weighted_query: whether rows are weighted at all.
        lookahead_tokens: 1 for the prompt alone; n for the n tokens that the model goes on with,
            or fewer where it ends before: the rows of all but the last of them count.

    Raises:
        UnsupportedModelError: no attention layer reported to the observer.
        OutOfMemoryError: the machine or device ran out of memory.
    """
    lengths = [len(prompt) for prompt in prompts]
    ids, mask = _pad_left(prompts, model.device)
    weights = _row_weights(window_sizes, lengths, weighted=weighted_query).to(model.device)
    layers = model.config.get_text_config().num_hidden_layers
    observer = _RowMaximum(weights, skip_layers if layers > skip_layers else 0)
    lookahead = _observe(model, ids, mask, observer, lookahead_tokens)
    if observer.scores is None:
        raise not_observed(model)
    width = ids.shape[1]
    scores = observer.scores.cpu()
    own = (scores[b, width - length : width] for b, length in enumerate(lengths))
    return list(map(Importance, own, lookahead))


class _RowMaximum:
    """Observer that keeps the running maximum of the weighted rows, one vector a sequence."""

    def __init__(self, weights: Tensor, first_layer: int) -> None:
        self.weights = weights  # [batch, rows]
        self.first_layer = first_layer
        self.positions = 0  # read so far, generated tokens included
        self.scores: Tensor | None = None  # [batch, keys]

    def __call__(self, attention: LayerAttention) -> None:
        if attention.layer < self.first_layer:
            return
        rows = min(self.weights.shape[1], attention.query.shape[2])
        probabilities = window_attention(attention, rows).nan_to_num_(0.0)
        weighted = probabilities.mul_(self.weights[:, None, -rows:, None])
        reduced = weighted.amax(dim=(1, 2))
        if self.scores is None:
            self.scores = reduced
            return
        known = self.scores.shape[1]
        # Sliding-window layers may hold fewer keys than the sequence: those are its last ones.
        offset = self.positions - reduced.shape[1]
        torch.maximum(
            self.scores[:, offset:], reduced[:, : known - offset], out=self.scores[:, offset:]
        )


@torch.inference_mode()
def _observe(
    model: PreTrainedModel, ids: Tensor, mask: Tensor | None, observer: _RowMaximum, count: int
) -> list[tuple[int, ...]]:
    """One observed forward; then ``count`` greedy tokens, all but the last observed as rows."""
    positions = None if mask is None else (mask.long().cumsum(-1) - 1).clamp_(min=0)
    inputs = {"attention_mask": mask, "position_ids": positions, "use_cache": count > 1}
    observer.positions = ids.shape[1]
    output = observe(model, observer, input_ids=ids, **inputs)
    if count <= 1:
        return [()] * len(ids)
    head: torch.nn.Module = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    ends = torch.tensor(end_ids(model), dtype=torch.long, device=ids.device)
    tokens, ended = [], torch.zeros_like(ids[:, 0], dtype=torch.bool)
    while True:
        token = head(output.last_hidden_state[:, -1:]).argmax(-1)  # [batch, 1]
        tokens.append(token.masked_fill(ended[:, None], -1))
        ended |= torch.isin(token[:, 0], ends)
        if len(tokens) == count or bool(ended.all()):
            break
        observer.weights = (~ended).float()[:, None]
        observer.positions += 1
        if mask is not None:
            mask = torch.cat((mask, torch.ones_like(mask[:, :1])), dim=-1)
            inputs |= {"attention_mask": mask, "position_ids": mask.sum(-1, keepdim=True) - 1}
        output = observe(
            model, observer, input_ids=token, past_key_values=output.past_key_values, **inputs
        )
    return [tuple(t for t in row if t >= 0) for row in torch.cat(tokens, dim=1).tolist()]


def _pad_left(prompts: Sequence[Tensor], device: torch.device) -> tuple[Tensor, Tensor | None]:
    """Stack prompts on their last token; no mask where none is padded (the fastest kernels)."""
    width = max(len(prompt) for prompt in prompts)
    ids = torch.zeros(len(prompts), width, dtype=torch.long)
    mask = torch.zeros(len(prompts), width, dtype=torch.long)
    for row, prompt in enumerate(prompts):
        ids[row, width - len(prompt) :] = prompt
        mask[row, width - len(prompt) :] = 1
    return ids.to(device), None if bool(mask.all()) else mask.to(device)


def _row_weights(sizes: Sequence[int], lengths: Sequence[int], *, weighted: bool) -> Tensor:
    """Weights ``[batch, rows]`` of the window rows; rows outside a prompt's window weigh 0."""
    sizes = [min(size, length) for size, length in zip(sizes, lengths, strict=True)]
    weights = torch.zeros(len(sizes), max(sizes))
    for row, size in enumerate(sizes):
        # linspace(0, 1, 1) is [0]: a window of one row would see nothing.
        ramp = torch.linspace(0, 1, size) if weighted and size > 1 else torch.ones(size)
        weights[row, -size:] = ramp
    return weights

"""Reading a prompt into a trimmed cache: every layer shrinks as soon as it was attended to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.utils.rnn import pad_sequence

from specpc.errors import Argument, InputError, UsageError
from specpc.kv.cache import KeptCache, cache_bytes
from specpc.kv.methods import SpecKV
from specpc.kv.scores import BatchLayout
from specpc.kv.sparse import sparse_attention
from specpc.machine.memory import memory_errors
from specpc.models.forward import not_observed
from specpc.models.observed import ATTENTION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from specpc.kv.methods import Method
    from specpc.models.attention import LayerAttention


def prefill(
    target: Any,
    input_ids: Tensor,
    method: Method,
    *,
    attention_mask: Tensor | None = None,
    lookahead: Sequence[Tensor] = (),
) -> KeptCache:
    """Read prompts, and the look-ahead after them, into a cache of the prompts alone.

    Args:
        target: causal language model whose attention is ``ATTENTION``.
        input_ids: ``[batch, tokens]``, padded on the left.
        method: chooses what stays.
        attention_mask: ``[batch, tokens]``, 0 for padding; ``None`` where there is none.
        lookahead: ids ``[n]`` of the guessed answer to each prompt; none, or one a prompt.

    Returns:
        A cache that holds the budget of each layer and counts ``tokens - 1`` as read: the last
        prompt token is to be fed next.

    Raises:
        UsageError: the model's attention cannot be observed as it was loaded.
        UnsupportedModelError: this kind of model cannot be used.
        InputError: there is no prompt, or padding is not on the left.
        OutOfMemoryError: the machine or device ran out of memory.
    """
    [cache] = prefill_each(
        target, input_ids, [method], attention_mask=attention_mask, lookahead=lookahead
    )
    return cache


@torch.inference_mode()
def prefill_each(
    target: Any,
    input_ids: Tensor,
    methods: Sequence[Method],
    *,
    attention_mask: Tensor | None = None,
    lookahead: Sequence[Tensor] = (),
) -> list[KeptCache]:
    """Read prompts once into a cache for each of several methods, or budgets; see `prefill`.

    A look-ahead is seen by all of them, and counts in what each chooses by; the first says
    whether the prompts are read sparsely.
    """
    check_target(target)
    caches = [KeptCache.of(target) for _ in methods]
    ids, real = _with_lookahead(input_ids, attention_mask, lookahead)
    ids, real = ids.to(target.device), real.to(target.device)
    layout = BatchLayout(real, input_ids.shape[1])
    check_layout(layout)
    if layout.keys == 0:
        return caches
    positions = (real.long().cumsum(-1) - 1).clamp_(min=0)
    mask = None if bool(real.all()) else real.long()
    message = (
        f"out of memory on {target.device} while the target reads {ids.shape[1]:,} tokens: "
        "use a shorter prompt, a smaller target, or "
    )
    with memory_errors(message, Argument("device=cpu")):
        target.base_model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=caches[0],
            use_cache=True,
            observer=_Trimmer(caches, methods, layout),
        )
    if any(layer.indices is None for layer in caches[0].layers):
        raise not_observed(target, "target")
    for cache in caches:
        cache.prompt_bytes = cache_bytes(cache)
    return caches


@dataclass(frozen=True)
class _Trimmer:
    """Observer that cuts the cache of a layer once its attention has all keys at hand.

    The model fills the first of the caches. The attention still under way holds the whole layer,
    for as long as it takes.
    """

    caches: Sequence[KeptCache]
    methods: Sequence[Method]
    layout: BatchLayout

    def __call__(self, attention: LayerAttention) -> Tensor | None:
        whole = self.caches[0].layers[attention.layer]
        for cache, method in zip(reversed(self.caches), reversed(self.methods), strict=True):
            indices = self._choose(method, attention, whole.sliding_window)
            cache.layers[attention.layer].keep(whole, indices, self.layout.keys)
        method = self.methods[0]
        if whole.sliding_window is not None or not isinstance(method, SpecKV):
            return None
        sparse = method.sparse_for(self.layout)
        if sparse is None:
            return None
        columns = method.columns(attention, self.layout, sparse.columns)
        return sparse_attention(attention, columns, sparse.window, self.layout.real)

    def _choose(
        self, method: Method, attention: LayerAttention, sliding_window: int | None
    ) -> Tensor:
        keys, first = self.layout.keys, self.layout.first
        count = keys
        if sliding_window is not None:
            # Decoding goes on with the last prompt token, which sees this many before itself.
            count = min(count, sliding_window - 1)
            first = first.clamp(min=keys - count)
        if method.budget is not None:
            count = min(count, method.budget)
        return method.choose(attention, self.layout, count, first)


def check_target(target: Any) -> None:
    """Raise `UsageError` unless a model was loaded with its attention observable."""
    if getattr(target.config.get_text_config(), "_attn_implementation", None) != ATTENTION:
        raise UsageError(
            "the target's attention cannot be observed as it was loaded: use "
            f'from_pretrained(..., attn_implementation="{ATTENTION}") after import specpc.kv'
        )


def check_layout(layout: BatchLayout) -> None:
    """Raise `InputError` unless every prompt has tokens, and its padding on the left."""
    prompt = layout.real[:, : layout.prompt]
    if layout.prompt == 0 or not bool(prompt[:, -1].all()):
        raise InputError("every prompt needs at least one token, and padding on the left only")
    if bool((prompt[:, :-1] & ~prompt[:, 1:]).any()):
        raise InputError("padding must be on the left only: there is some inside a prompt")


def _with_lookahead(
    ids: Tensor, mask: Tensor | None, lookahead: Sequence[Tensor]
) -> tuple[Tensor, Tensor]:
    """Prompts with what follows them, padded on the right; and which tokens are real."""
    real = torch.ones_like(ids, dtype=torch.bool) if mask is None else mask.bool()
    if not lookahead:
        return ids, real
    if len(lookahead) != len(ids):
        raise UsageError(f"there are {len(ids)} prompts, but {len(lookahead)} look-aheads")
    guesses = [guess.to(ids) for guess in lookahead]
    there = [torch.ones_like(guess, dtype=torch.bool) for guess in guesses]
    return (
        torch.cat((ids, pad_sequence(guesses, batch_first=True)), dim=1),
        torch.cat((real, pad_sequence(there, batch_first=True)), dim=1),
    )

"""What `transformers` generates, on a trimmed cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import torch

from specpc.errors import UsageError
from specpc.kv.lookahead import greedy_lookahead
from specpc.kv.methods import SpecKV
from specpc.kv.prefilling import check_target, prefill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from specpc.kv.methods import Method

# Each needs a cache of another kind, or would bring its own.
_REFUSED: Final = (
    "assistant_model",
    "cache_implementation",
    "inputs_embeds",
    "past_key_values",
    "position_ids",
    "prefill_chunk_size",
    "prompt_lookup_num_tokens",
)
_LENGTH_OF_TRANSFORMERS: Final = 20


def generate(
    target: Any,
    input_ids: Tensor,
    method: Method,
    *,
    draft: Any = None,
    lookahead: Sequence[Tensor] | None = None,
    attention_mask: Tensor | None = None,
    **kwargs: Any,
) -> Any:
    """Do what ``target.generate`` does, with the prompt's KV cache cut to what matters.

    Args:
        target: causal language model, loaded with ``attn_implementation=ATTENTION``.
        input_ids: ``[batch, tokens]``, padded on the left.
        method: what stays in the cache, such as ``SpecKV(budget=256)``.
        draft: for `SpecKV`, the model that guesses the answer; it reads ``input_ids``, so it must
            share the target's tokenizer.
        lookahead: instead of a draft, ids ``[n]`` of the guess for each prompt, such as from
            `retokenised_lookahead`.
        attention_mask: ``[batch, tokens]``, 0 for padding; where it is left out, padding is found
            as ``generate`` finds it.
        **kwargs: anything ``generate`` takes: sampling, streamer, stopping criteria, beams,
            number of sequences, ...

    Returns:
        What ``generate`` returns: ids of prompts and answers, or its output object.

    Raises:
        UsageError: `SpecKV` has nothing to guess with, or ``generate`` would need another cache.
        SpecPCError: see `specpc.kv.prefill`.
    """
    check_target(target)
    _check_kwargs(kwargs)
    if attention_mask is None:
        pad, end = (_setting(target, kwargs, f"{name}_token_id", None) for name in ("pad", "eos"))
        attention_mask = _find_padding(input_ids, pad, end)
    cuts = method.budget is not None and method.budget < input_ids.shape[1] - 1
    if not (cuts and isinstance(method, SpecKV)):
        lookahead = ()  # without a cut, nobody asks what the draft thinks
    elif lookahead is None:
        if draft is None:
            told = "SpecKV needs a guess of the answer: give a draft model or a lookahead"
            raise UsageError(told)
        count = method.lookahead_tokens or _answer_tokens(target, kwargs, input_ids.shape[1])
        lookahead = greedy_lookahead(draft, input_ids, count, attention_mask=attention_mask)
    cache = prefill(target, input_ids, method, attention_mask=attention_mask, lookahead=lookahead)
    beams = _setting(target, kwargs, "num_beams", 1)
    sequences = _setting(target, kwargs, "num_return_sequences", 1)
    if max(beams, sequences) > 1:  # generate() repeats the prompts, but no cache that it is given
        cache.batch_repeat_interleave(max(beams, sequences))
    return target.generate(
        input_ids, attention_mask=attention_mask, past_key_values=cache, **kwargs
    )


def _check_kwargs(kwargs: dict[str, Any]) -> None:
    config = kwargs.get("generation_config")
    for name in _REFUSED:
        stated = getattr(config, name, None)
        if kwargs.get(name) is not None or stated not in {None, "hybrid"}:
            raise UsageError(f"{name} does not go with a trimmed cache: leave it out")
    if kwargs.get("use_cache") is False or getattr(config, "use_cache", None) is False:
        raise UsageError("there is no trimmed cache without a cache: leave out use_cache=False")


def _setting(target: Any, kwargs: dict[str, Any], name: str, default: Any) -> Any:
    """A generation setting as ``generate`` resolves it."""
    configs = (kwargs.get("generation_config"), target.generation_config)
    stated = (kwargs.get(name), *(getattr(config, name, None) for config in configs))
    return next((value for value in stated if value is not None), default)


def _answer_tokens(target: Any, kwargs: dict[str, Any], width: int) -> int:
    """The most tokens an answer may have."""
    stated = _setting(target, kwargs, "max_new_tokens", None)
    if stated is not None:
        return int(stated)
    whole = _setting(target, kwargs, "max_length", None)
    return _LENGTH_OF_TRANSFORMERS if whole is None else max(1, int(whole) - width)


def _find_padding(input_ids: Tensor, pad: Any, end: Any) -> Tensor:
    """The mask ``generate`` would infer: padding has its own id, which ends no answer."""
    ends = end if isinstance(end, list) else [end]
    if pad is None or pad in ends:
        return torch.ones_like(input_ids)
    return (input_ids != int(pad)).long()

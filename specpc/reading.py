"""How a draft reads: its tokenizer, its chat template, and how much it can take in."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import torch
from transformers import DynamicCache

from specpc.attention import Observer, StopForward
from specpc.errors import InputError, UnsupportedModelError
from specpc.memory import memory_errors
from specpc.prompt import Frame, build_frame
from specpc.tokens import TextEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from specpc.drafts import Draft

# A draft that states no limit is still given windows of a bounded size, and long-context drafts
# could read everything at once, but at quadratic cost.
_LONGEST_WINDOW: Final = 8192
# A window must hold more than a few words of context.
_LEAST_CONTEXT: Final = 64


@dataclass(frozen=True)
class Reader:
    """A draft and its text encoder.

    Attributes:
        draft: the draft model.
        encoder: made of the draft's tokenizer.
    """

    draft: Draft
    encoder: TextEncoder = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Copy the tokenizer."""
        object.__setattr__(self, "encoder", TextEncoder(self.draft.tokenizer))

    def frame(self, question: str) -> Frame:
        """What stands before and after a context when ``question`` is asked of it."""
        return build_frame(self.encoder, self.draft.tokenizer, question)

    def room(self, frame: Frame, *, reserved: int = 0) -> int:
        """Most context tokens the draft can read at once within ``frame``.

        Args:
            frame: template and question.
            reserved: further tokens that must fit.

        Raises:
            InputError: the question leaves no room for a context.
        """
        limit = getattr(self.config, "max_position_embeddings", None)
        limit = _LONGEST_WINDOW if limit is None else int(limit)
        room = limit - len(frame.before) - len(frame.after) - reserved
        if room < _LEAST_CONTEXT:
            raise InputError(
                f"the question takes {len(frame.after)} of the {limit} tokens that draft "
                f"{self.draft.name} can read: shorten it, or use a draft with a longer context"
            )
        return min(room, _LONGEST_WINDOW)

    @property
    def config(self) -> Any:
        """The text model's configuration."""
        return self.draft.model.config.get_text_config()


def observe(model: Any, observer: Observer, **inputs: Any) -> Any:
    """One observed forward of ``model.base_model`` without logits or gradients.

    Args:
        model: causal language model loaded with ``attn_implementation=ATTENTION``.
        observer: sees every attention layer, and may end the forward with `StopForward`.
        **inputs: ``input_ids`` ``[batch, tokens]`` and what else ``base_model`` takes.

    Returns:
        The output of ``base_model``, or ``None`` if the observer ended it.

    Raises:
        OutOfMemoryError: the machine or device ran out of memory.
    """
    tokens = inputs["input_ids"].shape[1]
    message = (
        f"out of memory on {model.device} while reading {tokens:,} tokens at once: use a smaller "
        "window (SpecPCScorer(max_window=2048) in Python), a smaller draft, or --device cpu"
    )
    with memory_errors(message), torch.inference_mode():
        try:
            return model.base_model(observer=observer, **inputs)
        except StopForward:
            return None


def read_context(
    model: Any, before: Sequence[int], window: Tensor, observer: Observer
) -> DynamicCache:
    """Read a window of context once, for any number of questions.

    Args:
        model: as for `observe`.
        before: template up to the context.
        window: ``[tokens]`` of the context.
        observer: sees the layers, and may end the forward.

    Returns:
        The KV cache of template and window, for `ask`.
    """
    cache = DynamicCache(config=model.config)
    ids = torch.cat((torch.tensor(before, dtype=torch.long), window.long()))[None]
    observe(model, observer, input_ids=ids.to(model.device), past_key_values=cache, use_cache=True)
    return cache


def ask(model: Any, context: DynamicCache, frame: Frame, observer: Observer) -> DynamicCache:
    """Read the question of ``frame`` on a copy of the cache of a context, and return the copy."""
    own = copy.deepcopy(context)
    after = torch.tensor([frame.after], device=model.device)
    observe(model, observer, input_ids=after, past_key_values=own, use_cache=True)
    return own


def not_observed(model: Any) -> UnsupportedModelError:
    """The error for a model none of whose attention layers reported to an observer."""
    return UnsupportedModelError(
        f"the attention of this draft ({model.config.model_type}) cannot be observed: "
        "use a Llama, Qwen, Mistral, Phi-3, Granite or Gemma 3 style model"
    )

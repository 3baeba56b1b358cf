"""Forwards of a draft whose attention is observed."""

from __future__ import annotations

import copy
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import torch

from specpc.errors import Argument, UnsupportedModelError
from specpc.machine.memory import memory_errors
from specpc.machine.stopwatch import stage
from specpc.models.attention import LayerAttention, Observer, StopForward
from specpc.models.lean.decoder import LeanModel
from specpc.models.lean.load import view_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from transformers import DynamicCache

    from specpc.models.draft import Draft
    from specpc.models.lean.packing import PackedText

_PACKING: Final = frozenset({"cuda"})
_PASS_TOKENS: Final = 16_384


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
    with reading(model, inputs["input_ids"].shape[1]):
        try:
            return model.base_model(observer=observer, **inputs)
        except StopForward:
            return None


@contextmanager
def reading(model: Any, tokens: int) -> Iterator[None]:
    """Time what is read, without gradients; say what to do where the memory is too small.

    Raises:
        OutOfMemoryError: the machine or device ran out of memory.
    """
    message = (
        f"out of memory on {model.device} while reading {tokens:,} tokens at once: use a smaller "
        "draft, "
    )
    window = ", or in Python a smaller window (PaperSettings(max_window=2048))"
    told = memory_errors(message, Argument("device='cpu'"), window)
    with told, torch.inference_mode(), stage("prefill", model.device):
        yield


def read_pieces(
    model: Any, before: Sequence[int], pieces: Sequence[PackedText], depth: int | None = None
) -> None:
    """Read texts of which some continue others, each as if it were alone with what it continues.

    Args:
        model: as for `observe`.
        before: template at the start of all.
        pieces: what is read, and by whom; an observer sees the keys and values of template, all
            that the piece continues, and the piece, and the queries of the last tokens of these
            (those of the piece at least).
        depth: deepest layer the observers look at, with which the forward ends; ``None`` for the
            last.

    Raises:
        OutOfMemoryError: the machine or device ran out of memory.
    """
    adapted = any(piece.adapter is not None for piece in pieces)
    lean = view_of(model) if adapted else model
    if isinstance(lean, LeanModel):
        with reading(model, sum(len(piece.ids) for piece in pieces)):
            lean.read_pieces(before, pieces, depth)
        return
    from transformers import DynamicCache

    def until_depth(observer: Observer | None) -> Observer:
        def see(attention: LayerAttention) -> None:
            if observer is not None:
                observer(attention)
            if attention.layer == depth:
                raise StopForward

        return see

    template = torch.tensor(before, dtype=torch.long)
    caches: list[DynamicCache] = []
    for piece in pieces:
        if piece.after is None:
            cache, ids = DynamicCache(config=model.config), torch.cat((template, piece.ids.long()))
        else:
            cache, ids = copy.deepcopy(caches[piece.after]), piece.ids.long()
        own = {"input_ids": ids[None].to(model.device), "past_key_values": cache}
        observe(model, until_depth(piece.observer), **own, use_cache=True)
        caches.append(cache)


def in_passes(model: Any, windows: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Token ranges grouped by what `read_pieces` reads in one pass.

    On CUDA these are many, as one does not keep it busy; models of transformers read one by one.
    """
    packs = isinstance(model, LeanModel) and model.device.type in _PACKING
    most = _PASS_TOKENS if packs else 0
    passes: list[list[tuple[int, int]]] = []
    held = 0
    for low, high in windows:
        held += high - low
        if not passes or held > most:
            passes.append([])
            held = high - low
        passes[-1].append((low, high))
    return passes


def end_ids(model: Any) -> list[int]:
    """Ids of the tokens that end a model's answers, as far as its settings state them."""
    settings = getattr(model, "generation_config", model.config)
    stated = getattr(settings, "eos_token_id", None)
    several = stated if isinstance(stated, list) else [stated]
    return sorted({*several} - {None})


def answer_ends(model: Draft) -> list[int]:
    """Ids of the tokens that end a model's answers."""
    return sorted({*end_ids(model.model), model.tokenizer.eos_token_id} - {None})


def not_observed(model: Any, role: str = "draft") -> UnsupportedModelError:
    """The error for a model none of whose attention layers reported to an observer."""
    return UnsupportedModelError(
        f"the attention of this {role} ({model.config.model_type}) cannot be observed: "
        "use a Llama, Qwen, Mistral, Phi-3, Granite or Gemma 3 style model"
    )

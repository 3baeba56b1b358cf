"""Tiny random models of every supported family, and a tokenizer, built in memory."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from specpc.models.draft import Draft
from specpc.models.observed import ATTENTION

if TYPE_CHECKING:
    import pytest

    from specpc.machine.child import Do, Make, Progress
    from specpc.machine.reporting import Report

_SHAPE: dict[str, Any] = {
    "vocab_size": 300,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 4096,
    # Large random weights: attention as uneven as a trained model's, so that no two scores tie.
    "initializer_range": 0.25,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}

FAMILIES: dict[str, dict[str, Any]] = {
    "llama": {},
    "qwen2": {},
    "qwen3": {},
    "mistral": {"sliding_window": 100},
    "phi3": {"rope_scaling": None},
    "granite": {"attention_multiplier": 0.2},
    "gemma3_text": {"sliding_window": 100, "query_pre_attn_scalar": 16},
}


def tiny_model(family: str, *, attention: str = ATTENTION, seed: int = 0) -> PreTrainedModel:
    """A random float32 model; two calls with one seed give the same weights."""
    config = AutoConfig.for_model(family, **{**_SHAPE, **FAMILIES[family]})
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config, attn_implementation=attention)
    return model.float().eval()  # type: ignore[no-any-return]


def byte_tokenizer(**kwargs: Any) -> PreTrainedTokenizerFast:
    """One token a byte, as byte-level BPE without merges has it: any text can be written."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {"<pad>": 0, "<s>": 1, "</s>": 2} | {c: i + 3 for i, c in enumerate(alphabet)}
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", bos_token="<s>", eos_token="</s>", **kwargs
    )


def tiny_draft(family: str = "llama", **kwargs: Any) -> Draft:
    model = tiny_model(family)
    return Draft("tiny", model, byte_tokenizer(), **kwargs)


class InlineProcess:
    """Does in this process, where a draft was replaced, what another one would do."""

    def __init__(self, make: Make, report: Report) -> None:
        """See `specpc.machine.child.ChildProcess`."""
        self._make = partial(make, report)
        self._do: Do | None = None

    def start(self) -> None:
        """Load what does the work."""
        self._do = self._make()

    def do(self, task: Any, progress: Progress | None = None, **_: float) -> Any:
        """What the task comes to."""
        if self._do is None:
            self.start()
        assert self._do is not None
        return self._do(task, progress)


def use_draft(monkeypatch: pytest.MonkeyPatch, draft: Draft) -> None:
    """Have every compressor be made with this draft, whatever its setup names."""
    for name in ("load_draft", "defer_draft"):
        monkeypatch.setattr(f"specpc.pipeline.compressor.{name}", lambda *_, **__: draft)
    monkeypatch.setattr("specpc.pipeline.elsewhere.ChildProcess", InlineProcess)

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, LlamaForCausalLM

from specpc.drafts.device import resolve_device, resolve_dtype
from specpc.drafts.load import load_draft
from specpc.drafts.support import check_causal
from specpc.errors import (
    DeviceError,
    DraftError,
    OfflineError,
    OutOfMemoryError,
    UnsupportedModelError,
)
from specpc.models.attention import ATTENTION
from specpc.models.draft import Draft
from tests.drafts.tiny import tiny_model


@pytest.fixture
def copy(model_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model_folder, tmp_path / "model"))


def set_config(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_folder_is_loaded_ready_for_use(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    draft = load_draft(str(model_folder), device="cpu")
    assert isinstance(draft, Draft)
    assert draft.name == str(model_folder)
    assert not draft.model.training
    assert not any(parameter.requires_grad for parameter in draft.model.parameters())
    assert draft.model.config._attn_implementation == ATTENTION
    assert draft.model.dtype == torch.float32
    assert draft.tokenizer.is_fast
    expected = tiny_model().state_dict()["lm_head.weight"]
    assert torch.equal(draft.model.state_dict()["lm_head.weight"], expected)
    assert capfd.readouterr() == ("", "")


def test_transformers_is_as_talkative_afterwards_as_before(model_folder: Path) -> None:
    from huggingface_hub.utils import are_progress_bars_disabled
    from transformers.utils import logging

    before = (logging.get_verbosity(), logging.is_progress_bar_enabled())
    load_draft(str(model_folder))
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before
    assert not are_progress_bars_disabled()


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_number_formats(model_folder: Path, dtype: str) -> None:
    draft = load_draft(str(model_folder), device="cpu", dtype=dtype)
    assert draft.model.dtype == getattr(torch, dtype)


@pytest.mark.parametrize("device", ["cuda", "cuda:99", "mps", "xpu", "meta", "gpu", ""])
def test_devices_that_are_not_there(device: str) -> None:
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if there.get(device):
        pytest.skip(f"{device} is there")
    with pytest.raises(DeviceError):
        resolve_device(device)


def test_a_wrong_device_or_format_is_told_before_anything_is_fetched(cache: Path) -> None:
    with pytest.raises(DeviceError, match="there is no device 'gpu': device= takes"):
        load_draft(device="gpu")
    with pytest.raises(DeviceError, match="there is no number format 'int8': dtype= takes"):
        load_draft(dtype="int8")
    assert not cache.exists()


def test_auto_is_what_the_hardware_likes() -> None:
    assert resolve_dtype("auto", torch.device("cpu")) == torch.float32
    assert resolve_dtype("auto", torch.device("mps")) == torch.float16


def test_an_encoder_is_refused_before_its_weights_are_read(tmp_path: Path) -> None:
    config = BertConfig(
        vocab_size=20,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
    )
    BertForMaskedLM(config).save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(UnsupportedModelError, match=r"not a causal language model .*type bert\)"):
        load_draft(str(tmp_path))


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"model_type": "t5", "is_encoder_decoder": True}, "type t5"),
        ({"model_type": "gemma3", "vision_config": {}}, "type gemma3"),
        ({"model_type": "llama", "architectures": ["LlamaForSequenceClassification"]}, "llama"),
        ({"model_type": "clip"}, "type clip"),
        ({"model_type": "new", "auto_map": {"AutoConfig": "x.Y"}}, "Python code of its own"),
        ({"model_type": "from-the-future"}, "does not know it"),
        ({}, "does not know it"),
    ],
)
def test_what_is_no_causal_language_model(config: dict[str, Any], told: str) -> None:
    with pytest.raises(UnsupportedModelError, match=told):
        check_causal(config, "some/model")


@pytest.mark.parametrize(
    ("model_type", "architecture"),
    [
        ("llama", "LlamaForCausalLM"),
        ("qwen3", "Qwen3ForCausalLM"),
        ("gpt2", "GPT2LMHeadModel"),
        ("gemma3_text", "Gemma3ForCausalLM"),
        ("mistral", None),
    ],
)
def test_decoders_pass(model_type: str, architecture: str | None) -> None:
    architectures = None if architecture is None else [architecture]
    check_causal({"model_type": model_type, "architectures": architectures}, "some/model")


def test_code_in_a_model_folder_is_never_run(copy: Path) -> None:
    (copy / "evil.py").write_text(f"open({str(copy / 'ran')!r}, 'w')")
    auto_map = {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"}
    set_config(copy, auto_map=auto_map)
    load_draft(str(copy))  # the model type is known, so its own class is used
    set_config(copy, model_type="evil")
    with pytest.raises(UnsupportedModelError, match="Python code of its own"):
        load_draft(str(copy))
    assert not (copy / "ran").exists()


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(DraftError, match=r"has no config\.json"):
        load_draft(str(tmp_path))


def test_a_folder_with_another_weight_format(copy: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(DraftError, match="has no complete safetensors weights"):
        load_draft(str(copy))


def test_a_missing_shard(copy: Path) -> None:
    tiny_model().save_pretrained(copy / "sharded", max_shard_size="20KB")
    shutil.copy(copy / "tokenizer.json", copy / "sharded")
    shutil.copy(copy / "tokenizer_config.json", copy / "sharded")
    assert load_draft(str(copy / "sharded")).model is not None
    next((copy / "sharded").glob("model-00002-*")).unlink()
    with pytest.raises(DraftError, match="has no complete safetensors weights"):
        load_draft(str(copy / "sharded"))


@pytest.mark.parametrize("content", ["{", "[1]", ""])
def test_a_broken_configuration(copy: Path, content: str) -> None:
    (copy / "config.json").write_text(content)
    with pytest.raises(DraftError, match=r"config\.json"):
        load_draft(str(copy))


def test_damaged_weights(copy: Path) -> None:
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:500])
    with pytest.raises(DraftError, match="cannot be loaded from"):
        load_draft(str(copy))


def test_missing_weights_are_not_made_up(copy: Path) -> None:
    set_config(copy, num_hidden_layers=3)
    with pytest.raises(DraftError, match="are incomplete"):
        load_draft(str(copy))


def test_no_tokenizer(copy: Path) -> None:
    (copy / "tokenizer.json").unlink()
    with pytest.raises(UnsupportedModelError, match="needs a fast one"):
        load_draft(str(copy))


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    ],
)
def test_out_of_memory(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(LlamaForCausalLM, "from_pretrained", fail)
    with pytest.raises(OutOfMemoryError, match="not enough memory to load"):
        load_draft(str(model_folder))


@pytest.mark.parametrize("variable", [None, "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
@pytest.mark.parametrize("name", ["smollm2-135m", "qwen3-0.6b", "some/model"])
def test_offline_says_what_is_missing_and_how_to_get_it(
    name: str, variable: str | None, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    if variable is not None:
        monkeypatch.setenv(variable, "Yes")
    with pytest.raises(OfflineError, match=f"specpc models pull {name}$") as caught:
        load_draft(name, offline=variable is None)
    assert (f"with {variable} unset" in str(caught.value)) == (variable is not None)
    assert not cache.exists()


def test_the_default_draft_answers_a_question() -> None:
    """The real model by the real path: fetched and converted at most once on a machine."""
    draft = load_draft(device="cpu")
    question = [{"role": "user", "content": "What is the capital of France?"}]
    prompt = draft.tokenizer.apply_chat_template(
        question, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    ids = draft.model.generate(**prompt, max_new_tokens=8, do_sample=False)
    answer = draft.tokenizer.decode(ids[0, prompt["input_ids"].shape[1] :])
    assert "Paris" in answer
    assert draft.tokenizer.tokenize("a\n\n12") == ["a", "ĊĊ", "1", "2"]


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"avx512_bf16": True, "amx_bf16": False}, torch.bfloat16),
        ({"amx_bf16": True}, torch.bfloat16),
        ({"avx512_bf16": False, "architecture": "x86_64"}, torch.float32),
        ({"architecture": "aarch64"}, torch.float32),
        (None, torch.float32),
    ],
)
def test_compressing_on_the_cpu_takes_what_the_processor_has(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, object] | None, expected: torch.dtype
) -> None:
    if capabilities is None:  # an older release of torch
        monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    else:
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    cpu = torch.device("cpu")
    assert resolve_dtype("auto", cpu, compressing=True) == expected
    assert resolve_dtype("auto", cpu) == torch.float32
    assert resolve_dtype("float32", cpu, compressing=True) == torch.float32


@pytest.mark.slow  # a process loads the default draft and forks
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_copy_computes(tmp_path: Path) -> None:
    script = tmp_path / "forks.py"
    script.write_text(
        "import os, signal, sys\n"
        "from specpc import Compressor\n"
        "made = Compressor.from_pretrained()\n"
        "def shorten():\n"
        "    text = 'It rained. Edda signed in May. Nobody came. ' * 9\n"
        "    return made.compress(text, 'Who signed?', ratio=0.2).text\n"
        "text = shorten()\n"
        "if os.fork() == 0:\n"
        "    signal.alarm(100)\n"
        "    os._exit(7 if shorten() == text else 8)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))\n"
    )
    environment = {name: v for name, v in os.environ.items() if name != "OMP_NUM_THREADS"}
    run = subprocess.run([sys.executable, str(script)], env=environment, check=False)
    assert run.returncode == 7

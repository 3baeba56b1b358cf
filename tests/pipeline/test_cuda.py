"""Compressing on a GPU; skipped where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from specpc import Compressor
from tests.tiny_models import byte_tokenizer, tiny_model

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
TEXT = "The harbour opened in 1962. Its first master was Ana Ruiz. She kept bees. " * 200
QUESTION = "Who was the first master of the harbour?"


def test_the_default_draft_finds_the_answer_without_the_slow_attention() -> None:
    compressor = Compressor.from_pretrained(device="cuda")
    with sdpa_kernel([SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION]):
        result = compressor.compress(TEXT, QUESTION, ratio=0.1)
    assert result.windows > 1
    assert "Ana Ruiz" in result.text


@pytest.mark.parametrize("scorer", ["specpc", "received-attention"])
def test_float32_keeps_the_same_as_on_the_cpu(tmp_path: Path, scorer: str) -> None:
    tiny_model("llama").save_pretrained(tmp_path)
    byte_tokenizer().save_pretrained(tmp_path)
    kept = [
        Compressor.from_pretrained(str(tmp_path), scorer=scorer, device=device, dtype="float32")
        .compress(TEXT[:1000], QUESTION, ratio=0.4)
        .text
        for device in ("cpu", "cuda")
    ]
    assert kept[0] == kept[1]

"""The process that other people's compressors run in, with a stand-in for them."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from specpc.errors import InputError, SpecPCError, UsageError
from specpc.evaluation import peers
from specpc.tokens import TextEncoder
from tests.evaluation.items import FACTS, TEXT, item
from tests.models import byte_tokenizer, tiny_draft

if TYPE_CHECKING:
    from pathlib import Path

    from specpc.drafts import Draft

ENCODER = TextEncoder(byte_tokenizer())

STAND_IN = """
import json, pathlib, sys
config = json.loads(pathlib.Path(sys.argv[2], "config.json").read_text())
print(json.dumps({"ready": config["rope_theta"]}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["question"] == "end":
        break
    if request["question"] == "fail":
        print(json.dumps({"error": "why"}), flush=True)
    else:
        print(json.dumps({"text": request["context"][:request["tokens"]]}), flush=True)
"""


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    folder = tmp_path / "draft"
    folder.mkdir()
    config = {"model_type": "llama", "rope_parameters": {"rope_theta": 5.0}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer_config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"")
    return replace(tiny_draft(), name=str(folder))


def test_align() -> None:
    kept = FACTS[1] + FACTS[5]
    start, other = TEXT.index(FACTS[1]), TEXT.index(FACTS[5])
    assert peers.align(ENCODER, TEXT, kept) == [
        (start, start + len(FACTS[1])),
        (other, other + len(FACTS[5])),
    ]
    assert peers.align(ENCODER, TEXT, "") == []


def test_a_peer(draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "worker.py").write_text(STAND_IN)
    monkeypatch.setattr(peers, "_WORKER", tmp_path / "worker.py")
    method = peers.start_peer("llmlingua", draft, ENCODER, sys.executable)
    result = method.prepare(item())(0.25)
    assert (result.ranges, result.original_tokens) == (((0, len(TEXT) // 4),), len(TEXT))
    assert result.text == TEXT[: result.compressed_tokens]
    with pytest.raises(InputError, match="llmlingua: why"):
        method.prepare(item(question="fail"))(0.25)
    with pytest.raises(SpecPCError, match="has ended; it runs in an environment of its own"):
        method.prepare(item(question="end"))(0.25)


def test_a_peer_that_is_not_there(draft: Draft, tmp_path: Path) -> None:
    with pytest.raises(SpecPCError, match=r"does not start \(ModuleNotFoundError"):
        peers.start_peer("llmlingua", draft, ENCODER, sys.executable)
    with pytest.raises(UsageError, match="needs --peer-python: it runs in an environment"):
        peers.start_peer("llmlingua", draft, ENCODER, None)
    with pytest.raises(UsageError, match="cannot start"):
        peers.start_peer("llmlingua", draft, ENCODER, str(tmp_path / "none"))

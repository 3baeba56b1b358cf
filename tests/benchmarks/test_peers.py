"""The process that other people's compressors run in, with a stand-in for them."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from specpc.errors import InputError, SpecPCError, UsageError
from specpc.evaluation.base import MethodSetup, Models
from specpc.models.tokens import TextEncoder
from specpc.options import Setup
from tests.benchmarks import peer_worker, peers
from tests.evaluation.items import FACTS, TEXT, item
from tests.tiny_models import byte_tokenizer, tiny_draft

if TYPE_CHECKING:
    from pathlib import Path

    from specpc.models.draft import Draft

ENCODER = TextEncoder(byte_tokenizer())

# As far as `peer_worker.py` uses them: units by their lengths, one token a character.
LIBRARIES = {
    "transformers": """
class Loaded:
    bos_token = "^"
    device = "cpu"
    def eval(self): return self
    def __call__(self, text, **_): return {"input_ids": list(text)}
    def decode(self, token): return token
class AutoTokenizer:
    def from_pretrained(folder, torch_dtype=None): return Loaded()
AutoModelForCausalLM = AutoTokenizer
""",
    "selective_context": """
import spacy
class Units:
    def __init__(self, text, self_info): self.text, self.self_info = text, self_info
class SelectiveContext:
    sent_tokenize_pattern = r"(?<=[.])\\s"
    def __init__(self):
        self._prepare_phrase_tokenizer()
        self._prepare_model()
    def _get_self_info_via_gpt2(self, text):
        ids = self.tokenizer("<|endoftext|>" + text)["input_ids"]
        assert ids[0] == "^"
        return [self.tokenizer.decode(token) for token in ids[1:]], [len(ids)] * (len(ids) - 1)
    def beautify_context(self, text): return " ".join(text.split())
    def _lexical_unit(self, sents):
        found = [self.get_self_information(sent) for sent in sents]
        for tokens, info in found:
            self._calculate_lexical_unit(tokens, info)
        tokens = [token for tokens, _ in found for token in tokens]
        infos = [value for _, info in found for value in info]
        return Units(sents, [info[0] for _, info in found]), None, Units(tokens, infos)
    def self_info_mask(self, texts, infos, level):
        left = sorted(infos)[min(round(self.mask_ratio * len(infos)), len(infos) - 1)]
        kept = [text for text, info in zip(texts, infos) if info >= left]
        return (" " if level == "sent" else "").join(kept), None
""",
}

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


def test_selective_context_keeps_the_best_units_that_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, source in LIBRARIES.items():
        (tmp_path / f"{name}.py").write_text(source)
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.delitem(sys.modules, "spacy", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    longest = sorted(FACTS, key=len)
    compress = peer_worker.load("selective-context", "draft")
    # Without a question; as many sentences as the budget holds, in the order of the text.
    two = f"{FACTS[3]} {FACTS[0]}"
    assert {FACTS[0], FACTS[3]} == set(longest[-2:])
    request = {"context": TEXT.replace(" ", "\n"), "question": "", "tokens": len(two)}
    assert compress(request) == f"{FACTS[0]} {FACTS[3]}"
    assert compress(request | {"tokens": len(two) - 1}) == longest[-1]
    assert compress(request | {"tokens": 10_000}) == TEXT
    tokens = peer_worker.load("selective-context:token", "draft")
    assert tokens(request | {"tokens": len(longest[-1])}) == longest[-1]
    for name in (*LIBRARIES, "spacy"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_a_peer_that_is_not_there(
    draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SpecPCError, match=r"does not start \(ModuleNotFoundError"):
        peers.start_peer("selective-context", draft, ENCODER, sys.executable)
    monkeypatch.delenv("PEER_PYTHON", raising=False)
    setup = MethodSetup("tests.benchmarks.peers:llmlingua", None, Models(Setup("tiny")))
    with pytest.raises(UsageError, match="needs PEER_PYTHON: it runs in an environment"):
        peers.llmlingua(setup)
    with pytest.raises(UsageError, match="cannot start"):
        peers.start_peer("llmlingua", draft, ENCODER, str(tmp_path / "none"))

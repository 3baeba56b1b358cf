"""A draft whose files were damaged on disk is told, and never gives another text in silence."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from specpc import Compressor
from specpc.drafts.cache import entries
from specpc.drafts.checksums import DIGESTS, file_digest
from specpc.drafts.load import defer_draft, load_draft
from specpc.errors import DraftError
from specpc.models.folder import WEIGHTS
from tests.drafts.tiny import write_gguf

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = "The crew slept. Edda signed it in May. Rain fell. Nobody came. " * 2
FETCH = r"remove and fetch them again \(specpc models remove, specpc models pull\)"


@pytest.fixture
def gguf(cache: Path, tmp_path: Path) -> Path:
    return write_gguf(tmp_path / "tiny.gguf")


@pytest.fixture
def entry(gguf: Path) -> Path:
    load_draft(str(gguf), device="cpu", dtype="float32", lean=True)
    [folder] = entries()
    return folder


def patched(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def weights_begin(path: Path) -> int:
    with path.open("rb") as file:
        return 8 + int.from_bytes(file.read(8), "little")


BITS: dict[str, Callable[[int], bytes]] = {
    "one weight becomes huge": lambda _: struct.pack("<f", 1e38),
    "one weight becomes NaN": lambda _: b"\x00\x00\xc0\x7f",
    "a sector of noise": lambda seed: os.urandom(512) or bytes(seed),
    "lost pages": lambda _: bytes(4096),
    "one bit": lambda _: b"\x5a",
}


@pytest.mark.parametrize("what", BITS)
def test_damaged_weights_are_told(gguf: Path, entry: Path, what: str) -> None:
    weights = entry / WEIGHTS
    patched(weights, weights_begin(weights) + 4000, BITS[what](0))
    with pytest.raises(DraftError, match=rf"model\.safetensors has changed .* {FETCH}"):
        load_draft(str(gguf), device="cpu", dtype="float32", lean=True)
    with pytest.raises(DraftError, match="has changed since it was written"):
        load_draft(str(gguf), device="cpu")
    draft = defer_draft(str(gguf), device="cpu", dtype="float32")  # its scores may be known
    with pytest.raises(DraftError, match="has changed since it was written"):
        _ = draft.model


@pytest.mark.parametrize("what", BITS)
def test_damaged_narrow_weights_are_told(gguf: Path, entry: Path, what: str) -> None:
    load_draft(str(gguf), device="cpu", dtype="bfloat16", lean=True)
    weights = entry / "bfloat16.safetensors"
    patched(weights, weights_begin(weights) + 4000, BITS[what](0))
    with pytest.raises(DraftError, match=rf"bfloat16\.safetensors has changed .* {FETCH}"):
        load_draft(str(gguf), device="cpu", dtype="bfloat16", lean=True)
    load_draft(str(gguf), device="cpu", dtype="float32", lean=True)


@pytest.mark.parametrize("name", ["tokenizer.json", "config.json", "tokenizer_config.json"])
def test_other_files_are_told(gguf: Path, entry: Path, name: str) -> None:
    data = (entry / name).read_bytes()
    for broken in (data[: len(data) // 2], data.replace(b"e", b"a", 1), b""):
        (entry / name).write_bytes(broken)
        for load in (load_draft, defer_draft):
            with pytest.raises(DraftError, match=rf"{name} has changed .* {FETCH}"):
                load(str(gguf), device="cpu")
    (entry / name).unlink()
    if name == "config.json":  # nothing is a draft without it: it is made anew
        assert defer_draft(str(gguf), device="cpu").folder == entry
        return
    with pytest.raises(DraftError, match=rf"{name} cannot be read \(No such file"):
        defer_draft(str(gguf), device="cpu")


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b"5", b'["ab"]', b"\xff"])
def test_damaged_digests_are_told(gguf: Path, entry: Path, data: bytes) -> None:
    (entry / DIGESTS).write_bytes(data)
    with pytest.raises(DraftError, match=FETCH):
        load_draft(str(gguf), device="cpu", lean=True)


def test_an_older_folder_gets_digests(gguf: Path, entry: Path) -> None:
    before = json.loads((entry / DIGESTS).read_bytes())
    assert before.keys() == {path.name for path in entry.iterdir()} - {DIGESTS}
    assert before[WEIGHTS] == file_digest(entry / WEIGHTS)
    (entry / DIGESTS).unlink()
    load_draft(str(gguf), device="cpu", dtype="float32", lean=True)
    assert json.loads((entry / DIGESTS).read_bytes()) == before


def test_a_folder_of_the_user_is_free(model_folder: Path, cache: Path) -> None:
    load_draft(str(model_folder), device="cpu", lean=True)
    assert not (model_folder / DIGESTS).exists()


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("question", ["Who signed?", None])
def test_scores_that_are_no_numbers_are_an_error(
    model_folder: Path, bad: float, question: str | None
) -> None:
    compressor = Compressor.from_pretrained(str(model_folder), device="cpu", scorer="paper")
    model: Any = compressor.draft.model
    model.layers[-1]["self_attn.k_proj.weight"][3, 3] = bad
    with pytest.raises(DraftError, match=r"computes nothing that can be used: .*dtype='float32'"):
        compressor.compress(TEXT, question, ratio=0.3)


@pytest.mark.parametrize("part", [0.5, 0.999, 0.0])
def test_a_tokenizer_of_a_folder_says_to_fetch_again(
    model_folder: Path, tmp_path: Path, part: float
) -> None:
    for file in model_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    data = (model_folder / "tokenizer.json").read_bytes()
    (tmp_path / "tokenizer.json").write_bytes(data[: int(part * len(data))])
    for load in (load_draft, defer_draft):
        with pytest.raises(DraftError, match=rf"tokenizer\.json cannot be read .* {FETCH}"):
            load(str(tmp_path), device="cpu")


VALUES: list[Any] = [-5, 0, 2**31, "x", [1], {"a": 1}, True, 1e400, 0.5, None]
FIELDS = [
    "model_type", "architectures", "vocab_size", "hidden_size", "num_hidden_layers", "head_dim",
    "num_attention_heads", "num_key_value_heads", "max_position_embeddings", "rms_norm_eps",
    "rope_theta", "rope_scaling", "rope_parameters", "layer_types", "tie_word_embeddings",
    "hidden_act", "torch_dtype", "dtype",
]  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_a_damaged_configuration_is_told_or_changes_nothing(
    model_folder: Path, tmp_path: Path, field: str
) -> None:
    for file in model_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((model_folder / "config.json").read_bytes())
    for value in VALUES:
        (tmp_path / "config.json").write_text(json.dumps({**config, field: value}))
        for load in (defer_draft, load_draft):
            try:
                load(str(tmp_path), device="cpu")
            except DraftError as error:
                assert "unexpected" not in str(error)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"[" * 100_000, b"\xff\xfe", b'"a"', b"3"])
def test_a_configuration_that_is_none(model_folder: Path, tmp_path: Path, data: bytes) -> None:
    for file in model_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "config.json").write_bytes(data)
    with pytest.raises(DraftError, match=FETCH):
        defer_draft(str(tmp_path), device="cpu")

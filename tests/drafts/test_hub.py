from __future__ import annotations

import errno
import os
import shutil
import socket
import time
from typing import TYPE_CHECKING

import pytest

from specpc.drafts.hub import HubFiles, cached_snapshot
from specpc.drafts.load import load_draft
from specpc.errors import DraftError, OfflineError, UnsupportedModelError
from specpc.models.folder import small_files, weight_files
from tests.drafts.fake_hub import FakeHub, point_hub_at

if TYPE_CHECKING:
    from pathlib import Path

REPO = "org/tiny"


@pytest.fixture
def served(hub: FakeHub, model_folder: Path) -> FakeHub:
    files = {path.name: path.read_bytes() for path in model_folder.iterdir()}
    unwanted = {"pytorch_model.bin", "README.md", "modeling_x.py", "onnx/config.json", "a.gguf"}
    hub.repositories[REPO] = files | dict.fromkeys(unwanted, b"unwanted")
    return hub


def test_only_what_is_needed_is_fetched_and_only_once(served: FakeHub) -> None:
    told: list[str] = []
    draft = load_draft(REPO, device="cpu", report=told.append)
    assert draft.model.config.num_hidden_layers == 2
    (line,) = told
    assert line.startswith(f"Fetching {REPO} ({REPO}, ")
    assert line.endswith(" kB) from the Hugging Face Hub ...")
    assert served.files_fetched() == {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    served.requests.clear()
    load_draft(REPO, device="cpu", offline=True, report=pytest.fail)
    load_draft(REPO, device="cpu", report=pytest.fail)
    assert served.requests == []


def test_an_interrupted_download_is_completed(served: FakeHub) -> None:
    load_draft(REPO)
    snapshot = cached_snapshot(REPO)
    assert snapshot is not None
    weights = snapshot / "model.safetensors"
    weights.resolve().unlink()
    weights.unlink()
    with pytest.raises(OfflineError):
        load_draft(REPO, offline=True)
    load_draft(REPO)
    assert cached_snapshot(REPO) == snapshot


def test_an_unusable_model_is_refused_before_its_weights_are_fetched(served: FakeHub) -> None:
    served.repositories[REPO]["config.json"] = b'{"model_type": "bert"}'
    with pytest.raises(UnsupportedModelError, match="type bert"):
        load_draft(REPO)
    assert "model.safetensors" not in served.files_fetched()


def test_a_repository_without_safetensors(served: FakeHub) -> None:
    for name in ("model.safetensors", "a.gguf"):
        del served.repositories[REPO][name]
    with pytest.raises(DraftError, match="has no safetensors weights"):
        load_draft(REPO)
    assert served.files_fetched() == set()


@pytest.mark.parametrize(
    ("names", "variant", "chosen"),
    [
        (["m-q2_k.gguf", "m-Q4_K_M.gguf", "m-q8_0.gguf"], None, "m-Q4_K_M.gguf"),
        (["m-q2_k.gguf", "m-q8_0.gguf"], None, "m-q8_0.gguf"),
        (["m.gguf", "mmproj-q4_k_m.gguf", "m-q4_k_m-00001-of-00002.gguf"], None, "m.gguf"),
        (["m-q4_k_m.gguf", "m-UD-Q4_K_XL.gguf"], "q4_k_xl", "m-UD-Q4_K_XL.gguf"),
        (["folder/m.BF16.gguf", "m-q8_0.gguf"], "bf16", "folder/m.BF16.gguf"),
    ],
)
def test_which_gguf_file_is_taken(names: list[str], variant: str | None, chosen: str) -> None:
    assert HubFiles(REPO, dict.fromkeys(names, 1)).gguf_file(variant) == chosen


@pytest.mark.parametrize(
    ("names", "variant", "why"),
    [
        (["m.bin"], None, "has no safetensors weights"),
        (["m-q4_k_m-00001-of-00002.gguf"], "q4_k_m", "no GGUF file in one piece"),
        (["a.gguf", "b.gguf"], None, r"several GGUF files: .* as org/tiny:Q8_0 \(a.gguf, b.gguf\)"),
        (["m-q4_k_m.gguf"], "q4_k", "several GGUF files"),
    ],
)
def test_no_telling_which_gguf_file(names: list[str], variant: str | None, why: str) -> None:
    with pytest.raises(DraftError, match=why):
        HubFiles(REPO, dict.fromkeys(names, 1)).gguf_file(variant)


def test_a_gguf_file_is_not_fetched_where_downloads_are_forbidden(hub: FakeHub) -> None:
    hub.repositories[REPO] = {"a.gguf": b""}
    with pytest.raises(OfflineError, match=f"specpc models pull {REPO}:q8_0"):
        load_draft(f"{REPO}:q8_0", offline=True)
    assert hub.requests == []


def test_a_damaged_gguf_file_leaves_nothing_behind(hub: FakeHub, cache: Path) -> None:
    hub.repositories[REPO] = {"a.gguf": b"GGUF"}
    with pytest.raises(DraftError, match="cannot be read"):
        load_draft(REPO)
    assert list(cache.glob("[!.]*")) == []


def test_a_missing_repository(hub: FakeHub) -> None:
    with pytest.raises(DraftError, match="There is no model org/missing on the Hugging Face Hub"):
        load_draft("org/missing")


def test_a_gated_repository(served: FakeHub) -> None:
    served.gated.add(REPO)
    with pytest.raises(DraftError, match="org/tiny is gated: accept its terms on"):
        load_draft(REPO)


def test_an_unreachable_hub_is_told_within_seconds(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as listener:  # a port nobody answers on
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    point_hub_at(url, tmp_path / "hub", monkeypatch)
    started = time.monotonic()
    with pytest.raises(DraftError, match="The Hugging Face Hub cannot be reached") as caught:
        load_draft("org/tiny")
    assert time.monotonic() - started < 8
    assert "\n" not in str(caught.value)


def test_a_full_disk_names_the_cache(
    served: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("huggingface_hub.snapshot_download", full)
    with pytest.raises(DraftError, match="Cannot write to the Hugging Face cache") as caught:
        load_draft(REPO)
    assert str(tmp_path / "hub") in str(caught.value)


def test_a_copy_put_there_by_other_tools_is_used(served: FakeHub, tmp_path: Path) -> None:
    load_draft(REPO)
    shutil.rmtree(tmp_path / "hub" / "models--org--tiny" / "trees", ignore_errors=True)
    served.requests.clear()
    load_draft(REPO, offline=True)
    assert served.requests == []


def test_files_are_chosen_by_name() -> None:
    shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    index = "model.safetensors.index.json"
    assert weight_files([*shards, "consolidated.safetensors", index]) == shards
    assert weight_files([*shards, "model.safetensors"]) == ["model.safetensors"]
    assert weight_files(["model.fp16.safetensors", "pytorch_model.bin"]) == []
    assert small_files([index, "tokenizer.json", "onnx/config.json", "x.py", "merges.txt"]) == [
        "merges.txt",
        index,
        "tokenizer.json",
    ]

"""A draft in the cache is kept in the number format that it is used in, too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from specpc.drafts.cache import entries
from specpc.drafts.checksums import DIGESTS
from specpc.drafts.load import load_draft
from specpc.models.lean.load import weights_of
from tests.drafts.tiny import write_gguf

NARROW = "bfloat16.safetensors"


@pytest.fixture
def gguf(cache: Path, tmp_path: Path) -> Path:
    return write_gguf(tmp_path / "tiny.gguf")


def weights(gguf: Path, dtype: str) -> dict[str, torch.Tensor]:
    """Copies: what is mapped changes with its file."""
    model = load_draft(str(gguf), device="cpu", dtype=dtype, lean=True).model
    return {name: tensor.clone() for name, tensor in weights_of(model).items()}


def test_the_second_time_half_the_bytes_are_read(gguf: Path) -> None:
    wide = weights(gguf, "float32")
    [folder] = entries()
    assert not (folder / NARROW).exists()
    first = weights(gguf, "bfloat16")
    assert (folder / NARROW).stat().st_size < 0.6 * (folder / "model.safetensors").stat().st_size
    (folder / "model.safetensors").write_bytes(b"not read")
    again = weights(gguf, "bfloat16")
    assert first.keys() == again.keys() == wide.keys()
    for name, tensor in wide.items():
        assert torch.equal(tensor.to(torch.bfloat16), first[name])
        assert torch.equal(first[name], again[name])


def test_a_file_that_nobody_vouches_for_is_not_read(gguf: Path) -> None:
    weights(gguf, "bfloat16")
    [folder] = entries()
    digests = json.loads((folder / DIGESTS).read_bytes())
    del digests[NARROW]
    (folder / DIGESTS).write_text(json.dumps(digests))
    (folder / NARROW).write_bytes(b"half of it")
    before = weights(gguf, "bfloat16")
    assert NARROW in json.loads((folder / DIGESTS).read_bytes())  # it was made anew
    assert all(torch.equal(before[name], one) for name, one in weights(gguf, "bfloat16").items())


def test_a_cache_that_is_full_does_without(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    weights(gguf, "float32")
    monkeypatch.setattr("specpc.drafts.narrow.replace_file", full)
    assert weights(gguf, "bfloat16")
    [folder] = entries()
    assert not (folder / NARROW).exists()


def test_a_folder_of_the_user_stays_as_it_is(model_folder: Path) -> None:
    before = sorted(model_folder.iterdir())
    assert weights(model_folder, "bfloat16")
    assert sorted(model_folder.iterdir()) == before

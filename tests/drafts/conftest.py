"""A cache of our own, a tiny model, and a Hub on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.drafts.fake_hub import FakeHub, point_hub_at, served
from tests.drafts.tiny import tiny_model, tiny_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of our own, downloads allowed; its folder of drafts."""
    monkeypatch.setenv("SPECPC_CACHE", str(tmp_path / "cache"))
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path / "cache" / "drafts"


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama as save_pretrained writes it."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny_model().save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture
def hub(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A Hub on this machine, and an empty Hub cache."""
    from huggingface_hub.utils import close_session

    fake = FakeHub()
    with served(fake) as url:
        point_hub_at(url, tmp_path / "hub", monkeypatch)
        yield fake
        close_session()

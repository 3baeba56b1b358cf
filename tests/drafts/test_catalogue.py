from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from specpc.drafts.catalogue import (
    DEFAULT_DRAFT,
    KNOWN_DRAFTS,
    HubRepository,
    WheelFile,
    find_draft,
)
from specpc.errors import UnknownDraftError
from specpc.machine.reporting import format_bytes


def test_the_default_is_known_and_needs_no_hub() -> None:
    assert isinstance(find_draft(DEFAULT_DRAFT).source, WheelFile)


def test_names_ignore_case() -> None:
    assert find_draft("Qwen3-0.6B").source == HubRepository("Qwen/Qwen3-0.6B")


def test_what_is_on_disk_wins_over_a_hub_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "org" / "model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert find_draft("org/model").source == Path("org/model")
    assert find_draft("org/other").source == HubRepository("org/other")


def test_a_gguf_file_of_the_hub_is_named_behind_a_colon() -> None:
    assert find_draft("org/model-GGUF:Q8_0").source == HubRepository("org/model-GGUF", "Q8_0")
    for name in ("org/model:", "org/model:a/b", "org/model:a:b", "smollm2-135m:Q8_0"):
        with pytest.raises(UnknownDraftError):
            find_draft(name)


def test_gguf_is_known_by_suffix_or_content(tmp_path: Path) -> None:
    for name, content in (("a.gguf", b"anything"), ("sha256-abc", b"GGUF\x03")):
        path = tmp_path / name
        path.write_bytes(content)
        assert find_draft(str(path)).source == path


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("smolm2-135m", "did you mean 'smollm2-135m'?"),
        ("nonsense", "there is no draft model 'nonsense': draft= takes one of"),
        ("", "there is no draft model '': draft= takes one of"),
        ("missing/model.gguf", "there is no file or folder"),
        ("./missing", "there is no file or folder './missing': draft= takes"),
        ("a/b/c", "there is no draft model"),
        ("org/a--b", "there is no draft model"),
        ("org/..", "there is no draft model"),
    ],
)
def test_unknown_names_say_what_is_known(name: str, told: str) -> None:
    with pytest.raises(UnknownDraftError) as caught:
        find_draft(name)
    assert told in str(caught.value)
    assert all(spec.name in str(caught.value) for spec in KNOWN_DRAFTS)


def test_another_kind_of_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    with pytest.raises(UnknownDraftError, match="is not a GGUF file"):
        find_draft(str(path))


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (92_871_040, "93 MB"), (999_700_000, "1.0 GB")],
)
def test_sizes(count: int, text: str) -> None:
    assert format_bytes(count) == text


def test_importing_and_listing_load_no_torch() -> None:
    code = (
        "import sys; from specpc.drafts import load_draft; "
        "from specpc.drafts.inventory import list_drafts; list_drafts(); "
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

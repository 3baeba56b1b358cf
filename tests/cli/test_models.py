from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from specpc.drafts.inventory import list_drafts
from specpc.errors import DraftError, UnknownDraftError
from specpc_cli.models import app
from tests.drafts.tiny import write_gguf

if TYPE_CHECKING:
    from pathlib import Path

    from tests.drafts.fake_hub import FakeHub


def run(*arguments: str) -> Any:
    """Run the command; what it raises is raised here, as for the error boundary."""
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def listed() -> dict[str, Any]:
    return {record["name"]: record for record in json.loads(run("--json").stdout)}


def test_the_table_names_every_draft(hub: FakeHub) -> None:
    result = run()
    assert result.exit_code == 0
    assert result.stderr == ""
    for name in ("smollm2-135m", "smollm2-360m", "qwen2.5-0.5b", "qwen3-0.6b", "llama-3.2-1b"):
        assert name in result.stdout
    assert "93 MB" in result.stdout
    assert hub.requests == []


def test_a_hub_model_is_pulled_listed_and_removed(hub: FakeHub, model_folder: Path) -> None:
    repo = "Qwen/Qwen3-0.6B"
    hub.repositories[repo] = {path.name: path.read_bytes() for path in model_folder.iterdir()}
    assert not listed()["qwen3-0.6b"]["cached"]

    result = run("pull", "qwen3-0.6b")
    assert result.stderr.startswith("Fetching qwen3-0.6b (Qwen/Qwen3-0.6B, ")
    assert result.stdout.startswith("qwen3-0.6b is ready: /")

    record = listed()["qwen3-0.6b"]
    assert record["cached"]
    size = sum(len(content) for content in hub.repositories[repo].values())
    assert size <= record["cached_bytes"] < size + 5000

    assert run("remove", "qwen3-0.6b").stdout.startswith("Removed qwen3-0.6b: ")
    assert not listed()["qwen3-0.6b"]["cached"]


def test_a_gguf_file_is_converted_listed_and_forgotten(hub: FakeHub, tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "[b]own.gguf")
    result = run("pull", str(path))
    assert result.stderr.startswith("Converting ")
    record = listed()[str(path)]
    assert record["origin"] == "GGUF file"
    assert record["cached_bytes"] > 0
    assert "[b]own.gguf" in run().stdout

    path.unlink()  # what was made of it can still be removed by its name
    assert "freed" in run("remove", str(path)).stdout
    assert str(path) not in listed()


GGUF_REPOSITORIES = {
    "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF": "qwen2.5-coder-0.5b-instruct-{}.gguf",
    "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF": "qwen2.5-coder-1.5b-instruct-{}.gguf",
    "unsloth/gemma-3-270m-it-GGUF": "gemma-3-270m-it-{}.gguf",
}


@pytest.mark.parametrize("repo", GGUF_REPOSITORIES)
def test_a_gguf_file_of_the_hub_is_pulled_listed_and_removed(
    hub: FakeHub, tmp_path: Path, repo: str
) -> None:
    content = write_gguf(tmp_path / "own.gguf").read_bytes()
    names = [GGUF_REPOSITORIES[repo].format(kind) for kind in ("q2_k", "Q4_K_M", "q8_0")]
    hub.repositories[repo] = {"README.md": b"", names[0]: b"", names[1]: content, names[2]: b""}

    result = run("pull", repo)
    fetching, converting = result.stderr.splitlines()
    assert fetching.startswith(f"Fetching {repo} ({names[1]}, ")
    assert converting.startswith(f"Converting {repo} ")
    assert result.stdout.startswith(f"{repo} is ready: /")
    assert hub.files_fetched() == {names[1]}
    hub.requests.clear()
    assert run("pull", repo).stderr == ""  # it is there
    assert hub.requests == []

    record = listed()[repo]
    assert (record["origin"], record["source"]) == ("Hub", names[1])
    assert record["cached_bytes"] > 0
    assert run("remove", repo).stdout.startswith(f"Removed {repo}: ")
    assert repo not in listed()
    assert not list((tmp_path / "hub").glob("models--*/snapshots/*/*"))


def test_another_gguf_file_is_named_by_its_end(hub: FakeHub, tmp_path: Path) -> None:
    repo = "org/tiny-GGUF"
    content = write_gguf(tmp_path / "own.gguf").read_bytes()
    hub.repositories[repo] = {"tiny.Q4_K_M.gguf": b"", "tiny.Q8_0.gguf": content}
    run("pull", f"{repo}:q8_0")
    assert hub.files_fetched() == {"tiny.Q8_0.gguf"}
    assert listed()[f"{repo}:q8_0"]["source"] == "tiny.Q8_0.gguf"
    run("remove", f"{repo}:q8_0")
    with pytest.raises(DraftError, match=f"{repo}:q8_0 is not in the"):
        run("remove", f"{repo}:q8_0")


def test_entries_can_be_removed_by_their_folder_name(hub: FakeHub, tmp_path: Path) -> None:
    run("pull", str(write_gguf(tmp_path / "own.gguf")))
    (other,) = [draft for draft in list_drafts() if draft.origin == "GGUF file"]
    assert other.folder is not None
    run("remove", other.folder.name)
    assert not other.folder.exists()


@pytest.mark.parametrize("name", ["smollm2-135m", "qwen3-0.6b", "org/never-seen"])
def test_removing_what_is_not_there(hub: FakeHub, name: str) -> None:
    with pytest.raises(DraftError, match=f"{name} is not in the"):
        run("remove", name)


def test_own_files_are_never_removed(hub: FakeHub, model_folder: Path) -> None:
    with pytest.raises(DraftError, match="is your own"):
        run("remove", str(model_folder))
    assert (model_folder / "config.json").exists()


@pytest.mark.parametrize("command", ["pull", "remove"])
def test_unknown_names(hub: FakeHub, command: str) -> None:
    with pytest.raises(UnknownDraftError):
        run(command, "nonsense")


@pytest.mark.parametrize("arguments", [(), ("pull",), ("remove",)])
def test_help_is_examples(arguments: tuple[str, ...]) -> None:
    assert "specpc models " in run(*arguments, "--help").stdout

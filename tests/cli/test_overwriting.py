"""No output is written over what it is made of, in any mode and by whatever link (tiny draft)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from specpc.errors import UsageError
from specpc_cli.outputs import check_apart
from tests.command_line import app
from tests.tiny_models import tiny_draft, use_draft

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

TEXT = "".join(f"Sentence number {i} says something about topic {i % 7}.\n" for i in range(20))
PAGE = f"<html><body><p>{TEXT}</p></body></html>"
CHAT = json.dumps([{"role": "tool", "content": TEXT}, {"role": "user", "content": "Topic 3?"}])
ROWS = "".join(json.dumps({"context": TEXT, "text": TEXT, "question": "3?"}) + "\n" for _ in "ab")
SOURCES = {"a.txt": TEXT, "b.txt": TEXT, "a.html": PAGE, "chat.json": CHAT, "rows.jsonl": ROWS}
SOURCES["chats.jsonl"] = json.dumps({"messages": json.loads(CHAT)}) + "\n"
ASK = ["-q", "Topic 3?", "--ratio", "0.3"]
MODES: dict[str, tuple[str, list[str]]] = {
    "one": ("a.txt", ["compress", "a.txt", *ASK]),
    "json": ("a.txt", ["compress", "a.txt", *ASK, "--json"]),
    "page": ("a.html", ["compress", "a.html", *ASK, "--format", "html"]),
    "messages": ("chat.json", ["compress", "chat.json", "--format", "messages"]),
    "requests": ("chats.jsonl", ["compress", "chats.jsonl", "--jsonl", "--format", "messages"]),
    "lines": ("rows.jsonl", ["compress", "rows.jsonl", "--jsonl", "--ratio", "0.3"]),
    "joined": ("b.txt", ["compress", "a.txt", "b.txt", "--together", *ASK, "--template", "{text}"]),
    "joined json": ("b.txt", ["compress", "a.txt", "b.txt", "--together", *ASK, "--json"]),
    "joined folder": ("d/c.txt", ["compress", "d", "--together", *ASK, "--json"]),
    "joined lines": ("rows.jsonl", ["compress", "rows.jsonl", "--jsonl", "--together", *ASK]),
    "view": ("a.txt", ["view", "a.txt", *ASK]),
}


@pytest.fixture(autouse=True)
def _tiny_draft(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_draft(monkeypatch, tiny_draft())
    for name, text in SOURCES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "c.txt").write_text(TEXT)
    monkeypatch.chdir(tmp_path)


def run(*args: str) -> Result:
    return CliRunner().invoke(app, [*args])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def refused(told: Result, name: str) -> None:
    assert told.exit_code == 2, told.output
    assert told.stderr.startswith("specpc: ")
    assert f"{name} would be overwritten by its own output" in told.stderr
    assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize("link", ["itself", "symbolic", "hard", "around"])
@pytest.mark.parametrize("mode", MODES)
def test_onto_its_input(tmp_path: Path, mode: str, link: str) -> None:
    source, args = MODES[mode]
    target = source
    if link == "symbolic":
        (tmp_path / "to").symlink_to(source)
        target = "to"
    elif link == "hard":
        os.link(source, "to")
        target = "to"
    elif link == "around":
        target = f"d/../{source}"
    before = contents(tmp_path)
    refused(run(*args, "-o", target), source)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("mode", ["one", "json", "page", "messages"])
@pytest.mark.parametrize("folder", [".", "d/.."])
def test_into_the_folder_of_its_input(tmp_path: Path, mode: str, folder: str) -> None:
    source, args = MODES[mode]
    before = contents(tmp_path)
    refused(run(*args, "-o", folder), source)
    assert contents(tmp_path) == before


def test_several_files_into_their_folder_by_links(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    os.link("b.txt", "out/b.txt")
    before = contents(tmp_path)
    for mode in ([], ["--together"]):
        refused(run("compress", "a.txt", "b.txt", *ASK, *mode, "-o", "out"), "b.txt")
    (tmp_path / "out" / "b.txt").unlink()
    os.link("b.txt", "out/a.txt.json")
    refused(run("compress", "a.txt", "b.txt", *ASK, "--json", "-o", "out"), "b.txt")
    (tmp_path / "out" / "a.txt.json").rename(tmp_path / "out" / "manifest.jsonl")
    refused(run("compress", "a.txt", "b.txt", *ASK, "-o", "out"), "b.txt")
    assert (tmp_path / "b.txt").read_text() == before["b.txt"].decode()


def test_lines_whose_part_is_the_input(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").rename(tmp_path / "out.part")
    refused(run("compress", "out.part", "--jsonl", "--ratio", "0.3", "-o", "out"), "out.part")
    assert (tmp_path / "out.part").read_text() == ROWS


def test_the_page_of_a_text_that_is_called_as_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    os.link("a.txt", "a/a.txt.html")
    refused(run("view", "a.txt", *ASK, "-o", "a"), "a.txt")
    assert (tmp_path / "a.txt").read_text() == TEXT


def test_a_profile_over_the_questions_it_is_made_of(tmp_path: Path) -> None:
    refused(run("calibrate", "--data", "rows.jsonl", "-o", "rows.jsonl"), "rows.jsonl")
    assert (tmp_path / "rows.jsonl").read_text() == ROWS


@pytest.mark.skipif(os.name != "posix", reason="as POSIX has it")
def test_standard_input_is_a_file(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "specpc_cli", "compress", *ASK, "-o", "a.txt"],
            stdin=file,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "standard input would be overwritten by its own output" in done.stderr
    assert (tmp_path / "a.txt").read_text() == TEXT


def test_other_places_are_free() -> None:
    assert run("compress", "a.txt", *ASK, "-o", "new.txt").exit_code == 0
    assert run("compress", "a.txt", *ASK, "-o", "new.txt").exit_code == 0
    check_apart(["a.txt", "-", os.devnull], ["b.txt", "missing.txt", None, os.devnull])
    with pytest.raises(UsageError):
        check_apart(["missing.txt", "b.txt"], ["b.txt"])

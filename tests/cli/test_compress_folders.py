"""Folders: the tree, bad files, the manifest, and runs that are killed and go on (tiny draft)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from specpc_cli.compress.stats import Totals
from specpc_cli.compress.tree import find_files
from specpc_cli.console import Console
from specpc_cli.progress import FilesProgress
from tests.command_line import app
from tests.tiny_models import byte_tokenizer, tiny_draft, tiny_model, use_draft

if TYPE_CHECKING:
    from typer.testing import Result

TEXT = "".join(f"Sentence number {i} says something about topic {i % 7}.\n" for i in range(20))
ARGS = ["-q", "What about topic 3?", "--ratio", "0.3"]


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, ["compress", *map(str, args)])


@pytest.fixture
def _tiny_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()
    use_draft(monkeypatch, draft)


def write_tree(root: Path, count: int = 3, times: int = 1) -> Path:
    docs = root / "docs"
    for i in range(count):
        path = docs / f"part{i % 2}" / f"f{i}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"File {i}. {TEXT * times}".encode())
    return docs


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def records(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]


def timeless(out: Path) -> list[dict[str, Any]]:
    return [{k: v for k, v in r.items() if k != "seconds"} for r in records(out)]


@pytest.mark.usefixtures("_tiny_draft")
def test_a_tree_with_bad_files(tmp_path: Path) -> None:
    docs = write_tree(tmp_path)
    (docs / "empty.txt").touch()
    (docs / "image.png").write_bytes(b"\x89PNG\0\0")
    (docs / "latin.txt").write_bytes(b"caf\xe9 au lait")
    (docs / "broken.txt").symlink_to(docs / "nowhere")
    (docs / "manifest.jsonl").write_text(TEXT)
    (docs / ".hidden").write_text(TEXT)
    (docs / ".git").mkdir()
    (docs / ".git" / "config").write_text(TEXT)
    (docs / "part0" / "up").symlink_to(docs, target_is_directory=True)
    (docs / "part0" / "other").symlink_to(docs / "part1", target_is_directory=True)
    os.mkfifo(docs / "pipe")
    out = docs / "out"
    result = run(docs, *ARGS, "-o", out, "-v")
    assert result.exit_code == 1
    for told in ("empty.txt is empty", "image.png is a binary", "latin.txt is not valid",
                 "no file", "manifest.jsonl would overwrite", "5 of 9 files",
                 "2 (hidden)", "1 (a link to a folder it is in)", "1 (neither file nor folder)",
                 "pipe: neither"):  # fmt: skip
        assert told in result.stderr, told
    good = ["part0/f0.txt", "part0/f2.txt", "part0/other/f1.txt", "part1/f1.txt"]
    assert sorted(tree(out)) == ["manifest.jsonl", *good]
    assert tree(out)["part1/f1.txt"] == tree(out)["part0/other/f1.txt"]
    header, *made = records(out)
    assert header["specpc"]["ratio"] == 0.3
    assert [r["path"] for r in made if "error" not in r] == good
    assert len([r for r in made if "error" in r]) == 5
    assert all(r["compressed_tokens"] <= 0.3 * r["original_tokens"] for r in made if "output" in r)
    assert "(the output)" in run(docs, *ARGS, "-o", out).stderr


@pytest.mark.usefixtures("_tiny_draft")
def test_only_what_is_not_finished_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs, out = write_tree(tmp_path, 6), tmp_path / "out"
    (docs / "bad.txt").touch()
    assert run(docs, *ARGS, "-o", out).exit_code == 1
    whole, before = tree(out), timeless(out)

    from specpc import Compressor

    plain, read = Compressor.compress, []

    def spy(self: Compressor, text: str, *args: Any, **kwargs: Any) -> Any:
        read.append(text[:7])
        return plain(self, text, *args, **kwargs)

    monkeypatch.setattr(Compressor, "compress", spy)
    (docs / "part0" / "f0.txt").write_text("File 0. " + TEXT + "More.")  # another source
    (out / "part1" / "f1.txt").write_text("changed")  # another output
    (out / "part0" / "f2.txt").unlink()  # none
    with (out / "manifest.jsonl").open("rb+") as file:
        file.truncate((out / "manifest.jsonl").stat().st_size - 9)  # f5 torn in its record
    result = run(docs, *ARGS, "-o", out, "--resume")
    assert "2 of 7 files were finished before" in result.stderr
    assert sorted(read) == ["File 0.", "File 1.", "File 2.", "File 5."]
    after = tree(out)
    changed = {name for name in whole if whole[name] != after[name]}
    assert changed == {"part0/f0.txt", "manifest.jsonl"}
    assert [r.get("path") for r in timeless(out)] == [r.get("path") for r in before]
    refused = run(docs, "--ratio", "0.5", "-o", out, "--resume")
    assert refused.exit_code == 2
    assert "other settings" in refused.stderr


@pytest.mark.usefixtures("_tiny_draft")
def test_everything_finished_needs_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs, out = write_tree(tmp_path), tmp_path / "out"
    assert run(docs, *ARGS, "-o", out).exit_code == 0
    before = tree(out)
    monkeypatch.setattr("specpc.pipeline.compressor.defer_draft", lambda *_args, **_kwargs: 1 / 0)
    result = run(docs, *ARGS, "-o", out, "--resume", "--price", "2")
    assert result.exit_code == 0
    assert "3 texts: " in result.stderr
    assert tree(out) == before


@pytest.mark.usefixtures("_tiny_draft")
def test_a_link_to_itself_stops_no_other(tmp_path: Path) -> None:
    docs, out = write_tree(tmp_path), tmp_path / "out"
    (docs / "self").symlink_to("self")
    (docs / "part0" / "to").symlink_to(docs / "self")
    result = run(docs, *ARGS, "-o", out)
    assert result.exit_code == 1
    assert "2 of 5 files could not be compressed" in result.stderr
    assert "unexpected" not in result.stderr
    assert sorted(name for name in tree(out) if name != "manifest.jsonl") == [
        "part0/f0.txt", "part0/f2.txt", "part1/f1.txt",
    ]  # fmt: skip
    alone = run(docs / "self", *ARGS)
    assert alone.exit_code == 2
    assert "cannot read" in alone.stderr


@pytest.mark.usefixtures("_tiny_draft")
def test_folders_too_deep_to_walk_are_told(tmp_path: Path) -> None:
    docs, out = write_tree(tmp_path), tmp_path / "out"
    deep = docs.joinpath(*"a" * 600)
    deep.mkdir(parents=True)
    (deep / "lost.txt").write_text(TEXT)
    result = run(docs, *ARGS, "-o", out)
    assert result.exit_code == 0
    assert "1 (too deep)" in result.stderr
    assert len(records(out)[1:]) == 3


@pytest.mark.usefixtures("_tiny_draft")
def test_two_runs_into_one_folder_do_not_mix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs, out = write_tree(tmp_path), tmp_path / "out"
    (tmp_path / "by-link").symlink_to(out)
    from specpc import Compressor

    plain, others = Compressor.compress, []

    def spy(self: Compressor, *given: Any, **kwargs: Any) -> Any:
        if not others:
            others.append(None)
            for more in (["-o", out], ["-o", out, "--resume"], ["-o", tmp_path / "by-link"]):
                others.append(run(docs, *ARGS, *more))
        return plain(self, *given, **kwargs)

    monkeypatch.setattr(Compressor, "compress", spy)
    assert run(docs, *ARGS, "-o", out).exit_code == 0
    for other in others[1:]:
        assert other.exit_code == 2
        assert "another run is writing" in other.stderr
        assert len(other.stderr.splitlines()) == 1
    assert sorted(tree(out)) == ["manifest.jsonl", "part0/f0.txt", "part0/f2.txt", "part1/f1.txt"]
    for name, made in tree(out).items():
        if name != "manifest.jsonl":
            assert made.startswith(f"File {name[-5]}.".encode()) or b"File" not in made


@pytest.mark.usefixtures("_tiny_draft")
@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b'{"path": 3}',
        b'{"path": ["part0/f0.txt"], "error": "x"}',
        b'{"path": "part0/f0.txt", "output": "part0/f0.txt"}',
        b'{"path": "part0/f0.txt", "output": 5, "source_sha256": "", "output_sha256": ""}',
        b'{"path": "part0/f0.txt", "output": "part0/f0.txt", "source_sha256": "", '
        b'"output_sha256": "", "original_tokens": "9", "compressed_tokens": 3, "seconds": 1}',
        b"[" * 100_000,
        b'{"path":' * 100_000,
        b"null",
        b"\xff",
    ],
)
def test_a_damaged_manifest_is_told(tmp_path: Path, line: bytes) -> None:
    docs, out = write_tree(tmp_path), tmp_path / "out"
    assert run(docs, *ARGS, "-o", out).exit_code == 0
    whole = (out / "manifest.jsonl").read_bytes()
    (out / "manifest.jsonl").write_bytes(whole + line + b"\n")
    result = run(docs, *ARGS, "-o", out, "--resume")
    assert result.exit_code == 1
    assert "manifest.jsonl is damaged: leave out --resume to start anew" in result.stderr
    (out / "manifest.jsonl").write_bytes(line + b"\n" + whole)
    assert "other settings" in run(docs, *ARGS, "-o", out, "--resume").stderr


@pytest.mark.slow  # runs are killed until one ends
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_run_goes_on_to_the_same_result(tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    tiny_model("llama").save_pretrained(draft)
    byte_tokenizer().save_pretrained(draft)
    docs = write_tree(tmp_path, 40, times=3)
    args = [sys.executable, "-m", "specpc_cli", "compress", docs, *ARGS, "--draft", draft]
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run([*args, "-o", tmp_path / "whole"], check=True, env=env)
    out = tmp_path / "out"
    manifest = out / "manifest.jsonl"
    for done in (5, 20):  # killed twice, in the middle of whatever it is doing
        with subprocess.Popen([*args, "-o", out, "--resume"], env=env) as process:
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline and process.poll() is None:
                if manifest.exists() and manifest.read_bytes().count(b"\n") > done:
                    break
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL, "it was done before it was killed"
    assert len(list(out.rglob("f*.txt"))) < 40
    subprocess.run([*args, "-o", out, "--resume"], check=True, env=env)
    whole, resumed = tree(tmp_path / "whole"), tree(out)
    assert sorted(whole) == sorted(resumed)
    assert all(whole[k] == resumed[k] for k in whole if k != "manifest.jsonl")
    assert timeless(tmp_path / "whole") == timeless(out)


@pytest.mark.usefixtures("_tiny_draft")
@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["docs", "--ratio", "0.3"], 2, "-o DIR or --json"),
        (["docs", "--ratio", "0.3", "-o", "docs"], 2, "into itself"),
        (["docs/part0/f0.txt", "docs/part0/f2.txt", "--ratio", "0.3", "-o", "docs/part0"], 2,
         "overwritten by its own output"),
        (["docs", "--ratio", "0.3", "-o", "a-file"], 2, "is a file"),
        (["empty", "--ratio", "0.3", "-o", "out"], 1, "no files in the folder"),
        (["docs", "--ratio", "0.3", "--json", "--resume"], 2, "--resume needs -o DIR"),
        (["docs", "--ratio", "0.3", "-o", "out", "--price", "-1"], 2, "cannot be -1"),
        (["docs", "--jsonl", "--ratio", "0.3"], 2, "docs is a directory"),
    ],
)  # fmt: skip
def test_mistakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], code: int, told: str
) -> None:
    write_tree(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "a-file").touch()
    monkeypatch.chdir(tmp_path)
    before = tree(tmp_path)
    result = run(*args)
    assert result.exit_code == code
    assert told in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert tree(tmp_path) == before


def test_several_folders_keep_their_names(tmp_path: Path) -> None:
    one, two = write_tree(tmp_path / "a", 1), write_tree(tmp_path / "b", 1)
    two = two.rename(tmp_path / "b" / "notes")
    found = find_files([str(one), str(two), str(one / "part0" / "f0.txt")], tmp_path / "out")
    assert [f.place for f in found.files] == ["docs/part0/f0.txt", "notes/part0/f0.txt", "f0.txt"]


@pytest.mark.usefixtures("_tiny_draft")
def test_stats(tmp_path: Path) -> None:
    docs = write_tree(tmp_path, 2)
    file = docs / "part0" / "f0.txt"
    told = run(file, *ARGS, "--stats").stderr
    size = file.stat().st_size
    assert told.startswith(f"{size:,} -> ")
    assert "saved, in " in told
    stats = json.loads(run(file, *ARGS, "--json", "--price", "2.5").stdout)["stats"]
    assert stats["original_tokens"] == size
    assert stats["tokens_saved"] == size - stats["compressed_tokens"]
    assert stats["money_saved"] == pytest.approx(stats["tokens_saved"] * 2.5e-6)
    result = run(docs, *ARGS, "--json", "--price", "2.5")
    made = [json.loads(line)["stats"] for line in result.stdout.splitlines()]
    saved = sum(m["tokens_saved"] for m in made)
    assert len(made) == 2
    assert f"{saved:,} saved, worth {saved * 2.5e-6:.6g} at 2.5 a million" in result.stderr
    lines = tmp_path / "in.jsonl"
    lines.write_text(json.dumps({"context": TEXT}) + "\n" + json.dumps({"context": TEXT}) + "\n")
    assert "2 texts: " in run(lines, "--jsonl", *ARGS, "--stats").stderr


def test_totals_without_a_price() -> None:
    totals = Totals()
    totals.add(100, 20, 1.5)
    assert totals.line() == "100 -> 20 tokens: 80 saved, in 1.5 s"
    assert totals.fields()["money_saved"] is None


def test_the_bar_follows_bytes() -> None:
    shown: list[tuple[str, float, float]] = []
    progress = FilesProgress(2, 300, show=lambda *told: shown.append(told))
    progress.start("a", 100)
    progress.window(50, 100)
    assert shown[-1][1:] == (50, 300)
    progress.finish(100)
    progress.start("b", 200)
    progress.window(1, 4)
    assert shown[-1][1:] == (150, 300)
    assert shown[-1][0].startswith("1/2 files, ")
    assert shown[-1][0].endswith(" b")
    silent = FilesProgress(1, 1)
    silent.start("a", 1)
    silent.window(1, 2)
    silent.finish(2)
    assert silent.done == 1


def test_one_bar_for_a_text_and_for_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    console = Console(verbose=False, quiet=False)
    with console.progress("Reading") as progress:
        assert progress is not None
        progress(3, 4)
    with console.files(2, 300) as files:
        files.start("[b].txt", 300)
        files.window(1, 4)
    told = capsys.readouterr()
    assert told.out == ""
    for part in ("Reading", " 75%", "0/2 files", "[b].txt", " 25%"):
        assert part in told.err
    quiet = Console(verbose=False, quiet=True)
    with quiet.progress("Reading") as nothing:
        assert nothing is None

"""What reaches the screen: no control characters of names, and no failure where nobody reads."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from specpc_cli import screen
from specpc_cli.console import Console
from specpc_cli.inputs import typed
from tests.command_line import app
from tests.tiny_models import byte_tokenizer, tiny_draft, tiny_model, use_draft

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

posix = pytest.mark.skipif(os.name != "posix", reason="names and streams as POSIX has them")
TEXT = "".join(f"Sentence number {i} says something about topic {i % 7}.\n" for i in range(20))
CLEARED = "\r\x1b[2K"
ASK = ["-q", "Topic 3?", "--ratio", "0.3"]
ESCAPE = "\x1b[31mred\x1b[0m"
NAMES = [f"{ESCAPE}.txt", "two\nlines.txt", "re\rturn.txt", "\x9b31m.txt", "bell\x07\x7f.txt"]


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, args)])


def harmless(told: str) -> None:
    assert not [c for c in told if c != "\n" and (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0)]


@given(st.text())
def test_no_control_character_is_left(text: str) -> None:
    told = screen.in_line(text)
    assert len(told) == len(text)
    assert len(told.splitlines()) == bool(told)
    told.encode()
    harmless(told)
    shown = screen.visible(text)
    assert shown.count("\n") == text.count("\n")
    harmless(shown.replace("\r", "").replace("\t", "").replace("\x85", ""))


@posix
@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_are_shown_and_not_obeyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    use_draft(monkeypatch, tiny_draft())
    folder, empty = tmp_path / "in", tmp_path / "empty"
    for made, text in ((folder, TEXT), (empty, "")):
        made.mkdir()
        (made / name).write_text(text)
    (empty / f".{name}").touch()
    (empty / "good.txt").write_text(TEXT)
    told = [
        run("compress", folder / name, "-v", *ASK, "-o", tmp_path / "o"),
        run("compress", folder, "-v", *ASK, "-o", tmp_path / "out"),
        run("compress", empty, "-v", *ASK, "-o", tmp_path / "out2"),
        run("compress", empty / name, *ASK),
        run("compress", tmp_path / name, *ASK),
        run("compress", folder / name, *ASK, "-o", tmp_path / name / "x"),
        run("compress", folder / name, *ASK, "--unit", name),
        run("view", folder / name, *ASK),
        run("view", tmp_path / name, *ASK),
    ]
    for result in told:
        harmless(result.stderr)
        assert "unexpected" not in result.stderr
    harmless(told[-2].stdout)
    assert told[-2].stdout.splitlines()[-1].startswith(screen.in_line(name))
    assert len(told[2].stderr.splitlines()) == 9


@posix
def test_a_name_that_is_no_utf_8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_draft(monkeypatch, tiny_draft())
    name = os.fsdecode(b"bad\xff.txt")
    (tmp_path / name).write_text(TEXT)
    page = tmp_path / "page.html"
    assert run("view", tmp_path / name, *ASK, "-o", page).exit_code == 0
    assert "bad\ufffd.txt" in page.read_text("utf-8")
    assert run("view", tmp_path / name, *ASK, "-o", tmp_path).exit_code == 0
    assert (tmp_path / f"{name}.html").exists()
    assert "bad\ufffd.txt at 0.3" in run("view", tmp_path / name, *ASK).stdout
    assert run("compress", tmp_path, *ASK, "-o", tmp_path / "out").exit_code == 0


def test_a_name_in_the_bar_is_harmless(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    with Console(verbose=False, quiet=False).files(2, 300) as files:
        files.start("a\x07b\nc.txt", 300)
        files.window(1, 4)
    assert "\x07" not in capsys.readouterr().err


def test_where_messages_cannot_be_written_the_work_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("sys.stderr", Full())
    console = Console(verbose=True, quiet=False)
    console.tell("a")
    console.error("b")


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("draft")
    tiny_model("llama").save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder


def shell(folder: Path, draft: Path, command: str) -> subprocess.CompletedProcess[str]:
    (folder / "a.txt").write_text(TEXT)
    specpc = f"{sys.executable} -m specpc_cli compress -q Topic --draft {draft}"
    return subprocess.run(
        ["bash", "-c", command.replace("SPECPC", specpc)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


@posix
def test_streams_that_are_closed_or_full(tmp_path: Path, draft: Path) -> None:
    good = shell(tmp_path, draft, "SPECPC a.txt").stdout
    assert good
    for hidden in ("-v 2>&-", "<&- 2>&-", "-v 2>/dev/full"):
        done = shell(tmp_path, draft, f"SPECPC a.txt {hidden}")
        assert (done.returncode, done.stdout) == (0, good), hidden
    closed = shell(tmp_path, draft, "SPECPC <&-")
    assert closed.returncode == 2
    assert closed.stderr == "specpc: standard input is closed: name a file\n"
    lines = shell(tmp_path, draft, "SPECPC --jsonl <&-")
    assert lines.stderr == closed.stderr
    wrong = shell(tmp_path, draft, "SPECPC missing.txt 2>&-")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    nowhere = shell(tmp_path, draft, "SPECPC a.txt >&- 2>&-")
    assert nowhere.returncode == 1


@posix
def test_a_locale_without_utf_8(tmp_path: Path, draft: Path) -> None:
    text = "Zürich ist schön. Ja, nein. 日本語。" + "Es regnet. Niemand kam. " * 6
    (tmp_path / "u.txt").write_text(text, "utf-8")
    plain = "LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 PYTHONIOENCODING=ascii:strict"
    asked = "-q 'Ist es schön?' --keep 'schön'"
    good = shell(tmp_path, draft, f"SPECPC u.txt {asked} --gap '…'")
    assert good.stderr == ""
    done = shell(tmp_path, draft, f"{plain} SPECPC u.txt {asked} --gap '…'")
    assert (done.returncode, done.stdout, done.stderr) == (0, good.stdout, "")
    view = f"{sys.executable} -m specpc_cli view --draft {draft} u.txt {asked} --mark schön"
    shown = shell(tmp_path, draft, f"{plain} {view}")
    assert shown.returncode == 0, shown.stderr
    assert "sch\\xf6n" in shown.stdout


@posix
@pytest.mark.parametrize("option", ["-q", "--gap", "--keep"])
def test_what_is_typed_is_utf_8(tmp_path: Path, option: str) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    assert typed(os.fsdecode("schön".encode()), "it") == "schön"
    wrong = run("compress", tmp_path / "a.txt", option, os.fsdecode(b"a\xff"))
    assert wrong.exit_code == 2
    assert "is not valid UTF-8: set the terminal to UTF-8" in wrong.stderr


@posix
def test_a_full_disk_names_the_file(tmp_path: Path, draft: Path) -> None:
    limited = "ulimit -f 1; trap '' XFSZ"
    (tmp_path / "d").mkdir()
    for i in range(3):
        (tmp_path / "d" / f"{i}.txt").write_text(TEXT * 4)
    (tmp_path / "r.jsonl").write_text('{"context": "' + "Some words. " * 900 + '"}\n')
    for command, name in (
        ("SPECPC d/0.txt --ratio 1 -o big.txt", "big.txt"),
        ("SPECPC d --ratio 1 -o out", "out/0.txt"),
        ("SPECPC r.jsonl --jsonl --ratio 1 -o out.jsonl", "out.jsonl.part"),
        ("SPECPC d/0.txt --ratio 1 > /dev/full", "standard output"),
    ):
        done = shell(tmp_path, draft, f"{limited}; {command}")
        assert done.returncode == 1, command
        assert f"{name}: " in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "big.txt").exists()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_what_is_waited_for_is_said_at_once_and_gone_when_something_is_told(
    monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys, "stderr", seen := _Terminal())
    console = Console(verbose=False, quiet=False)
    with console.waiting("Loading"):
        shown = seen.getvalue()
        console.tell("Fetching it")
    waited = "" if term == "dumb" else "Loading ..."
    assert shown == waited
    assert seen.getvalue() == f"{waited}{waited and CLEARED}Fetching it\n"
    with Console(verbose=False, quiet=True).waiting("Loading"):
        pass
    assert seen.getvalue().endswith("Fetching it\n")

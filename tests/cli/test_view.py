"""``specpc view``: the terminal's picture, and one sentence for every mistake (tiny draft)."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from typer.testing import CliRunner

from specpc import Compressor
from specpc.output.picture import Picture, paint
from specpc_cli.view_terminal import show
from tests.command_line import app
from tests.tiny_models import tiny_draft, use_draft

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

TEXT = "".join(f"Sentence {i} says that topic {i % 7} is dull. It is.\n" for i in range(30))
QUESTION = "What of topic 3?"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()
    use_draft(monkeypatch, draft)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def doc(tmp_path: Path) -> Path:
    path = tmp_path / "doc.md"
    path.write_bytes(TEXT.encode())
    return path


def run(*args: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["view", *map(str, args)], input=stdin)


def printed(picture: Picture, **settings: object) -> str:
    file = io.StringIO()
    console = Console(file=file, **settings)  # type: ignore[arg-type]
    show(console, picture, "doc.md", 0.3)
    return file.getvalue()


@pytest.fixture(scope="module")
def picture(tiny: Compressor) -> Picture:
    return paint(tiny.score(TEXT, QUESTION), 0.3)


def kept_text(picture: Picture) -> str:
    return picture.results[picture.ratios.index(0.3)].text


def test_a_pipe_gets_brackets_around_what_is_cut(doc: Path, picture: Picture) -> None:
    result = run(doc, "-q", QUESTION, "--ratio", "0.3")
    assert result.exit_code == 0, result.stderr
    assert "\x1b" not in result.stdout
    text, _, told = result.stdout.partition("\n\n[-cut-], the rest is kept\n")
    assert text.replace("[-", "").replace("-]", "") == TEXT.rstrip("\n")
    kept = "".join(part.partition("-]")[2] for part in f"-]{text}".split("[-"))
    assert kept.split() == kept_text(picture).split()
    result_at = picture.results[picture.ratios.index(0.3)]
    assert f"{result_at.compressed_tokens:,} of {len(TEXT):,} tokens" in told


def test_long_lines_of_a_pipe_are_not_broken(tiny: Compressor) -> None:
    text = "word " * 200
    assert printed(paint(tiny.score(text, QUESTION), 0.3)).index("\n") >= len(text)


def test_a_terminal_dims_exactly_what_is_cut(picture: Picture) -> None:
    shown = printed(picture, force_terminal=True, color_system="256", width=200)
    body = shown[: shown.index("best 5%")]
    kept, dim = [], False
    for run_of_text in body.split("\x1b["):
        codes, found, content = run_of_text.partition("m")
        if found and codes.replace(";", "").isdigit():
            dim = "2" in codes.split(";")
            kept.append("" if dim else content)
        else:
            kept.append(run_of_text)
    assert "".join(kept).split() == kept_text(picture).split()


def test_no_colour_where_none_is_wanted(picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shown = printed(picture, force_terminal=True, color_system="256", width=100)
    assert "38;5" not in shown
    assert "\x1b[2m" in shown  # still dimmed


def test_a_narrow_terminal_breaks_lines(picture: Picture) -> None:
    shown = printed(picture, force_terminal=True, color_system=None, width=20)
    assert max(map(len, shown.splitlines())) > 20  # no styles: like a pipe
    shown = printed(picture, force_terminal=True, color_system="256", no_color=True, width=20)
    bare = shown.replace("\x1b[0m", "").replace("\x1b[2m", "").replace("\x1b[1m", "")
    assert max(map(len, bare.splitlines())) <= 20


def test_escape_sequences_of_the_text_do_not_reach_the_terminal(tiny: Compressor) -> None:
    text = TEXT + "\x1b]0;owned\x07 \x1b[2J\x9b2J [bold]no markup[/bold] :smile: \x00\x7f."
    for settings in ({}, {"force_terminal": True, "color_system": "256", "width": 300}):
        shown = printed(paint(tiny.score(text, QUESTION), 0.3), **settings)
        assert not {"\x07", "\x9b", "\x00", "\x7f"} & set(shown)
        assert "\x1b]" not in shown
        assert "\x1b[2J" not in shown
        assert "␛]0;owned␇" in shown
        assert "[bold]no markup[/bold] :smile:" in shown


def test_marks_tell_where_they_are_kept(doc: Path) -> None:
    told = run(doc, "-q", QUESTION, "--mark", "topic 3 is").stdout.splitlines()
    lines = [line for line in told if line.startswith("'topic 3 is' in line ")]
    assert len(lines) == TEXT.count("topic 3 is")
    assert all(": kept; " in line or ": cut; " in line for line in lines)
    many = run(doc, "-q", QUESTION, "--mark", "dull").stdout.splitlines()
    assert many[-1] == "20 more places of 'dull'"


def test_the_page_is_written_whole_or_not_at_all(doc: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    result = run(doc, "-q", QUESTION, "-o", page)
    assert (result.exit_code, result.stdout) == (0, "")
    good = page.read_bytes()
    assert good.startswith(b"<!doctype html>")
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"\xff")
    assert run(bad, "-o", page).exit_code == 1
    assert page.read_bytes() == good
    (tmp_path / "pages").mkdir()
    assert run("-", "-o", tmp_path / "pages", stdin=TEXT.encode()).exit_code == 0
    assert (tmp_path / "pages" / "stdin.html").read_bytes().startswith(b"<!doctype html>")


def test_the_page_is_opened(doc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: not opened.append(url))
    page = tmp_path / "page.html"
    assert run(doc, "-o", page, "--open").stderr == f"opened {page}\n"
    assert opened == [page.as_uri()]
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run(doc, "--open").exit_code == 0
    assert opened[1].startswith(tmp_path.as_uri())
    monkeypatch.setattr("webbrowser.open", lambda url: False)
    failed = run(doc, "-o", page, "--open")
    assert failed.exit_code == 1
    assert failed.stderr == f"specpc: there is no browser to show it: open {page} yourself\n"


def test_the_pager_gets_colours(
    picture: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from specpc_cli.view import show_picture

    seen = tmp_path / "seen"
    monkeypatch.setattr("pydoc.pager", seen.write_text)
    monkeypatch.setenv("LESS", "")  # so that it is put back afterwards
    monkeypatch.delenv("LESS")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    show_picture(picture, "doc.md", 0.3, pager=True)
    assert "\x1b[2m" in seen.read_text()
    assert os.environ["LESS"] == "FRX"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--ratio", "1.5"], "the ratio is the fraction"),
        (["--mark", "nowhere"], "'nowhere' does not occur in the text"),
        (["--mark", ""], "a text to mark is empty"),
        (["--pager", "-o", "x.html"], "--pager is for the terminal"),
        (["-o", "no/such/folder.html"], "there is no folder"),
        (["-o", "DOC"], "would be overwritten by its own output"),
        (["-q", "a?", "--question-file", "DOC"], "not both"),
        (["-q", " "], "the question is empty"),
    ],
)
def test_one_sentence_for_a_wrong_request(doc: Path, args: list[str], told: str) -> None:
    result = run(doc, *(str(doc) if arg == "DOC" else arg for arg in args))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert doc.read_text() == TEXT


def test_a_missing_file(tmp_path: Path) -> None:
    result = run(tmp_path / "none.md", "-o", tmp_path / "page.html")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no file" in result.stderr


def test_protected_units_are_shown_as_compress_keeps_them(doc: Path) -> None:
    options = ["-q", QUESTION, "--keep", "topic 5", "--keep-first", "2", "--tokenizer", "words"]
    shown = run(doc, *options, "--ratio", "0.4").stdout.partition("\n\n[-cut-]")[0]
    kept = "".join(part.partition("-]")[2] for part in f"-]{shown}".split("[-"))
    compressed = CliRunner().invoke(app, ["compress", str(doc), *options, "--ratio", "0.4"])
    assert kept.split() == compressed.stdout.split()
    assert kept.count("topic 5") == TEXT.count("topic 5")

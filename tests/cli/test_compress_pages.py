"""Pages and documents on the command line (tiny draft)."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_compress import _tiny_draft, run  # noqa: F401 - a fixture for all tests
from tests.machine.test_documents import docx, pdf
from tests.structure.markup.test_html import PAGE, Balance

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


@pytest.fixture
def _markitdown(monkeypatch: pytest.MonkeyPatch) -> None:
    def convert(*_args: object, **_kwargs: object) -> SimpleNamespace:
        return SimpleNamespace(markdown="# Rules\n\nThe boat leaves at 9. Dogs are free.\n")

    made = SimpleNamespace(convert_stream=convert)
    fake = SimpleNamespace(MarkItDown=lambda **_: made, StreamInfo=SimpleNamespace)
    monkeypatch.setitem(sys.modules, "markitdown", fake)


def test_of_a_page_come_its_words_as_slices_of_the_source(page: Path) -> None:
    result = run(page, "-q", "What is the fee of Vela?", "--ratio", "0.15", "--json", "-Q")
    made = json.loads(result.stdout)
    slices = [PAGE[start:end] for start, end in made["spans"]]
    assert made["compressed"] == "".join(slices)
    assert made["original_tokens"] == len(PAGE)  # the tiny draft has a token a byte
    assert 0 < made["compressed_tokens"] <= 0.15 * len(PAGE)
    assert "<div" not in made["compressed"]
    assert "script" not in made["compressed"]


def test_where_all_words_fit_nothing_else_is_cut(page: Path) -> None:
    result = run(page, "-q", "What is the fee?", "--ratio", "0.9", "-Q")
    assert result.stdout.startswith("Harbour\nHome<li>Fees\nThe harbour\n")
    assert result.stdout.endswith("make all\nmake clean\n")


def test_format_html_keeps_html(page: Path) -> None:
    result = run(page, "-q", "What is the fee?", "--ratio", "0.5", "--format", "html", "-Q")
    assert "<html>" in result.stdout
    assert Balance(result.stdout).sound


@pytest.mark.parametrize("unit", ["sentence", "line", "word", "token", "paragraph"])
def test_every_unit_reads_words(page: Path, unit: str) -> None:
    result = run(page, "-q", "What is the fee?", "--ratio", "0.2", "--unit", unit, "-Q")
    assert result.exit_code == 0
    assert "<div" not in result.stdout
    assert "color" not in result.stdout


def test_documents_together_and_in_messages_are_read_alike(page: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("The fee is due. It is paid in euros.\n" * 5, encoding="utf-8")
    result = run(page, notes, "--together", "-q", "What fee?", "--ratio", "0.4", "--json", "-Q")
    made = json.loads(result.stdout)
    assert "<div" not in made["compressed"]
    for document, source in zip(made["documents"], (PAGE, notes.read_text()), strict=True):
        start = document["position"]
        kept = made["compressed"][start : start + document["length"]]
        assert kept == "".join(source[low:high] for low, high in document["spans"])
        assert document["original_tokens"] == len(source)
    chat = tmp_path / "chat.json"
    turns = [{"role": "tool", "content": PAGE}, {"role": "user", "content": "What fee?"}]
    chat.write_text(json.dumps(turns), encoding="utf-8")
    result = run(chat, "--format", "messages", "--ratio", "0.4", "-Q")
    assert "<div" not in json.loads(result.stdout)[0]["content"]


@pytest.mark.parametrize("name", ["report.pdf", "-"])
def test_without_the_extra_a_document_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "markitdown", None)
    (tmp_path / "report.pdf").write_bytes(pdf("x"))
    result = run(name if name == "-" else tmp_path / name, "-q", "x", stdin=pdf("x"))
    assert result.exit_code == 2
    assert result.stderr.endswith('the package markitdown: pip install "specpc[documents]"\n')
    shown = "standard input" if name == "-" else str(tmp_path / name)
    assert result.stderr.startswith(f"specpc: {shown} is a PDF file, and reading it needs")


@pytest.mark.usefixtures("_markitdown")
def test_spans_of_a_document_are_of_its_text_which_a_ratio_of_1_writes(tmp_path: Path) -> None:
    file = tmp_path / "rules.docx"
    file.write_bytes(docx("x"))
    assert run(file, "--ratio", "1", "-o", tmp_path / "rules.md", "-Q").exit_code == 0
    text = (tmp_path / "rules.md").read_text(encoding="utf-8")
    assert text == "# Rules\n\nThe boat leaves at 9. Dogs are free.\n"
    made = json.loads(run(file, "-q", "When?", "--ratio", "0.8", "--json", "-Q").stdout)
    assert made["compressed"] == "".join(text[low:high] for low, high in made["spans"])


@pytest.mark.usefixtures("_markitdown")
def test_the_text_of_a_document_is_not_called_one(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    (folder / "rules.docx").write_bytes(docx("x"))
    (folder / "more.txt").write_text("The boat is red. It is new.\n", encoding="utf-8")
    assert run(folder, "-q", "When?", "--ratio", "0.8", "-o", out, "-Q").exit_code == 0
    assert (out / "rules.docx.md").read_text(encoding="utf-8").startswith("# Rules")
    assert (out / "more.txt").exists()
    single = tmp_path / "single"
    single.mkdir()
    run(folder / "rules.docx", "-q", "When?", "--ratio", "0.8", "-o", single, "-Q")
    assert [path.name for path in single.iterdir()] == ["rules.docx.md"]

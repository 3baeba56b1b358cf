"""Every kind of text is recognised, and Markdown keeps what belongs together."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from specpc.pipeline.documents import Document
from specpc.structure import lay_out
from specpc.structure.units import lay_out_joined, lay_out_units
from specpc.text.joined import JoinedTexts
from specpc.text.layout import Layout
from specpc.text.units import segment
from tests.command_line import app
from tests.structure.kept import fitted
from tests.tiny_models import tiny_draft, use_draft

if TYPE_CHECKING:
    from pathlib import Path

    from specpc import Compressor

MARKDOWN = """# Harbour

First words. Second words.

## Fees

| ship | fee |
|------|-----|
| Asta | 12  |
| Vela | 15  |

```sh
make all
```
"""
BLOCKS = [
    "# Head\n", "Some text. More text.\n", "\n", "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n",
    "```py\nx = 1\n```\n", "~~~\nopen\n", "> quoted\n> text\n\n", "- item\n\n  ```\n  x\n  ```\n",
    "<div>\n```\n</div>\n\n", "Under\n=====\n",
]  # fmt: skip


def kept(layout: Layout, text: str, chosen: list[int]) -> str:
    edges = layout.edges.tolist()
    return "".join(text[edges[p] : edges[p + 1]] for p in layout.complete(chosen))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"a": [1, 2], "b": "text"}', "json"),
        ('{"a": 1}\n{"a": 2}\n{"a": 3}\n', "json lines"),
        ("name,fee\nAsta,12\nVela,15\nPelorin,9\n", "table"),
        (MARKDOWN, "markdown"),
        ("It rained. Nobody came.", "sentence"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert lay_out(text).kind == kind


JSON_TEXT = '{"a": [1, 2], "b": "text"}'


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("fees.csv", "Asta,12\nVela,15\n", "table"),
        ("fees.tsv", "Asta\t12\nVela\t15\n", "table"),
        ("fees.txt", "Asta,12\nVela,15\n", "sentence"),
        ("page.html", "<p>One.</p>", "html"),
        ("page.HTM", "One.", "html"),
        ("notes.md", "<p>One.</p>", "markdown"),
        ("a.py", "import os\nx = 1\n", "code"),
        ("a.py", JSON_TEXT, "code"),
        ("README.md", "import os\nimport sys\n\ndef f(x):\n    return x\n", "sentence"),
        ("a.json", JSON_TEXT, "json"),
        ("a.jsonl", '{"a": 1}\n{"a": 2}\n', "json lines"),
        ("a.json", "It rained. Nobody came.", "sentence"),
        ("a.csv", "It rained. Nobody came.", "sentence"),
        ("a.log", "2024-05-01 12:00:00 INFO up\n" * 5, "log"),
        ("/tmp/x.y/chat", "Ann: Hi.\nBob: Hello.\n" * 5, "transcript"),
        ("-", JSON_TEXT, "json"),
        ("", JSON_TEXT, "json"),
    ],
)
def test_the_name_of_a_file_is_a_hint(name: str, text: str, kind: str) -> None:
    assert lay_out(text, name).kind == kind


def test_documents_are_laid_out_by_their_names() -> None:
    texts = ["Asta,12\nVela,15\n", "Asta,12\nVela,15\n"]
    source = JoinedTexts.of(texts, ("a.csv", "a.txt"))
    layout = lay_out_joined(source, "structure", len(source.text))
    whole = [piece < 3 for piece in sorted(layout.whole)]
    assert whole == [True]
    assert lay_out_units(texts[0], "structure", name="a.csv").kind == "table"


def test_headings_headers_and_fences_come_along() -> None:
    layout = lay_out(MARKDOWN)
    edges = layout.edges.tolist()
    texts = [MARKDOWN[a:b] for a, b in pairwise(edges)]
    row = next(i for i, text in enumerate(texts) if "Vela" in text)
    assert kept(layout, MARKDOWN, [row]) == (
        "# Harbour\n\n## Fees\n\n| ship | fee |\n|------|-----|\n| Vela | 15  |\n\n"
    )
    code = next(i for i, text in enumerate(texts) if "make" in text)
    assert kept(layout, MARKDOWN, [code]) == ("# Harbour\n\n## Fees\n\n```sh\nmake all\n```\n")


@given(st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=12).map("".join))
def test_any_markdown_is_tiled(text: str) -> None:
    if not text.strip():
        return
    layout = lay_out(text)
    edges = layout.edges.tolist()
    assert (edges[0], edges[-1]) == (0, len(text))
    assert all(a < b for a, b in pairwise(edges))
    assert layout.units.any()


@given(st.text(st.sampled_from("abc .,\n"), min_size=1))
def test_prose_is_cut_as_before(text: str) -> None:
    if text.strip() and lay_out(text).kind == "sentence":
        edges, sentences = lay_out(text).edges.tolist(), segment(text, "sentence")
        # Lines that are no sentences are values, and whole.
        assert edges == sentences or ("\n" in text.strip() and set(edges) < set(sentences))


# Nothing but the name tells that the first row is a header.
SHIPS = "Ship,Home\nAsta,Bergen\nVela,Turku\nRosa,Kiel\nLuna,Riga\n"


@pytest.fixture
def _tiny_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()
    use_draft(monkeypatch, draft)


@pytest.mark.usefixtures("_tiny_draft")
@pytest.mark.parametrize("several", [False, True])
def test_the_command_line_gives_the_name(tmp_path: Path, several: bool) -> None:
    files = [tmp_path / f"{n}.csv" for n in range(1 + several)]
    for file in files:
        file.write_text(SHIPS)
    out = tmp_path / "out"
    args = ["-q", "Which home has Rosa?", "--unit", "structure", "--ratio", "0.6"]
    result = CliRunner().invoke(app, ["compress", *map(str, files), *args, "-o", str(out)])
    assert result.exit_code == 0, result.stderr
    for file in files:
        made = (out / file.name if several else out).read_text()
        assert made.startswith("Ship,Home\n")
        assert 1 < made.count("\n") < SHIPS.count("\n")


def test_documents_give_their_names(tiny: Compressor) -> None:
    documents = [Document("a.csv", SHIPS), Document("b.csv", SHIPS)]
    compressor = replace(tiny, unit="structure")
    made = compressor.compress_documents(documents, "Rosa?", ratio=0.6, min_per_document=1)
    assert [document.text.partition("\n")[0] for document in made.documents] == ["Ship,Home"] * 2


STORY = " ".join(
    f"Ship {n} lay at berth {n * 7 % 31} with {n * 3} crates of fish." for n in range(110)
)


@pytest.mark.parametrize(
    "text",
    [
        f"# {STORY}\n",
        f"{STORY}\n=====\n",
        f"> {STORY}\n",
        f"- {STORY}\n",
        f"**{STORY}**\n",
        f"| a | b |\n|---|---|\n| x | {STORY} |\n| y | z |\n",
        f"<div>{STORY}</div>\n",
        f"```\n{STORY}\n```\n",
        f'{{"story": "{STORY}"}}',
        f'a,b\n1,"{STORY}"\n2,"none"\n3,"none"\n',
        f"User: {STORY}\n",
        f"From: a@b.no\nTo: c@d.no\nSubject: ships\n\n{STORY}\n",
        f"2024-01-02 12:00:00 INFO {STORY}\n2024-01-02 12:00:01 INFO end\n",
        f'Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: {STORY}\n',
    ],
)
def test_one_long_line_is_cut_between_sentences(text: str) -> None:
    for seed in range(3):
        assert fitted(lay_out(text), text, 0.2, seed, whole=True)

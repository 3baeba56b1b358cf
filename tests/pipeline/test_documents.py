"""Several documents under one budget (tiny draft, and pure functions)."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from specpc import Compressor
from specpc.errors import BudgetError, InputError, UsageError
from specpc.models.windows import cut_part_windows
from specpc.options import Protection
from specpc.output.fields import documents_fields
from specpc.output.locate import SlicedText, locate
from specpc.pipeline.documents import Document, fill
from tests.command_line import app
from tests.tiny_models import use_draft

if TYPE_CHECKING:
    from typer.testing import Result

relaxed = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
words = st.sampled_from(
    ["A fox. ", "Two\r\nhares.\n", "\n", "Drei Bären! ", "四只猫。", "Five\tgeese. ", "x",
     "<specpc:keep>Six.</specpc:keep> "]
)  # fmt: skip
texts = st.lists(
    st.lists(words, min_size=1, max_size=8).map("".join).filter(str.strip), min_size=1, max_size=5
)


def named(bodies: list[str]) -> list[Document]:
    return [Document(f"doc{i}", body) for i, body in enumerate(bodies)]


@relaxed
@given(
    texts,
    st.sampled_from([None, "Which?"]),
    st.sampled_from(["auto", "sentence", "line", "paragraph", "word", "token"]),
    st.floats(0.1, 1),
    st.sampled_from(["## {name}\n{text}\n\n", "{text}", "<{name}>{text}</{name}>"]),
    st.sampled_from(["", " [...] "]),
)
def test_budget_names_and_offsets(
    tiny: Compressor,
    bodies: list[str],
    question: str | None,
    unit: str,
    ratio: float,
    template: str,
    gap: str,
) -> None:
    documents = named(bodies)
    compressor = replace(tiny, unit=unit)
    try:
        result = compressor.compress_documents(
            documents, question, ratio=ratio, template=template, gap=gap, marks=True
        )
    except BudgetError:
        return
    count = tiny.reader.encoder.count
    assert result.total.compressed_tokens == count(result.text) <= result.total.budget
    assert [d.name for d in documents if d.name not in result.dropped] == [
        d.name for d in result.documents
    ]
    sources = {d.name: d.text for d in documents}
    for document, position in zip(result.documents, result.positions, strict=True):
        assert result.text[position : position + len(document.text)] == document.text
        assert document.text.strip()
        source = sources[document.name]
        assert all(a.end < b.start for a, b in pairwise(document.spans))
        for span, at in zip(document.spans, document.positions, strict=True):
            piece = source[span.start : span.end]
            assert document.text[at : at + len(piece)] == piece
    for document in documents:
        protected = document.text.count("<specpc:keep>")
        kept = [d.text for d in result.documents if d.name == document.name]
        assert not protected or kept[0].count("Six.") == protected
    again = SlicedText.from_json(json.loads(json.dumps(documents_fields(result))))
    assert again == SlicedText.of(result)


@relaxed
@given(texts, st.sampled_from([None, "Which?"]), st.integers(1, 40), st.integers(1, 400))
def test_each_document_keeps_its_least(
    tiny: Compressor, bodies: list[str], question: str | None, least: int, budget: int
) -> None:
    documents = named(bodies)
    try:
        result = tiny.compress_documents(
            documents, question, target_tokens=budget, min_per_document=least, template="{text}"
        )
    except BudgetError as error:
        assert "budget" in str(error)
        return
    assert not result.dropped
    for document in result.documents:
        assert document.compressed_tokens >= min(least, document.original_tokens)


def test_the_budget_is_spent_where_it_matters(tiny: Compressor) -> None:
    """The best sentence of any document comes first: as in one text of them all."""
    bodies = [
        "".join(f"Document {d}, sentence {i}: {'abc'[d] * 9}. " for i in range(12))
        for d in range(3)
    ]
    bodies.append("A small one.")
    result = tiny.compress_documents(named(bodies), "Which sentence?", ratio=0.2, template="{text}")
    tokens = [d.compressed_tokens / d.original_tokens for d in result.documents]
    assert max(tokens) > 1.2 * min(tokens) or result.dropped
    assert result.total.compressed_tokens >= 0.9 * result.total.budget


def test_patterns_and_counts_hold_in_each_document(tiny: Compressor) -> None:
    bodies = ["".join(f"Part {d}, number {i}. " for i in range(20)) for d in range(3)]
    keep = Protection((r"\A.*?\.", "number 7"), last=1)
    result = tiny.compress_documents(named(bodies), "Which?", ratio=0.5, keep=keep)
    for d, document in enumerate(result.documents):
        for i in (0, 7, 19):
            assert f"Part {d}, number {i}." in document.text
    with pytest.raises(BudgetError, match=r"must be kept takes [\d,]+ tokens"):
        tiny.compress_documents(named(bodies), "Which?", target_tokens=80, keep=Protection((".+",)))


def test_mistakes_in_python(tiny: Compressor) -> None:
    good = Document("a", "Some text. More text.")
    for documents, told in [
        ([], "no documents"),
        ([good, good], "several documents are called a"),
        ([good, Document("b", " \n")], "b is empty"),
        (
            [good, Document("b", "<specpc:keep>")],
            "b: the mark <specpc:keep> in line 1 is never closed",
        ),
    ]:
        with pytest.raises(InputError, match=told):
            tiny.compress_documents(documents, "Q?", ratio=0.5, marks=True)
    with pytest.raises(UsageError, match="the documents must be a list of Document, not int 5"):
        tiny.compress_documents(5, "Q?", ratio=0.5)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"needs \{text\} once"):
        tiny.compress_documents([good], "Q?", ratio=0.5, template="{name}")
    with pytest.raises(UsageError, match="negative"):
        tiny.compress_documents([good], "Q?", ratio=0.5, min_per_document=-1)
    with pytest.raises(BudgetError, match="no room for the names"):
        tiny.compress_documents([good], "Q?", target_tokens=22, template="x" * 40 + "{text}")


def test_a_template_is_filled_once() -> None:
    assert fill("<{name}>{text}</{name}>", "{text}", "{name}") == "<{text}>{name}</{text}>"


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(8, 40))
def test_only_long_documents_are_cut_into_windows(sizes: list[int], limit: int) -> None:
    starts = np.concatenate(([0], np.cumsum(sizes)))
    windows = cut_part_windows(starts[:-1].tolist(), np.arange(starts[-1]), int(starts[-1]), limit)
    assert [a for a, _ in windows] == [0, *(b for _, b in windows[:-1])]
    assert windows[-1][1] == starts[-1]
    assert all(0 < b - a <= limit for a, b in windows)
    ends = {b for _, b in windows}
    for low, high in pairwise(starts.tolist()):
        if high - low <= limit:
            assert not any(low < end < high for end in ends)
    for (a, b), (_, c) in pairwise(windows):
        edges = starts.tolist()
        if b in edges and a in edges and c in edges:
            following = edges[edges.index(b) + 1]
            assert following - a > limit  # nothing more would have fitted


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: Compressor) -> Path:
    use_draft(monkeypatch, tiny.draft)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "docs"
    (folder / "sub").mkdir(parents=True)
    for i, name in enumerate(["a.md", "b.md", "sub/c.md"]):
        body = "".join(f"File {name}, sentence {n}.\r\n" for n in range(10 + i))
        (folder / name).write_bytes(body.encode())
    (folder / ".hidden").touch()
    return folder


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, ["compress", "--together", *map(str, args)])


ARGS = ["-q", "Which sentence?", "--ratio", "0.4"]


def test_joined_and_located(docs: Path) -> None:
    plain = run("docs", *ARGS)
    assert plain.exit_code == 0
    assert "skipped: 1 (hidden)" in plain.stderr
    assert plain.stdout.startswith("## docs/a.md\nFile a.md")
    made = json.loads(run("docs", *ARGS, "--json", "--price", "3").stdout)
    assert made["compressed"].encode() == plain.stdout_bytes
    assert made["stats"]["tokens_saved"] == made["original_tokens"] - made["compressed_tokens"]
    sliced = SlicedText.from_json(made)
    document = made["documents"][-1]
    source = Path(document["name"]).read_bytes().decode()
    start, end = document["spans"][0]
    ((place, *_), *_) = locate(sliced, source[start:end])
    assert (place.document, place.start) == (document["name"], start)
    Path("r.json").write_text(json.dumps(made))
    told = CliRunner().invoke(app, ["locate", "r.json", source[start:end]]).stdout
    assert told.startswith(f"{document['name']}:{source.count(chr(10), 0, start) + 1}:1: ")


def test_a_folder_of_documents(docs: Path) -> None:
    (docs / "bad.md").touch()
    result = run("docs", *ARGS, "-o", "out", "--min-per-document", "20", "--stats")
    assert result.exit_code == 1
    assert "bad.md is empty" in result.stderr
    assert "1 of 4 documents" in result.stderr
    assert "saved, in" in result.stderr
    out = {str(p.relative_to("out")): p.read_bytes() for p in Path("out").rglob("*.md")}
    assert sorted(out) == ["a.md", "b.md", "sub/c.md"]
    for name, data in out.items():
        lines = (docs / name).read_bytes().splitlines(keepends=True)
        assert all(line in lines for line in data.splitlines(keepends=True))


def test_dropped_documents_are_said(docs: Path) -> None:
    options = ["-q", "Which?", "--target-tokens", "70", "--template", "{name}\\n{text}"]
    result = run("docs", *options, "-o", "joined.txt")
    assert result.exit_code == 0
    assert len(Path("joined.txt").read_bytes()) <= 70
    assert "documents were dropped: docs/" in result.stderr
    assert json.loads(run("docs", *options, "--json").stdout)["dropped"]


def test_nothing_of_an_earlier_run_is_left(docs: Path) -> None:
    assert run("docs", "-q", "Which?", "--ratio", "0.9", "-o", "out").exit_code == 0
    before = set(Path("out").rglob("*.md"))
    result = run("docs", "-q", "Which?", "--target-tokens", "70", "-o", "out")
    assert "documents were dropped" in result.stderr
    assert set(Path("out").rglob("*.md")) < before


def test_json_lines_are_documents(docs: Path) -> None:
    lines = [{"id": f"d{i}", "text": f"Line {i}. " * 9} for i in range(3)]
    data = "\n".join(map(json.dumps, [*lines, {"id": 9}, {"text": 3}])) + "\n{oops\n"
    Path("in.jsonl").write_text(data)
    result = run("in.jsonl", "--jsonl", *ARGS, "--json")
    assert result.exit_code == 1
    for told in (
        "line 4: no field 'text'",
        "line 5: the field 'text' is not a string",
        "line 6: not",
        "3 of 6 documents",
    ):
        assert told in result.stderr
    made = json.loads(result.stdout)
    assert {*made["dropped"], *(d["name"] for d in made["documents"])} == {"d0", "d1", "d2"}


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["docs", "--ratio", "0.4", "--resume"], 2, "leave out --resume"),
        (["docs", "--ratio", "0.4", "--template", "{name}"], 2, "{text} once"),
        (["docs", "--ratio", "0.4", "-o", "docs/a.md"], 2, "is a file"),
        (["docs", "--ratio", "0.4", "--min-per-document", "-3"], 2, "negative"),
        (["docs", "--ratio", "0.4", "-o", "no/where"], 2, "no folder no"),
        (["empty", "--ratio", "0.4"], 1, "no documents"),
        (["docs", "docs", "--ratio", "0.4"], 1, "several documents are called"),
    ],
)
def test_mistakes(docs: Path, args: list[str], code: int, told: str) -> None:
    Path("empty").mkdir()
    (docs / ".hidden").unlink()
    result = run(*args)
    assert result.exit_code == code
    assert told in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


def test_options_that_need_together(docs: Path) -> None:
    result = CliRunner().invoke(
        app, ["compress", str(docs / "a.md"), "--ratio", "1", "--template", "{text}"]
    )
    assert result.exit_code == 2
    assert "go with --together" in result.stderr

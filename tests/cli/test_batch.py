"""``specpc batch`` from end to end, with one worker in this process (tiny draft)."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from specpc import Compressor
from specpc.batch.processes import find_slots
from specpc.batch.storage import Location
from specpc.batch.work import Work
from tests.batch.corpora import HerePool, read_bad, read_parts, some_rows, write_lines, write_table
from tests.command_line import app
from tests.tiny_models import tiny_draft, use_draft

pytestmark = pytest.mark.usefixtures("pools")


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> list[HerePool]:
    """The pools that were used."""
    draft, made = tiny_draft(), []

    def make(engine: str, work: Work, workers: int | None) -> HerePool:
        made.append(HerePool(work))
        return made[-1]

    use_draft(monkeypatch, draft)
    monkeypatch.setattr("specpc_cli.batch._pool", make)
    return made


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["batch", *map(str, args), "--ratio", "0.3"])


def tree(out: Path) -> dict[str, Any]:
    names = sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())
    return {"names": names, "rows": read_parts(out), "bad": read_bad(out)}


def test_json_lines(tmp_path: Path, tiny: Compressor) -> None:
    rows = some_rows(5)
    rows[1]["seconds"] = "the user's own, replaced"
    rows[3] = {"id": 3, "text": "no context"}
    source = write_lines(tmp_path / "in.jsonl", rows)
    with source.open("ab") as file:
        file.write(b'\nnot JSON\n["no object"]\n{"context": "caf\xe9"}\n')
    out = tmp_path / "out"
    result = run(source, out, "-q", "Topic 2?", "--part-rows", 3)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "4 texts: " in result.stderr
    assert f"4 of 8 rows could not be compressed: {out}/_bad-rows says why" in result.stderr
    assert tree(out)["names"] == [
        "_bad-rows/part-00001.jsonl",
        "_bad-rows/part-00002.jsonl",
        "_specpc.json",
        *(f"part-0000{i}.jsonl" for i in range(3)),
    ]
    made = read_parts(out)
    assert [row["id"] for row in made] == [0, 1, 2, 4]
    for row, given in zip(made, [rows[i] for i in (0, 1, 2, 4)], strict=True):
        expected = tiny.compress(given["context"], given["question"] or "Topic 2?", ratio=0.3)
        assert list(row) == ["id", "question", "compressed", "spans", "original_tokens",
                             "compressed_tokens", "tokenizer"]  # fmt: skip
        assert row["compressed"] == expected.text
        assert row["spans"] == [[span.start, span.end] for span in expected.spans]
    assert isinstance(
        json.loads((out / "part-00000.jsonl").read_text().split("\n")[1])["seconds"], float
    )
    bad = read_bad(out)
    assert [(row["file"], row["row"], row["fields"]) for row in bad] == [
        ("in.jsonl", 4, {"id": 3, "text": "no context"}),
        ("in.jsonl", 6, {}),
        ("in.jsonl", 7, {}),
        ("in.jsonl", 8, {}),
    ]
    told = [row["error"] for row in bad]
    assert told[0] == "no field 'context': name the right one with --context-field"
    assert [t[:12] for t in told[1:]] == ["not valid JS", "not a JSON o", "not valid UT"]


def test_parquet(tmp_path: Path, tiny: Compressor) -> None:
    rows = some_rows(7)
    for row in rows:
        row |= {"body": row.pop("context"), "ask": row.pop("question")}
        row |= {"raw": b"\xff", "nested": {"tags": ["a"]}, "compressed": 1}
        row["when"] = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    rows[4]["body"] = None
    table = pa.Table.from_pylist(rows)
    table = table.set_column(1, "body", table["body"].dictionary_encode())
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("b.parquet", "deep/a.parquet", "_hidden.parquet", "notes.txt"):
        pq.write_table(table, tmp_path / "in" / name, row_group_size=2)
    out = tmp_path / "out"
    fields = ["--context-field", "body", "--question-field", "ask"]
    result = run(tmp_path / "in", out, *fields, "--part-rows", 4, "-v")
    assert result.exit_code == 1
    assert "skipped 1 files that are neither Parquet nor JSON lines" in result.stderr
    assert "part-00001.parquet: 2 rows, 1 bad, " in result.stderr
    made = read_parts(out)
    good = [row for row in rows if row["body"]] * 2
    assert [row["id"] for row in made] == [row["id"] for row in good]
    kept = ("id", "ask", "raw", "nested", "when")
    for row, given in zip(made, good, strict=True):
        assert {name: row[name] for name in kept} == {name: given[name] for name in kept}
        assert row["compressed"] == tiny.compress(given["body"], given["ask"], ratio=0.3).text
        assert "body" not in row
    schema = pq.read_table(out).schema  # as one data set: what is not a part is passed over
    assert [schema.field(name).type for name in kept] == [table.schema.field(n).type for n in kept]
    assert [(row["file"], row["row"]) for row in read_bad(out)] == [
        ("b.parquet", 5),
        ("deep/a.parquet", 5),
    ]
    assert read_bad(out)[0]["fields"]["when"] == "2020-01-01 00:00:00+00:00"


def test_urls_of_pyarrow_and_fsspec(tmp_path: Path) -> None:
    write_lines(tmp_path / "in.jsonl.gz", some_rows(4))
    plain, by_url = tmp_path / "plain", tmp_path / "url"
    assert run(tmp_path / "in.jsonl.gz", plain, "--part-rows", 3).exit_code == 0
    args = [f"local://{tmp_path}/in.jsonl.gz", f"file://{by_url}", "--part-rows", 3]
    assert run(*args).exit_code == 0
    assert tree(by_url) == tree(plain)
    again = run(*args, "--resume")
    assert (again.exit_code, again.stderr) == (0, "2 of 2 parts were finished before\n")


@pytest.mark.parametrize("write", [write_lines, write_table])
def test_an_interrupted_run_goes_on(
    tmp_path: Path, write: Any, pools: list[HerePool], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = some_rows(10)
    rows[1]["context"] = rows[9]["context"] = " "
    source = write(tmp_path / ("in.jsonl" if write is write_lines else "in.parquet"), rows)
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert run(source, whole, "--part-rows", 2).exit_code == 1
    give = HerePool.give

    def interrupted(self: HerePool, slot: int, block: Any, *, last: bool) -> None:
        if block.index == 3:
            (out / "_temporary" / "torn").write_text("half a part")
            raise KeyboardInterrupt
        give(self, slot, block, last=last)

    monkeypatch.setattr(HerePool, "give", interrupted)
    assert run(source, out, "--part-rows", 2).exit_code == 130
    assert len(list(out.glob("part-*"))) == 3
    monkeypatch.setattr(HerePool, "give", give)
    for args, told in [
        ([], "is not empty: go on with --resume"),
        (["--resume", "--gap", "..."], "made with other settings (gap): repeat them"),
        (["--resume", "--part-rows", 3], "made with other settings (part_rows)"),
    ]:
        refused = run(source, out, "--part-rows", 2, *args)
        assert refused.exit_code == 2
        assert told in refused.stderr
    (out / "part-00001.jsonl").unlink(missing_ok=True)
    (out / "part-00001.parquet").unlink(missing_ok=True)
    result = run(source, out, "--part-rows", 2, "--resume")
    assert result.exit_code == 1
    assert "2 of 5 parts were finished before" in result.stderr
    assert "2 of 10 rows could not be compressed" in result.stderr  # of both runs
    assert pools[-1].given == [1, 3, 4]
    assert tree(out) == tree(whole)
    write(source, rows[:9])
    changed = run(source, out, "--part-rows", 2, "--resume")
    assert (changed.exit_code, len(pools)) == (2, 3)
    assert "the input has changed since" in changed.stderr


def test_errors_that_are_not_the_rows_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pools: list[HerePool]
) -> None:
    plain, failures = Compressor.compress, iter([3, 3, 3, 4])

    def flaky(self: Compressor, text: str, *args: Any, **kwargs: Any) -> Any:
        if text.startswith("Row 3") and next(failures) == 3:
            raise RuntimeError("an error\nof a library")
        if text.startswith("Row 5"):
            raise IndexError("at every attempt")
        return plain(self, text, *args, **kwargs)

    monkeypatch.setattr(Compressor, "compress", flaky)
    source, out = write_lines(tmp_path / "in.jsonl", some_rows(6)), tmp_path / "out"
    result = run(source, out, "--part-rows", 2)
    assert pools[0].given == [0, 1, 2, 1, 2, 1, 2, 1, 2]
    assert "rows 3-4 of in.jsonl are tried again: unexpected RuntimeError: an err" in result.stderr
    assert [row["id"] for row in read_parts(out)] == [0, 1, 2, 3, 4]
    assert [row["error"] for row in read_bad(out)] == ["unexpected IndexError: at every attempt"]


def test_a_part_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pools: list[HerePool]
) -> None:
    source, out = write_lines(tmp_path / "in.jsonl", some_rows(4)), tmp_path / "out"
    plain = Location.write

    def full(self: Location, name: str, data: bytes) -> None:
        if name == "part-00001.jsonl":
            raise OSError("no space left")
        plain(self, name, data)

    with monkeypatch.context() as patch:
        patch.setattr(Location, "write", full)
        result = run(source, out, "--part-rows", 2, "--retries", 1)
    assert result.exit_code == 1
    assert pools[0].given == [0, 1, 1]
    assert "rows 3-4 of in.jsonl are given up: unexpected OSError: no space" in result.stderr
    assert "1 of 2 parts failed: --resume tries them again" in result.stderr
    assert run(source, out, "--part-rows", 2, "--resume").exit_code == 0
    assert len(read_parts(out)) == 4
    (out / "_specpc.json").write_text("{}")
    damaged = run(source, out, "--resume")
    assert (damaged.exit_code, "is damaged: name another" in damaged.stderr) == (1, True)


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["nowhere", "out"], 2, "there is no file or folder"),
        (["empty", "out"], 1, "is or holds no .parquet and no .jsonl file"),
        (["mixed", "out"], 2, "one kind at a time"),
        (["in.jsonl", "in.jsonl"], 2, "name a folder outside of it"),
        (["mixed", "mixed/out"], 2, "name a folder outside of it"),
        (["in.jsonl", "blank.jsonl"], 2, "is a file: name a folder"),
        (["in.jsonl", "empty", "--resume"], 2, "no run to go on with"),
        (["blank.jsonl", "out"], 1, "there are no rows in"),
        (["in.jsonl", "nowhere://out"], 2, "cannot open nowhere:// addresses"),
        (["in.parquet", "out", "--context-field", "body"], 1, "no column 'body', but id, context"),
        (["in.jsonl", "out", "--draft", "none"], 2, "none"),
        (["in.jsonl", "out", "--target-tokens", "5"], 2, "ratio"),
    ],
)
def test_mistakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], code: int, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_lines(Path("in.jsonl"), some_rows(1))
    write_table(Path("in.parquet"), some_rows(1))
    write_lines(Path("mixed/in.jsonl"), some_rows(1))
    write_table(Path("mixed/in.parquet"), some_rows(1))
    Path("blank.jsonl").write_text("\n\n")
    Path("empty").mkdir()
    Path("empty/notes.txt").touch()
    before = sorted(tmp_path.rglob("*"))
    result = run(*args)
    assert result.exit_code == code
    assert told in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("package", "told"),
    [
        ("pyarrow", 'specpc batch needs the package pyarrow: pip install "specpc[batch]"'),
        ("ray", 'the engine ray needs the package ray: pip install "specpc[ray]"'),
    ],
)
def test_missing_packages(monkeypatch: pytest.MonkeyPatch, package: str, told: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    result = run("in.jsonl", "out", "--engine", "ray")
    assert (result.exit_code, result.stderr) == (1, f"specpc: {told}\n")


def test_slots_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specpc.batch.processes.usable", lambda: 8)
    assert [(p.device, p.threads) for p in find_slots("cpu")] == [("cpu", 2)] * 4
    assert [p.threads for p in find_slots("cpu", 3)] == [2, 2, 2]
    assert [p.threads for p in find_slots("cpu", 16)] == [1] * 16
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    assert [p.device for p in find_slots("auto")] == ["cuda:0", "cuda:1"]
    assert [p.device for p in find_slots("cuda", 3)] == ["cuda:0", "cuda:1", "cuda:0"]
    assert [p.device for p in find_slots("cuda:1")] == ["cuda:1"]


def test_short_rows_stay_whole_where_that_is_asked_for(tmp_path: Path) -> None:
    rows = [{"context": "Supercalifragilistic expialidocious.", "question": "What?"}]
    source = write_lines(tmp_path / "in.jsonl", rows)
    tight = ["--keep", "Super.*"]
    result = run(source, tmp_path / "bad", *tight)
    assert (result.exit_code, len(read_bad(tmp_path / "bad"))) == (1, 1)
    result = run(source, tmp_path / "whole", *tight, "--keep-short")
    assert result.exit_code == 0
    [row] = read_parts(tmp_path / "whole")
    assert row["compressed"] == rows[0]["context"]

"""The command line: what goes where, and one sentence for every mistake (tiny draft)."""

from __future__ import annotations

import json
import os
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from tests.command_line import app
from tests.tiny_models import tiny_draft, use_draft

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

TEXT = "".join(f"Sentence number {i} says something about topic {i % 7}.\r\n" for i in range(40))


@pytest.fixture(autouse=True)
def _tiny_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()
    use_draft(monkeypatch, draft)


def run(*args: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["compress", *map(str, args)], input=stdin)


@pytest.fixture
def doc(tmp_path: Path) -> Path:
    path = tmp_path / "doc.txt"
    path.write_bytes(TEXT.encode())
    return path


def test_only_the_text_goes_to_stdout(doc: Path) -> None:
    result = run(doc, "-q", "What about topic 3?", "--ratio", "0.3")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert 0 < len(result.stdout_bytes) <= 0.3 * len(TEXT)
    assert all(line + b"\r\n" in TEXT.encode() for line in result.stdout_bytes.splitlines())


@pytest.mark.parametrize("files", [[], ["-"]])
def test_stdin(files: list[str]) -> None:
    result = run(*files, "--ratio", "1", stdin=TEXT.encode())
    assert result.stdout_bytes == TEXT.encode()


def test_verbose_and_quiet(doc: Path) -> None:
    told = run(doc, "--ratio", "0.3", "-v").stderr
    assert "tokens (" in told
    assert "scorer coverage, unit structure" in told
    assert "no question" in told
    told = run(doc, "--ratio", "0.3", "-v", "--scorer", "paper").stderr
    assert "as if this were asked" in told
    assert run(doc, "--ratio", "0.3", "-v", "-Q").stderr == ""


def test_an_earlier_name_of_a_scorer(doc: Path) -> None:
    args = (doc, "-q", "Topic 3?", "--ratio", "0.3", "--json", "--scorer")
    old, new = (json.loads(run(*args, name).stdout) for name in ("specpc", "paper"))
    assert old["scorer"] == "paper"
    assert old["spans"] == new["spans"]


def test_json_object(doc: Path) -> None:
    found = json.loads(run(doc, "-q", "Topic 3?", "--target-tokens", "300", "--json").stdout)
    assert found["compressed"] == "".join(TEXT[a:b] for a, b in found["spans"])
    assert found["compressed_tokens"] <= 300 < found["original_tokens"]
    assert found["query_source"] == "question"
    assert found["seconds"] >= 0


def test_half_is_kept_unless_a_budget_is_typed(doc: Path) -> None:
    half = run(doc, "-q", "Topic 3?").stdout_bytes
    assert half == run(doc, "-q", "Topic 3?", "--ratio", "0.5").stdout_bytes
    assert len(TEXT) / 3 < len(half) <= len(TEXT) / 2
    found = json.loads(run(doc, "-q", "Topic 3?", "--target-tokens", "300", "--json").stdout)
    assert found["compressed_tokens"] <= 300


def test_question_file(doc: Path, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("Topic 3?\n")
    args = [doc, "--ratio", "0.3", "--json"]
    assert (
        json.loads(run(*args, "--question-file", tmp_path / "q.txt").stdout)["query"] == "Topic 3?"
    )


def test_gap_marker(doc: Path) -> None:
    assert b"[...]" in run(doc, "-q", "Topic 3?", "--ratio", "0.3", "--gap", "[...]").stdout_bytes


def test_marks_are_heeded_where_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    fact = "Sentence number 9 says something about topic 2."
    path.write_text(TEXT.replace(fact, f"<specpc:keep>{fact}</specpc:keep>"))
    asked = (path, "-q", "Topic 3?", "--ratio", "0.1")
    kept = run(*asked, "--marks")
    assert fact in kept.stdout
    assert "specpc" not in kept.stdout
    path.write_text(TEXT + "<specpc:keep>")
    plain = run(*asked, "-v")
    assert plain.exit_code == 0
    assert "mark" not in plain.stderr
    assert "never closed" in run(*asked, "--marks").stderr


def test_output_file_is_replaced_and_keeps_its_mode(doc: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    out.write_text("old")
    out.chmod(0o640)
    assert run(doc, "--ratio", "0.3", "-o", out).stdout_bytes == b""
    assert 0 < out.stat().st_size < len(TEXT)
    assert out.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["doc.txt", "out.txt"]


def test_a_failure_leaves_the_output_file_alone(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    out.write_text("good")
    assert run("-", "--ratio", "0.3", "-o", out, stdin=b"\xff").exit_code == 1
    assert out.read_text() == "good"


def test_output_into_a_folder_and_through_a_link(doc: Path, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    run(doc, "--ratio", "0.3", "-o", tmp_path / "d")
    assert (tmp_path / "d" / "doc.txt").stat().st_size
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "target")
    run(doc, "--ratio", "0.3", "-o", link)
    assert link.is_symlink()
    assert (tmp_path / "target").stat().st_size


def test_several_files(doc: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(TEXT * 2)
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"")
    result = run(doc, bad, other, "--ratio", "0.2", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "bad.txt is empty" in result.stderr
    assert "1 of 3 files" in result.stderr
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "doc.txt",
        "manifest.jsonl",
        "other.txt",
    ]
    lines = run(doc, other, "--ratio", "0.2", "--json").stdout.splitlines()
    assert [json.loads(line)["file"] for line in lines] == [str(doc), str(other)]


def jsonl(tmp_path: Path, *objects: object) -> Path:
    path = tmp_path / "data.jsonl"
    lines = [o if isinstance(o, bytes) else json.dumps(o).encode() for o in objects]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_jsonl_lines_keep_their_fields_and_order(tmp_path: Path) -> None:
    items = [{"id": i, "context": TEXT, "question": f"Topic {i}?", "meta": [i]} for i in range(3)]
    out = tmp_path / "out.jsonl"
    assert run(jsonl(tmp_path, *items), "--jsonl", "--ratio", "0.2", "-o", out).exit_code == 0
    for item, made in zip(items, records(out), strict=True):
        keys = [
            "compressed",
            "spans",
            "original_tokens",
            "compressed_tokens",
            "tokenizer",
            "seconds",
        ]
        assert list(made) == ["id", "question", "meta", *keys]
        assert made["id"] == item["id"]
        assert made["compressed"] == "".join(TEXT[a:b] for a, b in made["spans"])
        assert made["compressed_tokens"] <= 0.2 * made["original_tokens"]


def test_jsonl_other_fields_and_stdout(tmp_path: Path) -> None:
    data = jsonl(tmp_path, {"text": TEXT, "ask": "Topic 1?"})
    fields = ["--context-field", "text", "--question-field", "ask"]
    result = run(data, "--jsonl", "--ratio", "0.2", *fields)
    assert "compressed" in json.loads(result.stdout)


def test_bad_lines_are_numbered_and_lose_nothing(tmp_path: Path) -> None:
    good = {"id": 1, "context": TEXT}
    bad = [b"{oops", {"id": 3}, {"id": 4, "context": 5}, [1], {"context": " "}, b"\xff{",
           {"context": TEXT, "question": 3}, {"context": "a\ud800b"}]  # fmt: skip
    data = jsonl(tmp_path, good, *bad, good)
    out = tmp_path / "out.jsonl"
    result = run(data, "--jsonl", "--ratio", "0.2", "-o", out)
    assert result.exit_code == 1
    for number in range(2, 10):
        assert f"line {number}: " in result.stderr
    assert "8 of 10 lines" in result.stderr
    made = records(out)
    assert [("compressed" in m, "error" in m) for m in made] == [
        (True, False), *[(False, True)] * 8, (True, False)
    ]  # fmt: skip
    assert made[2]["id"] == 3


def test_an_interrupted_batch_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = jsonl(tmp_path, *({"id": i, "context": TEXT} for i in range(5)))
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    args = ["--jsonl", "--ratio", "0.2"]
    run(data, *args, "-o", whole)

    from specpc import Compressor

    plain, calls = Compressor.compress, []

    def interrupted(self: Compressor, *args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return plain(self, *args, **kwargs)

    monkeypatch.setattr(Compressor, "compress", interrupted)
    assert run(data, *args, "-o", out).exit_code == 130
    assert not out.exists()
    part = tmp_path / "out.jsonl.part"
    with part.open("ab") as file:
        file.write(b'{"id": 3, "comp')  # killed in the middle of a line
    for others in (["--ratio", "0.3"], ["--ratio", "0.2", "-q", "What?"]):
        refused = run(data, "--jsonl", *others, "-o", out, "--resume")
        assert refused.exit_code == 2
        assert "out.jsonl.part was made with other settings: repeat them" in refused.stderr
    calls.clear()
    assert run(data, *args, "-o", out, "--resume").exit_code == 0
    assert len(calls) == 2
    assert not part.exists()
    for made in (made_of := [records(whole), records(out)])[0] + made_of[1]:
        del made["seconds"]
    assert made_of[0] == made_of[1]
    again = run(data, *args, "-o", out, "--resume")
    assert (again.exit_code, len(calls)) == (0, 2)
    assert again.stderr == f"{out} is complete: there is nothing left to do\n"


def test_what_is_no_result_of_the_input_is_not_taken_for_it(tmp_path: Path) -> None:
    data = jsonl(tmp_path, *({"id": i, "context": TEXT} for i in range(3)))
    args, out = ["--jsonl", "--ratio", "0.2"], tmp_path / "out.jsonl"
    assert run(data, *args, "-o", out).exit_code == 0
    data.write_text(data.read_text() + json.dumps({"context": TEXT}) + "\n")
    for other in (out.read_bytes(), b'{"a": 1}\n' * 4, b"4\n" * 4, b""):
        out.write_bytes(other)
        result = run(data, *args, "-o", out, "--resume")
        assert result.exit_code == 2
        assert "is not made of the lines of" in result.stderr
        assert out.read_bytes() == other


def interrupted_after(count: int, data: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a part with so many lines."""
    from specpc import Compressor

    plain, calls = Compressor.compress, []

    def interrupted(self: Compressor, *args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) > count:
            raise KeyboardInterrupt
        return plain(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Compressor, "compress", interrupted)
        assert run(data, "--jsonl", "--ratio", "0.2", "-o", out).exit_code == 130


def test_a_run_does_not_go_on_with_another_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"id": i, "context": f"{i}. {TEXT}"} for i in range(6)]
    data, out = jsonl(tmp_path, *rows), tmp_path / "out.jsonl"
    args = (data, "--jsonl", "--ratio", "0.2", "-o", out, "--resume")
    interrupted_after(3, data, out, monkeypatch)
    part = (tmp_path / "out.jsonl.part").read_bytes()
    changed = [{**row, "context": f"New. {row['context']}"} for row in rows]
    for others in (changed, [*changed[:1], *rows[1:]], [*rows[:2], *changed[2:]], rows[:2], []):
        jsonl(tmp_path, *others)
        result = run(*args)
        assert result.exit_code == 2
        assert f"{data} has changed since {out}.part was begun: leave out --res" in result.stderr
        assert not out.exists()
        assert (tmp_path / "out.jsonl.part").read_bytes() == part
    jsonl(tmp_path, *rows[:3], *changed[3:], *rows)  # what was not read yet may be another
    assert run(*args).exit_code == 0
    assert [made["id"] for made in records(out)] == [*range(6), *range(6)]
    begins = [made["compressed"][:3] for made in records(out)]
    assert begins != ["New"] * 12


def test_a_damaged_part_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, out = jsonl(tmp_path, *({"context": TEXT} for _ in range(4))), tmp_path / "out.jsonl"
    interrupted_after(2, data, out, monkeypatch)
    with (tmp_path / "out.jsonl.part").open("ab") as file:
        file.write(b"[" * 100_000 + b"\n")
    result = run(data, "--jsonl", "--ratio", "0.2", "-o", out, "--resume")
    assert result.exit_code == 1
    assert "out.jsonl.part is damaged: leave out --resume to start anew" in result.stderr


def test_a_long_part_is_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"context": "A short text. And more of it.", "note": "n" * 200_000} for _ in range(40)]
    data, out = jsonl(tmp_path, *rows), tmp_path / "out.jsonl"
    interrupted_after(39, data, out, monkeypatch)
    tracemalloc.start()
    assert run(data, "--jsonl", "--ratio", "0.2", "-o", out, "--resume").exit_code == 0
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(records(out)) == 40
    assert most < 3_000_000  # of 8 MB


def test_two_runs_at_once_do_not_mix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = jsonl(tmp_path, *({"id": i, "context": TEXT} for i in range(3)))
    args = (data, "--jsonl", "--ratio", "0.2", "-o", tmp_path / "out.jsonl")
    from specpc import Compressor

    plain, others = Compressor.compress, []

    def spy(self: Compressor, *given: Any, **kwargs: Any) -> Any:
        if not others:
            others.append(None)
            for more in ([], ["--resume"]):
                others.append(run(*args, *more))
        return plain(self, *given, **kwargs)

    monkeypatch.setattr(Compressor, "compress", spy)
    assert run(*args).exit_code == 0
    for other in others[1:]:
        assert other.exit_code == 2
        assert "another run is writing" in other.stderr
        assert len(other.stderr.splitlines()) == 1
    assert [made["id"] for made in records(tmp_path / "out.jsonl")] == [0, 1, 2]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data.jsonl", "out.jsonl"]


def test_texts_too_short_for_their_budget_stay_whole_on_request(tmp_path: Path) -> None:
    short = "Indivisible"
    data = jsonl(tmp_path, {"id": 1, "context": short}, {"id": 2, "context": TEXT}, {"id": 3})
    args, out = (data, "--jsonl", "--ratio", "0.05"), tmp_path / "out.jsonl"
    assert "2 of 3 lines" in run(*args, "-o", out).stderr
    result = run(*args, "-o", out, "--keep-short")
    assert "1 of 3 lines" in result.stderr
    whole, cut, none = records(out)
    assert whole["compressed"] == short
    assert whole["original_tokens"] == whole["compressed_tokens"]
    assert 0 < len(cut["compressed"]) <= 0.05 * len(TEXT)
    assert "no field" in none["error"]
    assert run(data, "--keep-short").exit_code == 2
    assert "--keep-short goes with --jsonl" in run(data, "--keep-short").stderr


BAD = {
    "missing file": (["nowhere.txt", "--ratio", "0.2"], None, 2, "there is no file nowhere.txt"),
    "directory": ([".", "--ratio", "0.2"], None, 2, "a folder, or several files, need -o DIR"),
    "empty": (["-", "--ratio", "0.2"], b"", 1, "standard input is empty"),
    "blank": (["-", "--ratio", "0.2"], b" \n\t\n", 1, "nothing but white space"),
    "binary": (["-", "--ratio", "0.2"], b"\x7fELF\0\0", 1, "binary file (a zero byte at offset 4)"),
    "utf-16": (["-", "--ratio", "0.2"], "hé".encode("utf-16"), 1, "UTF-16"),
    "latin-1": (["-", "--ratio", "0.2"], b"caf\xe9 au lait", 1, "byte 0xe9 at offset 3"),
    "ratio 0": (["-", "--ratio", "0"], b"a", 2, "above 0 and at most 1: not 0"),
    "ratio 1.5": (["-", "--ratio", "1.5"], b"a", 2, "above 0 and at most 1: not 1.5"),
    "ratio nan": (["-", "--ratio", "nan"], b"a", 2, "not nan"),
    "ratio word": (["-", "--ratio", "half"], b"a", 2, "--ratio"),
    "both budgets": (["-", "--ratio", "0.2", "--target-tokens", "5"], b"a", 2, "not both"),
    "no tokens": (["-", "--target-tokens", "0"], b"a", 2, "at least 1"),
    "empty question": (["-", "--ratio", "0.2", "-q", " "], b"a", 2, "question is empty"),
    "two questions": (
        ["-", "--ratio", "0.2", "-q", "a", "--question-file", "b"], b"a", 2, "not both"),
    "several to stdout": (["pyproject.toml", "README.md", "--ratio", "1"], None, 2, "-o DIR"),
    "no such folder": (["-", "--ratio", "0.2", "-o", "no/where.txt"], b"a", 2, "no folder no"),
    "resume alone": (["-", "--ratio", "0.2", "--resume"], b"a", 2, "--jsonl"),
    "resume to stdout": (["-", "--ratio", "0.2", "--jsonl", "--resume"], b"a", 2, "-o FILE"),
    "unknown unit": (["-", "--ratio", "0.2", "--unit", "chapter"], b"a", 2, "sentence"),
    "unknown scorer": (["-", "--ratio", "0.2", "--scorer", "best"], b"a", 2, "'paper'"),
    "batch into a folder": (["-", "--ratio", "0.2", "--jsonl", "-o", "."], b"a", 2, "redirect"),
    "no lines": (["-", "--ratio", "0.2", "--jsonl"], b"\n", 1, "no lines"),
    "question over budget": (
        ["-", "--target-tokens", "5"], TEXT.encode() + b"\n\nWhat is it?", 2, "the budget is 5"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_every_mistake_gets_one_sentence(case: str) -> None:
    args, stdin, code, told = BAD[case]
    result = run(*args, stdin=stdin)
    assert result.exit_code == code
    assert told in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""
    assert result.stderr.startswith("specpc: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_bug_is_one_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specpc_cli.compress.one.read_text", lambda _: 1 / 0)
    result = run("-", "--ratio", "0.2", stdin=b"a")
    assert result.exit_code == 1
    assert result.stderr.startswith("specpc: unexpected ZeroDivisionError")


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPECPC_DEBUG", "1")
    assert "Traceback" in run("-", "--ratio", "0.2", stdin=b"").stderr


def test_same_names_in_one_folder(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text(TEXT)
    result = run(tmp_path / "a/x.txt", tmp_path / "b/x.txt", "--ratio", "1", "-o", tmp_path / "o")
    assert result.exit_code == 2
    assert "overwrite each other" in result.stderr


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="needs an ordinary user")
def test_unwritable_folder(doc: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    result = run(doc, "--ratio", "0.2", "-o", tmp_path / "locked" / "out.txt")
    assert result.exit_code == 1
    assert "cannot read or write" in result.stderr


def test_how_to_cut_is_checked_before_files_are_looked_for(tmp_path: Path) -> None:
    result = run(tmp_path / "missing.txt", "--keep", "(")
    assert result.exit_code == 2
    assert "no regular expression" in result.stderr

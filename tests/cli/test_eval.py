"""The command ``specpc eval`` (tiny draft)."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from tests.command_line import app
from tests.evaluation.items import TEXT, fields, write_lines
from tests.evaluation.servers import completion, scripted
from tests.tiny_models import tiny_draft

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture(autouse=True)
def _tiny_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()
    monkeypatch.setattr("specpc.drafts.load.load_draft", lambda *_, **__: draft)
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    others = fields(2, lang="de", evidence=[]), fields(3, question="")
    return write_lines(tmp_path / "facts.jsonl", fields(0), fields(1), *others)


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, ["eval", *map(str, args)])


ENDPOINT = ("--endpoint", "http://x", "--endpoint-model", "x")
SPECKV = ("--target", "x", "--method", "speckv")
METHODS = ("--method", "paper", "--method", "random", "--ratio", "0.3")


def test_tables(data: Path) -> None:
    result = run(data, *METHODS, "--baseline", "random", "-v")
    assert result.exit_code == 0
    assert "English and code: 2 items" in result.stdout
    assert "other languages: 1 items" in result.stdout
    assert "vs random" in result.stdout
    assert "Data sets" in result.stdout
    assert result.stderr == (
        "1 items left out, without a question, or without evidence or answers in the context: "
        "facts 1\n"
    )


def test_where_there_is_no_evidence_answers_kept_are_compared(tmp_path: Path) -> None:
    bare = [fields(number, evidence=[], id=f"bare/{number}") for number in range(3)]
    path = write_lines(tmp_path / "bare.jsonl", *bare)
    against = ("--method", "full", "--baseline", "full")
    result = run(path, *METHODS[2:], *against)
    heading, row = (
        next(line for line in result.stdout.splitlines() if line.startswith(word))
        for word in ("Method", "random")
    )
    assert heading.split("  ")[0] == "Method"
    assert heading.index("Answer kept") < heading.index("vs full")
    assert heading.count("vs full") == 1
    assert row.split()[2] == "-"  # no recall
    shown = json.loads(run(path, *METHODS[2:], *against, "--json").stdout)
    [difference] = shown["differences"]
    assert difference["recall"] is None
    found = difference["answer_kept_without_evidence"]
    assert found["items"] == 3
    assert f"{found['mean']:+.3f} [{found['low']:+.3f} {found['high']:+.3f}]" in row
    # Beside evidence it has a column of its own.
    both = write_lines(tmp_path / "both.jsonl", fields(0), *bare)
    told = run(both, *METHODS[2:], *against).stdout
    assert "vs full, no evidence" in told
    assert told.count("vs full") == 2


def test_what_is_told_without_a_question(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    told = run(data, *METHODS[2:], "--no-question", "--ratio", "0.5", "-v", "-o", out).stdout
    assert "Data sets: what is told" in told
    [heading, *_] = [line for line in told.splitlines() if "Facts whole" in line]
    assert "ROUGE" not in heading  # no item has a summary
    assert json.loads(out.read_text().splitlines()[1])["telling"]["facts_whole"] > 0
    asked = json.loads(run(data, *METHODS[2:], "--json").stdout)
    assert asked["summary"][0]["facts_whole"] is None


def test_a_method_of_the_users_own(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beginnings.py").write_text(
        "from specpc.evaluation.truncate import TruncateMethod\n"
        "def make(setup): return TruncateMethod(setup.models.encoder)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    args = (data, "--method", "beginnings:make", "--method", "truncate", "--ratio", "0.3")
    shown = json.loads(run(*args, "--json").stdout)
    first, second, *_ = shown["summary"]
    assert (first["method"], second["method"]) == ("beginnings:make", "truncate")
    assert first["recall"] == second["recall"]
    monkeypatch.delitem(sys.modules, "beginnings")


def test_json_and_limit(data: Path) -> None:
    result = run(data, *METHODS, "--baseline", "random", "--json", "--limit", "1", "-Q")
    assert result.stderr == ""
    found = json.loads(result.stdout)
    assert [row["method"] for row in found["summary"]] == ["paper", "random"]
    assert found["summary"][0]["recall"]["items"] == 1
    assert found["differences"][0]["baseline"] == "random"
    assert found["datasets"][0]["dataset"] == "facts"


def test_resume_after_a_cut_off_line(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    assert run(data, *METHODS, "-o", out).exit_code == 0
    whole = out.read_bytes()
    lines = whole.splitlines(keepends=True)
    assert len(lines) == 1 + 3 * 2
    out.write_bytes(b"".join(lines[:4]) + lines[4][:30])
    assert run(data, *METHODS, "-o", out, "--resume").exit_code == 0
    again = out.read_bytes().splitlines(keepends=True)
    assert again[:4] == lines[:4]
    assert [json.loads(line) | {"seconds": 0} for line in again[1:]] == [
        json.loads(line) | {"seconds": 0} for line in lines[1:]
    ]
    more = run(data, *METHODS, "--method", "truncate", "-o", out, "--resume")
    assert "truncate" in more.stdout
    assert len(out.read_bytes().splitlines()) == 1 + 3 * 3
    # Only what was asked for is reported, although the file holds more.
    assert "random" not in run(data, *METHODS[:2], *METHODS[4:], "-o", out, "--resume").stdout


def test_report_from_a_file(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "results.jsonl"
    first = run(data, *METHODS, "--baseline", "random", "-o", out)
    monkeypatch.setattr("specpc.drafts.load.load_draft", None)
    assert run("--from", out, "--baseline", "random").stdout == first.stdout
    assert '"truncate"' not in run("--from", out, "--json").stdout


def test_a_target(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    target = ("--target", "tiny", "--answer-tokens", "5", "--baseline", "full")
    result = run(data, *METHODS, *target, "-o", out, "-v")
    assert result.exit_code == 0
    assert "English and code: answers of the target" in result.stdout
    assert "Data sets: answers of the target" in result.stdout
    assert "vs full" in result.stdout
    header, *lines = map(json.loads, out.read_text().splitlines())
    settings = header["specpc_eval"]
    assert (settings["target"], settings["answer_tokens"]) == ("tiny", 5)
    assert [(line["method"], line["ratio"]) for line in lines[:3]] == [
        ("full", 1.0),
        ("paper", 0.3),
        ("random", 0.3),
    ]
    assert all(isinstance(line["answer"]["text"], str) for line in lines)
    shown = json.loads(run("--from", out, "--json", "--baseline", "full").stdout)
    assert shown["summary"][0]["method"] == "full"
    assert shown["summary"][0]["f1"]["items"] == 2
    assert shown["differences"][0]["f1"]["items"] == 2
    # The same target, or none at all.
    assert (
        "target tiny there, other here"
        in run(data, *METHODS, "--target", "other", "-o", out, "--resume").stderr
    )
    assert "target tiny there, None here" in run(data, *METHODS, "-o", out, "--resume").stderr


def test_methods_that_cut_the_kv_cache(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    kinds = ("--method", "speckv", "--method", "snapkv", "--method", "speckv-pc", "--ratio", "0.6")
    budgets = ("--kv-budget", "40", "--kv-budget", "50")
    target = ("--target", "tiny", "--answer-tokens", "3", "--baseline", "snapkv")
    result = run(data, *kinds, *budgets, *target, "-o", out, "-v")
    assert result.exit_code == 0, result.stderr
    # Nothing is told of the text, which is read whole, or shortened as by another method.
    assert "Evidence recall" not in result.stdout
    assert "English and code: what an answer took" in result.stdout
    rows = [line.split() for line in result.stdout.splitlines()]
    assert [row[:5] for row in rows if row[:1] == ["snapkv"] and "MiB" in row] == [
        ["snapkv", "1", "40", "0.0", "MiB"],
        ["snapkv", "1", "50", "0.0", "MiB"],
        ["snapkv", "1", "40", "0.0", "MiB"],  # other languages
        ["snapkv", "1", "50", "0.0", "MiB"],
    ]
    found = json.loads(run("--from", out, "--json", *target[4:]).stdout)
    summary = [
        (r["method"], r["ratio"], r["kv_budget"], r["cache_bytes"]) for r in found["summary"]
    ]
    entry = 3 * 2 * 2 * 8 * 4
    assert summary[1:7] == [
        ("speckv", 1.0, 40, entry * 40),
        ("speckv", 1.0, 50, entry * 50),
        ("snapkv", 1.0, 40, entry * 40),
        ("snapkv", 1.0, 50, entry * 50),
        ("speckv-pc", 0.6, 40, entry * 40),
        ("speckv-pc", 0.6, 50, entry * 50),
    ]
    assert all(0 < r["first_seconds"] <= r["total_seconds"] for r in found["summary"])
    # Each is compared with the same budget, the full cache with none.
    against = [(d["method"], d["ratio"], d["kv_budget"]) for d in found["differences"]]
    assert against[:4] == [(m, r, b) for m, r, b, _ in (*summary[1:3], *summary[5:7])]
    again = run(data, *kinds, *budgets[:2], *target, "-o", out, "--resume", "--json")
    assert [r["kv_budget"] for r in json.loads(again.stdout)["summary"][:4]] == [None, 40, 40, 40]


def test_longbenchs_data_sets_have_a_score_of_their_own(data: Path, tmp_path: Path) -> None:
    line = {"input": "Who?", "context": TEXT, "answers": ["Marta Quist"], "all_classes": None}
    file = write_lines(tmp_path / "hotpotqa.jsonl", line)
    target = ("--target", "tiny", "--answer-tokens", "3")
    assert " Score" in run(file, *METHODS, *target).stdout
    assert " Score" not in run(data, *METHODS, *target).stdout
    found = json.loads(run(file, *METHODS, *target, "--json").stdout)
    assert found["summary"][0]["score"]["items"] == 1


def test_items_with_nothing_to_look_for_are_for_targets_only(tmp_path: Path) -> None:
    item = fields(0, evidence=[], extractive=False, answers=["Somebody"])
    data = write_lines(tmp_path / "free.jsonl", item)
    assert "nothing to measure" in run(data, *METHODS).stderr
    result = run(data, *METHODS, "--target", "tiny", "--answer-tokens", "3", "--json")
    assert json.loads(result.stdout)["summary"][0]["rouge_l"]["items"] == 1


def test_an_endpoint_that_fails_and_is_resumed(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    args = (data, *METHODS, "-o", out, "--endpoint-model", "m")
    said = completion("Marta Quist")
    with scripted(*[said] * 4, (401, b'{"error": "expired"}', {}), said) as server:
        where = ("--endpoint", server.address)
        result = run(*args, *where)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr.splitlines()[-1] == (
            f"specpc: {server.address}/chat/completions answered 401 Unauthorized "
            "(the key is taken from OPENAI_API_KEY): expired"
        )
        before = out.read_bytes()
        assert len(before.splitlines()) == 1 + 4
        again = run(*args, *where, "--resume", "--json")
        assert again.exit_code == 0
    assert out.read_bytes().startswith(before)
    assert len(out.read_bytes().splitlines()) == 1 + 3 * 3
    assert len(server.bodies) == 1 + 3 * 3  # only the refused question was asked twice
    assert json.loads(again.stdout)["summary"][0]["exact"]["mean"] == 1.0


@pytest.mark.parametrize("name", ["recall.svg", "recall.png"])
def test_plot(data: Path, tmp_path: Path, name: str) -> None:
    pytest.importorskip("matplotlib")
    assert run(data, *METHODS, "--plot", tmp_path / name).exit_code == 0
    assert (tmp_path / name).stat().st_size > 1000


def test_plot_without_matplotlib(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    result = run(data, *METHODS, "--plot", tmp_path / "recall.svg")
    assert result.exit_code == 1
    assert 'pip install "specpc[eval]"' in result.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "name the data sets"),
        (["none.jsonl"], "there is no file none.jsonl"),
        (["DATA", "--method", "x"], "there is no method 'x'"),
        (["DATA", "--method", "none_such:x"], "the method none_such:x cannot be imported"),
        (
            ["DATA", "--method", "specpc:token"],
            "'auto' is this tool's default, 'paper' the paper's",
        ),
        (["DATA", "--ratio", "2"], "the ratio is the fraction of tokens kept"),
        (["DATA", "--baseline", "minilm"], "the baseline 'minilm' is none of the methods"),
        (["DATA", "--resume"], "--resume needs -o FILE"),
        (["DATA", "-o", "none/x.jsonl"], "there is no folder none"),
        (["DATA", "-o", "DATA"], "exists: go on with it (--resume), or remove it"),
        (["DATA", "--from", "x"], "--from reports what was measured"),
        (["--from", "x"], "there is no file x"),
        (["DATA", "--plot", "x.doc"], "a plot is one of .svg, .png, .pdf"),
        (["DATA", "--plot", "none/x.svg"], "there is no folder none"),
        (["DATA", "--target", "x", "--endpoint", "http://x"], "choose one"),
        (["DATA", "--target", "x", "--endpoint-model", "x"], "choose one"),
        (["DATA", "--endpoint", "http://x"], "--endpoint-model NAME belong together"),
        (["DATA", "--endpoint-model", "x"], "--endpoint-model NAME belong together"),
        (["DATA", "--endpoint", "x", "--endpoint-model", "x"], "an endpoint is an address"),
        (["--from", "x", "--target", "x"], "--from reports what was measured"),
        (["DATA", "--method", "speckv"], "the method speckv cuts the KV cache of a model on this"),
        (["DATA", "--method", "snapkv", *ENDPOINT], "name one with --target"),
        (["DATA", "--target", "x", "--kv-budget", "40"], "--kv-budget does nothing without"),
        (["DATA", *SPECKV, "--kv-budget", "32"], "--kv-budget must be at least 33, not 32"),
        (["DATA", *SPECKV, "--ratio", "0.3"], "--ratio does nothing with full, speckv"),
        (["DATA", *SPECKV, "--no-question"], "--no-question does not go with speckv"),
        (["DATA", "--target", "x", "--method", "speckv-pc:line"], "has no scorer 'line'"),
    ],
)
def test_usage_errors(data: Path, args: list[str], message: str) -> None:
    result = run(*(str(data) if arg == "DATA" else arg for arg in args))
    assert message in result.stderr
    assert result.stderr.startswith("specpc: ") or "left out" in result.stderr
    assert result.exit_code == 2
    assert result.stdout == ""


def test_input_errors(data: Path, tmp_path: Path) -> None:
    data.write_text("{}\n")
    result = run(data)
    assert result.exit_code == 1
    assert f"{data}, line 1: unknown shape" in result.stderr
    assert "was not written by specpc eval" in run("--from", data).stderr


def test_an_empty_results_file(data: Path, tmp_path: Path) -> None:
    out = write_lines(tmp_path / "r.jsonl", '{"specpc_eval": {}}')
    assert "holds no measurements yet" in run("--from", out).stderr

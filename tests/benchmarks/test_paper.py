"""The run that makes the paper's tables: its plan, its journal and its tables (tiny models)."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from specpc.errors import UsageError
from specpc.evaluation.tasks import request
from tests.benchmarks.paper import answers, compressed, kv, longbench, published, ruler
from tests.benchmarks.paper.__main__ import main
from tests.benchmarks.paper.bench import Bench
from tests.benchmarks.paper.journal import open_run, read
from tests.benchmarks.paper.plan import Plan
from tests.evaluation.items import FACTS, fields, write_lines
from tests.tiny_models import byte_tokenizer, tiny_model

LONG = " ".join(f"{n}. {fact}" for n in range(5) for fact in FACTS)  # some 1,800 bytes: tokens
PLAN = Plan(ruler=2, longbench=2, kv=1, correlation=1, lengths=(300, 600), repeats=1)
META = {
    "max_seq_length": 4096,
    "instruction": "Find it.",
    "answer_prefix": "It is",
    "few_shot": "An example.",
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A target and a draft, as folders."""
    root = tmp_path_factory.mktemp("models")
    for name, family in (("target", "qwen2"), ("draft", "llama")):
        tiny_model(family).save_pretrained(root / name)
        byte_tokenizer().save_pretrained(root / name)
    return {name: root / name for name in ("target", "draft")}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few items of every data set, too short ones among them."""
    folder = tmp_path_factory.mktemp("data")
    for name in ruler.TASKS:
        lines = [fields(n, context=LONG, meta=META) for n in range(3)]
        short = fields(9, context=LONG, meta=META | {"max_seq_length": 2048})
        write_lines(folder / f"ruler_{name}.jsonl", short, *lines)
    for name in longbench.SETS:
        items = [fields(n, context=LONG) for n in range(2)]
        write_lines(folder / f"{name}.jsonl", fields(9), *items)
    return folder


@pytest.fixture
def bench(models: dict[str, Path], data: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Tiny models, short answers, and no sentence embeddings."""
    monkeypatch.setattr(ruler, "TASKS", dict.fromkeys(ruler.TASKS, 3))
    kinds = {name: replace(kind, answer_tokens=3) for name, kind in longbench.KINDS.items()}
    monkeypatch.setattr(longbench, "KINDS", kinds)
    monkeypatch.setattr("tests.benchmarks.paper.bench.ANSWER_TOKENS", 3)
    few = tuple(name for name in compressed.METHODS if name != "minilm")
    monkeypatch.setattr(compressed, "METHODS", few)
    target, draft = str(models["target"]), str(models["draft"])
    return Bench(data, PLAN, target, draft, draft)


def test_tasks_take_turns_and_are_asked_in_rulers_words(data: Path) -> None:
    items = ruler.items(data)
    assert len(items) == 3 * len(ruler.TASKS)
    assert [item.dataset for item in items[: len(ruler.TASKS)]] == [
        f"ruler_{name}" for name in ruler.TASKS
    ]
    task = items[0].asked
    assert task.before == "An example.\nFind it.\n"
    assert task.after == f"{items[0].question} It is"
    assert task.answer_tokens == ruler.TASKS["niah_single_3"]


def test_sets_take_turns_and_are_scored_by_their_kind(bench: Bench) -> None:
    items = longbench.items(bench)
    assert [item.dataset for item in items] == [*longbench.SETS] * 2
    by_set = {item.dataset: item.asked for item in items}
    assert by_set["hotpotqa"].after == request(items[0].question)
    assert by_set["qmsum_window"].score("Marta Quist", ("Quist Marta",)) == pytest.approx(0.5)
    assert by_set["code_next_line"].score("`x`\nabcd", ("abcx",)) == 0.75


def measured(bench: Bench, part: Any, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(line)) for line in part.measure(bench, lines)]


def test_every_method_answers_an_item_before_the_next(bench: Bench) -> None:
    lines = measured(bench, ruler, [])
    assert [line["method"] for line in lines] == [*compressed.METHODS] * 2
    items = ruler.items(bench.data)[:2]
    assert [line["id"] for line in lines[:: len(compressed.METHODS)]] == [i.id for i in items]
    for line in lines:
        kept = line["compressed_tokens"]
        assert kept == len(LONG) if line["method"] == "full" else 900 < kept <= 1024


def test_a_run_goes_on_with_the_answer_that_is_missing(bench: Bench) -> None:
    whole = measured(bench, ruler, [])
    assert measured(bench, ruler, whole) == []
    [again] = measured(bench, ruler, whole[:4] + whole[5:])
    assert (again["method"], again["id"]) == (whole[4]["method"], whole[4]["id"])
    more = measured(replace(bench, plan=replace(PLAN, ruler=3)), ruler, whole)
    assert len(more) == len(compressed.METHODS)  # the third item, by each method


def test_a_run_does_not_go_on_with_other_items(bench: Bench) -> None:
    first, *_ = measured(bench, ruler, [])
    with pytest.raises(UsageError, match="has changed since it was measured"):
        measured(bench, ruler, [{**first, "digest": "another"}])


def test_tables_of_compressed_prompts(bench: Bench) -> None:
    for part in (ruler, longbench):
        tables = list(part.report(measured(bench, part, [])))
        first = tables[0].splitlines()
        assert [line.split(" | ")[0] for line in first[2:]] == [
            f"| {name}" for name in compressed.METHODS
        ]
        assert all(line.split(" | ")[1] == "2" for line in first[2:])


def test_caches_are_cut_by_every_method_at_every_budget(bench: Bench) -> None:
    lines = measured(bench, kv, [])
    trimmed = [(n, b) for n in kv.METHODS if n != "full" for b in kv.KV_BUDGETS]
    assert [(line["method"], line["kv_budget"]) for line in lines] == [
        ("full", None),
        *sorted(trimmed, key=lambda pair: kv.METHODS.index(pair[0])),
    ]
    budgets, overall = kv.report(lines)
    assert "requests a minute" in budgets
    assert len(overall.splitlines()) == 4 + 3  # a line a method besides SnapKV


@pytest.fixture
def longbench_folder(tmp_path: Path) -> Path:
    """LongBench's repository, with two items of three of its data sets."""
    for name in ("config", "data"):
        (tmp_path / name).mkdir()
    prompt = {"hotpotqa": "Read.\n{context}\nQuestion: {input}", "lcc": "{context}Next line:\n"}
    (tmp_path / "config" / "dataset2prompt.json").write_text(json.dumps(prompt))
    lengths = dict.fromkeys(("hotpotqa", "lcc"), 2)
    (tmp_path / "config" / "dataset2maxlen.json").write_text(json.dumps(lengths))
    for name in ("hotpotqa", "lcc", "narrativeqa"):
        lines = [
            {
                "_id": f"{name}{n}", "input": "" if name == "lcc" else "Who?", "context": LONG,
                "answers": ["Quist"], "dataset": name, "language": "en", "all_classes": None,
            }
            for n in range(2)
        ]  # fmt: skip
        write_lines(tmp_path / "data" / f"{name}.jsonl", *lines)
    return tmp_path / "data"


def test_longbenchs_own_files(bench: Bench, longbench_folder: Path, tmp_path: Path) -> None:
    names = [item.dataset for item in published.items(longbench_folder)]
    assert names == ["narrativeqa", "hotpotqa", "lcc"] * 2
    own = replace(bench, data=longbench_folder, budget=500, plan=replace(PLAN, published=3))
    lines = measured(own, published.PART, [])
    assert len(lines) == 3 * len(compressed.METHODS)
    assert all(line["compressed_tokens"] <= 500 for line in lines if line["method"] != "full")
    assert [text.splitlines()[0] for text in published.report(lines)][1:] == [
        "Single-document questions:",
        "Multi-document questions:",
        "Code:",
    ]
    some = replace(own, plan=replace(PLAN, published=1))
    assert len(measured(some, published.CACHES, [])) == 1 + 4 * len(published.KV_BUDGETS)
    with pytest.raises(UsageError, match="no files of LongBench"):
        published.items(tmp_path)


def test_gains_are_paired_by_item_over_all_budgets() -> None:
    def record(method: str, item: str, budget: int, f1: float) -> answers.Record:
        answer = answers.Answer("", None, f1, None, None, f1, truncated=False, seconds=1.0)
        line = {
            "dataset": "a", "id": item, "digest": "", "lang": "en", "method": method,
            "ratio": 1.0, "recall": None, "answer_kept": None, "original_tokens": 10,
            "compressed_tokens": 10, "seconds": 0.5, "kv_budget": budget,
            "answer": asdict(answer),
        }  # fmt: skip
        return answers.record_of(line)

    ours = [record("x", "1", 128, 1.0), record("x", "1", 256, 0.0), record("x", "2", 128, 0.5)]
    base = [record("y", "1", 128, 0.0), record("y", "1", 256, 0.0), record("y", "3", 128, 0.5)]
    found = answers.gain(ours, base, answers.of_answer("f1"))
    assert found is not None
    assert (found.mean, found.items) == (0.5, 1)
    assert answers.total_seconds(ours[0]) == 1.5


def test_the_journal_keeps_parts_apart_and_refuses_other_models(tmp_path: Path) -> None:
    with open_run(tmp_path / "run", {"target": ["a", 1]}) as (lines, write):
        assert lines == {}
        write("ruler", {"x": 1})
        write("kv", {"x": 2})
    with (tmp_path / "run" / "journal.jsonl").open("ab") as file:
        file.write(b'{"part": "kv", "x"')  # stopped in the middle of a line
    with open_run(tmp_path / "run", {"target": ["a", 1]}) as (lines, write):
        assert lines == {"ruler": [{"x": 1}], "kv": [{"x": 2}]}
        write("kv", {"x": 3})
    assert read(tmp_path / "run")[1]["kv"] == [{"x": 2}, {"x": 3}]
    with (
        pytest.raises(UsageError, match="other settings"),
        open_run(tmp_path / "run", {"target": ["a", 2]}),
    ):
        pass


def test_the_command(
    bench: Bench,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("tests.benchmarks.paper.plan.QUICK", PLAN)
    monkeypatch.setattr(Bench, "__init__", _with_default(bench.default_draft_name))
    run = str(tmp_path / "run")
    names = ["--target", bench.target_name, "--draft", bench.draft_name]
    main([run, str(bench.data), *names, "--quick", "--part", "ruler", "--part", "correlation"])
    told = capsys.readouterr().out
    assert "## RULER" in told
    assert "| draft to target | 1 |" in told
    main([run, "--report"])
    assert capsys.readouterr().out == told
    for wrong in ([run], [str(tmp_path / "none"), "--report"]):
        with pytest.raises(SystemExit, match="2"):
            main(wrong)
        capsys.readouterr()


def _with_default(name: str) -> Any:
    made = Bench.__init__

    def init(self: Bench, *given: Any, **named: Any) -> None:
        made(self, *given, **{"default_draft_name": name, **named})

    return init

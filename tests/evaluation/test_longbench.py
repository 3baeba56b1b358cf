"""LongBench's own files and measures, on small files of that shape."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from specpc.errors import InputError
from specpc.evaluation import longbench
from specpc.evaluation.base import KeptText
from specpc.evaluation.data import Item, read_collection, read_items
from specpc.evaluation.measures import score_answer
from specpc.evaluation.runner import RunPlan, run
from specpc.evaluation.tasks import fill, request
from specpc.kv.replies import Reply
from tests.evaluation.items import TEXT, write_lines

PROMPTS = {
    "hotpotqa": "Read.\n\n{context}\n\nNow answer.\n\nQuestion: {input}\nAnswer:",
    "gov_report": "Report:\n{context}\n\nNow, sum it up.\n\nSummary:",
    "trec": "Some examples.\n{context}\n{input}",
    "lcc": "Complete the code. \n{context}Next line of code:\n",
}
LENGTHS = {"hotpotqa": 32, "gov_report": 512, "trec": 64, "lcc": 64}


def line(dataset: str, **changes: Any) -> dict[str, Any]:
    """As LongBench has it."""
    return {
        "input": "Whom did the committee elect?",
        "context": TEXT,
        "answers": ["Marta Quist"],
        "length": 60,
        "dataset": dataset,
        "language": "en",
        "all_classes": None,
        "_id": "0f5a",
    } | changes


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder laid out as LongBench's, without data."""
    for name in ("config", "data"):
        (tmp_path / name).mkdir()
    for name, told in (("dataset2prompt", PROMPTS), ("dataset2maxlen", LENGTHS)):
        (tmp_path / "config" / f"{name}.json").write_text(json.dumps(told))
    return tmp_path


def read(folder: Path, dataset: str, **changes: Any) -> Item:
    path = write_lines(folder / f"{dataset}.jsonl", line(dataset.removesuffix("_e"), **changes))
    [item] = read_items(path, path.stem)
    return item


@pytest.mark.parametrize("dataset", ["hotpotqa", "hotpotqa_e"])
def test_items_are_asked_as_longbench_asks_them(repository: Path, dataset: str) -> None:
    item = read(repository / "data", dataset)
    assert item.asked.before == "Read.\n\n"
    assert item.asked.after == f"Now answer.\n\nQuestion: {item.question}\nAnswer:"
    assert item.asked.answer_tokens == 32
    assert item.question == "Whom did the committee elect?"  # what methods are told


def test_summaries_are_asked_for_in_the_prompt_alone(repository: Path) -> None:
    item = read(repository / "data", "gov_report", input="")
    assert item.question == item.asked.after == "Now, sum it up.\n\nSummary:"
    assert item.answerable
    path = repository / "data" / "gov_report.jsonl"
    assert read_collection([path], with_target=True).items == (item,)


def test_without_its_configuration_questions_are_asked_as_all_others(tmp_path: Path) -> None:
    item = read(tmp_path, "hotpotqa")
    assert (item.asked.before, item.asked.after) == ("", request(item.question))
    assert score_answer(item, "The Quist, Marta!").score == 1.0
    unknown = read(tmp_path, "homework")
    assert unknown.task is None
    assert score_answer(unknown, "Marta Quist").score is None


def test_what_is_asked_is_part_of_the_digest(repository: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "data"
    elsewhere.mkdir(parents=True)
    assert read(repository / "data", "trec").digest != read(elsewhere, "trec").digest


def test_a_broken_configuration_is_told(repository: Path) -> None:
    (repository / "config" / "dataset2maxlen.json").write_text("[]")
    with pytest.raises(InputError, match=r"dataset2maxlen\.json is no JSON object"):
        read(repository / "data", "hotpotqa")
    (repository / "config" / "dataset2prompt.json").write_text("{")
    longbench._read.cache_clear()
    with pytest.raises(InputError, match=r"dataset2prompt\.json cannot be read"):
        read(repository / "data", "hotpotqa")


@pytest.mark.parametrize("prompt", ["no place", "{context} twice {context}"])
def test_a_prompt_has_one_place_for_the_text(prompt: str) -> None:
    with pytest.raises(InputError, match="one place"):
        fill(prompt, {})


def test_what_fills_a_prompt_is_not_filled_again() -> None:
    assert fill("{input}: {context} {input}?", {"input": "{context}"}) == (
        "{context}: ",
        " {context}?",
    )


class Quoting:
    """A target that says what it was asked, in as many characters as it may."""

    def answer(self, context: str, question: str, tokens: int | None = None) -> Reply:
        return Reply(f"{context}|{question}"[: 10 * (tokens or 0)])


def test_a_target_reads_the_prompt_around_what_is_kept(repository: Path) -> None:
    class Kept:
        def prepare(self, item: Item) -> Any:
            return lambda _: KeptText("Kept.", (), 10, 5)

    item = read(repository / "data", "hotpotqa")
    [record] = run([item], {"kept": Kept()}, RunPlan([0.5]), target=Quoting())
    assert record.answer is not None
    assert record.answer.text == f"Read.\n\nKept.|{item.asked.after}"
    assert record.answer.score == pytest.approx(2 * 0 / 1)


def test_f1_is_that_of_words() -> None:
    assert longbench.f1("The cat, a dog.", "dog") == pytest.approx(2 / 3)
    assert longbench.f1("", "dog") == longbench.f1("cat", "dog") == 0


def test_rouge_l_is_that_of_the_package_rouge() -> None:
    """Figures of rouge 1.0.1."""
    assert longbench.rouge_l("the cat sat. it ate", "it ate. a cat sat") == pytest.approx(0.8)
    assert longbench.rouge_l("b a c b a", "a b b c a") == pytest.approx(1.0)
    assert longbench.rouge_l("a. . b", "a b") == pytest.approx(0.8)
    assert longbench.rouge_l("", "a") == longbench.rouge_l(" ", "a") == 0


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("x = foo(1)", 1.0),
        ("\n\nx = foo(1)\ny", 1.0),
        ("```python\nx = foo(1)\n```", 1.0),
        ("# the next line\nx = foo(2)", 0.9),
        ("// nothing else", 0.0),
    ],
)
def test_code_is_compared_by_its_first_line(answer: str, value: float) -> None:
    assert longbench.edit_similarity(answer, "x = foo(1)") == value


def test_labels(repository: Path) -> None:
    classes = ("Number", "Phone number", "number", "Person")
    assert longbench.classification("It is Person", "Person", classes) == 1
    assert longbench.classification("Person or Number", "Person", classes) == 0.5
    assert longbench.classification("Phone number", "Phone number", classes) == 1
    assert longbench.classification("Number", "Person", classes) == 0
    item = read(repository / "data", "trec", answers=["Person"], all_classes=[*classes])
    assert score_answer(item, "\nPerson\nNumber").score == 1.0  # only the first line counts


def test_numbers() -> None:
    assert longbench.retrieval("Paragraph 12, not 3", "Paragraph 12") == 0.5
    assert longbench.retrieval("段落3", "段落3") == 1
    assert longbench.count("7", "7") == 1
    assert longbench.count("seven", "7") == 0


def test_chinese_is_cut_by_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    cutter = ModuleType("jieba")
    cutter.cut = lambda text: [text[:2], text[2:]]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "jieba", cutter)
    assert longbench.f1_zh("北京。", "北京") == 1.0
    assert longbench.f1_zh("北京大", "北京") == pytest.approx(2 / 3)
    assert longbench.rouge_l_zh("北京大", "北京大") == pytest.approx(1.0)
    monkeypatch.setitem(sys.modules, "jieba", None)
    with pytest.raises(InputError, match="pip install jieba"):
        longbench.f1_zh("北京", "北京")


def test_every_data_set_has_a_measure() -> None:
    assert len(longbench.METRICS) == 21

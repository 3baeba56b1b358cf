"""Readers of the three formats, and a sentence for every broken line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from specpc.errors import InputError
from specpc.evaluation.data import dataset_names, read_collection, read_items, split_question
from tests.evaluation.items import TEXT, fields, item, write_lines

if TYPE_CHECKING:
    from pathlib import Path


def test_own_format(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "facts.jsonl", fields(0), "", fields(1))
    assert list(read_items(path, "facts")) == [item(0), item(1)]


def test_own_format_with_the_least_fields(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "facts.jsonl",
        {"context": TEXT, "question": "Who?", "answers": "marta quist"},
        {"context": TEXT, "question": "Who?", "answers": [1], "evidence": ["not there"]},
        {"context": TEXT, "question": "Who?", "answers": ["1887", "x"], "answers_mode": "all"},
    )
    first, second, third = read_items(path, "facts")
    assert (first.id, first.extractive, first.lang, first.answers_mode) == ("1", True, "en", "any")
    assert (second.id, second.evidence, second.answers) == ("2", (), ("1",))
    assert not third.extractive


def test_ruler_format(tmp_path: Path) -> None:
    folder = tmp_path / "niah_multikey_1"
    folder.mkdir()
    line = {"index": 7, "input": f"{TEXT}\nWhat are the years?", "outputs": ["1887"], "length": 9}
    path = write_lines(folder / "validation.jsonl", line)
    [read] = read_items(path, "validation")
    assert (read.id, read.context, read.question) == ("7", TEXT, "What are the years?")
    assert (read.answers, read.answers_mode, read.evidence) == (("1887",), "all", ())
    assert read.measurable
    [asked] = read_items(write_lines(tmp_path / "qa_1.jsonl", line), "qa_1")
    assert asked.answers_mode == "any"


@pytest.mark.parametrize(
    ("text", "context", "question"),
    [
        ("a\nb\n\nc\nd?\n", "a\nb", "c\nd?"),
        ("a\r\n \r\nb?", "a", "b?"),
        ("a\nb?", "a", "b?"),
        ("a b?", "a b?", ""),
    ],
)
def test_ruler_question(text: str, context: str, question: str) -> None:
    assert split_question(text) == (context, question)


def test_longbench_format(tmp_path: Path) -> None:
    line: dict[str, Any] = {
        "input": "Who is treasurer?",
        "context": TEXT,
        "answers": ["Marta Quist", "Mrs Quist"],
        "length": 60,
        "dataset": "hotpotqa",
        "language": "zh",
        "all_classes": None,
        "_id": "c0ffee",
    }
    path = write_lines(tmp_path / "l.jsonl", line, line | {"_id": "2", "all_classes": ["otters"]})
    first, labelled = read_items(path, "l")
    assert (first.id, first.question, first.lang) == ("c0ffee", "Who is treasurer?", "zh")
    assert first.extractive
    assert not labelled.measurable


def test_what_cannot_be_measured_is_counted_and_left_out(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "facts.jsonl",
        fields(0, question=""),
        fields(1, evidence=[], extractive=False),
        fields(2, evidence=[]),
        fields(3, extractive=False),
        fields(4),
        fields(5),
    )
    found = read_collection([path])
    assert [read.id for read in found.items] == [f"facts/{number}" for number in (2, 3, 4, 5)]
    assert found.skipped == {"facts": 2}
    three = read_collection([path], limit=3).items
    assert len(three) == 3
    assert {item.id for item in read_collection([path], limit=2).items} < {i.id for i in three}
    told = read_collection([path], withheld=True)
    assert (len(told.items), told.skipped) == (6, {})
    four = read_collection([path], limit=4, withheld=True).items
    assert {item.id for item in four} == {item.id for item in found.items}
    with pytest.raises(InputError, match="nothing to measure"):
        read_collection([write_lines(tmp_path / "none.jsonl", fields(0, question=""))])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "not a JSON object"),
        ({"text": "x"}, "unknown shape"),
        (fields(context=3), "'context' is not a string"),
        (fields(question=3), "'question' is not a string"),
        (fields(answers=[{}]), "'answers' is not a list of strings"),
        (fields(answers_mode="both"), "answers_mode is 'any' or 'all'"),
        (fields(extractive="yes"), "extractive is true or false"),
        (fields(0), "the id 'facts/0' was used before"),
    ],
)
def test_broken_line(tmp_path: Path, line: dict[str, Any] | str, message: str) -> None:
    path = write_lines(tmp_path / "facts.jsonl", fields(0), line)
    with pytest.raises(InputError, match=message) as caught:
        read_collection([path])
    assert str(caught.value).startswith(f"{path}, line 2: ")


def test_data_set_names(tmp_path: Path) -> None:
    names = dataset_names([tmp_path / "a/v.jsonl", tmp_path / "b/v.jsonl", tmp_path / "w.jsonl"])
    assert names == ["a/v", "b/v", "w"]
    with pytest.raises(InputError, match="2 files are both called"):
        dataset_names([tmp_path / "v.jsonl", tmp_path / "v.jsonl"])


def test_the_digest_changes_with_the_item() -> None:
    assert item(0).digest == item(1).digest
    assert item(question="What?").digest != item().digest

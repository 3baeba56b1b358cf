"""The results file: cut off, continued, refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from specpc.errors import InputError, UsageError
from specpc.evaluation.records import Answer, open_results, read_results
from specpc.evaluation.statistics import summarise
from specpc.evaluation.telling import Telling
from tests.evaluation.test_statistics import record

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = {"draft": "tiny", "seed": 0}
ANSWER = Answer("é\n", True, 1.0, 1.0, None, None, False, 0.5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "results.jsonl"
    with open_results(path, SETTINGS, resume=False) as (found, write):
        assert found == ()
        write(record("a", 0, 1.0))
        write(record("a\u2028é\ud800", 1, None, answer_kept=True, error="why"))
    return path


def test_round_trip(path: Path) -> None:
    results = read_results(path)
    assert results.settings == SETTINGS
    assert results.records[0] == record("a", 0, 1.0)
    assert results.records[1].error == "why"
    assert results.journal.size == path.stat().st_size


def test_whole_numbers(path: Path) -> None:
    with path.open("a") as file:
        file.write(json.dumps(asdict(record("a", 2, 1.0)) | {"recall": 1, "seconds": 0}) + "\n")
    assert read_results(path).records[-1].recall == 1


def test_answers(path: Path) -> None:
    with open_results(path, SETTINGS, resume=True) as (_, write):
        write(record("a", 2, 1.0, answer=ANSWER))
    assert [r.answer for r in read_results(path).records] == [None, None, ANSWER]


def test_what_is_told_without_a_question(path: Path) -> None:
    telling = Telling(0.5, None, 0.1, 0.0, 0.1)
    with open_results(path, SETTINGS, resume=True) as (_, write):
        write(record("a", 2, 1.0, telling=telling))
    read = read_results(path).records[-1]
    assert read.telling == telling
    [row] = summarise([read])
    assert row.estimates["facts_whole"] is not None
    assert row.estimates["facts_whole"].mean == 0.5
    assert row.estimates["negations_lost"] is None


def test_files_of_earlier_releases(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b', "answer": null', b""))
    assert b'"answer"' not in path.read_bytes()
    assert read_results(path).records[0] == record("a", 0, 1.0)


def test_a_line_cut_off_is_made_again(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with open_results(path, SETTINGS, resume=True) as (found, write):
        assert found == (record("a", 0, 1.0),)
        write(record("a", 2, 0.5))
    assert read_results(path).records == (record("a", 0, 1.0), record("a", 2, 0.5))


@pytest.mark.parametrize("left", [b"", b'{"specpc_ev'])
def test_a_header_cut_off_is_made_again(path: Path, left: bytes) -> None:
    path.write_bytes(left)
    with open_results(path, SETTINGS, resume=True) as (found, _):
        assert found == ()
    assert read_results(path).settings == SETTINGS


def test_what_is_refused(path: Path) -> None:
    with (
        pytest.raises(UsageError, match="exists: go on with it"),
        open_results(path, SETTINGS, resume=False),
    ):
        pass
    with (
        pytest.raises(UsageError, match="other settings \\(seed 0 there, 1 here\\)"),
        open_results(path, SETTINGS | {"seed": 1}, resume=True),
    ):
        pass
    with pytest.raises(UsageError, match="there is no file"):
        read_results(path.with_name("none"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 4: not valid JSON"),
        ("3", "line 4: not a JSON object"),
        (json.dumps(asdict(record("a", 0, 1.0)) | {"ratio": "x"}), "line 4: the field 'ratio'"),
        (json.dumps(asdict(record("a", 0, 1.0)) | {"original_tokens": True}), "'original_tokens'"),
        (json.dumps(asdict(record("a", 0, 1.0)) | {"answer": 1}), "line 4: the field 'answer'"),
        (json.dumps(asdict(record("a", 0, 1.0)) | {"answer": {}}), "the field 'truncated' cannot"),
    ],
)
def test_broken_lines(path: Path, line: str, message: str) -> None:
    with path.open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(InputError, match=message):
        read_results(path)


def test_another_kind_of_file(path: Path) -> None:
    path.write_text('{"context": "x"}\n')
    with pytest.raises(InputError, match="was not written by specpc eval"):
        read_results(path)

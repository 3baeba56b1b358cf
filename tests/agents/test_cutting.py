"""Outputs of real tools, cut by the real draft: what matters stays, and all of it can be had."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from specpc.agents.call import Call
from specpc.agents.cutting import OutputCutter
from specpc.agents.skimming import skim
from specpc.agents.store import OutputStore
from specpc.errors import SpecPCError

if TYPE_CHECKING:
    from pathlib import Path

    from specpc import Compressor

PASSED = "".join(
    f"tests/test_{n:03}.py::test_fares[{n}] PASSED  [{n // 3:3}%]\n" for n in range(150)
)
FAILED = (
    "=================================== FAILURES ===================================\n"
    "_________________________________ test_refund __________________________________\n\n"
    "    def test_refund() -> None:\n>       assert refund(12) == 9\n"
    "E       assert 8 == 9\n\ntests/test_money.py:41: AssertionError\n"
    "=========================== short test summary info ============================\n"
    "FAILED tests/test_money.py::test_refund - assert 8 == 9\n"
    "======================== 1 failed, 150 passed in 2.13s =========================\n"
)
CALL = Call("Bash", "pytest -v", "Why does the build fail?")


def test_errors_stay_and_all_of_it_can_be_had(compressor: Compressor, tmp_path: Path) -> None:
    store = OutputStore(tmp_path)
    cut = OutputCutter(lambda: compressor, 0.1, store=store).cut(PASSED + FAILED, CALL)
    assert cut is not None
    for line in (
        "tests/test_money.py:41: AssertionError",
        "E       assert 8 == 9",
        "1 failed, 150",
    ):
        assert line in cut.text
    assert cut.compressed_tokens < 0.3 * cut.original_tokens
    told = cut.text.splitlines()[-1]
    assert re.fullmatch(rf"\[1\d\d lines cut; specpc show {cut.key}\]", told)
    assert cut.text == f"{cut.kept}{told}\n"
    stored = store.load(cut.key)
    assert (stored.data.decode(), stored.told) == (PASSED + FAILED, "pytest -v")
    whole = set((PASSED + FAILED).splitlines())
    assert [line for line in cut.kept.splitlines() if line not in whole and line != "[...]"] == []


def test_more_is_kept_where_errors_need_more(compressor: Compressor, tmp_path: Path) -> None:
    errors = "".join(
        f"src/part{n}.c:{n}:7: error: 'value{n}' undeclared (first use in this function)\n"
        for n in range(10)
    )
    output = PASSED[: 2 * len(errors)] + errors
    cut = OutputCutter(lambda: compressor, 0.05, 100, OutputStore(tmp_path)).cut(output, CALL)
    assert cut is not None
    assert all(line in cut.text for line in errors.splitlines())


@pytest.mark.parametrize("output", ["", "12 passed", "word " * 500])
def test_short_ones_stay_whole(output: str) -> None:
    def load() -> Any:
        raise AssertionError("nothing is to be cut")

    least = len(output) + 1
    assert OutputCutter(load, 0.1, least).cut(output, CALL) is None


def test_one_with_few_tokens_stays_whole(compressor: Compressor) -> None:
    assert OutputCutter(lambda: compressor, 0.1, 1000).cut("word " * 500, CALL) is None


def test_what_cannot_be_stored_is_not_cut(compressor: Compressor, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cutter = OutputCutter(lambda: compressor, 0.1, store=OutputStore(tmp_path / "file" / "a"))
    with pytest.raises(SpecPCError, match="cannot be read or written"):
        cutter.cut(PASSED + FAILED, CALL)


def test_one_line_is_told_in_characters(compressor: Compressor, tmp_path: Path) -> None:
    output = '{"rows": [' + ", ".join(f'{{"id": {n}, "price": {n * 7}}}' for n in range(200)) + "]}"
    cut = OutputCutter(lambda: compressor, 0.3, 500, OutputStore(tmp_path)).cut(output, CALL)
    assert cut is not None
    assert re.search(r"\n\[[\d,]+ characters cut; specpc show \w+\]\n\Z", cut.text)


def test_a_very_long_one_is_skimmed() -> None:
    lines = [f"2026-01-01 INFO step {n} of the long work is done\n" for n in range(20_000)]
    lines[777] = "2026-01-01 ERROR disk full while writing /var/lib/a.db\n"
    lines[15_000] = "2026-01-01 INFO the zebra was seen at gate 9\n"
    output = "".join(lines)
    found = skim(output, "Where was the zebra?")
    assert len(found.text) < 60_000
    assert abs(found.share - len(found.text.replace("[...]\n", "")) / len(output)) < 1e-9
    assert 0 < found.needed < 0.01
    for number in (0, 777, 15_000, 19_999):
        assert lines[number] in found.text
    assert set(found.text.splitlines(keepends=True)) <= {*lines, "[...]\n"}
    assert skim(output[:9000], "").text == output[:9000]


def test_json_is_not_skimmed() -> None:
    rows = ",\n".join(f'{{"id": {n}}}' for n in range(9000))
    assert skim(f"[{rows}]", "id?").text == f"[{rows}]"
    assert len(skim(f"[{rows}", "id?").text) < 60_000  # which is none


def test_blank_output_has_nothing_to_skim() -> None:
    assert skim("\n" * 5, "a").text == "\n" * 5


def test_long_lines_keep_out_no_others() -> None:
    huge = "x" * 45_000
    assert skim(f"{huge}\n{huge}\n", "a").text == f"{huge}\n{huge}\n"
    lines = [f"INFO step {n} of the long work is done\n" for n in range(3000)]
    found = skim("".join(["ERROR: " + huge + "\n", "ERROR: no disk\n", *lines]), "a").text
    assert "ERROR: no disk\n" in found
    assert huge not in found


@pytest.mark.parametrize("output", ["", "\n\n", "a\n[12 lines cut; specpc show 3f2a9c01b7de]\n"])
def test_nothing_and_what_was_cut_already_stays(output: str) -> None:
    def load() -> Any:
        raise AssertionError("nothing is to be cut")

    assert OutputCutter(load, 0.1, 0).cut(output, CALL) is None

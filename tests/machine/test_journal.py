"""Journals: torn lines, other settings, files that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specpc.errors import UsageError
from specpc.machine.journal import Journal, changed, json_line, other_settings, writing

if TYPE_CHECKING:
    from pathlib import Path

MADE_WITH: dict[str, Any] = {"ratio": 0.3, "keep": {"patterns": ("a", "é")}}


def write(path: Path, rows: list[dict[str, Any]], left: Journal | None = None) -> None:
    with writing(path, MADE_WITH, left) as add:
        for row in rows:
            add(row)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 200))
def test_cut_off_anywhere_and_gone_on_with_it_is_the_same(tmp_path: Path, at: int) -> None:
    rows = [{"id": i, "text": "é\n\u2028" * i} for i in range(4)]
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    write(whole, rows)
    torn.write_bytes(whole.read_bytes()[:at])
    left = Journal.read(torn)
    assert (left is None) == (at < len(json_line({"specpc": MADE_WITH})))
    if left is not None:
        assert left.settings is not None
        assert not changed(left.settings, MADE_WITH)
        lines = list(left.lines())
        assert lines == [json_line(row) for row in rows[: left.count]]
        assert left.last == (lines[-1] if lines else b"")
    write(torn, rows[left.count if left else 0 :], left)
    assert torn.read_bytes() == whole.read_bytes()


def test_lines_are_in_the_file_at_once(tmp_path: Path) -> None:
    with writing(tmp_path / "a", MADE_WITH) as add:
        add({"id": 1})
        journal = Journal.read(tmp_path / "a")
    assert journal is not None
    assert [*journal.lines()] == [b'{"id": 1}\n']


@pytest.mark.parametrize("first", ["", "3", '{"specpc": 3}', '{"other": {}}'])
def test_what_tells_no_settings(tmp_path: Path, first: str) -> None:
    path = tmp_path / "a"
    path.write_text(f"{first}\n")
    journal = Journal.read(path)
    assert journal is not None
    assert journal.settings is None


def test_no_journal(tmp_path: Path) -> None:
    assert Journal.read(tmp_path / "none") is None
    (tmp_path / "empty").touch()
    assert Journal.read(tmp_path / "empty") is None


def test_changes_are_named() -> None:
    assert changed({"a": 1, "b": [2]}, {"a": 1.0, "b": (2,)}) == []
    assert changed({"a": 1, "gone": 2}, {"a": 2, "new": None, "c": 0}) == ["a", "gone", "c"]
    error = other_settings("x", "leave it", ["a", "c"])
    assert isinstance(error, UsageError)
    assert str(error) == "x was made with other settings (a, c): repeat them, or leave it"

"""Threads where there are fewer processors than are seen, or than want to run."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from specpc.machine import processors

if TYPE_CHECKING:
    from pathlib import Path


def group(folder: Path, limit: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cpu.max").write_text(limit + "\n")


def own(tmp_path: Path, told: str) -> Path:
    path = tmp_path / "own"
    path.write_text(told)
    return path


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("max 100000", "200000 100000", 2.0),
        ("150000 100000", "max 100000", 1.5),
        ("100000 100000", "400000 100000", 1.0),
        ("max 100000", "max 100000", None),
        ("what?", "", None),
    ],
)
def test_the_least_of_all_groups_counts(
    tmp_path: Path, outer: str, inner: str, expected: float | None
) -> None:
    root = tmp_path / "cgroup"
    group(root / "pod", outer)
    group(root / "pod" / "box", inner)
    group(root / "other", "1000 100000")
    assert processors.quota(root, own(tmp_path, "1:name=x:/y\n0::/pod/box\n")) == expected


@pytest.mark.parametrize(("limit", "expected"), [("250000", 2.5), ("-1", None), ("0", None)])
def test_version_1(tmp_path: Path, limit: str, expected: float | None) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(limit)
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000")
    assert processors.quota(tmp_path, tmp_path / "none") == expected


@pytest.mark.parametrize(
    ("limit", "before", "expected"),
    [(1.0, None, "1"), (0.2, None, "1"), (1.9, "7", "7"), (None, None, None), (1e6, None, None)],
)
def test_the_variable_is_set_where_it_helps(
    monkeypatch: pytest.MonkeyPatch, limit: float | None, before: str | None, expected: str | None
) -> None:
    monkeypatch.setattr(processors, "quota", lambda: limit)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(processors, "others_at_work", lambda: 0)
    monkeypatch.setenv("OMP_NUM_THREADS", before or "")
    if before is None:
        monkeypatch.delenv("OMP_NUM_THREADS")
    processors.share_machine()
    assert os.environ.get("OMP_NUM_THREADS") == expected


@pytest.mark.parametrize(
    ("told", "expected"), [("0.5 0.4 0.3 3/300 9\n", 2), ("0.1 0.1 0.1 1/9 9", 0), ("what?", 0)]
)
def test_others_at_work(tmp_path: Path, told: str, expected: int) -> None:
    load = tmp_path / "loadavg"
    load.write_text(told)
    assert processors.others_at_work(load) == expected
    assert processors.others_at_work(tmp_path / "none") == 0


@pytest.mark.parametrize(
    ("others", "own_threads", "set_before", "expected"),
    [
        (0, "2", None, None),
        (2, "2", None, None),
        (3, "2", None, "PASSIVE"),
        (3, "1", None, None),
        (3, "2", "ACTIVE", "ACTIVE"),
        (1, "many", None, "PASSIVE"),
    ],
)
def test_threads_sleep_where_others_are_at_work(
    monkeypatch: pytest.MonkeyPatch,
    others: int,
    own_threads: str,
    set_before: str | None,
    expected: str | None,
) -> None:
    monkeypatch.setattr(processors, "quota", lambda: None)
    monkeypatch.setattr(processors, "others_at_work", lambda: others)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setenv("OMP_NUM_THREADS", own_threads)
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    monkeypatch.setenv("OMP_WAIT_POLICY", set_before or "")
    if set_before is None:
        monkeypatch.delenv("OMP_WAIT_POLICY")
    processors.share_machine()
    assert os.environ.get("OMP_WAIT_POLICY") == expected


def test_the_command_sets_it_before_torch_is_imported() -> None:
    code = (
        "import os, sys\n"
        "from specpc.machine import processors\n"
        "from specpc_cli import main\n"
        "processors.quota = lambda: 1.0\n"
        "os.sched_getaffinity = lambda _: {0, 1}\n"
        "names = 'OMP_NUM_THREADS', 'ONEDNN_PRIMITIVE_CACHE_CAPACITY'\n"
        "told = lambda: print('torch' in sys.modules, *map(os.environ.get, names))\n"
        "main.make_app = lambda _: told\n"
        "main.main()"
    )
    ours = ("OMP_NUM_THREADS", "ONEDNN_PRIMITIVE_CACHE_CAPACITY")
    environment = {name: os.environ[name] for name in os.environ if name not in ours}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout == "False 1 64\n"

"""Files of this machine: one writer at a time, errors that name the file, folders of nobody."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from specpc.errors import UsageError
from specpc.machine.files import alone, cache_folder, expanded, naming, replace_file

if TYPE_CHECKING:
    from pathlib import Path

HOLDS = """
import os, sys, pathlib, time
from specpc.machine.files import alone
with alone(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with alone(path):
        with pytest.raises(UsageError, match=r"is writing .*out\.jsonl: wait"), alone(path):
            pass
        with alone(tmp_path / "other.jsonl"):
            pass
    with alone(path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(UsageError, match="another run"), alone(path):
            pass
        process.kill()
        process.wait()
    with alone(path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_what_the_system_refuses_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space") as found, naming("mine"):  # noqa: SIM117
        with open("/dev/full", "wb", 0) as full:  # noqa: PTH123
            full.write(b"a")
    assert found.value.filename == "mine"
    with pytest.raises(FileNotFoundError) as missing:
        replace_file(tmp_path / "no" / "a.txt", [b""])
    assert missing.value.filename == str(tmp_path / "no" / "a.txt")


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    def parts() -> object:
        yield b"new"
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(OSError, match=r"No space left on device: '.*a\.txt'"):
        replace_file(tmp_path / "a.txt", parts())  # type: ignore[arg-type]
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_home_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPECPC_CACHE", "~no-such-user/cache")
    with pytest.raises(UsageError, match="SPECPC_CACHE is ~no-such-user/cache, and there is no"):
        cache_folder("drafts")
    assert expanded(tmp_path, "it") == tmp_path

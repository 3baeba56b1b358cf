"""Work in another process: what hangs there, dies there or fails there stops nobody here."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from specpc.errors import BudgetError, InputError, SpecPCError, WorkerError
from specpc.machine.child import ChildProcess, first_silence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.machine.child import Do, Progress
    from specpc.machine.reporting import Report


def make(report: Report) -> Do:
    report("made")
    return work


def make_nothing(_: Report) -> Do:
    raise InputError("nothing to be made")


def work(task: tuple[str, Any], progress: Progress) -> Any:
    """What the tests have done."""
    name, value = task
    if name == "double":
        return value * 2
    if name == "pid":
        return os.getpid()
    if name == "steps":
        for step in range(value):
            time.sleep(0.05)
            progress(step, value)
        return value
    if name == "hang":  # holds the interpreter's lock
        return re.match(r"(a|a)+b", "a" * value)
    if name == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "print":
        print(value, flush=True)
    if name == "fail":
        raise value
    if name == "nest":
        return nested(value)
    return None


def nested(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def child(told: list[str]) -> Iterator[ChildProcess]:
    process = ChildProcess(make, told.append)
    yield process
    process.kill()


def test_tasks_are_done_in_one_process(child: ChildProcess, told: list[str]) -> None:
    assert child.do(("double", "ab")) == "abab"
    assert told == ["made"]
    own = child.do(("pid", None))
    assert own not in (os.getpid(), None)
    assert child.do(("pid", None)) == own


def test_errors_are_raised_here(child: ChildProcess) -> None:
    with pytest.raises(BudgetError, match="too small"):
        child.do(("fail", BudgetError("too small")))
    with pytest.raises(SpecPCError, match=r"^unexpected KeyError \(SPECPC_DEBUG=1 shows") as found:
        child.do(("fail", KeyError("a secret")))
    assert "secret" not in str(found.value)
    with pytest.raises(InputError, match="nested too deeply"):
        child.do(("fail", RecursionError()))
    with pytest.raises(InputError, match="nothing to be made"):
        ChildProcess(make_nothing, print).do(("double", 1))


def test_what_is_too_deep_to_be_sent_either_way_is_told(child: ChildProcess) -> None:
    own = child.do(("pid", None))
    with pytest.raises(InputError, match="nested too deeply"):
        child.do(("double", nested(5000)))
    with pytest.raises(InputError, match="nested too deeply"):
        child.do(("nest", 5000))
    assert child.do(("pid", None)) == own


def test_what_hangs_is_killed_and_replaced(child: ChildProcess) -> None:
    before = child.do(("pid", None))
    with pytest.raises(InputError, match="given up after 1 s"):
        child.do(("hang", 60), first=1.0)
    assert not psutil.pid_exists(before)
    assert child.do(("double", 2)) == 4


def test_signs_of_life_keep_it_going(child: ChildProcess) -> None:
    seen: list[tuple[int, int]] = []
    found = child.do(("steps", 40), lambda *step: seen.append(step), first=1.0, silence=1.0)
    assert found == len(seen) == 40


def test_what_dies_is_told_and_replaced(child: ChildProcess) -> None:
    with pytest.raises(WorkerError, match="SIGKILL"):
        child.do(("die", None))
    assert child.do(("double", 2)) == 4
    os.kill(child.do(("pid", None)), signal.SIGKILL)  # while it is idle
    time.sleep(0.2)
    assert child.do(("double", 2)) == 4


def test_work_that_nobody_wants_is_given_up(child: ChildProcess) -> None:
    class GoneError(Exception):
        pass

    def gone(*_: int) -> None:
        raise GoneError

    before = child.do(("pid", None))
    with pytest.raises(GoneError):
        child.do(("steps", 1000), gone)
    assert child.do(("pid", None)) == before  # it ended by itself
    with pytest.raises(GoneError):
        child.do(("hang", 60), check=gone)
    assert child.do(("pid", None)) != before


def test_its_output_is_not_ours() -> None:
    script = (
        "from tests.machine.test_child import make\n"
        "from specpc.machine.child import ChildProcess\n"
        "process = ChildProcess(make, lambda line: None)\n"
        "process.do(('print', 'there'))\n"
        "print('here')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert (run.stdout, run.stderr) == ("here\n", "there\n")  # and it has ended


def test_it_does_not_outlive_its_parent() -> None:
    script = (
        "import os, signal\n"
        "from tests.machine.test_child import make\n"
        "from specpc.machine.child import ChildProcess\n"
        "process = ChildProcess(make, lambda line: None)\n"
        "print(process.do(('pid', None)), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    until = time.monotonic() + 20
    while psutil.pid_exists(int(run.stdout)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not psutil.pid_exists(int(run.stdout))


def test_longer_texts_may_take_longer() -> None:
    assert first_silence(0) < first_silence(1_000_000) < first_silence(10_000_000)

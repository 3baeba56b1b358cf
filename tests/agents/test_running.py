"""A command that runs below another does what it does alone."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from specpc.agents.running import CommandError, run_command


def test_streams_are_kept_apart() -> None:
    ran = run_command(["sh", "-c", "echo out; echo err >&2; exit 5"])
    assert (ran.code, ran.out, ran.err) == (5, b"out\n", b"err\n")


def test_much_on_both_streams() -> None:
    code = "import sys\nfor n in range(20000): print('a' * 50); print('b' * 50, file=sys.stderr)"
    ran = run_command([sys.executable, "-c", code])
    assert len(ran.out) == len(ran.err) == 51 * 20_000


def test_a_signal_is_told_as_shells_tell_it() -> None:
    assert run_command(["sh", "-c", "kill -9 $$"]).code == 137


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        (["no-such-command"], 127, "there is no command no-such-command"),
        (["/etc/passwd"], 126, "cannot run /etc/passwd"),
        (["a\0b"], 126, "cannot run"),
    ],
)
def test_what_cannot_be_started_is_told(command: list[str], code: int, told: str) -> None:
    with pytest.raises(CommandError, match=told) as caught:
        run_command(command)
    assert caught.value.code == code


def test_what_a_command_leaves_running_is_not_waited_for() -> None:
    start = time.monotonic()
    assert run_command(["sh", "-c", "echo up; sleep 60 &"]).out == b"up\n"
    assert time.monotonic() - start < 30


CODE = """
import sys
from specpc.agents.running import run_command
ran = run_command(["sh", "-c", sys.argv[1]])
print(ran.code, ran.out.decode().split())
"""


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP"])
def test_signals_end_the_command_and_not_us(name: str) -> None:
    script = f"trap 'echo got; exit 7' {name}; echo up; echo ready >/dev/tty 2>/dev/null; sleep 30"
    command = [sys.executable, "-c", CODE, script.replace("sleep 30", "sleep 30 & wait")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(1.5)
    if name == "INT":  # which a terminal sends to all in the foreground
        import os

        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(getattr(signal, f"SIG{name}"))
    assert process.communicate(timeout=60)[0] == "7 ['up', 'got']\n"

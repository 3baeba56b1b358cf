"""How long an agent waits for its hook: python -m tests.benchmarks.hook_time.

Outputs of some sizes go through ``specpc hook`` with a server of one's own, warm; beside each the
time the server takes for the very same request, and what the hook adds to that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from specpc.agents.cutting import OutputCutter
from specpc.agents.hooks import ToolEvent
from specpc.options import LEAST_OUTPUT, Setup
from specpc.serving.private import PrivateServer

if TYPE_CHECKING:
    from collections.abc import Callable

_ROUNDS: Final = 7
_SIZES: Final = (100, 2000, 8000, 30_000)


def event_of(size: int, number: int) -> bytes:
    """An event with an output of some characters, unlike the one before."""
    line = "src/part{}.py:{}: value{} is {} of {} in the table of rates\n"
    text = "".join(line.format(n % 9, n, n, n * number, size) for n in range(size // 50))
    response = {"stdout": text, "stderr": "", "interrupted": False}
    told = {"hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_response": response}
    return json.dumps({**told, "tool_input": {"command": "grep -rn value src"}}).encode()


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def cut_all(cutter: OutputCutter, event: ToolEvent) -> None:
    """What the hook has the server do."""
    for _, text in event.texts(LEAST_OUTPUT):
        cutter.cut(text, event.call)


def main() -> None:
    """Print the table; medians."""
    server = PrivateServer(Setup()).compressor()
    cutter = OutputCutter(lambda: server, 0.3, store=None)
    env = {**os.environ, "SPECPC_SERVER": "auto"}
    quiet: Any = {"env": env, "check": True, "stdout": subprocess.DEVNULL}
    command = [sys.executable, "-m", "specpc", "hook", "--ratio", "0.3"]
    print("| characters | hook | the same request | hook adds |\n|---|---|---|---|")
    for size in _SIZES:
        hooks, requests = [], []
        for number in range(_ROUNDS):
            data = event_of(size, number)
            hooks.append(timed(partial(subprocess.run, command, input=data, **quiet)))
            event = ToolEvent.read(data)
            requests.append(timed(partial(cut_all, cutter, event)))
        own, whole = median(requests), median(hooks)
        print(f"| {size:,} | {whole:.2f} s | {own:.2f} s | {whole - own:.2f} s |", flush=True)


if __name__ == "__main__":
    main()

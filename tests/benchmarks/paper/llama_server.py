"""The target in llama.cpp's server, asked over HTTP as other programs ask it.

LLAMA_PYTHON is an interpreter that has llama-cpp-python and its server, this one unless it is set.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx

from specpc.errors import SpecPCError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PYTHON: Final = "LLAMA_PYTHON"
_START_SECONDS: Final = 300.0
_ANSWER_SECONDS: Final = 1200.0


def installed() -> bool:
    """Whether there is such a server here."""
    return _PYTHON in os.environ or find_spec("llama_cpp") is not None


@contextmanager
def llama_server(model: str, context: int) -> Iterator[LlamaServer]:
    """A server with a GGUF file, for prompts and answers of so many tokens in all.

    Raises:
        SpecPCError: it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [os.environ.get(_PYTHON, sys.executable), "-m", "llama_cpp.server"]
    command += ["--model", model, "--n_ctx", str(context), "--port", str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        server = LlamaServer(f"http://127.0.0.1:{port}/v1", process)
        server.wait()
        yield server
    finally:
        process.terminate()
        process.wait()


class LlamaServer:
    """A server that was started, and is asked for one answer at a time."""

    def __init__(self, address: str, process: subprocess.Popen[bytes]) -> None:
        self._address, self._process = address, process

    def wait(self) -> None:
        """Return when it is ready.

        Raises:
            SpecPCError: it ended, or takes too long.
        """
        until = time.monotonic() + _START_SECONDS
        while self._process.poll() is None and time.monotonic() < until:
            try:
                if httpx.get(f"{self._address}/models", timeout=5.0).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise SpecPCError("llama-cpp-python's server does not start: try it by hand")

    def answer(self, prompt: str, tokens: int) -> tuple[float, float]:
        """Seconds to the first and to the last token of the most probable answer."""
        body = {
            "messages": [{"role": "user", "content": prompt}],
            "temperature": 0,
            "max_tokens": tokens,
            "stream": True,
        }
        with suppress(OSError):  # the peak is that of this answer
            Path(f"/proc/{self._process.pid}/clear_refs").write_text("5", "ascii")
        url, first, start = f"{self._address}/chat/completions", None, time.perf_counter()
        with httpx.stream("POST", url, json=body, timeout=_ANSWER_SECONDS) as reply:
            if not reply.is_success:
                raise SpecPCError(f"llama-cpp-python's server answered {reply.status_code}")
            for line in reply.iter_lines():
                data = line.removeprefix("data: ")
                if not data.startswith("{"):
                    continue
                if first is None and json.loads(data)["choices"][0]["delta"].get("content"):
                    first = time.perf_counter() - start
        seconds = time.perf_counter() - start
        return seconds if first is None else first, seconds

    def peak_bytes(self) -> int | None:
        """The most memory that the last answer took; ``None`` where that is not known."""
        try:
            told = Path(f"/proc/{self._process.pid}/status").read_text("ascii").splitlines()
        except OSError:
            return None
        found = [line.split()[1] for line in told if line.startswith("VmHWM:")]
        return int(found[0]) * 1024 if found else None

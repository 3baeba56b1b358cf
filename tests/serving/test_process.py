"""``specpc serve`` as a process of its own, with the default draft: it is killed and comes back."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from specpc import Compressor
from specpc.errors import SpecPCError
from specpc.output.fields import json_fields
from specpc.serving.client import ServerCompressor

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = "The crew slept. Edda Hallgrim signed the contract in May. Rain fell."
QUESTION = "Who signed the contract?"
_CLIENT = f"""
import sys
from tests.command_line import app
args = ["-q", {QUESTION!r}, "--ratio", "0.6", "--server", sys.argv[1]]
app(["compress", *args], standalone_mode=False)
heavy = {{"torch", "transformers", "numpy", "fastapi", "tokenizers"}}
assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()
"""


@contextmanager
def served(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server, and its address once it listens."""
    command = [sys.executable, "-m", "specpc_cli", "serve", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        assert " listens on http://" in line, line + process.stderr.read()
        yield process, line.split()[-1]
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.mark.slow  # a server is started twice
def test_killed_and_back(compressor: Compressor) -> None:
    made = compressor.compress(TEXT, QUESTION, ratio=0.6)
    with served("--port", "0") as (process, url):
        command = [sys.executable, "-c", _CLIENT, url]
        pipe = subprocess.run(command, input=TEXT, capture_output=True, text=True, check=False)
        assert (pipe.stdout, pipe.stderr, pipe.returncode) == (made.text, "", 0)
        process.kill()
        process.wait()
        client = ServerCompressor(url)
        with pytest.raises(SpecPCError, match="cannot be reached"):
            client.compress(TEXT, QUESTION, ratio=0.6)
    with served("--port", url.rpartition(":")[2]) as (process, again):
        assert again == url
        assert untimed(client.compress(TEXT, QUESTION, ratio=0.6)) == untimed(made)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
        assert (process.returncode, told) == (0, "stopped\n")


def untimed(result: Any) -> dict[str, Any]:
    return {n: v for n, v in json_fields(result).items() if n not in {"seconds", "timings"}}

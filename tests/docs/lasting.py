"""Commands that run until they are stopped."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.docs.conftest import Sandbox

SERVE = "specpc serve"


@contextmanager
def listening(command: str, sandbox: Sandbox) -> Iterator[str]:
    """Run a server, give its address once it answers, and stop it, which must end well."""
    command = command.replace(SERVE, f"{SERVE} --port 0")  # the usual port may be taken
    process = subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", command],  # which becomes the command
        cwd=sandbox.folder,
        env=sandbox.env,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        assert " listens on http://" in line, line
        url = line.split()[-1]
        httpx.get(f"{url}/healthz", trust_env=False).raise_for_status()
        yield url
    finally:
        process.terminate()
        try:
            _, told = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, told) == (0, "stopped\n"), (process.returncode, told)

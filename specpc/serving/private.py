"""A server of one's own: the first call starts it, later ones find it, and it ends when idle.

It listens on a port of loopback that is free and lets nobody in without its token; both stand in a
file that only its owner can read. There is one for each draft, and each device and number format.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from specpc.errors import SpecPCError
from specpc.machine.files import cache_folder, naming, replace_file
from specpc.machine.journal import parse_json
from specpc.machine.reporting import Report, silent
from specpc.options import Setup
from specpc.serving import check_installed
from specpc.serving.client import TOKEN_HEADER, ServerCompressor
from specpc.version import __version__

if TYPE_CHECKING:
    from typing import IO

IDLE_SECONDS: Final = 900.0
"""So long after the last request it ends."""

_START_SECONDS: Final = 180.0
_LOOK_SECONDS: Final = 0.05
_OK: Final = 200


@dataclass(frozen=True)
class PrivateServer:
    """The server that this user has for a setup, running or not.

    Attributes:
        setup: scorer, unit and tokenizer may differ from call to call.
        report: called with one line before anything slow.
    """

    setup: Setup
    report: Report = silent

    def __post_init__(self) -> None:
        """Have a draft in a folder or file be found from wherever the server runs."""
        if Path(self.setup.draft).exists():
            draft = str(Path(self.setup.draft).absolute())
            object.__setattr__(self, "setup", replace(self.setup, draft=draft))

    def compressor(self) -> ServerCompressor:
        """One that asks the server, which is started if it does not run.

        Raises:
            SpecPCError: it cannot be started.
        """
        return self._running() or self._started()

    @property
    def _file(self) -> Path:
        """Where its address and token stand while it runs."""
        where = self.setup.draft, *self.setup.where, __version__, sys.executable
        name = hashlib.sha256(repr(where).encode()).hexdigest()[:16]
        return cache_folder("servers") / f"{name}.json"

    def _running(self) -> ServerCompressor | None:
        try:
            found = parse_json(self._file.read_bytes())
            address, token = str(found["address"]), str(found["token"])
            # Whoever else has the port by now is not told the token.
            os.kill(int(found["process"]), 0)
            if not _knows(address, token):
                return None
        except (OSError, HTTPException, ValueError, LookupError, TypeError):
            return None
        return ServerCompressor(
            address,
            token,
            scorer=self.setup.scorer,
            unit=self.setup.unit,
            tokenizer=self.setup.tokenizer,
            markup=self.setup.markup,
        )

    def _started(self) -> ServerCompressor:
        import filelock

        from specpc.drafts.catalogue import find_draft
        from specpc.drafts.locate import fetch_folder

        check_installed()
        # What is downloaded is told here, where somebody reads it.
        fetch_folder(find_draft(self.setup.draft), self.setup.offline, self.report)
        file = self._file
        with naming(file):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with filelock.FileLock(file.with_suffix(".lock"), timeout=_START_SECONDS):
                # Somebody else may have started it meanwhile.
                return self._running() or self._start(file)

    def _start(self, file: Path) -> ServerCompressor:
        self.report("Starting a server for this and later calls ...")
        file.unlink(missing_ok=True)
        log = file.with_suffix(".log")
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as told:
            process = _detached([sys.executable, "-m", __name__, str(file)], told)
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as stdin:
            # The others are said with each request.
            own = self.setup
            wanted = Setup(own.draft, device=own.device, dtype=own.dtype, offline=own.offline)
            stdin.write(json.dumps(asdict(wanted)).encode())
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if (server := self._running()) is not None:
                process.returncode = 0  # nobody waits for it any more
                return server
            time.sleep(_LOOK_SECONDS)
        process.kill()
        process.wait()
        said = log.read_text("utf-8", "replace").strip().rpartition("\n")[2]
        reason = said.removeprefix("specpc: ") or "it said nothing"
        raise SpecPCError(f"the server of your own cannot be started: {reason}")


def _knows(address: str, token: str) -> bool:
    """Whether a server there lets its own in with a token."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_LOOK_SECONDS * 100)
    with closing(connection):
        connection.request("GET", "/metrics", headers={TOKEN_HEADER: token})
        return connection.getresponse().status == _OK


def _detached(command: list[str], told: IO[bytes]) -> subprocess.Popen[bytes]:
    """A process that outlives this one, and gets none of its signals."""
    apart: dict[str, Any] = {"start_new_session": True, "env": dict(os.environ)}
    if os.environ.get("SPECPC_CACHE"):
        apart["env"]["SPECPC_CACHE"] = str(cache_folder("servers").parent)
    if os.name == "nt":
        flags = ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW")
        del apart["start_new_session"]
        apart |= {"creationflags": sum(getattr(subprocess, flag) for flag in flags)}
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=told,
        cwd=Path(sys.executable).parent,  # no folder of the user's is held by it
        **apart,
    )


def serve(file: Path, setup: Setup, idle: float = IDLE_SECONDS) -> None:
    """Be the server whose address and token stand in a file, until nobody asks any more."""
    from specpc.machine.child import ChildProcess
    from specpc.serving.engine import make_engine
    from specpc.serving.run import bind, run, url_of
    from specpc.serving.settings import ServerSettings

    settings = ServerSettings(port=0, token=secrets.token_urlsafe(), idle=idle)
    taken = bind(settings)
    known = {"address": url_of(taken), "token": settings.token, "process": os.getpid()}
    data = json.dumps(known).encode()
    process = ChildProcess(partial(make_engine, setup, False), silent)
    try:
        run(process, settings, taken, ready=lambda _: replace_file(file, [data]))
    finally:
        with suppress(OSError):
            if file.read_bytes() == data:
                file.unlink()


def _main() -> None:
    setup = replace(Setup(), **parse_json(sys.stdin.buffer.read()))
    try:
        serve(Path(sys.argv[1]), setup)
    except SpecPCError as error:
        sys.exit(f"specpc: {error}")


if __name__ == "__main__":
    _main()

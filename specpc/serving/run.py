"""Listening: a socket, uvicorn on it, and a log that never holds what was asked or answered."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
import traceback
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

import uvicorn

from specpc.errors import SpecPCError
from specpc.serving.app import create_app
from specpc.serving.connections import PromptConnection
from specpc.serving.engine import EngineProcess
from specpc.serving.worker import DraftWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi import FastAPI

    from specpc.machine.child import ChildProcess
    from specpc.serving.settings import ServerSettings

_BACKLOG: Final = 2048
_MOST_CONNECTIONS: Final = 1000
_GRACE_SECONDS: Final = 10


def bind(settings: ServerSettings) -> socket.socket:
    """Take the address, before a draft is loaded for nothing; nobody can connect yet.

    Raises:
        SpecPCError: it cannot be had.
    """
    where = (settings.host, settings.port)
    try:
        family, _, _, _, address = socket.getaddrinfo(*where, type=socket.SOCK_STREAM)[0]
        taken = socket.socket(family)
        try:
            if os.name == "posix":  # elsewhere it would let two servers share a port
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(address)
        except OSError:
            taken.close()
            raise
    except OSError as error:
        told = error.strerror or str(error)
        raise SpecPCError(f"cannot listen on {where[0]} port {where[1]}: {told}") from error
    return taken


def url_of(taken: socket.socket) -> str:
    """Where a server on this socket is found."""
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(
    process: ChildProcess,
    settings: ServerSettings,
    taken: socket.socket,
    ready: Callable[[str], None],
) -> None:
    """Serve until a signal says to stop: then no more is taken on, and what is under way ends.

    The draft works in a process that `specpc.serving.engine.make_engine` makes, and the calling
    thread waits for it; requests are listened to in another. ``taken`` is from `bind`, and closed
    at the end; ``ready`` is called with the draft's name when requests are accepted.

    Raises:
        SpecPCError: the draft cannot be loaded.
    """
    process.start()
    name = process.do(("name", ()))
    worker = DraftWorker(settings.queue)
    app = create_app(EngineProcess(process), name, settings, worker)
    server = _Server(configuration(app), partial(ready, name), settings.idle)

    def listen() -> None:
        try:
            server.run(sockets=[taken])
        finally:
            worker.close()

    with taken, _stopped_by_signals(server):
        taken.listen(_BACKLOG)
        listening = threading.Thread(target=listen, name="specpc-http")
        listening.start()
        try:
            worker.work()
        finally:
            process.close()
        listening.join()


class _Server(uvicorn.Server):
    """Tells when it answers, after which a signal always finds it ready to end; ends when idle."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], idle: float) -> None:
        super().__init__(config)
        self._ready = ready
        self._idle = idle
        self._last, self._seen = time.monotonic(), 0

    async def main_loop(self) -> None:
        """Answer requests until told to end."""
        self._ready()
        self._last = time.monotonic()
        await super().main_loop()

    async def on_tick(self, counter: int) -> bool:
        """Whether to end: asked several times a second."""
        now, state = time.monotonic(), self.server_state
        if state.tasks or state.total_requests != self._seen:
            self._last, self._seen = now, state.total_requests
        return await super().on_tick(counter) or now - self._last > self._idle


def configuration(app: FastAPI) -> uvicorn.Config:
    """How uvicorn runs the application: without a log of requests."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WithoutContent())
    logger = logging.getLogger("uvicorn")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.WARNING)
    return uvicorn.Config(
        app,
        http=PromptConnection,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,  # what is passed on has its own
        date_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Both signals that ask for an end bring a clean one, whenever they come."""
    asking = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, server.handle_exit) for number in asking]
    try:
        yield
    finally:
        for number, handler in zip(asking, before, strict=True):
            signal.signal(number, handler)


class _WithoutContent(logging.Formatter):
    """One line a record; of an error its kind, since its message may quote a request."""

    def format(self, record: logging.LogRecord) -> str:
        """See the class."""
        line = f"specpc: {record.getMessage().strip()}"
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return line
        line += f": {type(error).__name__}"
        if os.environ.get("SPECPC_DEBUG") == "1":
            line += "\n" + "".join(traceback.format_tb(error.__traceback__)).rstrip()
        return line

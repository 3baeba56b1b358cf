"""The real server in a thread of the tests, and a fake of the vendors' that it passes on to."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn

from specpc.serving.app import create_app
from specpc.serving.engine import Engine
from specpc.serving.run import bind, configuration, url_of
from specpc.serving.settings import ServerSettings
from specpc.serving.worker import DraftWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from specpc import Compressor
    from specpc.serving.engine import Runs


@contextmanager
def running(compressor: Compressor, **settings: Any) -> Iterator[str]:
    """A server on a free port of loopback; gives its address."""
    chosen = ServerSettings(port=0, **settings)
    engine = Engine(compressor)
    with listening(engine, engine.name, DraftWorker(chosen.queue), chosen) as address:
        yield address


@contextmanager
def listening(
    engine: Runs, name: str, worker: DraftWorker, settings: ServerSettings | None = None
) -> Iterator[str]:
    """A server with an engine of its own."""
    settings = settings or ServerSettings(port=0)
    taken = bind(settings)
    server = uvicorn.Server(configuration(create_app(engine, name, settings, worker)))
    threads = [
        threading.Thread(target=server.run, args=([taken],)),
        threading.Thread(target=worker.work),
    ]
    for thread in threads:
        thread.start()
    try:
        taken.listen()
        yield url_of(taken)
    finally:
        server.should_exit = True
        for thread in threads:
            thread.join()
        taken.close()


def post(url: str, body: Any, **headers: str) -> httpx.Response:
    """A request and what is answered."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(f"{url}/v1/compress", json=body, headers=named, timeout=60)


@dataclass
class Reply:
    """What the fake answers.

    Attributes:
        status: HTTP status.
        headers: sent as they are.
        chunks: of the body, each sent by itself.
        breaks: whether the connection is cut before the end.
    """

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    chunks: Iterable[bytes] = ()
    breaks: bool = False


@dataclass
class Fake:
    """Where it listens, and what it was sent."""

    url: str
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def last(self) -> Any:
        """The last body, read as JSON."""
        return json.loads(self.requests[-1][2])

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the last request."""
        return self.requests[-1][1]


@contextmanager
def upstream(answer: Callable[[dict[str, Any]], Reply]) -> Iterator[Fake]:
    """A vendor's server, answering as ``answer`` says."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.requests.append((self.path, headers, body))
            try:
                asked = json.loads(body)
            except (ValueError, RecursionError):
                asked = {}
            reply = answer(asked)
            self.send_response_only(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            with suppress(OSError):  # the client did not wait
                for chunk in reply.chunks if self.command != "HEAD" else ():
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                    self.wfile.flush()
                if not reply.breaks and self.command != "HEAD":
                    self.wfile.write(b"0\r\n\r\n")
            self.close_connection = True

        do_GET = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Fake(f"http://127.0.0.1:{httpd.server_port}")
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield found
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def answered(value: Any, status: int = 200, *headers: tuple[str, str]) -> Reply:
    """A reply in JSON."""
    kind = ("content-type", "application/json")
    return Reply(status, [kind, *headers], [json.dumps(value).encode()])

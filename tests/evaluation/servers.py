"""Real HTTP servers on this machine, answering as scripted or with a model."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specpc.models.draft import Draft

Response = tuple[int, bytes, dict[str, str]]


@dataclass
class Server:
    """Where a server listens, and what it was sent."""

    address: str
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


def completion(content: Any) -> Response:
    return 200, json.dumps({"choices": [{"message": {"content": content}}]}).encode(), {}


@contextmanager
def serving(respond: Callable[[dict[str, Any]], Response]) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.bodies.append(body)
            found.headers.append({name.lower(): value for name, value in self.headers.items()})
            found.paths.append(self.path)
            status, content, headers = respond(body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(BrokenPipeError):  # the client did not wait
                self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Server(f"http://127.0.0.1:{httpd.server_port}/v1")
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield found
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


@contextmanager
def scripted(*responses: Response) -> Iterator[Server]:
    """Gives the responses one after the other, and the last one ever after."""
    left = list(responses)
    with serving(lambda _: left.pop(0) if len(left) > 1 else left[0]) as server:
        yield server


def answering(draft: Draft) -> Callable[[dict[str, Any]], Response]:
    """Chat completions by transformers' own template and greedy search."""
    model: Any = draft.model

    def respond(body: dict[str, Any]) -> Response:
        assert body["temperature"] == 0
        inputs: Any = draft.tokenizer.apply_chat_template(
            body["messages"], add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        made = model.generate(**inputs, max_new_tokens=body["max_tokens"], do_sample=False)
        said = made[0, inputs["input_ids"].shape[1] :]
        return completion(draft.tokenizer.decode(said, skip_special_tokens=True))

    return respond

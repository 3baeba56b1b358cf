"""A stand-in for the Hugging Face Hub."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest


class FakeHub:
    """Serves model repositories the way the Hub does, and remembers what was asked."""

    COMMIT = "0123456789abcdef0123456789abcdef01234567"

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.gated: set[str] = set()
        self.requests: list[str] = []

    def files_fetched(self) -> set[str]:
        return {
            path.rpartition("/")[2]
            for path in self.requests
            if path.startswith("GET ") and "/resolve/" in path
        }

    def answer(self, method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        self.requests.append(f"{method} {path}")
        path = path.partition("?")[0]
        is_api = path.startswith("/api/models/")
        parts = path.removeprefix("/api/models/").strip("/").split("/")
        repo_id, rest = "/".join(parts[:2]), parts[2:]
        files = self.repositories.get(repo_id)
        if files is None:
            return 401, {"X-Error-Code": "RepoNotFound"}, b"{}"
        if is_api:
            return 200, {"Content-Type": "application/json"}, self._describe(repo_id, files, rest)
        if repo_id in self.gated:
            return 401, {"X-Error-Code": "GatedRepo"}, b"{}"
        content = files.get("/".join(rest[2:]))
        if content is None:
            return 404, {"X-Error-Code": "EntryNotFound"}, b"{}"
        etag = f'"{abs(hash(content)):x}"'
        return 200, {"ETag": etag, "X-Repo-Commit": self.COMMIT}, content

    def _describe(self, repo_id: str, files: dict[str, bytes], rest: list[str]) -> bytes:
        if rest[:1] == ["tree"]:
            tree = [
                {"type": "file", "path": name, "size": len(content), "oid": "0" * 40}
                for name, content in files.items()
            ]
            return json.dumps(tree).encode()
        siblings = [{"rfilename": name, "size": len(body)} for name, body in files.items()]
        about = {"id": repo_id, "sha": self.COMMIT, "siblings": siblings, "tags": []}
        return json.dumps(about).encode()


@contextmanager
def served(fake: FakeHub) -> Iterator[str]:
    """Answer on this machine; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            status, headers, body = fake.answer(self.command, self.path)
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = respond  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def point_hub_at(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what HF_ENDPOINT and HF_HUB_CACHE do for a fresh process."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", url)
    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)

"""What strangers send: none of it stops the server, makes it err, or is passed to others."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from specpc import Compressor
from specpc.errors import InputError, SpecPCError, WorkerError
from specpc.machine.child import ChildProcess
from specpc.options import Turns
from specpc.serving import access, connections
from specpc.serving.engine import Engine, EngineProcess, why_short
from specpc.serving.errors import answer
from specpc.serving.upstream import Clients
from specpc.serving.worker import DraftWorker
from tests.serving.servers import answered, listening, post, running, upstream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specpc.machine.child import Do, Progress
    from specpc.machine.reporting import Report

TEXT = "".join(f"Sentence {i} says that topic {i % 7} is dull. " for i in range(20))
LONG = [{"role": "user", "content": "word and more. " * 40}, {"role": "user", "content": "w?"}]
DEEP = "[" * 600 + "]" * 600


@pytest.fixture(scope="module")
def url(tiny: Compressor) -> Iterator[str]:
    with running(tiny) as address:
        yield address


@pytest.mark.parametrize("pattern", ["(" * 499 + ")" * 499, "(?R)", "(a|a)+\\d" * 30])
def test_patterns_that_are_none(url: str, pattern: str) -> None:
    found = post(url, {"context": "a" * 40 + ". b c d.", "ratio": 0.5, "keep": [pattern]})
    assert found.status_code in (200, 400), found.text
    assert "unexpected" not in found.text


def test_patterns_are_bounded(url: str) -> None:
    for keep in (["a"] * 33, ["a" * 1001]):
        found = post(url, {"context": TEXT, "ratio": 0.5, "keep": keep})
        assert found.status_code == 400
        assert "keep" in found.json()["error"]["message"]


@pytest.mark.parametrize(
    ("field", "found"), [("NaN", "NaN"), ('"\\ud800"', '"\\ud800"'), (DEEP, '"x": []')]
)
def test_what_is_passed_through_comes_back(url: str, field: str, found: str) -> None:
    body = f'{{"ratio": 0.5, "request": {{"messages": {json.dumps(LONG)}, "x": {field}}}}}'
    named = {"content-type": "application/json"}
    answer = httpx.post(f"{url}/v1/compress", content=body, headers=named)
    assert answer.status_code == 200, answer.text
    assert found in answer.text or field in answer.text
    assert json.loads(answer.text)["compressed_tokens"]


LEAVING = ["/v1/../admin", "/v1/%2e%2e/admin", "/v1/a/..%2fb", "/..", "/v1/.", "/v1/a%5c..%5cb"]


@pytest.mark.parametrize(
    "path", [*LEAVING, "@example.org/", "http://example.org/", "//example.org/"]
)
def test_no_path_leads_elsewhere(tiny: Compressor, path: str) -> None:
    with (
        upstream(lambda _: answered({})) as fake,
        running(tiny, openai_upstream=f"{fake.url}/team/v1") as address,
    ):
        found = raw(address, f"GET {path} HTTP/1.1".encode(), b"")
        assert b" 500 " not in found.splitlines()[0]
        assert [asked for asked, *_ in fake.requests] in ([], ["/team//example.org/"])


def test_what_other_pages_fetch_is_not_passed_on(tiny: Compressor) -> None:
    """An image of a foreign page has no Origin, but browsers say where it is asked for."""
    with (
        upstream(lambda _: answered({})) as fake,
        running(tiny, openai_upstream=f"{fake.url}/v1") as address,
    ):
        for site, status in (("cross-site", 403), ("same-origin", 200), ("none", 200)):
            browser = {"sec-fetch-site": site, "cookie": "jupyter=secret"}
            assert httpx.get(f"{address}/v1/models", headers=browser).status_code == status
        assert httpx.get(f"{address}/", headers={"sec-fetch-site": "cross-site"}).is_success
        assert len(fake.requests) == 2
        assert not any("cookie" in headers for _, headers, _ in fake.requests)


def test_what_nests_too_deeply_for_anyone(url: str) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    body = f'{{"ratio": 0.5, "request": {{"messages": {json.dumps(LONG)}, "x": {deep}}}}}'
    named = {"content-type": "application/json"}
    answer = httpx.post(f"{url}/v1/compress", content=body, headers=named)
    assert answer.status_code in (400, 422)
    assert "unexpected" not in answer.text


@pytest.mark.parametrize("origin", ["http://[::1", "null", "http://elsewhere"])
def test_strange_origins(url: str, origin: str) -> None:
    found = httpx.post(f"{url}/v1/compress", json={}, headers={"origin": origin})
    assert found.status_code == 403


def test_what_cannot_be_cut_is_passed_on(tiny: Compressor) -> None:
    body = f'{{"messages": {json.dumps(LONG)}, "x": {DEEP}}}'
    with upstream(lambda _: answered({})) as fake:
        settings: dict[str, Any] = {
            "openai_upstream": f"{fake.url}/v1",
            "turns": Turns(min_tokens=0),
        }
        with running(tiny, **settings) as address:
            where = f"{address}/v1/chat/completions"
            found = httpx.post(where, content=body)
            assert found.status_code == 200
            assert fake.last["x"]
            strange = raw(address, b"POST /v1/chat/completions?a#b HTTP/1.1", b"{}")
            assert strange.startswith(b"HTTP/1.1 ")
            assert b" 500 " not in strange.splitlines()[0]


def test_what_nests_too_deeply_to_be_read_is_passed_on(tiny: Compressor) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    body = f'{{"messages": {json.dumps(LONG)}, "x": {deep}}}'.encode()
    assert why_short(body, 0) == "unread"
    assert Engine(tiny).shorten(body, 0.5, Turns(min_tokens=0), lambda *_: None).body == body
    assert Engine(tiny).count(body, lambda *_: None) == 0
    assert answer(RecursionError()).status_code == 422


@pytest.mark.parametrize("error", [InputError("it hung"), WorkerError("it died")])
def test_what_hangs_or_kills_the_draft_is_passed_on(
    tiny: Compressor, monkeypatch: pytest.MonkeyPatch, error: SpecPCError
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(Engine, "shorten", fail)
    with upstream(lambda _: answered({})) as fake:
        settings: dict[str, Any] = {
            "openai_upstream": f"{fake.url}/v1",
            "turns": Turns(min_tokens=0),
        }
        with running(tiny, **settings) as address:
            found = httpx.post(f"{address}/v1/chat/completions", json={"messages": LONG})
    assert (found.status_code, found.headers["x-specpc-uncut"]) == (200, type(error).__name__)
    assert fake.last == {"messages": LONG}


def test_a_status_that_is_none(tiny: Compressor) -> None:
    with (
        upstream(lambda _: answered({}, 999)) as fake,
        running(tiny, openai_upstream=f"{fake.url}/v1") as address,
    ):
        found = httpx.post(f"{address}/v1/chat/completions", json={"messages": []})
    assert found.status_code == 502
    assert "status 999" in found.json()["error"]["message"]


def test_no_proxy_sees_what_goes_to_this_machine(
    tiny: Compressor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with upstream(lambda _: answered({})) as proxy, upstream(lambda _: answered({})) as fake:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with (
            running(tiny, openai_upstream=f"{fake.url}/v1") as address,
            httpx.Client(trust_env=False) as client,
        ):
            client.post(f"{address}/v1/chat/completions", json={"messages": []})
        assert len(fake.requests) == 1
        assert proxy.requests == []


@pytest.mark.parametrize(
    ("url", "by"),
    [
        ("https://vendor.invalid/v1", "proxy"),
        ("http://vendor.invalid/v1", "none"),
        ("https://localhost/v1", "none"),
    ],
)
def test_proxies_see_only_what_is_encrypted(url: str, by: str) -> None:
    clients: Any = "none", "proxy"
    assert Clients(*clients).to(httpx.URL(url)) == by


def raw(address: str, line: bytes, body: bytes) -> bytes:
    """What is answered to a request as it stands."""
    where = httpx.URL(address)
    with socket.create_connection((where.host, where.port or 0), timeout=10) as connection:
        head = b"\r\nhost: localhost\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
        connection.sendall(line + head % len(body) + body)
        return connection.makefile("rb").read()


def test_the_draft_is_named_without_its_folder(tiny: Compressor, tmp_path: Path) -> None:
    of_folder = replace(tiny, draft=replace(tiny.draft, name=str(tmp_path)))
    with running(of_folder) as address:
        assert httpx.get(f"{address}/healthz").json()["draft"] == tmp_path.name


def test_a_body_that_does_not_arrive(tiny: Compressor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_ARRIVAL_SECONDS", 0.3)
    with running(tiny) as address:
        where = httpx.URL(address)
        with socket.create_connection((where.host, where.port or 0), timeout=10) as connection:
            head = b"POST /v1/compress HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{"
            connection.sendall(head)
            assert connection.recv(1000).startswith(b"HTTP/1.1 408")


def test_idle_connections_are_closed(tiny: Compressor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    with running(tiny, token="abc") as address:
        where = httpx.URL(address)
        place = (where.host, where.port or 0)
        silent, slow, endless, busy = (socket.create_connection(place, timeout=10) for _ in "1234")
        slow.sendall(b"POST /v1/compress HTTP/1.1\r\nhost: x\r\nx-a: ")
        length = b"\r\ncontent-length: 100000000000\r\n\r\n"
        endless.sendall(b"POST /v1/compress HTTP/1.1\r\nhost: localhost" + length)
        busy.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert busy.recv(1000).startswith(b"HTTP/1.1 200")
        begun = time.monotonic()
        assert endless.recv(1000).startswith(b"HTTP/1.1 401")
        with suppress(OSError):
            while time.monotonic() < begun + 10:
                endless.sendall(b"a" * 65536)
        for connection in (silent, slow, busy):
            while connection.recv(1000):
                pass
        assert time.monotonic() < begun + 9
        for connection in (silent, slow, endless, busy):
            connection.close()


def make_hanging(_: Report) -> Do:
    """In another process: an engine that a text hangs."""

    def do(task: Any, progress: Progress) -> Any:
        _, (request,) = task
        if request.context == "hang":
            while True:
                time.sleep(1)
        progress(1, 1)
        return {"text": request.context}

    return do


def test_a_text_that_hangs_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others wait, the server answers, and ends when it is told to."""
    monkeypatch.setattr("specpc.serving.engine.first_silence", lambda _: 2.0)
    process = ChildProcess(make_hanging, print)
    process.start()
    try:
        with listening(EngineProcess(process), "any", DraftWorker(8)) as address:
            statuses: list[int] = []
            ask = partial(post, address)
            hanging = threading.Thread(
                target=lambda: statuses.append(ask({"context": "hang", "ratio": 1}).status_code)
            )
            hanging.start()
            time.sleep(0.5)
            begun = time.monotonic()
            assert httpx.get(f"{address}/healthz").status_code == 200
            assert time.monotonic() < begun + 1.5  # and it hangs for 2
            assert ask({"context": "go on", "ratio": 1}).json() == {"text": "go on"}
            hanging.join()
            assert statuses == [422]
    finally:
        process.kill()

"""Servers that answer, over real HTTP: what they are sent, and all the ways they fail."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from specpc.errors import SpecPCError, UsageError
from specpc.evaluation.local_target import local_target
from specpc.evaluation.targets import Endpoint, check_address
from specpc.kv.replies import Reply
from tests.evaluation.items import FACTS, item
from tests.evaluation.servers import Response, Server, answering, completion, scripted, serving

if TYPE_CHECKING:
    from specpc.models.draft import Draft

FINE = completion(" Marta Quist ")
BUSY = (429, b'{"error": {"message": "too many requests"}}', {"Retry-After": "7"})
BROKEN: Response = (500, b"", {})


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that would have been waited; no key is set."""
    found: list[float] = []
    monkeypatch.setattr("specpc.machine.http.time.sleep", found.append)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return found


def ask(server: Server) -> Reply:
    return Endpoint.at(server.address, "model-x", 32).answer("Context.", "Why?")


def test_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(FINE) as server:
        assert ask(server) == Reply("Marta Quist", truncated=False)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-1\n")
        ask(server)
    assert server.paths == ["/v1/chat/completions"] * 2
    assert server.bodies[0] == {
        "model": "model-x",
        "messages": [{"role": "user", "content": "Context.\n\nWhy?"}],
        "temperature": 0,
        "max_tokens": 32,
    }
    assert "authorization" not in server.headers[0]
    assert server.headers[1]["authorization"] == "Bearer sk-1"


def test_a_server_with_the_default_draft_answers_as_the_draft_does_here(
    draft: Draft,
) -> None:
    context, question = " ".join(FACTS[2:5]), item().question
    with serving(answering(draft)) as server:
        reply = Endpoint.at(server.address, "smollm2-135m", 32).answer(context, question)
    assert reply == local_target(draft, 32).answer(context, question)
    assert "Marta Quist" in reply.text


def test_a_busy_or_broken_server_is_asked_again(waited: list[float]) -> None:
    with scripted(BROKEN, BUSY, BROKEN, FINE) as server:
        assert ask(server).text == "Marta Quist"
    assert len(server.bodies) == 4
    assert waited == [1.0, 7.0, 4.0]


def test_but_not_for_ever(waited: list[float]) -> None:
    with (
        scripted((503, b'{"detail": "loading"}', {"Retry-After": "Fri, 31 Dec 1999"})) as server,
        pytest.raises(SpecPCError, match="answered 503 Service Unavailable: loading"),
    ):
        ask(server)
    assert len(server.bodies) == 4
    assert waited == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (
            401,
            b'{"error": {"message": "bad key"}}',
            r"401 Unauthorized \(the key is taken from OPENAI_API_KEY\): bad key",
        ),
        (404, b'{"error": "no model\\nmodel-x"}', "404 Not Found: no model model-x"),
        (400, b"x" * 1000, "400 Bad Request: x{197}[.]{3}$"),
        (400, b"", "400 Bad Request: an empty answer"),
        (400, b"[" * 100_000, r"400 Bad Request: \["),
    ],
)
def test_refusals_are_final(status: int, body: bytes, message: str) -> None:
    with scripted((status, body, {})) as server, pytest.raises(SpecPCError, match=message):
        ask(server)
    assert len(server.bodies) == 1


def test_redirects_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    with (
        scripted(FINE) as elsewhere,
        scripted((307, b"", {"Location": elsewhere.address})) as server,
        pytest.raises(SpecPCError, match="answered 307"),
    ):
        ask(server)
    assert elsewhere.bodies == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html>hello</html>",
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"text": "x"}]}',
        completion(3)[1],
    ],
)
def test_answers_that_are_no_completion(body: bytes) -> None:
    with (
        scripted((200, body, {})) as server,
        pytest.raises(SpecPCError, match=r"did not answer with a chat completion: ."),
    ):
        ask(server)


def test_a_refused_or_broken_connection() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SpecPCError, match=r"cannot be reached: Connection refused$"):
        ask(Server(f"http://127.0.0.1:{port}"))
    with (
        scripted((200, b"{", {"Content-Length": "100"})) as server,
        pytest.raises(SpecPCError, match="cannot be reached: peer closed connection"),
    ):
        ask(server)


def test_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specpc.machine.http.TIMEOUT_SECONDS", 0.2)
    end = threading.Event()

    def hang(_: object) -> Response:
        end.wait(10)
        return FINE

    with serving(hang) as server:
        with pytest.raises(SpecPCError, match=r"did not answer within 0\.2 seconds"):
            ask(server)
        end.set()


def test_an_answer_without_content_is_empty() -> None:
    with scripted(completion(None)) as server:
        assert ask(server).text == ""


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/chat/completions"),
        ("https://host/v1/", "https://host/v1/chat/completions"),
        ("http://[::1]:80/v1/chat/completions", "http://[::1]:80/v1/chat/completions"),
    ],
)
def test_addresses(address: str, expected: str) -> None:
    assert check_address(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "localhost:8000",
        "ftp://host/v1",
        "file:///etc/passwd",
        "http://",
        "http://host:99999",
        "http://[::1",
        "http://ho st/v1",
        "http://host/v1?key=1",
        "http://höst/v1",
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(UsageError, match="an endpoint is an address such as http://127"):
        check_address(address)


def test_secrets_are_not_taken_from_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no user name in its address: set OPENAI_API_KEY"):
        check_address("http://me:secret@host/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-\n1")
    with pytest.raises(UsageError, match="OPENAI_API_KEY holds characters that no key has"):
        Endpoint.at("http://host/v1", "x", 32)
    assert "secret" not in repr(Endpoint("http://host", "x", 1, "secret"))

"""Requests to servers: proxies, and what breaks on the way."""

from __future__ import annotations

import pytest

from specpc.machine.http import HTTPClient, NotHTTPError, UnreachableError
from tests.evaluation.servers import completion, scripted


def ask(url: str, *, proxies: bool) -> int:
    client = HTTPClient(url, {"x-name": "value"}, (), lambda _: False, proxies=proxies)
    return client.send("POST", url, b"{}").status_code


@pytest.fixture
def _dead_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)


@pytest.mark.usefixtures("_dead_proxy")
@pytest.mark.parametrize("proxies", [True, False])
def test_this_machine_is_asked_without_a_proxy(proxies: bool) -> None:
    with scripted(completion("x")) as server:
        assert ask(server.address, proxies=proxies) == 200
    assert server.headers[0]["x-name"] == "value"


@pytest.mark.usefixtures("_dead_proxy")
def test_others_by_the_proxy_of_the_environment_if_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = "http://host.invalid/v1"
    with scripted(completion("x")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.address.removesuffix("/v1"))
        assert ask(elsewhere, proxies=True) == 200
        assert proxy.paths == [elsewhere]
        with pytest.raises(UnreachableError):
            ask(elsewhere, proxies=False)
        monkeypatch.setenv("no_proxy", "host.invalid")
        with pytest.raises(UnreachableError):
            ask(elsewhere, proxies=True)
    assert proxy.paths == [elsewhere]


def test_a_proxy_of_an_unknown_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "gopher://127.0.0.1:1")
    with pytest.raises(UnreachableError, match="gopher"):
        ask("http://host.invalid/v1", proxies=True)


def test_what_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreachableError, match=r"^Connection refused$"):
        ask("http://127.0.0.1:1", proxies=False)
    with pytest.raises(UnreachableError):
        ask("http://a..b", proxies=False)
    with (
        scripted((200, b"{", {"content-length": "100"})) as server,
        pytest.raises(NotHTTPError, match="peer closed connection"),
    ):
        ask(server.address, proxies=False)


@pytest.mark.parametrize("wait", ["nan", "-5", "inf", "tomorrow"])
def test_strange_waits_are_none(wait: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("specpc.machine.http.time.sleep", waits.append)
    busy = (429, b"{}", {"retry-after": wait})
    with scripted(busy, completion("x")) as server:
        client = HTTPClient(server.address, {}, (0.5,), lambda status: status == 429)
        assert client.send("POST", server.address, b"{}").status_code == 200
    assert waits == [0.5]

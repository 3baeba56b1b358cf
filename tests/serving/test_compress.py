"""``POST /v1/compress``: what Compressor says, for many clients at once, within limits."""

from __future__ import annotations

import base64
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specpc import Compressor
from specpc.errors import BudgetError, InputError, UsageError
from specpc.options import GAP
from specpc.output.fields import documents_fields, json_fields, messages_fields
from specpc.pipeline.documents import Document
from specpc.scorers.cache import ScoreCache
from specpc.serving.client import ServerCompressor
from specpc.serving.engine import Engine, warm_up
from tests.serving.servers import post, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TEXT = "".join(f"Sentence {i} says that topic {i % 7} is dull. " for i in range(20))
QUESTION = "What of topic 3?"
TURNS = [
    {"role": "user", "content": TEXT},
    {"role": "assistant", "content": "Noted."},
    {"role": "user", "content": QUESTION},
]
REQUEST: dict[str, Any] = {"model": "any", "messages": TURNS}


@pytest.fixture(scope="module")
def url(tiny: Compressor) -> Iterator[str]:
    with running(tiny) as address:
        yield address


def untimed(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in {"seconds", "timings"}}


def test_the_real_draft_answers_as_in_python(compressor: Compressor) -> None:
    text = "The crew slept. Edda Hallgrim signed the contract in May. Rain fell."
    asked = {"context": text, "question": "Who signed the contract?", "ratio": 0.75}
    with running(compressor) as address:
        found = post(address, asked)
    made = compressor.compress(text, asked["question"], ratio=0.75, gap=GAP)  # type: ignore[arg-type]
    assert found.status_code == 200
    assert untimed(found.json()) == untimed(json_fields(made))
    assert "Edda Hallgrim" in found.json()["compressed"]


@pytest.mark.parametrize(
    "options",
    [
        {"target_tokens": 300, "question": QUESTION, "gap": "[...]"},
        {"ratio": 0.4, "unit": "sentence", "scorer": "specpc"},
        {"ratio": 0.4, "tokenizer": "words", "question": QUESTION},
    ],
)
def test_every_option_is_heard(url: str, tiny: Compressor, options: dict[str, Any]) -> None:
    made = {n: options[n] for n in ("scorer", "unit", "tokenizer") if n in options}
    local = Compressor.from_pretrained(tiny.draft, **made)
    rest = {name: value for name, value in options.items() if name not in made}
    found = post(url, {"gap": "", "context": TEXT, **options}).json()
    assert untimed(found) == untimed(json_fields(local.compress(TEXT, **rest)))


def test_protection_is_heard(url: str) -> None:
    asked = {"context": TEXT, "question": QUESTION, "ratio": 0.4}
    found = post(url, {**asked, "keep": ["Sentence 11 "], "keep_first": 1, "keep_last": 1}).json()
    for kept in ("Sentence 0 ", "Sentence 11 ", "Sentence 19 "):
        assert kept in found["compressed"]


def test_marks_are_heeded_where_they_are_asked_for(url: str) -> None:
    marked = TEXT.replace("Sentence 11 ", "<specpc:keep>Sentence 11 </specpc:keep>")
    asked = {"context": marked, "question": QUESTION, "ratio": 0.1, "gap": ""}
    assert "Sentence 11 says" in post(url, {**asked, "marks": True}).json()["compressed"]
    unpaired = post(url, {**asked, "context": TEXT + "<specpc:keep>"})
    assert unpaired.status_code == 200
    refused = post(url, {**asked, "context": TEXT + "<specpc:keep>", "marks": True})
    assert "never closed" in refused.json()["error"]["message"]
    server = ServerCompressor(url)
    for made in (
        server.compress(marked, QUESTION, ratio=0.1, marks=True),
        server.score(marked, QUESTION, marks=True).compress(ratio=0.1),
    ):
        assert "Sentence 11 says" in made.text
    assert "Sentence 11 says" not in server.compress(marked, QUESTION, ratio=0.1).text


def test_documents_and_messages(url: str, tiny: Compressor) -> None:
    documents = [Document("a", TEXT), Document("b", TEXT.replace("topic", "matter"))]
    bodies = [{"name": one.name, "text": one.text} for one in documents]
    options: dict[str, Any] = {"ratio": 0.3, "min_per_document": 20}
    found = post(url, {"documents": bodies, "question": QUESTION, **options}).json()
    made = tiny.compress_documents(documents, QUESTION, gap=GAP, **options)
    assert "[...]" in found["compressed"]  # whoever asks a server by hand sees what is missing
    assert untimed(found) == untimed(documents_fields(made))
    found = post(url, {"request": REQUEST, "ratio": 0.3}).json()
    assert untimed(found) == untimed(messages_fields(tiny.compress_messages(REQUEST, ratio=0.3)))


def test_many_are_answered_in_order_and_by_themselves(url: str) -> None:
    texts = [TEXT[40 * i : 40 * i + 300] for i in range(5)]
    asked = {"question": QUESTION, "ratio": 0.5, "gap": ""}
    bodies: list[dict[str, Any]] = [{"context": text, **asked} for text in texts]
    bodies[2]["context"] = " "
    found = post(url, bodies)
    assert found.status_code == 200
    for number, (text, one) in enumerate(zip(texts, found.json(), strict=True)):
        if number == 2:
            assert one["error"] == {"type": "InputError", "message": one["error"]["message"]}
        else:
            assert one["compressed"] == "".join(text[a:b] for a, b in one["spans"])


@pytest.mark.parametrize(
    ("body", "status", "kind", "told"),
    [
        ({"context": TEXT}, 400, "BudgetError", "say how much to keep"),
        ({"context": TEXT, "ratio": 2}, 400, "BudgetError", "at most 1"),
        ({"context": TEXT, "ratio": "0.2"}, 400, "UsageError", "ratio: Input should be a valid"),
        ({"context": TEXT, "ratio": 0.2, "rat": 1}, 400, "UsageError", "rat: Extra inputs"),
        ({"ratio": 0.2}, 400, "UsageError", "give one of context, documents and request"),
        ({"context": "a", "documents": [], "ratio": 1}, 400, "UsageError", "give one of"),
        ({"context": "a", "template": "{text}", "ratio": 1}, 400, "UsageError", "template goes"),
        ({"context": "a", "ratio": 1, "keep": ["("]}, 400, "UsageError", "regular expression"),
        ({"context": "a", "ratio": 1, "tokenizer": "/etc"}, 400, "UsageError", "does not count"),
        ({"context": "a", "ratio": 1, "tokenizer": "a/b"}, 400, "UsageError", "does not count"),
        ({"context": "a", "ratio": 1, "draft": "x"}, 400, "UsageError", "runs the draft tiny"),
        ({"context": " ", "ratio": 1}, 422, "InputError", "empty"),
        ({"documents": [], "ratio": 1}, 422, "InputError", "no documents"),
        ({"request": 5, "ratio": 1}, 422, "InputError", "no messages"),
        ([], 400, "UsageError", "at least 1 item"),
        ([{"context": TEXT, "ratio": 1}] * 129, 400, "UsageError", "send them in several"),
    ],
)
def test_mistakes(url: str, body: Any, status: int, kind: str, told: str) -> None:
    found = post(url, body)
    assert found.status_code == status
    assert found.json()["error"]["type"] == kind
    assert told in found.json()["error"]["message"]


def test_what_is_no_json_and_no_page(url: str) -> None:
    kind = {"content-type": "application/json"}
    found = httpx.post(f"{url}/v1/compress", content=b"{", headers=kind)
    assert (found.status_code, found.json()["error"]["message"]) == (
        400,
        "the request is not valid JSON",
    )
    assert httpx.get(f"{url}/docs").status_code == 404
    assert httpx.get(f"{url}/v1/compress").status_code == 405


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(min_size=1, max_size=120), ratio=st.floats(0.2, 1.0), gap=st.text(max_size=3))
def test_the_client_gives_what_the_library_gives(
    url: str, tiny: Compressor, text: str, ratio: float, gap: str
) -> None:
    def outcome(compress: Callable[..., Any]) -> Any:
        try:
            made = compress(text, "What?", ratio=ratio, gap=gap)
        except (BudgetError, InputError) as error:
            return type(error), str(error)
        return untimed(json_fields(made))

    assert outcome(ServerCompressor(url).compress) == outcome(tiny.compress)


def test_the_client_gives_results_of_the_same_kinds(url: str, tiny: Compressor) -> None:
    client = ServerCompressor(url)
    documents = [Document("a", TEXT), Document("b", TEXT.replace("topic", "matter"))]
    here = tiny.compress_documents(documents, QUESTION, ratio=0.3)
    there = client.compress_documents(documents, QUESTION, ratio=0.3)
    assert type(there) is type(here)
    assert untimed(documents_fields(there)) == untimed(documents_fields(here))
    for request in (REQUEST, REQUEST | {"messages": TURNS[2:]}):
        mine = tiny.compress_messages(request, ratio=0.3, keep=["topic 1"])
        theirs = client.compress_messages(request, ratio=0.3, keep=["topic 1"])
        assert type(theirs) is type(mine)
        assert theirs.places == mine.places
        assert untimed(messages_fields(theirs)) == untimed(messages_fields(mine))


def test_the_client_takes_many_texts_and_several_budgets(url: str, tiny: Compressor) -> None:
    client, texts = ServerCompressor(url), [TEXT, TEXT[:300]]
    mine = tiny.compress_many(texts, QUESTION, target_tokens=120, keep="topic 1")
    theirs = client.compress_many(iter(texts), QUESTION, target_tokens=120, keep="topic 1")
    assert [untimed(json_fields(one)) for one in theirs] == [
        untimed(json_fields(one)) for one in mine
    ]
    for compressor in (client, tiny):
        with pytest.raises(UsageError, match="must be a list of strings, not one string"):
            compressor.compress_many(TEXT, ratio=0.5)
        with pytest.raises(InputError, match="empty"):
            compressor.compress_many([TEXT, " "], ratio=0.5)
    here, there = (
        one.score(TEXT, QUESTION, keep=["topic 1", "topic 2"], name="a.md")
        for one in (tiny, client)
    )
    assert there.text == here.text
    for budget in ({"ratio": 0.8}, {"target_tokens": 600, "gap": "[...]"}):
        made, wanted = there.compress(**budget), here.compress(**budget)  # type: ignore[arg-type]
        assert untimed(json_fields(made)) == untimed(json_fields(wanted))
    with pytest.raises(BudgetError, match="say how much to keep"):
        there.compress()
    with pytest.raises(UsageError, match="what to keep must be a pattern"):
        client.score(TEXT, keep=3)  # type: ignore[arg-type]


def test_a_server_that_keeps_scores(compressor: Compressor, tmp_path: Path) -> None:
    keeping = replace(compressor, cache=ScoreCache(tmp_path))
    warm_up(keeping)
    assert not list(tmp_path.iterdir())
    with running(keeping) as address:
        scored = ServerCompressor(address).score(TEXT, QUESTION)
        first, second = (scored.compress(ratio=ratio) for ratio in (0.5, 0.3))
        by_words = ServerCompressor(address, tokenizer="words").compress(TEXT, QUESTION, ratio=0.3)
    assert [one.cached for one in (first, second, by_words)] == [False, True, True]
    assert second.text == compressor.compress(TEXT, QUESTION, ratio=0.3).text


def test_many_clients_at_once_get_their_own_answers(url: str, tiny: Compressor) -> None:
    texts = [f"Number {i} is here. " * (2 + i % 5) + f"Then comes {i * i}. " for i in range(128)]
    client = ServerCompressor(url)
    barrier = threading.Barrier(64)

    def ask(text: str) -> str:
        barrier.wait()
        return client.compress(text, "Which?", ratio=0.6).text

    with ThreadPoolExecutor(64) as pool:
        found = list(pool.map(ask, texts))
    assert found == [tiny.compress(text, "Which?", ratio=0.6).text for text in texts]


class Held:
    """An engine that works until it is released, or nobody wants the result."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.release, self.given_up = (threading.Event() for _ in range(3))
        plain = Engine.compress

        def compress(engine: Engine, request: Any, progress: Any) -> Any:
            self.begun.set()
            try:
                while not self.release.wait(0.005):
                    progress(0, 1)
            except BaseException:
                self.given_up.set()
                raise
            return plain(engine, request, progress)

        monkeypatch.setattr(Engine, "compress", compress)


def test_overload_is_refused_and_passes(tiny: Compressor, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch)
    body = {"context": TEXT, "ratio": 1}
    with running(tiny, queue=2) as address, ThreadPoolExecutor() as pool:
        first = pool.submit(post, address, body)
        assert held.begun.wait(10)
        others = pool.submit(post, address, [body, body])
        while "specpc_queue_length 2.0" not in httpx.get(f"{address}/metrics").text:
            pass
        refused = post(address, body)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["error"]["type"] == "BusyError"
        waiting = pool.submit(ServerCompressor(address).compress, TEXT, ratio=1)  # asks again
        held.release.set()
        assert first.result().status_code == others.result().status_code == 200
        assert waiting.result().text == TEXT
        assert post(address, body).status_code == 200


def test_time_limit(tiny: Compressor, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch)
    with running(tiny, timeout=0.1) as address:
        found = post(address, {"context": TEXT, "ratio": 1})
        assert found.status_code == 504
        assert "within 0.1 s" in found.json()["error"]["message"]
        assert held.given_up.wait(10)


def test_nobody_waits_any_more(tiny: Compressor, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch)
    with running(tiny) as address:
        where = httpx.URL(address)
        body = b'{"context": "a", "ratio": 1}'
        with socket.create_connection((where.host, where.port or 0)) as connection:
            head = b"POST /v1/compress HTTP/1.1\r\nhost: %s\r\ncontent-type: application/json\r\n"
            length = b"content-length: %d\r\n\r\n" % len(body)
            connection.sendall(head % where.netloc + length + body)
            assert held.begun.wait(10)
        assert held.given_up.wait(10)
        held.release.set()
        assert post(address, {"context": TEXT, "ratio": 1}).status_code == 200


def test_too_large(tiny: Compressor) -> None:
    with running(tiny, max_bytes=1000) as address:
        found = post(address, {"context": "a" * 1_000_000, "ratio": 1})
        assert found.status_code == 413
        assert "1,000 bytes" in found.json()["error"]["message"]
        assert post(address, {"context": "a" * 100, "ratio": 1}).status_code == 200


def test_a_bug_says_nothing_of_the_text(
    tiny: Compressor, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(_: Engine, request: Any, __: Any) -> Any:
        raise ValueError(request.context)

    monkeypatch.setattr(Engine, "compress", broken)
    monkeypatch.setenv("SPECPC_DEBUG", "1")
    with running(tiny) as address:
        found = post(address, {"context": "the secret text", "ratio": 1})
    assert found.status_code == 500
    assert "unexpected ValueError" in found.json()["error"]["message"]
    logged = "".join(capfd.readouterr())
    assert "ValueError" in logged
    assert "in broken" in logged
    assert "secret" not in found.text + logged


def test_metrics_count_and_the_log_is_empty(
    tiny: Compressor, capfd: pytest.CaptureFixture[str]
) -> None:
    with running(tiny) as address:
        post(address, {"context": TEXT, "ratio": 0.5})
        httpx.get(f"{address}/one-of-any-number-of-paths")
        told = httpx.get(f"{address}/metrics").text
        assert httpx.get(f"{address}/healthz").json()["draft"] == "tiny"
    assert 'specpc_requests_total{path="/v1/compress",status="200"} 1.0' in told
    assert 'specpc_requests_total{path="other",status="404"} 1.0' in told
    assert f'specpc_tokens_total{{when="before"}} {float(len(TEXT))}' in told
    assert "specpc_compress_seconds_count 1.0" in told
    assert "topic" not in told
    assert capfd.readouterr() == ("", "")


BODY = {"context": "a b", "ratio": 1}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://example.org"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "example.org"}, 403),
        ({"host": "localhost.example.org"}, 403),
        ({"host": "localhost:1"}, 200),
        ({"host": "[::1]:1"}, 200),
        ({"host": "[::1"}, 403),
        ({}, 200),
    ],
)
def test_other_web_pages_are_kept_out(url: str, headers: dict[str, str], status: int) -> None:
    assert post(url, BODY, **headers).status_code == status


def test_a_token_is_asked_for(tiny: Compressor) -> None:
    basic = base64.b64encode(b"me:t0ken").decode()
    with running(tiny, token="t0ken") as address:
        assert post(address, BODY, host="example.org").status_code == 401
        assert post(address, BODY, x_specpc_token="other").status_code == 401
        assert post(address, BODY, x_specpc_token="t0ken").status_code == 200
        assert post(address, BODY, authorization="Bearer t0ken").status_code == 200
        assert post(address, BODY, authorization="Basic %").status_code == 401
        refused = httpx.get(f"{address}/")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic")
        assert httpx.get(f"{address}/", headers={"authorization": f"Basic {basic}"}).is_success
        assert httpx.get(f"{address}/metrics").status_code == 401
        assert httpx.get(f"{address}/healthz").is_success

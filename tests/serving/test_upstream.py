"""Chat requests on their way to a vendor, sent by the vendors' own clients (tiny draft)."""

from __future__ import annotations

import gzip
import json
import threading
from typing import TYPE_CHECKING, Any

import anthropic
import httpx
import openai
import pytest

from specpc import Compressor
from specpc.options import Turns
from specpc.serving.upstream import end_to_end
from tests.serving.servers import Fake, Reply, answered, running, upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONG = "".join(f"Sentence {i} says that topic {i % 7} is dull. " for i in range(60))
TURNS: list[Any] = [
    {"role": "user", "content": LONG},
    {"role": "assistant", "content": "Noted."},
    {"role": "user", "content": "What of topic 3?"},
]
TOOL = {"name": "look", "description": "d", "parameters": {"type": "object", "properties": {}}}
COMPLETION = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "finish_reason": "tool_calls",
            "message": {
                "role": "assistant",
                "content": "Häfen",
                "tool_calls": [
                    {
                        "id": "t1",
                        "type": "function",
                        "function": {"name": "look", "arguments": "{}"},
                    }
                ],
            },
        }
    ],
}
MESSAGE = {
    "id": "m1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [
        {"type": "text", "text": "Häfen"},
        {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": 1}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}


class Vendor:
    """Both vendors at once: answers as it is told, and remembers."""

    def __init__(self) -> None:
        self.answer: Callable[[dict[str, Any]], Reply] = lambda _: answered({})
        self.fake: Fake

    def respond(self, body: dict[str, Any]) -> Reply:
        return self.answer(body)


@pytest.fixture(scope="module")
def vendor() -> Iterator[Vendor]:
    made = Vendor()
    with upstream(made.respond) as made.fake:
        yield made


@pytest.fixture(scope="module")
def url(tiny: Compressor, vendor: Vendor) -> Iterator[str]:
    bases = {"openai_upstream": f"{vendor.fake.url}/v1", "anthropic_upstream": vendor.fake.url}
    with running(tiny, ratio=0.4, turns=Turns(min_tokens=500), **bases) as address:
        yield address


@pytest.fixture(scope="module")
def gpt(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="k-openai", max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def claude(url: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=url, api_key="k-anthropic", max_retries=0) as client:
        yield client


def shorter(tiny: Compressor, turns: list[Any], ratio: float = 0.4) -> Any:
    return tiny.compress_messages(turns, ratio=ratio).request


def test_openai_gets_the_answer_to_a_shorter_request(
    gpt: openai.OpenAI, vendor: Vendor, tiny: Compressor
) -> None:
    vendor.answer = lambda _: answered(COMPLETION, 200, ("x-request-id", "r7"))
    tools: list[Any] = [{"type": "function", "function": TOOL}]
    raw = gpt.chat.completions.with_raw_response.create(
        model="m", messages=TURNS, tools=tools, temperature=0.25
    )
    made = raw.parse()
    assert made.choices[0].message.content == "Häfen"
    assert made.choices[0].message.tool_calls is not None
    assert made.choices[0].message.tool_calls[0].id == "t1"
    assert raw.headers["x-request-id"] == "r7"
    before, after = (int(raw.headers[f"x-specpc-{w}-tokens"]) for w in ("original", "compressed"))
    assert before == len(LONG.strip())
    assert after <= 0.4 * before
    path, headers, _ = vendor.fake.requests[-1]
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer k-openai"
    assert vendor.fake.last == {
        "model": "m",
        "messages": shorter(tiny, TURNS),
        "tools": tools,
        "temperature": 0.25,
    }


def test_anthropic_gets_the_answer_to_a_shorter_request(
    claude: anthropic.Anthropic, vendor: Vendor, tiny: Compressor
) -> None:
    vendor.answer = lambda _: answered(MESSAGE)
    turns: list[Any] = [
        {"role": "user", "content": "Look."},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "t1", "name": "look", "input": {"at": 1}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "t1", "content": LONG}],
        },
    ]
    tools: list[Any] = [{"name": "look", "input_schema": {"type": "object"}}]
    made = claude.messages.create(
        model="m",
        max_tokens=9,
        system="Be brief. " * 90,
        messages=turns,
        tools=tools,
        extra_headers={"anthropic-beta": "b1"},
        extra_query={"beta": "true"},
    )
    assert made.content[1].type == "tool_use"
    assert made.content[1].input == {"at": 1}
    path, headers, _ = vendor.fake.requests[-1]
    assert path == "/v1/messages?beta=true"
    assert "k-anthropic" in (headers.get("x-api-key") or headers["authorization"])
    assert headers["anthropic-beta"] == "b1"
    assert headers["anthropic-version"]
    assert vendor.fake.last["messages"] == shorter(tiny, turns)
    assert vendor.fake.last["system"] == "Be brief. " * 90
    assert vendor.fake.last["tools"] == tools


def openai_events() -> list[bytes]:
    deltas: list[Any] = [{"role": "assistant", "content": "Hä"}, {"content": "fen"}]
    deltas.append({"tool_calls": [{"index": 0, "id": "t1", "function": {"name": "look"}}]})
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    chunks = [{**head, "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    return [b"data: %s\n\n" % json.dumps(chunk).encode() for chunk in chunks] + [
        b"data: [DONE]\n\n"
    ]


def gated(events: list[bytes], gate: threading.Event) -> Iterator[bytes]:
    """The first event, and the others when the client has it."""
    yield events[0]
    assert gate.wait(20)
    yield from events[1:]


def stream(events: list[bytes], gate: threading.Event) -> Reply:
    return Reply(200, [("content-type", "text/event-stream")], gated(events, gate))


def test_openai_streams(gpt: openai.OpenAI, vendor: Vendor) -> None:
    gate = threading.Event()
    vendor.answer = lambda _: stream(openai_events(), gate)
    said, called = "", []
    for chunk in gpt.chat.completions.create(model="m", messages=TURNS, stream=True):
        gate.set()  # had it been held back, nothing would follow
        said += chunk.choices[0].delta.content or ""
        called += chunk.choices[0].delta.tool_calls or []
    assert said == "Häfen"
    assert called[0].id == "t1"
    assert vendor.fake.last["stream"] is True


def test_anthropic_streams(claude: anthropic.Anthropic, vendor: Vendor) -> None:
    gate = threading.Event()
    empty = {**MESSAGE, "content": [], "stop_reason": None}
    block = {"type": "text", "text": ""}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": empty},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "Häfen"},
        },
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 2},
        },
        {"type": "message_stop"},
    ]
    told = [
        b"event: %s\ndata: %s\n\n" % (event["type"].encode(), json.dumps(event).encode())
        for event in events
    ]
    vendor.answer = lambda _: stream(told, gate)
    with claude.messages.stream(model="m", max_tokens=9, messages=TURNS) as streamed:
        for _ in streamed:
            gate.set()
        assert streamed.get_final_text() == "Häfen"


def test_errors_of_the_vendor_arrive(
    gpt: openai.OpenAI, claude: anthropic.Anthropic, vendor: Vendor
) -> None:
    told = {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}}
    vendor.answer = lambda _: answered(told, 429, ("retry-after", "7"))
    with pytest.raises(openai.RateLimitError) as limited:
        gpt.chat.completions.create(model="m", messages=TURNS)
    assert limited.value.body == told["error"]
    assert limited.value.response.headers["retry-after"] == "7"
    with pytest.raises(anthropic.RateLimitError) as refused:
        claude.messages.create(model="m", max_tokens=9, messages=TURNS)
    assert refused.value.body == told
    vendor.answer = lambda _: answered({"error": {"message": "no such model"}}, 404)
    with pytest.raises(openai.NotFoundError, match="no such model"):
        gpt.chat.completions.create(model="m", messages=TURNS)


def chat(url: str, body: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(f"{url}/v1/chat/completions", content=body, headers=named, timeout=30)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (json.dumps({"messages": TURNS[1:]}).encode(), "short"),
        (b' {"messages" : [ ] }', "short"),
        (
            json.dumps({"messages": [{"role": "system", "content": LONG}]}).encode(),
            "instructions",
        ),
        (
            json.dumps({"messages": [{"role": "user", "content": LONG}], "n": 1.50}).encode(),
            "question",
        ),
        (b"no JSON " * 80, "unread"),
        (json.dumps({"prompt": LONG}).encode(), "unread"),
    ],
)
def test_what_has_little_to_cut_goes_on_as_it_is(
    url: str, vendor: Vendor, body: bytes, why: str
) -> None:
    vendor.answer = lambda _: answered(COMPLETION)
    assert chat(url, body).headers["x-specpc-uncut"] == why
    assert vendor.fake.requests[-1][2] == body


def test_the_ratio_of_a_request(url: str, vendor: Vendor, tiny: Compressor) -> None:
    vendor.answer = lambda _: answered(COMPLETION)
    body = json.dumps({"messages": TURNS}).encode()
    chat(url, body, x_specpc_ratio="0.8")
    assert vendor.fake.last["messages"] == shorter(tiny, TURNS, 0.8)
    assert "x-specpc-ratio" not in vendor.fake.headers
    assert chat(url, body, x_specpc_ratio="1").headers["x-specpc-uncut"] == "ratio"
    assert vendor.fake.requests[-1][2] == body
    # What cannot be cut so far is not lost.
    assert chat(url, body, x_specpc_ratio="0.001").headers["x-specpc-uncut"] == "BudgetError"
    assert vendor.fake.requests[-1][2] == body
    for wrong in ("0", "half"):
        refused = chat(url, body, x_specpc_ratio=wrong)
        assert refused.status_code == 400
        assert "ratio" in refused.json()["error"]["message"]


def test_headers_between_neighbours_stay_there(url: str, vendor: Vendor) -> None:
    packed = gzip.compress(b'{"a": "b"}')
    kind = [("content-type", "application/json"), ("content-encoding", "gzip")]
    cookies = [("set-cookie", "a=1"), ("set-cookie", "b=2")]
    own = [("connection", "close, x-hop"), ("x-hop", "1"), ("date", "never")]
    vendor.answer = lambda _: Reply(200, [*kind, *cookies, *own], [packed])
    body = json.dumps({"messages": TURNS[1:]}).encode()
    with httpx.stream(
        "POST",
        f"{url}/v1/chat/completions",
        content=body,
        headers={"connection": "x-mine", "x-mine": "1", "te": "trailers", "x-kept": "2"},
    ) as found:
        raw = b"".join(found.iter_raw())
    assert raw == packed
    assert found.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert found.headers.get_list("date") == ["never"]
    assert "x-hop" not in found.headers
    sent = vendor.fake.headers
    assert sent["x-kept"] == "2"
    assert sent["host"] == vendor.fake.url.removeprefix("http://")
    assert not {"x-mine", "te"} & sent.keys()


def test_end_to_end() -> None:
    given = [(b"Connection", b"a, B"), (b"A", b"1"), (b"b", b"2"), (b"Upgrade", b"h2"), (b"C", b"")]
    assert end_to_end(given) == [(b"c", b"")]


def test_a_broken_stream_is_no_whole_answer(
    tiny: Compressor, vendor: Vendor, capfd: pytest.CaptureFixture[str]
) -> None:
    vendor.answer = lambda _: Reply(200, [], [b"data: half"], breaks=True)
    body = json.dumps({"messages": TURNS}).encode()
    server = running(tiny, openai_upstream=vendor.fake.url)
    with server as address, pytest.raises(httpx.RemoteProtocolError):
        chat(address, body, x_specpc_ratio="1")
    told = capfd.readouterr().err
    assert "RemoteProtocolError" in told
    assert "topic" not in told


def test_no_upstream(tiny: Compressor) -> None:
    with running(tiny) as address:
        gpt = openai.OpenAI(base_url=f"{address}/v1", api_key="k", max_retries=0)
        with gpt, pytest.raises(openai.NotFoundError, match="openai_upstream=URL"):
            gpt.chat.completions.create(model="m", messages=TURNS)
        claude = anthropic.Anthropic(base_url=address, api_key="k", max_retries=0)
        with claude, pytest.raises(anthropic.NotFoundError, match="anthropic_upstream=URL"):
            claude.messages.create(model="m", max_tokens=9, messages=TURNS)


def test_nobody_answers_upstream(tiny: Compressor) -> None:
    with running(tiny, openai_upstream="http://127.0.0.1:1") as address:
        found = chat(address, json.dumps({"messages": TURNS[1:]}).encode())
    assert found.status_code == 502
    assert "127.0.0.1:1/chat/completions cannot be reached" in found.json()["error"]["message"]


def test_the_token_of_the_server_is_not_the_vendors(tiny: Compressor, vendor: Vendor) -> None:
    vendor.answer = lambda _: answered(COMPLETION)
    options = {"token": "t0ken", "openai_upstream": f"{vendor.fake.url}/v1"}
    body = json.dumps({"messages": TURNS[1:]}).encode()
    with running(tiny, **options) as address:
        assert chat(address, body, authorization="Bearer t0ken").status_code == 401
        found = chat(address, body, authorization="Bearer key", x_specpc_token="t0ken")
    assert found.status_code == 200
    assert vendor.fake.headers["authorization"] == "Bearer key"
    assert "x-specpc-token" not in vendor.fake.headers

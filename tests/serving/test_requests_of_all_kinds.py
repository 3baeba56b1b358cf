"""The table of requests: each is cut to its budget, or passed on unchanged with the true reason.

Sent by the vendors' own clients where they are installed, by hand to Gemini.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anthropic
import httpx
import openai
import pytest

from specpc import Compressor
from specpc.options import Turns
from tests.pipeline.test_messages import changed, value_at
from tests.pipeline.vendors import ASKS, REPORT
from tests.serving.servers import Fake, Reply, answered, running, upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RATIO = 0.4
MARK = {"cache_control": {"type": "ephemeral"}}
PIXELS = "iVBOR" * 400
PROMPT = f"{REPORT}\n{ASKS}"
SYSTEM = f"Answer in one sentence.\n<document>\n{REPORT}</document>"
RULES = "Never guess. Be brief. Name your sources. " * 60
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at": 3}'}}


def text(said: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **more}


@dataclass(frozen=True)
class Case:
    """A request: by which client it is sent, and where in it something is cut, or why not."""

    vendor: str
    body: dict[str, Any]
    cut: list[tuple[Any, ...]] = field(default_factory=list)
    uncut: str = ""


CASES: dict[str, Case] = {
    "openai: one turn": Case(
        "openai", {"messages": [{"role": "user", "content": PROMPT}]}, [("messages", 0, "content")]
    ),
    "openai: a document in the system message": Case(
        "openai",
        {
            "messages": [
                {"role": "system", "content": SYSTEM, "name": "port"},
                {"role": "user", "content": ASKS},
            ]
        },
        [("messages", 0, "content")],
    ),
    "openai: parts, with an image": Case(
        "openai",
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "image_url",
                            "image_url": {"url": f"data:image/png;base64,{PIXELS}"},
                        },
                        text(REPORT),
                        text(ASKS),
                    ],
                }
            ]
        },
        [("messages", 0, "content", 1, "text")],
    ),
    "openai: the result of a tool": Case(
        "openai",
        {
            "messages": [
                {"role": "user", "content": ASKS},
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "tool_call_id": "c1", "content": REPORT},
            ]
        },
        [("messages", 2, "content")],
    ),
    "openai: rules": Case(
        "openai",
        {
            "messages": [
                {"role": "developer", "content": RULES},
                {"role": "user", "content": ASKS},
            ]
        },
        uncut="instructions",
    ),
    "openai: a document without a question": Case(
        "openai", {"messages": [{"role": "user", "content": REPORT}]}, uncut="question"
    ),
    "openai: little": Case(
        "openai", {"messages": [{"role": "user", "content": ASKS}]}, uncut="short"
    ),
    "openai: what the model said": Case(
        "openai",
        {
            "messages": [
                {"role": "assistant", "content": REPORT},
                {"role": "user", "content": ASKS},
            ]
        },
        uncut="role",
    ),
    "responses: one turn": Case("responses", {"input": PROMPT}, [("input",)]),
    "responses: the result of a tool": Case(
        "responses",
        {
            "instructions": SYSTEM,
            "input": [
                {"role": "user", "content": [{"type": "input_text", "text": ASKS}]},
                {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c1", "output": REPORT},
            ],
        },
        [("instructions",), ("input", 2, "output")],
    ),
    "anthropic: one turn, with a mark": Case(
        "anthropic",
        {"messages": [{"role": "user", "content": [text(PROMPT, **MARK)]}]},
        [("messages", 0, "content", 0, "text")],
    ),
    "anthropic: a document in the system text, with a mark": Case(
        "anthropic",
        {"system": [text(SYSTEM, **MARK)], "messages": [{"role": "user", "content": ASKS}]},
        [("system", 0, "text")],
    ),
    "anthropic: blocks of documents, an image and the result of a tool": Case(
        "anthropic",
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "document",
                            "source": {"type": "text", "media_type": "text/plain", "data": REPORT},
                            **MARK,
                        },
                        {
                            "type": "image",
                            "source": {"type": "base64", "media_type": "image/png", "data": PIXELS},
                        },
                        text(ASKS),
                    ],
                },
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": REPORT, "signature": "c2ln"},
                        {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": 3}},
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "tool_result",
                            "tool_use_id": "t1",
                            "content": [text(REPORT, **MARK)],
                        }
                    ],
                },
            ]
        },
        [
            ("messages", 0, "content", 0, "source", "data"),
            ("messages", 2, "content", 0, "content", 0, "text"),
        ],
    ),
    "anthropic: rules": Case(
        "anthropic",
        {"system": RULES, "messages": [{"role": "user", "content": ASKS}]},
        uncut="instructions",
    ),
    "gemini: one turn, with an image": Case(
        "gemini",
        {
            "contents": [
                {
                    "role": "user",
                    "parts": [
                        {"inlineData": {"mimeType": "image/png", "data": PIXELS}},
                        {"text": PROMPT},
                    ],
                }
            ]
        },
        [("contents", 0, "parts", 1, "text")],
    ),
    "gemini: the result of a tool": Case(
        "gemini",
        {
            "systemInstruction": {"parts": [{"text": SYSTEM}]},
            "contents": [
                {"role": "user", "parts": [{"text": ASKS}]},
                {"role": "model", "parts": [{"functionCall": {"name": "look", "args": {}}}]},
                {
                    "role": "user",
                    "parts": [
                        {"functionResponse": {"name": "look", "response": {"result": REPORT}}}
                    ],
                },
            ],
        },
        [
            ("systemInstruction", "parts", 0, "text"),
            ("contents", 2, "parts", 0, "functionResponse", "response", "result"),
        ],
    ),
    "gemini: little": Case(
        "gemini", {"contents": [{"role": "user", "parts": [{"text": ASKS}]}]}, uncut="short"
    ),
}


@pytest.fixture(scope="module")
def vendor() -> Iterator[Fake]:
    """All three vendors at once; streams where it is asked to."""

    def answer(body: dict[str, Any]) -> Reply:
        if body.get("stream"):
            return Reply(200, [("content-type", "text/event-stream")], [b"data: [DONE]\n\n"])
        return answered({"object": "list", "data": []})

    with upstream(answer) as fake:
        yield fake


@pytest.fixture(scope="module")
def url(tiny: Compressor, vendor: Fake) -> Iterator[str]:
    bases = {
        "openai_upstream": f"{vendor.url}/v1",
        "anthropic_upstream": vendor.url,
        "gemini_upstream": vendor.url,
    }
    with running(tiny, ratio=RATIO, turns=Turns(min_tokens=500), **bases) as address:
        yield address


def send(url: str, case: Case, stream: bool) -> httpx.Headers:
    """The headers of the answer to a case, sent by its vendor's own client."""
    body = json.loads(json.dumps(case.body))
    if case.vendor == "gemini":
        how = "streamGenerateContent?alt=sse" if stream else "generateContent"
        where = f"{url}/v1beta/models/gemini-x:{how}"
        return httpx.post(where, json=body, headers={"x-goog-api-key": "k"}).headers
    if case.vendor == "anthropic":
        with anthropic.Anthropic(base_url=url, api_key="k", max_retries=0) as claude:
            raw: Any = claude.messages.with_raw_response
            return headers_of(raw.create(model="m", max_tokens=9, stream=stream, **body))
    with openai.OpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0) as client:
        part = client.responses if case.vendor == "responses" else client.chat.completions
        raw = part.with_raw_response
        return headers_of(raw.create(model="m", stream=stream, **body))


def headers_of(made: Any) -> httpx.Headers:
    """Those of an answer, which is read to its end."""
    made.http_response.read()
    made.http_response.close()
    return made.headers  # type: ignore[no-any-return]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_a_request_is_cut_or_not_and_the_header_says_so(
    url: str, vendor: Fake, name: str, stream: bool
) -> None:
    case = CASES[name]
    told = send(url, case, stream)
    sent = {key: vendor.last[key] for key in case.body}
    assert list(changed(case.body, sent)) == case.cut
    if case.uncut:
        assert told["x-specpc-uncut"] == case.uncut
        assert "x-specpc-cut" not in told
        return
    assert "x-specpc-uncut" not in told
    assert int(told["x-specpc-cut"]) == len(case.cut)
    before = sum(len(value_at(case.body, at)) for at in case.cut)
    after = sum(len(value_at(sent, at)) for at in case.cut)
    saved = int(told["x-specpc-original-tokens"]) - int(told["x-specpc-compressed-tokens"])
    assert before - after == saved  # a token is a byte here
    assert int(told["x-specpc-compressed-tokens"]) <= RATIO * int(told["x-specpc-original-tokens"])
    for at in case.cut:
        left = value_at(sent, at)
        assert left.strip()
        if value_at(case.body, at) == PROMPT:
            assert left.endswith(ASKS)


PASSED: dict[str, Callable[[openai.OpenAI, anthropic.Anthropic], Any]] = {
    "/v1/models": lambda gpt, _: gpt.models.with_raw_response.list(),
    "/v1/embeddings": lambda gpt, _: gpt.embeddings.with_raw_response.create(
        model="m", input=PROMPT, encoding_format="float"
    ),
    "/v1/files/f1": lambda gpt, _: gpt.files.with_raw_response.delete("f1"),
    "/v1/models?limit=3": lambda _, claude: claude.models.with_raw_response.list(limit=3),
    "/v1/messages/count_tokens": lambda _, claude: claude.messages.with_raw_response.count_tokens(
        model="m", messages=[{"role": "user", "content": PROMPT}]
    ),
}


@pytest.mark.parametrize("path", PASSED)
def test_other_paths_are_passed_on(url: str, vendor: Fake, path: str) -> None:
    with (
        openai.OpenAI(base_url=f"{url}/v1", api_key="k-openai", max_retries=0) as gpt,
        anthropic.Anthropic(base_url=url, api_key="k-anthropic", max_retries=0) as claude,
    ):
        made = PASSED[path](gpt, claude)
    assert made.headers["x-specpc-uncut"] == "path"
    asked, headers, body = vendor.requests[-1]
    assert asked == path
    assert "k-" in (headers.get("x-api-key") or headers["authorization"])
    if body:
        assert PROMPT in json.dumps(json.loads(body), ensure_ascii=False).replace("\\n", "\n")


def test_paths_as_they_were_written(url: str, vendor: Fake) -> None:
    for path in ("/v1/files/a%2Fb?x=%20", "/v1/audio/speech", "/health"):
        found = httpx.put(f"{url}{path}", content=b"\x00")
        assert found.headers["x-specpc-uncut"] == "path"
        assert vendor.requests[-1][0] == path
        assert vendor.requests[-1][2] == b"\x00"
    for method in ("HEAD", "OPTIONS", "DELETE"):
        found = httpx.request(method, f"{url}/v1/files/f1")
        assert (found.status_code, found.headers["x-specpc-uncut"]) == (200, "path")
    assert httpx.get(f"{url}/v1/compress").status_code == 405
    assert httpx.get(f"{url}/v1/%63ompress").status_code == 405
    assert httpx.delete(f"{url}/metrics").status_code == 405


def test_whose_a_path_is(tiny: Compressor, vendor: Fake) -> None:
    with running(tiny, openai_upstream=f"{vendor.url}/o/v1", anthropic_upstream=vendor.url) as url:
        for path, headers, asked in (
            ("/v1/models", {}, "/o/v1/models"),
            ("/v1/models", {"anthropic-version": "1"}, "/v1/models"),
            ("/v1/messages/batches", {}, "/v1/messages/batches"),
            ("/metrics/more", {}, "/o/metrics/more"),
        ):
            httpx.get(f"{url}{path}", headers=headers)
            assert vendor.requests[-1][0] == asked
        found = httpx.get(f"{url}/v1beta/models")
        assert found.status_code == 404
        assert "gemini_upstream=URL" in found.json()["error"]["message"]
    with running(tiny, gemini_upstream=vendor.url) as url:
        httpx.get(f"{url}/v1/any")
        assert vendor.requests[-1][0] == "/v1/any"


def test_whoever_asks_may_say_how(url: str, vendor: Fake) -> None:
    case = CASES["openai: the result of a tool"]
    later = [*case.body["messages"], {"role": "user", "content": "And topic 4?"}]

    def sent(**headers: str) -> tuple[httpx.Headers, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {"messages": later}
        made = httpx.post(f"{url}/v1/chat/completions", json=body, headers=named)
        return made.headers, vendor.last["messages"]

    told, messages = sent(x_headroom_bypass="true")
    assert told["x-specpc-uncut"] == "bypass"
    assert messages == later
    kept = sent()[1]
    assert kept[:3] == sent(x_specpc_ratio=str(RATIO))[1][:3]
    assert kept != later
    assert "x-specpc-cut" in sent(x_specpc_requery="true")[0]
    assert "x-specpc-requery" not in vendor.headers

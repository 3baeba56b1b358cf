"""What gateways send to ``POST /v1/compress``: by hand, and by LiteLLM's proxy where it is there.

LiteLLM pins other versions than specpc's tests do, so it has an environment of its own, whose
``litellm`` the variable ``SPECPC_LITELLM`` names::

    python -m venv build/litellm && build/litellm/bin/pip install 'litellm[proxy]'
    SPECPC_LITELLM=build/litellm/bin/litellm python -m pytest tests/serving/test_gateways.py
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest

from specpc import Compressor
from specpc.options import Turns
from tests.pipeline.test_messages import changed
from tests.pipeline.vendors import ASKS, REPORT
from tests.serving.servers import Fake, answered, post, running, upstream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LITELLM = os.environ.get("SPECPC_LITELLM", "")
KEY = f"sk-{os.urandom(16).hex()}"  # it refuses to start with a key that others may know
FIELDS = [
    "messages",
    "tokens_before",
    "tokens_after",
    "tokens_saved",
    "compression_ratio",
    "transforms_applied",
    "ccr_hashes",
]
USER = {"role": "user", "content": ASKS}
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at": 3}'}}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": REPORT}
WORK: list[Any] = [
    USER,
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    RESULT,
    {"role": "assistant", "content": "It is dull."},
    {"role": "user", "content": "And topic 4?"},
]


@pytest.fixture(scope="module")
def url(tiny: Compressor) -> Iterator[str]:
    with running(tiny, ratio=0.4, turns=Turns(min_tokens=500)) as address:
        yield address


def test_messages_come_back_shorter_and_as_many(url: str) -> None:
    sent = {"messages": WORK, "model": "gpt-4o", "config": {"mode": "ccr"}}
    found = post(url, sent, x_headroom_affinity="a" * 64)
    assert found.status_code == 200, found.text
    made = found.json()
    assert list(made) == FIELDS
    assert list(changed(WORK, made["messages"])) == [(2, "content")]
    assert made["tokens_saved"] == made["tokens_before"] - made["tokens_after"] > 1000
    assert made["compression_ratio"] == round(made["tokens_after"] / made["tokens_before"], 4)
    assert made["transforms_applied"] == ["specpc:messages.2.content"]
    assert made["ccr_hashes"] == []
    assert found.headers["x-specpc-cut"] == "1"
    # What was cut stays as it is when more is said.
    more = [*WORK, {"role": "assistant", "content": "So is that."}, USER]
    assert post(url, {"messages": more}).json()["messages"][:5] == made["messages"]


@pytest.mark.parametrize(
    ("messages", "headers", "why"),
    [
        (WORK, {"x_headroom_bypass": "true"}, "bypass"),
        (WORK, {"x_headroom_bypass": "True"}, "bypass"),
        (WORK, {"x_specpc_ratio": "1"}, "ratio"),
        (WORK[:2], {}, "short"),
        ([], {}, "short"),
        ([{"role": "user", "content": REPORT}], {}, "question"),
        ([{"content": REPORT}], {}, "unread"),
        (WORK, {"x_specpc_ratio": "0.0001"}, "BudgetError"),
    ],
)
def test_what_is_not_cut_is_no_error(
    url: str, messages: list[Any], headers: dict[str, str], why: str
) -> None:
    found = post(url, {"messages": messages}, **headers)
    assert found.status_code == 200, found.text
    made = found.json()
    assert list(made) == FIELDS
    assert made["messages"] == messages
    assert made["tokens_saved"] == 0
    assert made["compression_ratio"] == 1.0
    assert made["transforms_applied"] == []
    assert found.headers["x-specpc-uncut"] == why


def test_results_alone_are_cut_without_a_question(url: str) -> None:
    """A gateway may hold back who asked, and what called."""
    made = post(url, {"messages": [RESULT, RESULT]}).json()
    assert made["messages"][0] == made["messages"][1] != RESULT
    assert made["tokens_after"] <= 0.4 * made["tokens_before"]


@pytest.mark.parametrize("messages", [None, "a", [1], {"role": "user"}])
def test_what_are_no_messages(url: str, messages: Any) -> None:
    found = post(url, {"messages": messages})
    assert found.status_code == 400
    assert found.json()["error"]["message"].startswith("the request cannot be used: messages")


def test_our_own_schema_stays(url: str) -> None:
    found = post(url, {"request": {"messages": WORK}, "ratio": 0.4, "min_tokens": 500})
    assert found.status_code == 200, found.text
    made = found.json()
    assert made["request"]["messages"] == post(url, {"messages": WORK}).json()["messages"]
    assert [cut["place"] for cut in made["cuts"]] == [["messages", 2, "content"]]
    assert post(url, {"context": "a", "messages": WORK, "rat": 1}).json()["messages"]


CONFIG = """\
model_list:
  - model_name: fake
    litellm_params: {{model: openai/fake, api_base: {model}/v1, api_key: none}}
guardrails:
  - guardrail_name: specpc
    litellm_params:
      guardrail: headroom
      mode: pre_call
      default_on: true
      api_base: {specpc}
      api_key: t0ken
      unreachable_fallback: fail_closed
general_settings:
  master_key: {key}
"""
COMPLETION = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "fake",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Dull."},
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def litellm(config: str, folder: Path) -> Iterator[str]:
    """LiteLLM's proxy, unmodified; gives its address when it is ready."""
    path, port = folder / "config.yaml", free_port()
    path.write_text(config, encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_PROXY": "127.0.0.1"}
    command = [LITELLM, "--config", str(path), "--host", "127.0.0.1", "--port", str(port)]
    address = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=kept | own, stdout=log, stderr=log, cwd=folder)
        try:
            for _ in range(600):
                time.sleep(0.2)
                assert process.poll() is None, (folder / "log").read_text()
                try:
                    if httpx.get(f"{address}/health/readiness", timeout=5).is_success:
                        break
                except httpx.TransportError:
                    continue
            yield address
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def gateway(
    tiny: Compressor, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Fake]]:
    """The proxy between its clients and a fake model, with a running server as its guardrail."""
    if not LITELLM:
        pytest.skip("SPECPC_LITELLM names no litellm")
    folder = tmp_path_factory.mktemp("litellm")
    with (
        upstream(lambda _: answered(COMPLETION)) as model,
        running(tiny, token="t0ken", ratio=0.4, turns=Turns(min_tokens=500)) as specpc,
        litellm(CONFIG.format(model=model.url, specpc=specpc, key=KEY), folder) as address,
    ):
        yield address, model


# LiteLLM holds back the last round of tools: a round before it is cut.
HISTORY: list[Any] = [
    *WORK[:4],
    {"role": "user", "content": "Look again."},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{**CALL, "id": "c2"}],
    },
    {"role": "tool", "tool_call_id": "c2", "content": REPORT},
    {"role": "user", "content": "And topic 4?"},
]


def test_litellm_has_its_history_cut(gateway: tuple[str, Fake]) -> None:
    address, model = gateway
    client = openai.OpenAI(base_url=f"{address}/v1", api_key=KEY, max_retries=0)
    raw = client.chat.completions.with_raw_response
    made = raw.create(model="fake", messages=HISTORY)
    assert made.parse().choices[0].message.content == "Dull."
    assert "specpc" in made.headers["x-litellm-applied-guardrails"]
    sent = model.last["messages"]
    assert [message["role"] for message in sent] == [message["role"] for message in HISTORY]
    contents = [
        (before["content"], after["content"])
        for before, after in zip(HISTORY, sent, strict=True)
        if before["content"] is not None
    ]
    cut = [(before, after) for before, after in contents if before != after]
    assert [before for before, _ in cut] == [REPORT]
    assert 0 < len(cut[0][1]) < 0.45 * len(REPORT)
    assert sent[2]["tool_call_id"] == "c1"
    # As it stays, whatever is said next.
    more = [*HISTORY, {"role": "assistant", "content": "So is that."}, USER]
    raw.create(model="fake", messages=more)
    assert model.last["messages"][:4] == sent[:4]


def test_litellm_leaves_alone_what_it_is_told_to(gateway: tuple[str, Fake]) -> None:
    address, model = gateway
    client = openai.OpenAI(base_url=f"{address}/v1", api_key=KEY, max_retries=0)
    headers = {"x-headroom-bypass": "true"}
    client.chat.completions.create(model="fake", messages=HISTORY, extra_headers=headers)
    assert [m["content"] for m in model.last["messages"] if m["role"] == "tool"] == [REPORT] * 2


def test_litellm_has_anthropics_form_cut_too(gateway: tuple[str, Fake]) -> None:
    address, model = gateway
    turns = [
        USER,
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "c1", "name": "look", "input": {"at": 3}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "c1", "content": REPORT}],
        },
        {"role": "assistant", "content": "It is dull."},
        {"role": "user", "content": "And topic 4?"},
        {"role": "assistant", "content": "Wait."},
        {"role": "user", "content": "Yes?"},
    ]
    body = {"model": "fake", "max_tokens": 9, "messages": turns}
    found = httpx.post(f"{address}/v1/messages", json=body, headers={"x-api-key": KEY}, timeout=60)
    assert found.status_code == 200, found.text
    told = json.dumps(model.last)
    assert "week 3 " in told
    assert REPORT.strip() not in told
    assert len(told) < 0.7 * len(REPORT)

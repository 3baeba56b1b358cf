"""Messages with calls of tools: a result is kept with its call."""

from __future__ import annotations

import json
from typing import Any

import pytest

from specpc.structure import lay_out
from tests.structure.kept import fitted, keep

OPENAI: list[dict[str, Any]] = [
    {"role": "system", "content": "You are a support agent. Never promise refunds."},
    {"role": "user", "content": "Where are my orders?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_a1",
                "type": "function",
                "function": {"name": "get_order", "arguments": '{"order": 8841}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_a1", "content": '{"status": "shipped", "by": "DHL"}'},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_a2",
                "type": "function",
                "function": {"name": "get_order", "arguments": '{"order": 9120}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_a2", "content": "no such order"},
]
ANTHROPIC: list[dict[str, Any]] = [
    {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "I look at both files."},
            {
                "type": "tool_use",
                "id": "toolu_1",
                "name": "write",
                "input": {"path": "cart.py", "text": "def total(items):\n    return 0\n" * 30},
            },
            {"type": "tool_use", "id": "toolu_2", "name": "read", "input": {"path": "tax.py"}},
        ],
    },
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": "written"},
            {"type": "tool_result", "tool_use_id": "toolu_2", "content": "RATE = 0.19"},
        ],
    },
]
RESPONSES: list[dict[str, Any]] = [
    {"type": "function_call", "call_id": "c1", "name": "read", "arguments": '{"path": "a.ts"}'},
    {"type": "function_call_output", "call_id": "c1", "output": "import express"},
    {"type": "function_call", "call_id": "c2", "name": "read", "arguments": '{"path": "b.ts"}'},
    {"type": "function_call_output", "call_id": "c2", "output": "import lodash"},
]


def _lines(messages: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(message) + "\n" for message in messages)


@pytest.mark.parametrize("written", [json.dumps, _lines])
@pytest.mark.parametrize(
    ("messages", "part", "call", "other"),
    [
        (OPENAI, "shipped", "8841", "9120"),
        (OPENAI, "no such order", "9120", "8841"),
        (ANTHROPIC, "RATE", "tax.py", "def total"),
        (RESPONSES, "lodash", "b.ts", "a.ts"),
    ],
)
def test_a_result_comes_with_its_call(
    written: Any, messages: list[dict[str, Any]], part: str, call: str, other: str
) -> None:
    result = keep(written(messages), part)
    assert call in result
    assert other not in result


def test_a_call_needs_no_result() -> None:
    result = json.loads(keep(json.dumps(OPENAI), "8841"))
    assert [message["role"] for message in result] == ["assistant"]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("ratio", [0.2, 0.5])
def test_what_is_kept_is_json(seed: int, ratio: float) -> None:
    text = json.dumps(ANTHROPIC)
    result = fitted(lay_out(text), text, ratio, seed)
    assert result is not None
    json.loads(result)

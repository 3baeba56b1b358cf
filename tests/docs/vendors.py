"""What models' vendors answer in the examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.serving.servers import answered

if TYPE_CHECKING:
    from tests.serving.servers import Reply


def openai(body: dict[str, Any]) -> Reply:
    """A chat completion."""
    check(body)
    message = {"role": "assistant", "content": "Edda Hallgrim."}
    return answered(
        {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": body["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        }
    )


def anthropic(body: dict[str, Any]) -> Reply:
    """A message."""
    check(body)
    return answered(
        {
            "id": "m1",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [{"type": "text", "text": "Edda Hallgrim."}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": body["max_tokens"], "output_tokens": 1},
        }
    )


def check(body: dict[str, Any]) -> None:
    """There are messages, and ``report.md`` was cut; otherwise the connection breaks."""
    told = str(body["messages"])
    if "Who signed" in told:
        assert "signed by Edda Hallgrim" in told
        assert "Container traffic" not in told

"""One conversation as each vendor takes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

REPORT = "".join(
    f"The report of week {i} says that topic {i % 7} was dull and that nothing else happened.\n"
    for i in range(40)
)
ASKS = "What of topic 3?"


@dataclass(frozen=True)
class Turn:
    """Who says what: a user, an assistant, or an assistant that calls a tool, and its result."""

    role: str
    text: str
    result: str = ""


def chat(system: str, turns: Sequence[Turn]) -> dict[str, Any]:
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    for number, turn in enumerate(turns):
        if turn.role == "call":
            function = {"name": "look", "arguments": json.dumps({"at": turn.text})}
            call = {"id": f"c{number}", "type": "function", "function": function}
            messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
            messages.append({"role": "tool", "tool_call_id": f"c{number}", "content": turn.result})
        else:
            messages.append({"role": turn.role, "content": turn.text})
    return {"model": "m", "messages": messages}


def responses(system: str, turns: Sequence[Turn]) -> dict[str, Any]:
    items: list[dict[str, Any]] = []
    for number, turn in enumerate(turns):
        call = {"call_id": f"c{number}"}
        if turn.role == "call":
            arguments = json.dumps({"at": turn.text})
            items.append({"type": "function_call", "name": "look", "arguments": arguments, **call})
            items.append({"type": "function_call_output", "output": turn.result, **call})
        elif turn.role == "user":
            part = {"type": "input_text", "text": turn.text}
            items.append({"role": "user", "content": [part]})
        else:
            content = [{"type": "output_text", "text": turn.text, "annotations": []}]
            items.append({"type": "message", "role": "assistant", "content": content})
    return {"model": "m", "input": items} | ({"instructions": system} if system else {})


def anthropic(system: str, turns: Sequence[Turn]) -> dict[str, Any]:
    messages: list[dict[str, Any]] = []
    for number, turn in enumerate(turns):
        if turn.role == "call":
            use = {
                "type": "tool_use",
                "id": f"c{number}",
                "name": "look",
                "input": {"at": turn.text},
            }
            messages.append({"role": "assistant", "content": [use]})
            text = [{"type": "text", "text": turn.result}]
            result = {"type": "tool_result", "tool_use_id": f"c{number}", "content": text}
            messages.append({"role": "user", "content": [result]})
        else:
            mark = {"cache_control": {"type": "ephemeral"}}
            content = [{"type": "text", "text": turn.text, **mark}]
            messages.append({"role": turn.role, "content": content})
    return {"model": "m", "max_tokens": 9, "messages": messages} | (
        {"system": system} if system else {}
    )


def gemini(system: str, turns: Sequence[Turn]) -> dict[str, Any]:
    contents: list[dict[str, Any]] = []
    for turn in turns:
        if turn.role == "call":
            call = {"name": "look", "args": {"at": turn.text}}
            response = {"name": "look", "response": {"result": turn.result}}
            contents.append({"role": "model", "parts": [{"functionCall": call}]})
            contents.append({"role": "user", "parts": [{"functionResponse": response}]})
        else:
            role = "user" if turn.role == "user" else "model"
            contents.append({"role": role, "parts": [{"text": turn.text}]})
    instruction = {"systemInstruction": {"parts": [{"text": system}]}} if system else {}
    return {"contents": contents, **instruction}


VENDORS: dict[str, Callable[[str, Sequence[Turn]], dict[str, Any]]] = {
    "chat": chat,
    "responses": responses,
    "anthropic": anthropic,
    "gemini": gemini,
}

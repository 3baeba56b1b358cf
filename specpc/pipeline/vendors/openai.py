"""OpenAI: chat completions, and responses."""

from __future__ import annotations

from typing import Any, Final

from specpc.pipeline.vendors.rules import SYSTEM, TOOL, USER, Rule, Shape, call_of

ROLES: Final = {
    "system": SYSTEM,
    "developer": SYSTEM,
    "user": USER,
    "tool": TOOL,
    "function": TOOL,  # of old
}

_TEXTS: Final = dict.fromkeys(("text", "input_text", "output_text"), Rule((("text",),)))

CHAT: Final = {
    **_TEXTS,
    "function": call_of(("function",), ("name", "arguments"), (("id",),)),
    "custom": call_of(("custom",), ("name", "input"), (("id",),)),
    "role": Rule((("content",), ("tool_calls",)), id=(("tool_call_id",),)),
}

_ID: Final = (("call_id",),)
_OUTPUT: Final = Rule((("output",),), TOOL, _ID, document=True)

RESPONSES: Final = Shape(
    turns="input",
    signs=("role", "type"),
    rules={
        **_TEXTS,
        "function_call": call_of((), ("name", "arguments"), _ID),
        "function_call_output": _OUTPUT,
        "custom_tool_call": call_of((), ("name", "input"), _ID),
        "custom_tool_call_output": _OUTPUT,
        "local_shell_call": call_of(("action",), ("type", "command"), _ID),
        "local_shell_call_output": _OUTPUT,
        "role": Rule((("content",),)),
    },
    roles=ROLES,
    system=("instructions",),
)


def tool_turns(tool: str, arguments: str, output: Any, *, wanted: str) -> list[dict[str, Any]]:
    """The turns of a chat that lead to a tool's output.

    Args:
        tool: its name.
        arguments: of the call.
        output: a string, or parts of it as OpenAI has them.
        wanted: what the user asked for before; empty if nobody knows.
    """
    call = {"id": "1", "type": "function", "function": {"name": tool, "arguments": arguments}}
    turns: list[dict[str, Any]] = [
        {"role": "user", "content": wanted},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": output},
    ]
    return turns if wanted.strip() else turns[1:]

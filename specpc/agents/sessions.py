"""Recorded sessions of agents: what was said in them, whoever wrote them down."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import InputError
from specpc.machine.journal import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# So much of the end of a transcript is looked at for what the user said last.
_TAIL: Final = 2_000_000
# What the user's words are shortened to: the end of a long message says what is wanted.
_LONGEST: Final = 2000
# In place of a user, an agent itself says what begins so.
_OWN: Final = ("<", "Caveat: ", "[Request interrupted")
# Entries of Codex, and parts of what is said there.
_CALLS: Final = frozenset({"function_call", "custom_tool_call"})
_RESULTS: Final = frozenset({"function_call_output", "custom_tool_call_output"})
_SAID: Final = frozenset({"input_text", "output_text"})


def last_words(transcript: Path) -> str:
    """What the user said last in a transcript; empty if it cannot be found."""
    try:
        with transcript.open("rb") as file:
            start = max(0, file.seek(0, os.SEEK_END) - _TAIL)
            file.seek(start)
            lines = file.read().split(b"\n")
    except OSError:
        return ""
    for line in reversed(lines[1:] if start else lines):
        turn = _turn(_parsed(line))
        if turn is not None and turn.get("role") == "user":
            said = _said(turn.get("content")).strip()
            if said and not said.startswith(_OWN):
                return said[-_LONGEST:]
    return ""


def read_session(data: bytes) -> list[dict[str, Any]]:
    """The turns of a session, as the vendor of its model takes them.

    Args:
        data: a transcript of Claude Code or Codex, JSON lines with one message each, or JSON with a
            list of messages, or with an object that has one.

    Raises:
        InputError: it is none of these.
    """
    whole = _parsed(data)
    if isinstance(whole, dict) and "role" not in whole and "type" not in whole:
        whole = next((whole[name] for name in ("messages", "input") if name in whole), None)
    told: Iterable[Any]
    if isinstance(whole, list):
        told = whole
    else:
        told = [] if isinstance(whole, dict) else map(_parsed, data.split(b"\n"))
    turns = [turn for one in told if (turn := _turn(one)) is not None]
    if not turns:
        raise InputError(
            "this is no session: a transcript of Claude Code or Codex (.jsonl) is needed, or "
            "messages as OpenAI and Anthropic take them"
        )
    return [*_merged(turns)]


def _parsed(line: bytes) -> Any:
    """A value in JSON; ``None`` if it is none."""
    try:
        return parse_json(line)
    except ValueError:
        return None


def _turn(told: Any) -> dict[str, Any] | None:
    """The turn in an entry of a transcript; ``None`` if there is none."""
    if not isinstance(told, dict) or told.get("isMeta") or told.get("isSidechain"):
        return None
    for name in ("message", "payload"):  # Claude Code, Codex
        if isinstance(told.get(name), dict):
            told = told[name]
    kind = told.get("type")
    if kind in _CALLS:
        return {"role": "assistant", "tool_calls": [_call(told)]}
    if kind in _RESULTS:
        result = {"tool_call_id": told.get("call_id"), "content": _output(told.get("output"))}
        return {"role": "tool", **result}
    if not isinstance(told.get("role"), str):
        return None
    content = told.get("content")
    parts = [_plain(part) for part in content] if isinstance(content, list) else content
    return {**told, "content": parts}


def _plain(part: Any) -> Any:
    """A part of what is said in the responses API, as all others have it."""
    said = isinstance(part, dict) and part.get("type") in _SAID
    return {"type": "text", "text": part.get("text", "")} if said else part


def _call(told: dict[str, Any]) -> dict[str, Any]:
    arguments = told.get("arguments", told.get("input", ""))
    function = {"name": told.get("name", ""), "arguments": arguments}
    return {"id": told.get("call_id"), "type": "function", "function": function}


def _output(output: Any) -> str:
    """The text of a result of Codex, which is a string, or JSON that holds one."""
    found = _parsed(output.encode("utf-8", "replace")) if isinstance(output, str) else output
    if isinstance(found, dict) and isinstance(found.get("output"), str):
        return str(found["output"])
    return output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)


def _merged(turns: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Turns of which none comes in several entries: those of one reply share an id."""
    before: dict[str, Any] | None = None
    for turn in turns:
        if before is not None and turn.get("id") and turn["id"] == before.get("id"):
            first, then = before.get("content"), turn.get("content")
            if isinstance(first, list) and isinstance(then, list):
                before["content"] = [*first, *then]
                continue
        if before is not None:
            yield before
        before = dict(turn)
    if before is not None:
        yield before


def _said(content: Any) -> str:
    """What a person says in the content of a turn."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    said = (one.get("text") for one in parts if isinstance(one, dict))
    return "\n".join(text for text in said if isinstance(text, str))

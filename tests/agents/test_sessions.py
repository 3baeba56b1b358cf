"""Transcripts of every kind are read as turns, and the user's last words are found in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from specpc.agents.sessions import last_words, read_session
from specpc.errors import InputError
from specpc.pipeline.vendors.reading import read_request

if TYPE_CHECKING:
    from pathlib import Path


def lines(*entries: Any) -> bytes:
    return b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)


USED = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}}
CLAUDE = lines(
    {"type": "summary", "summary": "Files"},
    {"type": "user", "message": {"role": "user", "content": "List the files."}},
    {"type": "user", "isMeta": True, "message": {"role": "user", "content": "Caveat: own"}},
    {
        "type": "assistant",
        "message": {"id": "m1", "type": "message", "role": "assistant",
                    "content": [{"type": "text", "text": "I look."}]},
    },
    {
        "type": "assistant",
        "message": {"id": "m1", "type": "message", "role": "assistant", "content": [USED]},
    },
    {
        "type": "user",
        "message": {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "t1", "content": "a.py\nb.py"}]},
    },
    {"type": "assistant", "isSidechain": True, "message": {"role": "assistant", "content": "no"}},
    {"type": "assistant", "message": {"id": "m2", "role": "assistant", "content": [
        {"type": "text", "text": "a.py and b.py"}]}},
)  # fmt: skip
CODEX = lines(
    {"type": "session_meta", "payload": {"id": "1"}},
    {"type": "response_item", "payload": {"type": "message", "role": "user", "content": [
        {"type": "input_text", "text": "List the files."}]}},
    {"type": "response_item", "payload": {"type": "message", "role": "assistant", "content": [
        {"type": "output_text", "text": "I look."}]}},
    {"type": "response_item", "payload": {"type": "function_call", "name": "Bash",
     "arguments": '{"command": "ls"}', "call_id": "t1"}},
    {"type": "response_item", "payload": {"type": "function_call_output", "call_id": "t1",
     "output": json.dumps({"output": "a.py\nb.py", "metadata": {"exit_code": 0}})}},
    {"type": "response_item", "payload": {"type": "reasoning", "summary": []}},
    {"type": "response_item", "payload": {"type": "message", "role": "assistant", "content": [
        {"type": "output_text", "text": "a.py and b.py"}]}},
)  # fmt: skip
MESSAGES: list[dict[str, Any]] = [
    {"role": "user", "content": "List the files."},
    {
        "role": "assistant",
        "content": "I look.",
        "tool_calls": [
            {
                "id": "t1",
                "type": "function",
                "function": {"name": "Bash", "arguments": '{"command": "ls"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "t1", "content": "a.py\nb.py"},
    {"role": "assistant", "content": "a.py and b.py"},
]
SESSIONS = {
    "Claude Code": CLAUDE,
    "Codex": CODEX,
    "messages": json.dumps(MESSAGES).encode(),
    "a request": json.dumps({"model": "x", "messages": MESSAGES}, indent=1).encode(),
    "lines": lines(*MESSAGES),
}


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_is_read(name: str) -> None:
    texts = read_request({"messages": read_session(SESSIONS[name])})
    assert [(text.role, text.text) for text in texts] == [
        ("user", "List the files."),
        ("assistant", "I look."),
        ("call", 'Bash {"command": "ls"}'),
        ("tool", "a.py\nb.py"),
        ("assistant", "a.py and b.py"),
    ]
    assert texts[2].id == texts[3].id == "t1"


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"5", b'{"messages": []}', b"a\nb\n", b"\xff"])
def test_what_is_no_session_is_told(data: bytes) -> None:
    with pytest.raises(InputError, match="this is no session"):
        read_session(data)


@pytest.mark.parametrize("name", ["Claude Code", "Codex", "lines"])
def test_last_words(name: str, tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(SESSIONS[name])
    assert last_words(path) == "List the files."
    path.write_bytes(SESSIONS[name] + lines({"role": "user", "content": "x" * 5000 + " Why?"}))
    assert last_words(path).endswith(" Why?")
    assert len(last_words(path)) == 2000


def test_last_words_are_looked_for_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    said = lines({"role": "user", "content": "First."})
    path.write_bytes(said + lines({"role": "assistant", "content": "y" * 1000}) * 3000)
    assert last_words(path) == ""
    path.write_bytes(path.read_bytes() + said + b'{"half a li')
    assert last_words(path) == "First."
    assert last_words(tmp_path / "none") == ""

"""Events as Claude Code and Codex give them, and answers in the shape they take."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from specpc.agents.call import Call
from specpc.agents.hooks import CLAUDE, CODEX, ToolEvent, settings_file, settings_with_hook
from specpc.errors import InputError

LONG = "a line\n" * 400


def event(**fields: Any) -> ToolEvent:
    told = {
        "session_id": "s1",
        "transcript_path": None,
        "cwd": "/work",
        "hook_event_name": "PostToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": "pytest -q"},
        "tool_use_id": "t1",
        **fields,
    }
    return ToolEvent.read(json.dumps(told).encode())


BASH = {"stdout": LONG, "stderr": "", "interrupted": False, "isImage": False}
MCP = [{"type": "text", "text": LONG}, {"type": "image", "data": "A" * 4000, "mimeType": "x"}]
RESPONSES: dict[str, tuple[str, Any, list[tuple[str | int, ...]]]] = {
    "shell": ("Bash", BASH, [("stdout",)]),
    "shell with errors": ("Bash", {**BASH, "stderr": LONG}, [("stdout",), ("stderr",)]),
    "search": ("Grep", {"mode": "content", "numLines": 9, "content": LONG}, [("content",)]),
    "page": ("WebFetch", {"url": "http://a", "code": 200, "result": LONG}, [("result",)]),
    "agent": ("Task", {"content": [{"type": "text", "text": LONG}]}, [("content", 0, "text")]),
    "tool of a server": ("mcp__a__b", MCP, [(0, "text")]),
    "string": ("mcp__a__b", LONG, [()]),
    "object of a server": ("mcp__a__b", {"content": MCP}, [("content", 0, "text")]),
    # What is read of a file is quoted to change it.
    "file": ("Read", {"type": "text", "file": {"filePath": "a", "content": LONG}}, []),
    "change": ("Edit", {"filePath": "a", "oldString": LONG, "originalFile": LONG}, []),
    "image": ("Bash", {**BASH, "stdout": "data:image/png;base64," + "A" * 9000}, []),
    "image that is said to be one": ("Bash", {**BASH, "isImage": True}, []),
    "our own": ("mcp__specpc__show", MCP, []),
    "nothing": ("Bash", None, []),
    "number": ("Bash", 5, []),
    "short": ("Bash", {**BASH, "stdout": "12 passed"}, []),
}


def at(value: Any, place: tuple[str | int, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


@pytest.mark.parametrize("name", RESPONSES)
def test_texts_of_a_response(name: str) -> None:
    tool, response, places = RESPONSES[name]
    found = event(tool_name=tool, tool_response=response).texts(1000)
    assert found == [(place, LONG) for place in places]


@pytest.mark.parametrize("name", [name for name in RESPONSES if RESPONSES[name][2]])
def test_the_answer_has_the_shape_of_the_response(name: str) -> None:
    tool, response, places = RESPONSES[name]
    answer = event(tool_name=tool, tool_response=response).replaced(dict.fromkeys(places, "cut"))
    [(key, made)] = [
        one for one in answer["hookSpecificOutput"].items() if one[0] != "hookEventName"
    ]
    assert answer["hookSpecificOutput"]["hookEventName"] == "PostToolUse"
    assert key == ("updatedMCPToolOutput" if tool.startswith("mcp__") else "updatedToolOutput")
    assert all(at(made, place) == "cut" for place in places)
    # All else is as it was.
    for place in places:
        if not place:
            return
        at(made, place[:-1])[place[-1]] = LONG
    assert made == response


def test_what_was_put_elsewhere_is_not_shown_in_its_place() -> None:
    response = {**BASH, "persistedOutputPath": "/tmp/a", "persistedOutputSize": 9}
    made = event(tool_response=response).replaced({("stdout",): "cut"})
    assert made["hookSpecificOutput"]["updatedToolOutput"] == {**BASH, "stdout": "cut"}
    assert "persistedOutputPath" in response


def test_codex_takes_no_other_result() -> None:
    assert event(tool_response=LONG, turn_id="1").texts() == []
    assert event(tool_response=LONG).texts() == [((), LONG)]


def test_the_call_and_the_last_words_are_the_question(tmp_path: Path) -> None:
    transcript = tmp_path / "a.jsonl"
    said = [
        {"type": "user", "message": {"role": "user", "content": "Why does it fail?"}},
        {"type": "user", "isMeta": True, "message": {"role": "user", "content": "Caveat"}},
        {"type": "user", "message": {"role": "user", "content": [{"type": "tool_result"}]}},
    ]
    transcript.write_text("".join(f"{json.dumps(one)}\n" for one in said))
    call = event(transcript_path=str(transcript)).call
    assert (call.tool, call.told, call.wanted) == ("Bash", "pytest -q", "Why does it fail?")
    call = event(tool_input={"pattern": "ö"}, transcript_path=str(tmp_path / "none")).call
    assert (call.told, call.wanted) == ('{"pattern": "ö"}', "")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"5", b'{"a": 1}', b"\xff", b"[" * 10**5])
def test_what_is_no_event_is_told(data: bytes) -> None:
    with pytest.raises(InputError, match="no event of an agent"):
        ToolEvent.read(data)


WRAPPER = ["/opt/specpc", "run", "--"]


@pytest.mark.parametrize(
    "command", ["pytest -q", "echo 'a  b' | wc -c; exit 3", 'x="1 2"; echo $x']
)
def test_a_wrapped_command_does_the_same(command: str) -> None:
    made = event(hook_event_name="PreToolUse", tool_input={"command": command, "timeout": 5})
    answer = made.wrapped(["env", "run", "--"])
    assert answer is not None
    told = answer["hookSpecificOutput"]
    assert told["hookEventName"] == "PreToolUse"
    assert told["updatedInput"]["timeout"] == 5
    assert "permissionDecision" not in told  # that is for Claude Code and its user
    ours = shlex.split(told["updatedInput"]["command"])
    assert ours[:3] == ["env", "run", "--"]
    if command.startswith("pytest"):
        return
    plain = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    wrapped = subprocess.run(ours[3:], capture_output=True, check=False)
    assert (plain.stdout, plain.returncode) == (wrapped.stdout, wrapped.returncode)


def test_codex_takes_another_command_beside_a_decision() -> None:
    answer = event(hook_event_name="PreToolUse", turn_id="1").wrapped(WRAPPER)
    assert answer is not None
    assert answer["hookSpecificOutput"]["permissionDecision"] == "allow"
    command = answer["hookSpecificOutput"]["updatedInput"]["command"]
    assert command == "/opt/specpc run -- bash -c 'pytest -q'"


@pytest.mark.parametrize(
    "fields",
    [
        {"tool_input": {"command": "specpc show abc"}},
        {"tool_input": {"command": "/usr/bin/specpc run -- ls"}},
        {"tool_input": {"command": "npm start", "run_in_background": True}},
        {"tool_input": {"command": " "}},
        {"tool_input": {"command": ["ls"]}},
        {"tool_name": "Read"},
        {"hook_event_name": "PostToolUse"},
    ],
)
def test_other_calls_are_left_alone(fields: dict[str, Any]) -> None:
    assert event(**{"hook_event_name": "PreToolUse", **fields}).wrapped(WRAPPER) is None


@pytest.mark.parametrize("agent", [CLAUDE, CODEX])
def test_the_setting_is_added_once(agent: str) -> None:
    other = {"matcher": "Edit", "hooks": [{"type": "command", "command": "ruff check"}]}
    before = {"model": "x", "hooks": {"PostToolUse": [other], "Stop": []}}
    made = settings_with_hook(before, agent, ["/a b/specpc", "hook"])
    assert made["model"] == "x"
    assert made["hooks"]["PostToolUse"][0] == other
    assert made["hooks"]["Stop"] == []
    assert settings_with_hook(made, agent, ["/a b/specpc", "hook"]) == made
    again = settings_with_hook(made, agent, ["/c/specpc", "hook", "--ratio", "0.2"])
    event_name = "PostToolUse" if agent == CLAUDE else "PreToolUse"
    commands = [group["hooks"][0]["command"] for group in again["hooks"][event_name]]
    assert commands[-1] == "/c/specpc hook --ratio 0.2"
    assert sum("specpc" in command for command in commands) == 1
    assert before == {"model": "x", "hooks": {"PostToolUse": [other], "Stop": []}}


@pytest.mark.parametrize("settings", [[], 5, {"hooks": []}, {"hooks": {"PostToolUse": {}}}])
def test_what_are_no_settings_is_told(settings: Any) -> None:
    with pytest.raises(InputError, match="no hook can be added to these settings"):
        settings_with_hook(settings, CLAUDE, ["specpc", "hook"])


def test_settings_are_the_users_own() -> None:
    home = Path("/home/ann")
    assert settings_file(CLAUDE, home) == home / ".claude" / "settings.json"
    assert settings_file(CODEX, home) == home / ".codex" / "hooks.json"


@pytest.mark.parametrize(
    ("command", "reads"),
    [
        ("cat src/fares.py", True),
        ("cd src && sed -n '1,80p' fares.py | head -40", True),
        ("open fares.py 12", True),
        ("cat Makefile.am config/app.yaml", True),
        ("cat server.log", False),
        ("tail -500 /var/log/app.out", False),
        ("cat Makefile", True),
        ("sed -n '1,200p;300,400p' a.py", True),
        ("awk 'NR>=10 && NR<=90' a.py", True),
        ("specpc show 3f2a9c01b7de", True),
        ("/opt/bin/python -m specpc show 3f2a9c01b7de | head", True),
        ("cat", False),
        ("echo specpc", False),
        ("grep -n rate fares.py", False),
        ("cat fares.py && pytest -q", False),
        ("cat 'half", False),
        ("", False),
    ],
)
def test_a_file_that_is_read_is_left_alone(command: str, reads: bool) -> None:
    assert Call("Bash", command).stays_whole is reads
    texts = event(tool_input={"command": command}, tool_response={"stdout": LONG}).texts(100)
    assert (texts == []) is reads

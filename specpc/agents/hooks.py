"""What coding agents tell their hooks about tools, and the answers they take.

Claude Code and Codex start a command for an event, give it the event as JSON on standard input,
and read JSON from its standard output; nothing there changes nothing.

- Claude Code, ``PostToolUse``: ``updatedToolOutput`` (of tools of MCP servers
  ``updatedMCPToolOutput``) replaces what the model sees, if it has the shape of the tool's own
  result.
- ``PreToolUse`` of both: ``updatedInput`` replaces the arguments of a call; Codex takes it only
  beside a decision to allow it, which Claude Code should make itself.
- Codex, ``PostToolUse``: it takes no other result, so nothing is done there.
"""

from __future__ import annotations

import re
import shlex
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from specpc.agents.call import Call
from specpc.agents.sessions import last_words
from specpc.counting.estimate import is_surely_short
from specpc.errors import InputError
from specpc.machine.journal import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CLAUDE: Final = "claude"
CODEX: Final = "codex"
AGENTS: Final = (CLAUDE, CODEX)

BEFORE, AFTER = "PreToolUse", "PostToolUse"

_SHELLS: Final = frozenset({"Bash", "shell", "local_shell", "exec_command"})
# Fields of results whose strings are read by the model.
_TEXTS: Final = frozenset({"stdout", "stderr", "output", "content", "text", "result"})
# Where a long output was put, which is shown in place of what is here.
_ELSEWHERE: Final = ("persistedOutputPath", "persistedOutputSize")
_MCP: Final = "mcp__"

_INSTALLED: Final = {
    CLAUDE: (AFTER, "Bash|Grep|WebFetch|WebSearch|Task|mcp__.*"),
    CODEX: (BEFORE, "Bash"),
}
_OURS: Final = re.compile(r"specpc['\"]? hook\b")
_TIMEOUT_SECONDS: Final = 120

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class ToolEvent:
    """What an agent tells of a call of a tool, before or after it.

    Attributes:
        agent: who tells it: one of `AGENTS`.
        name: `BEFORE` or `AFTER`.
        tool: its name.
        input: the arguments of the call.
        response: what it gave, after it.
        transcript: file with the conversation so far, if there is one.
    """

    agent: str
    name: str
    tool: str
    input: dict[str, Any] = field(default_factory=dict)
    response: Any = None
    transcript: Path | None = None

    @classmethod
    def read(cls, data: bytes) -> ToolEvent:
        """The event of a hook.

        Raises:
            InputError: it is none.
        """
        try:
            told = parse_json(data)
        except ValueError as error:
            raise InputError(
                "standard input holds no event of an agent in JSON: agents give one, once "
                "'specpc hook install' has set this up"
            ) from error
        if not isinstance(told, dict) or not isinstance(told.get("hook_event_name"), str):
            raise InputError("standard input holds no event of an agent: it has no hook_event_name")
        arguments, file = told.get("tool_input"), told.get("transcript_path")
        return cls(
            # Turns have numbers in Codex only.
            CODEX if "turn_id" in told else CLAUDE,
            told["hook_event_name"],
            str(told.get("tool_name", "")),
            arguments if isinstance(arguments, dict) else {},
            told.get("tool_response"),
            Path(file) if isinstance(file, str) and file else None,
        )

    @property
    def call(self) -> Call:
        """What the tool was called for; what the user said last is read from the transcript."""
        wanted = "" if self.transcript is None else last_words(self.transcript)
        return replace(self._asked, wanted=wanted)

    @property
    def _asked(self) -> Call:
        return Call.of(self.tool, self.input)

    def texts(self, shortest: int = 0) -> list[tuple[Place, str]]:
        """The strings of the response that may be cut, and where they are in it.

        Args:
            shortest: those with surely fewer tokens are left out.
        """
        if self.name != AFTER or self.agent == CODEX or self._asked.stays_whole:
            return []
        whole = isinstance(self.response, str)
        found: Iterable[tuple[Place, str]]
        found = [((), self.response)] if whole else _strings(self.response, ())
        return [(place, text) for place, text in found if not is_surely_short(text, shortest)]

    def replaced(self, texts: dict[Place, str]) -> dict[str, Any]:
        """The answer that has the model see other texts at some places of the response."""
        made = deepcopy(self.response)
        for place, text in texts.items():
            if not place:
                made = text
                continue
            holder = made
            for key in place[:-1]:
                holder = holder[key]
            holder[place[-1]] = text
            for name in _ELSEWHERE if isinstance(holder, dict) else ():
                holder.pop(name, None)
        shown = "updatedMCPToolOutput" if self.tool.startswith(_MCP) else "updatedToolOutput"
        return _answer(AFTER, {shown: made})

    def wrapped(self, wrapper: list[str]) -> dict[str, Any] | None:
        """The answer that has a shell's command run below another; ``None`` if it should not be."""
        command = self.input.get("command")
        if self.name != BEFORE or self.tool not in _SHELLS or not isinstance(command, str):
            return None
        left = not command.strip() or self._asked.stays_whole
        if left or self.input.get("run_in_background"):
            return None
        told = {**self.input, "command": shlex.join([*wrapper, "bash", "-c", command])}
        allowed = {"permissionDecision": "allow"} if self.agent == CODEX else {}
        return _answer(BEFORE, {**allowed, "updatedInput": told})


def _answer(name: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {"hookSpecificOutput": {"hookEventName": name, **fields}}


def _strings(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Strings that the model reads, in lists and fields that hold such."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _strings(one, (*place, number))
    elif isinstance(value, dict) and not value.get("isImage"):
        for name, one in value.items():
            if isinstance(one, str):
                if name in _TEXTS and not one.startswith("data:"):
                    yield (*place, name), one
            else:
                yield from _strings(one, (*place, name))


def settings_with_hook(settings: Any, agent: str, command: Sequence[str]) -> dict[str, Any]:
    """Settings of an agent that also have a hook start a command, and are otherwise the same.

    Raises:
        InputError: they are none.
    """
    event, matcher = _INSTALLED[agent]
    hooks = settings.get("hooks", {}) if isinstance(settings, dict) else None
    groups = hooks.get(event, []) if isinstance(hooks, dict) else None
    if not isinstance(hooks, dict) or not isinstance(groups, list):
        raise InputError(
            "no hook can be added to these settings: make them an object whose field 'hooks' "
            "holds lists"
        )
    told = shlex.join(command)
    entry = {"type": "command", "command": told, "timeout": _TIMEOUT_SECONDS}
    group = {"matcher": matcher, "hooks": [entry]}
    others = [one for one in groups if not _is_ours(one)]
    return {**settings, "hooks": {**hooks, event: [*others, group]}}


def _is_ours(group: Any) -> bool:
    """Whether a group of hooks is one that was installed before."""
    hooks = group.get("hooks") if isinstance(group, dict) else None
    commands = [one.get("command") for one in hooks or () if isinstance(one, dict)]
    return len(commands) == 1 and _OURS.search(str(commands[0])) is not None


def settings_file(agent: str, home: Path) -> Path:
    """Where the user's settings of an agent are."""
    return home / (".claude/settings.json" if agent == CLAUDE else ".codex/hooks.json")

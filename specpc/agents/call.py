"""What a tool was called for; it imports little, as most calls need nothing else."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from specpc.machine.journal import parse_json

# Tools that read or change a file: an agent changes what it has read by quoting it, and by the
# numbers of its lines.
_OF_FILES: Final = frozenset(
    {"Read", "Edit", "Write", "MultiEdit", "NotebookRead", "NotebookEdit", "apply_patch"}
)
# Commands that do; those with a script before their files; SWE-agent's.
_READERS: Final = frozenset({"cat", "head", "tail", "nl", "bat", "less", "more"})
_SCRIPTED: Final = frozenset({"sed", "awk"})
_EDITORS: Final = frozenset({"open", "goto", "scroll_up", "scroll_down", "edit", "create"})
_IN_BETWEEN: Final = frozenset({"cd", "export", "set", "source", "."})
# Whatever else there is in a file is written by somebody who may want to change it.
_PRINTED: Final = frozenset(
    {".log", ".out", ".err", ".txt", ".csv", ".tsv", ".jsonl", ".ndjson", ".gz", ".trace"}
)
_LONGEST: Final = 4000
_OWN: Final = "specpc"


@dataclass(frozen=True)
class Call:
    """What a tool was called for.

    Attributes:
        tool: its name.
        told: its arguments, such as a command line.
        wanted: what the user asked for before; empty if nobody knows.
    """

    tool: str
    told: str
    wanted: str = ""

    @classmethod
    def of(cls, tool: str, arguments: Any, wanted: str = "") -> Call:
        """The call with some arguments: an object, of which a command says all, or its JSON."""
        if isinstance(arguments, str):
            try:
                found = parse_json(arguments)
            except ValueError:
                found = None
            if not isinstance(found, dict):
                return cls(tool, arguments, wanted)
            arguments = found
        for name in ("command", "cmd"):
            if isinstance(arguments, dict) and isinstance(arguments.get(name), str):
                return cls(tool, arguments[name], wanted)
        return cls(tool, json.dumps(arguments, ensure_ascii=False), wanted)

    @property
    def stays_whole(self) -> bool:
        """Whether what it gives must not be cut: a file that may be changed next, or our own."""
        if self.tool in _OF_FILES or self.tool.startswith(f"mcp__{_OWN}"):
            return True
        parts = [part for part in _commands(self.told[:_LONGEST]) if part[0] not in _IN_BETWEEN]
        if not parts:
            return False
        first = parts[0]
        if first[0] in _EDITORS or PurePath(first[0]).name == _OWN or first[1:3] == ["-m", _OWN]:
            return True
        files = [file for part in parts for file in _files(part)]
        return (
            all(part[0] in _READERS | _SCRIPTED for part in parts)
            and bool(files)
            and not any(PurePath(file).suffix in _PRINTED for file in files)
        )


def _commands(told: str) -> list[list[str]]:
    """The words of each command in a line of them."""
    reader = shlex.shlex(told.replace("\n", ";"), posix=True, punctuation_chars=";|&")
    reader.whitespace_split = True
    commands: list[list[str]] = [[]]
    try:
        for word in reader:
            if set(word) <= {";", "|", "&"}:
                commands.append([])
            else:
                commands[-1].append(word)
    except ValueError:  # quotes that do not close
        return []
    return [words for words in commands if words]


def _files(words: list[str]) -> list[str]:
    """The files that a reader is given: no options, numbers or scripts."""
    named = [word for word in words[1:] if not word.startswith("-") and not word.isdigit()]
    return named[1:] if words[0] in _SCRIPTED else named

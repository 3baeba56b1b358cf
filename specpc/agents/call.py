"""What a tool was called for; it imports little, as most calls need nothing else."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Final

# Tools that read or change a file: an agent changes what it has read by quoting it, and by the
# numbers of its lines.
_OF_FILES: Final = frozenset(
    {"Read", "Edit", "Write", "MultiEdit", "NotebookRead", "NotebookEdit", "apply_patch"}
)
# Commands that do; the last ones are SWE-agent's.
_READERS: Final = frozenset({"cat", "head", "tail", "sed", "nl", "bat", "less", "more", "awk"})
_EDITORS: Final = frozenset({"open", "goto", "scroll_up", "scroll_down", "edit", "create"})
_IN_BETWEEN: Final = frozenset({"cd", "export", "set", "source", "."})
_PARTS: Final = re.compile(r"\|\||&&|[;|\n]")
# Whatever else has an ending is written by somebody who may want to change it.
_PRINTED: Final = frozenset({"log", "out", "err", "txt", "csv", "tsv", "jsonl", "gz", "trace"})
_LONGEST: Final = 4000


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

    @property
    def reads_a_file(self) -> bool:
        """Whether it gives a file that may be changed next, and nothing else."""
        if self.tool in _OF_FILES:
            return True
        parts = [part.split() for part in _PARTS.split(self.told[:_LONGEST]) if part.split()]
        parts = [part for part in parts if part[0] not in _IN_BETWEEN]
        if not parts:
            return False
        if parts[0][0] in _EDITORS:
            return True
        words = [word for part in parts for word in _words(" ".join(part[1:]))]
        endings = [
            word.rpartition(".")[2] for word in words if re.fullmatch(r"[^-<>].*\.\w+", word)
        ]
        return (
            all(part[0] in _READERS for part in parts)
            and bool(endings)
            and not any(ending in _PRINTED for ending in endings)
        )


def _words(told: str) -> list[str]:
    try:
        return shlex.split(told)
    except ValueError:  # quotes that do not close
        return told.split()

"""A project with faults and the tool that is to find them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.benchmarks.tool_outputs.rules import Fact, Rule

PORTS = (
    "Velmar", "Orrisay", "Tollan", "Haldersund", "Kirkgate", "Lysne", "Odmar", "Askvik",
    "Brenna", "Dunholm", "Eldra", "Farsund", "Grimsay", "Hovden", "Inveraldy", "Jorvik",
)  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """What is run, and what must be left of what is printed.

    Attributes:
        name: of the output.
        tool: the program that must be there.
        files: contents by path.
        command: for a shell, in the folder of the files.
        errors: each with its place.
        summary: how it ended; nothing, where the tool does not say.
        kind: where not all of that fits into a tenth, what errors of a kind have in common: the
            first of each kind must be left.
    """

    name: str
    tool: str
    files: Mapping[str, str]
    command: str
    errors: Rule
    summary: Rule
    kind: str = ""

    @property
    def file(self) -> str:
        """How the file is called that an output is kept in."""
        return re.sub(r"\W+", "_", self.name).strip("_") + ".txt"

    def wanted(self, text: str) -> list[Fact]:
        """Errors that must be left of an output."""
        errors = self.errors(text)
        if not self.kind:
            return errors
        kinds = {}
        for error in errors:
            match = re.search(self.kind, error[0])
            kinds.setdefault(match and match[0], error)
        return list(kinds.values())


def port(number: int) -> str:
    """A name, for any number."""
    name = PORTS[number % len(PORTS)]
    return name if number < len(PORTS) else f"{name}{number // len(PORTS)}"

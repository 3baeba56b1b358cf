"""What a vendor's description is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = tuple[str | int, ...]
"""Keys and positions that lead from a request to one of its strings."""

SYSTEM: Final = "system"
USER: Final = "user"
ASSISTANT: Final = "assistant"
TOOL: Final = "tool"
CALL: Final = "call"
"""Whose a text is: a `specpc.options.Role`, or a call's, which is never cut."""


@dataclass(frozen=True)
class Rule:
    """What is where in one kind of part.

    Attributes:
        inside: paths to what holds its text: strings, other parts, or lists of these; of a call,
            its name and its arguments.
        role: whose its text is; ``None`` for whoever has the turn.
        id: paths to what a call and its result have in common; the first that is there counts.
        document: whether nobody speaks in it.
        deep: whether all strings inside are its text, at any depth.
        sealed: fields that say, where one of them is there, that nothing in it may change.
    """

    inside: tuple[Place, ...] = ()
    role: str | None = None
    id: tuple[Place, ...] = ()
    document: bool = False
    deep: bool = False
    sealed: tuple[str, ...] = ()


def call_of(at: Place, names: tuple[str, str], ids: tuple[Place, ...]) -> Rule:
    """A call of a tool, whose fields with the name and the arguments stand at a place."""
    return Rule(tuple((*at, name) for name in names), CALL, ids)


@dataclass(frozen=True)
class Shape:
    """How the requests of one API are built.

    Attributes:
        turns: field with the turns, one after the other, or with one that is a string.
        signs: fields of which every turn has one.
        rules: by the ``type`` of a part; for turns by ``role``, and where parts have no types, by
            a field that only parts of that kind have.
        roles: whose a turn is, by what its field ``role`` says; an assistant's if by nothing here.
        system: fields beside the turns that hold system text.
    """

    turns: str
    signs: tuple[str, ...]
    rules: Mapping[str, Rule]
    roles: Mapping[str, str]
    system: tuple[str, ...] = ()

    def rule(self, part: dict[str, Any]) -> Rule | None:
        """The rule of a part; ``None`` for what has no text that is ours to read."""
        if isinstance(part.get("role"), str) and "role" in self.rules:
            return self.rules["role"]
        if isinstance(part.get("type"), str):
            return self.rules.get(part["type"])
        return next((rule for key, rule in self.rules.items() if key in part), None)

"""What must be left of a tool's output, by the form of its lines: one rule a tool.

They know nothing of the product. A rule is applied to the output and to what is left of it: every
fact of the one must be in the other, and none may be new there, as an error beside another's place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import regex

Fact: TypeAlias = tuple[str, ...]
"""Lines that say something only together: an error and its place."""
COLOUR: Final = regex.compile(r"\x1b\[[0-9;]*[A-Za-z]")
Rule: TypeAlias = Callable[[str], list[Fact]]


def each(*patterns: str) -> Rule:
    """What is found of some patterns: their groups, or else all of it."""

    def find(text: str) -> list[Fact]:
        text, found = COLOUR.sub("", text), []
        for pattern in patterns:
            for match in regex.finditer(pattern, text, regex.MULTILINE):
                found.append(tuple(one.strip() for one in match.groups() or (match[0],)))
        return list(dict.fromkeys(found))

    return find


def under(head: str, pattern: str) -> Rule:
    """Lines of a form, each with the last line above it that begins like a head."""

    def find(text: str) -> list[Fact]:
        found, above = [], ""
        for line in text.splitlines():
            if regex.match(head, line):
                above = line
            elif regex.match(pattern, line):
                found.append((above.strip(), line.strip()))
        return list(dict.fromkeys(found))

    return find


def both(*rules: Rule) -> Rule:
    """The facts of several rules."""
    return lambda text: [fact for rule in rules for fact in rule(text)]

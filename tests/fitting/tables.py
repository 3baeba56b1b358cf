"""What generated texts are made of: tables of names, relations and passages (``tables/*.txt``).

Questions deliberately share few words with what answers them: real ones do, and a draft is not
needed to match words. ``{person}`` and the like in the tables stand for invented values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Relation:
    """One thing that can be known.

    Attributes:
        name: a label, as a form or table would have it.
        values: a key of `words.VALUES`, or ``a|b|c``.
        statements: with ``{x}`` for the thing and ``{v}`` for the value.
        questions: with ``{x}``.
    """

    name: str
    values: str
    statements: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


@dataclass
class Theme:
    """A kind of thing and what can be known of it.

    Attributes:
        kind: its label.
        names: how a name is made, with ``{person}``, ``{town}`` and so on.
        later: what it is called once it has been named; ``{x}`` is the last word of its name.
        relations: at least four.
    """

    kind: str
    names: str
    later: str
    relations: list[Relation] = field(default_factory=list)


@dataclass
class Topic:
    """One thing that a text can say.

    Attributes:
        name: its heading.
        passages: ways to say it.
        questions: ways to ask for it; ``{who}`` is the speaker.
    """

    name: str
    passages: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Function:
    """A function and what it does in other words.

    Attributes:
        summary: one sentence.
        lines: its source.
    """

    summary: str
    lines: tuple[str, ...]


def read_themes(text: str) -> tuple[Theme, ...]:
    """``== kind: names | later`` opens a theme, ``label = values`` a relation of it.

    Below a relation stand statements after ``-`` and questions after ``?``.
    """
    themes: list[Theme] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("== "):
            kind, _, rest = line[3:].partition(": ")
            names, _, later = rest.partition(" | ")
            themes.append(Theme(kind, names, later))
        elif line.startswith("- "):
            themes[-1].relations[-1].statements.append(line[2:])
        elif line.startswith("? "):
            themes[-1].relations[-1].questions.append(line[2:])
        else:
            label, _, values = line.partition(" = ")
            themes[-1].relations.append(Relation(label, values))
    return tuple(themes)


def read_topics(text: str) -> tuple[Topic, ...]:
    """A line without a mark opens a topic; ``-`` marks passages and ``?`` questions."""
    topics: list[Topic] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("- "):
            topics[-1].passages.append(line[2:])
        elif line.startswith("? "):
            topics[-1].questions.append(line[2:])
        else:
            topics.append(Topic(line))
    return tuple(topics)


def read_functions(text: str) -> Iterator[Function]:
    """Blocks set off by blank lines: ``? summary``, then source."""
    for block in text.strip().split("\n\n"):
        summary, *lines = block.splitlines()
        yield Function(summary.removeprefix("? "), tuple(lines))


def read_lists(text: str) -> dict[str, tuple[str, ...]]:
    """``== name`` opens a list, whose entries stand on lines of their own or between bars."""
    lists = {}
    for section in text.split("== ")[1:]:
        name, _, entries = section.partition("\n")
        lists[name] = tuple(e.strip() for e in re.split(r"[|\n]", entries) if e.strip())
    return lists


def _table(name: str) -> str:
    return (Path(__file__).parent / "tables" / f"{name}.txt").read_text(encoding="utf-8")


THEMES: Final = read_themes(_table("relations"))
CLAUSES: Final = read_topics(_table("clauses"))
TALK: Final = read_topics(_table("talk"))
FUNCTIONS: Final = tuple(read_functions(_table("functions")))
LISTS: Final = read_lists(_table("lists"))
# Of logs: the level, messages and questions, with {a} for a service, {b} for an identifier, {c} for
# a person and {d} for a number. Of settings: the key, its values, and questions with {x} for what
# has them. Of reports: what a row is called, and what it is called in questions.
EVENTS: Final = read_topics(_table("events"))
SETTINGS: Final = read_topics(_table("settings"))
FIGURES: Final = read_topics(_table("figures"))

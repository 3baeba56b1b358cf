"""Invented things with all that is known of them, told in sentences."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.fitting.words import fill, pick, value

if TYPE_CHECKING:
    from random import Random

    from tests.fitting.tables import Relation, Theme


# Share of the statements that get a clause of no importance at their end.
_ORNATE: Final = 0.4
# For each of several things: some kinds have few names.
_TRIES: Final = 4


@dataclass(frozen=True)
class Fact:
    """One relation of one thing.

    Attributes:
        relation: the relation.
        subject: the thing's name.
        later: what the thing is called once it has been named.
        value: the relation's value.
    """

    relation: Relation
    subject: str
    later: str
    value: str

    def sentence(self, rng: Random, *, named: bool = True) -> str:
        """A statement of it, by name or by a later reference, with or without ornaments."""
        text = rng.choice(self.relation.statements)
        text = text.replace("{x}", self.subject if named else self.later)
        text = text.replace("{v}", self.value)
        tail = pick(rng, "tails") if rng.random() < _ORNATE else ""
        return f"{text[0].upper()}{text[1:-1]}{tail}."

    def question(self, rng: Random, subject: str | None = None) -> str:
        """A question for its value, about the thing as it is called or described."""
        return rng.choice(self.relation.questions).replace("{x}", subject or self.subject)


@dataclass(frozen=True)
class Thing:
    """One invented thing.

    Attributes:
        theme: its kind.
        name: its name.
        facts: what is known of it, in the order of the theme's relations.
    """

    theme: Theme
    name: str
    facts: tuple[Fact, ...]

    def fact(self, relation: str) -> Fact:
        """The fact of a relation."""
        return next(fact for fact in self.facts if fact.relation.name == relation)

    def column(self, name: str) -> str:
        """The value of a relation, blank if it has none."""
        return next((fact.value for fact in self.facts if fact.relation.name == name), "")


def invent(rng: Random, theme: Theme, name: str | None = None) -> Thing:
    """A new thing of a kind, with a value for each of its relations."""
    name = fill(rng, theme.names) if name is None else name
    later = theme.later.replace("{x}", name.split()[-1])
    facts = (Fact(r, name, later, value(rng, r.values)) for r in theme.relations)
    return Thing(theme, name, tuple(facts))


def invent_several(rng: Random, theme: Theme, count: int) -> list[Thing]:
    """Things of one kind that all have different names, numbered where there are too few."""
    things: dict[str, Thing] = {}
    for tried in itertools.count():
        thing = invent(rng, theme)
        if tried >= _TRIES * count and thing.name in things:
            thing = invent(rng, theme, f"{thing.name} {len(things) + 1}")
        things.setdefault(thing.name, thing)
        if len(things) >= count:
            break
    return list(things.values())


def filler(rng: Random) -> str:
    """A sentence that says nothing."""
    return pick(rng, "filler")

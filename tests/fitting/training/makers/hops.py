"""Two documents needed: what one says of a thing names what the other is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.fitting.facts import filler, invent, invent_several
from tests.fitting.tables import THEMES
from tests.fitting.training.makers.sheet import Sheet

if TYPE_CHECKING:
    from random import Random

    from tests.fitting.facts import Thing
    from tests.fitting.training.documents import Document

# What ties two things, and how the second is then described; {x} is the first, {k} its kind.
_TIES: Final = (
    ("{x} was named after {y}.", "what {x} was named after"),
    ("The idea for {x} came from {y}.", "what gave the idea for {x}"),
    ("{y} is mentioned in every account of {x}.", "what every account of {x} mentions"),
    ("Before all else, {x} is known for its part in the story of {y}.", "what {x} is known for"),
    ("Those who ran {x} later turned to {y}.", "what those who ran {x} turned to"),
)


def make(rng: Random, held_out: bool) -> Document:
    """Articles on things in any order, tied in pairs; asked are facts of what a tie leads to."""
    firsts = invent_several(rng, rng.choice(THEMES), rng.randint(3, 7))
    seconds: list[Thing] = []
    while len(seconds) < len(firsts):
        thing = invent(rng, rng.choice(THEMES))
        if all(thing.name != other.name for other in (*firsts, *seconds)):
            seconds.append(thing)
    tied = {
        one.name: (other, rng.choice(_TIES)) for one, other in zip(firsts, seconds, strict=True)
    }
    sheet, things = Sheet(), [*firsts, *seconds]
    rng.shuffle(things)
    for thing in things:
        sheet.write(f"{thing.name}\n\n")
        lines = [(f"{thing.name}/{f.relation.name}", f.sentence(rng)) for f in thing.facts]
        if thing.name in tied:
            other, (told, _) = tied[thing.name]
            told = told.replace("{x}", thing.name).replace("{y}", other.name)
            lines.insert(rng.randint(0, len(lines)), (thing.name, told))
        for mark, line in lines:
            sheet.write(f"{line} ", mark)
            if rng.random() < 0.3:
                sheet.write(f"{filler(rng)} ")
        sheet.write("\n\n")
    for one in firsts:
        other, (_, described) = tied[one.name]
        for fact in rng.sample(other.facts, min(2, len(other.facts))):
            question = fact.question(rng, described.replace("{x}", one.name))
            sheet.ask(question, one.name, f"{other.name}/{fact.relation.name}")
    return sheet.document("hops")

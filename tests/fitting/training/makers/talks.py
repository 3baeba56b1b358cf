"""Meetings and chats in which many facts are told by several people over small talk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.fitting.facts import filler, invent_several
from tests.fitting.tables import THEMES
from tests.fitting.training.makers.sheet import Sheet
from tests.fitting.words import date, name, pick

if TYPE_CHECKING:
    from random import Random

    from tests.fitting.training.documents import Document

_LEADS: Final = (
    "",
    "",
    "Well, ",
    "As far as I know: ",
    "Right. ",
    "Um, okay. ",
    "One more thing. ",
)
_ASKS: Final = (
    "What did {who} say about the {r} of {x}?",
    "What was decided on the {r} of {x}?",
    "Summarise what was said about the {r} of {x}.",
)


def make(rng: Random, held_out: bool) -> Document:
    """Turns of one notation: minutes, a chat with times, or a dialogue."""
    style = rng.choice(("{w}: {t}\n", "[{h}] {w}: {t}\n", "{w}: {t}\n\n", "<{w}> {t}\n"))
    people = [name(rng) if rng.random() < 0.5 else name(rng).split()[0] for _ in range(4)]
    things = [t for theme in rng.sample(THEMES, 3) for t in invent_several(rng, theme, 3)]
    facts = [fact for thing in things for fact in thing.facts]
    facts = rng.sample(facts, min(len(facts), rng.randint(12, 30)))
    sheet, clock = Sheet(), rng.randint(420, 1000)
    sheet.write(f"Meeting of {date(rng)}\n\n" if rng.random() < 0.5 else "")

    def turn(text: str, mark: str | None = None) -> str:
        nonlocal clock
        clock += rng.randint(0, 4)
        who = rng.choice(people)
        line = style.replace("{w}", who).replace("{t}", text)
        sheet.write(line.replace("{h}", f"{clock // 60:02}:{clock % 60:02}"), mark)
        return who

    for number, fact in enumerate(facts):
        for _ in range(rng.randint(0, 3)):
            turn(pick(rng, "small talk") if rng.random() < 0.7 else filler(rng))
        told = f"{rng.choice(_LEADS)}{fact.sentence(rng)}"
        if rng.random() < 0.3:
            told += f" {filler(rng)}"
        who = turn(told, str(number))
        asked = rng.choice(_ASKS).replace("{who}", who).replace("{r}", fact.relation.name)
        plain = fact.question(rng)
        question = plain if rng.random() < 0.6 else asked.replace("{x}", fact.subject)
        sheet.ask(question, str(number))
    return sheet.document("talk")

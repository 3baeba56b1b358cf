"""Logs of several services, in which what went wrong is told once among lines like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.fitting.tables import EVENTS
from tests.fitting.training.makers.sheet import Sheet
from tests.fitting.words import code, fill, name, slug

if TYPE_CHECKING:
    from random import Random

    from tests.fitting.training.documents import Document

_STAMPS: Final = (
    "2024-03-{d:02} {h:02}:{m:02}:{s:02}.{x} {level} [{a}] ",
    "Mar {d:2} {h:02}:{m:02}:{s:02} {a}[{x}]: {level}: ",
    "[2024-03-{d:02}T{h:02}:{m:02}:{s:02}Z] {level} {a} - ",
    "{level}\t{h:02}:{m:02}:{s:02},{x}\t{a}\t",
)


def make(rng: Random, held_out: bool) -> Document:
    """Lines of some services; many of them can be asked for."""
    services = [slug(rng) for _ in range(rng.randint(2, 5))]
    stamp, clock, sheet = rng.choice(_STAMPS), rng.randint(0, 80_000), Sheet()
    for number in range(rng.randint(40, 160)):
        clock += rng.randint(0, 90)
        event = rng.choice(EVENTS)
        values = {"{a}": rng.choice(services), "{c}": name(rng), "{d}": str(rng.randint(2, 900))}
        values["{b}"] = rng.choice((code(rng), f"{slug(rng)}-{rng.randint(1, 99)}"))
        told, question = rng.choice(event.passages), rng.choice(event.questions)
        for slot, value in values.items():
            told, question = told.replace(slot, value), question.replace(slot, value)
        head = stamp.format(
            d=clock // 86_400 + 3, h=clock // 3600 % 24, m=clock // 60 % 60, s=clock % 60,
            x=rng.randint(100, 999), level=event.name, a=values["{a}"],
        )  # fmt: skip
        sheet.write(f"{head}{fill(rng, told)}\n", str(number))
        # What several lines may answer is not asked.
        if values["{b}"] in question or values["{c}"] in question:
            sheet.ask(question, str(number))
    return sheet.document("log")

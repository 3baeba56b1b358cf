"""JSON: lists of records in several notations, and what tools answered an assistant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.fitting.facts import invent_several
from tests.fitting.tables import THEMES
from tests.fitting.training.makers.sheet import Sheet
from tests.fitting.words import code, date, uuid

if TYPE_CHECKING:
    from random import Random

    from tests.fitting.facts import Thing
    from tests.fitting.training.documents import Document


def _fields(rng: Random, thing: Thing) -> dict[str, str]:
    """What a record says of a thing, some of it of no importance."""
    fields = {"id": uuid(rng) if rng.random() < 0.5 else code(rng), "name": thing.name}
    for fact in thing.facts:
        fields[fact.relation.name.replace(" ", "_")] = fact.value
    return {**fields, "status": rng.choice(("ok", "active", "open")), "updated": date(rng)}


def _write(
    sheet: Sheet, thing: Thing, fields: dict[str, str], number: str, *, indent: str | None
) -> None:
    """One object, every field of which is marked, and questions for the thing's facts."""
    start, between, end = ("{", ", ", "}")
    if indent is not None:
        start, between, end = "{\n" + indent + "  ", ",\n" + indent + "  ", "\n" + indent + "}"
    sheet.write(start)
    for place, (key, value) in enumerate(fields.items()):
        sheet.write(between if place else "")
        quoted = f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        sheet.write(quoted, f"{number}/{key}")
    sheet.write(end)


def _ask(rng: Random, sheet: Sheet, things: list[Thing], most: int = 3) -> None:
    for number, thing in enumerate(things):
        for fact in rng.sample(thing.facts, min(most, len(thing.facts))):
            key = fact.relation.name.replace(" ", "_")
            plain = f"What is the {fact.relation.name} of {thing.name}?"
            value = f"Which value does {key} have for {thing.name}?"
            question = rng.choice((fact.question(rng), plain, value))
            sheet.ask(question, f"{number}/{key}")


def records(rng: Random, held_out: bool) -> Document:
    """A list of records of one kind, indented, on lines of their own, or as JSON lines."""
    things = invent_several(rng, rng.choice(THEMES), rng.randint(8, 30))
    style, sheet = rng.choice(("indented", "rows", "lines", "nested")), Sheet()
    if style == "nested":
        sheet.write(f'{{"page": {rng.randint(1, 9)}, "total": {len(things)}, "results": [')
    elif style != "lines":
        sheet.write("[")
    for number, thing in enumerate(things):
        if style != "lines":
            sheet.write(",\n  " if number else "\n  ")
        indent = "  " if style in {"indented", "nested"} else None
        _write(sheet, thing, _fields(rng, thing), str(number), indent=indent)
        sheet.write("\n" if style == "lines" else "")
    sheet.write({"nested": "\n]}\n", "lines": ""}.get(style, "\n]\n"))
    _ask(rng, sheet, things)
    return sheet.document("records")


def tool_calls(rng: Random, held_out: bool) -> Document:
    """A transcript of an assistant that looks things up; results tell what later calls need."""
    things = [t for theme in rng.sample(THEMES, 2) for t in invent_several(rng, theme, 7)]
    rng.shuffle(things)
    sheet = Sheet()
    sheet.write(f"[user] I need some help with {things[0].name} and a few others, please.\n")
    for number, thing in enumerate(things):
        arguments: dict[str, Any] = {"name": thing.name, "limit": rng.randint(1, 20)}
        sheet.write(f"[assistant tool call] get_{thing.theme.kind}({json.dumps(arguments)})\n")
        sheet.write("[tool] ")
        indent = "" if rng.random() < 0.3 else None
        _write(sheet, thing, _fields(rng, thing), str(number), indent=indent)
        sheet.write(f"\n[assistant] That is {thing.name}. What else can I do?\n")
        sheet.write(f"[user] {rng.choice(('Go on.', 'Thanks. And the next?', 'Yes, please.'))}\n")
    _ask(rng, sheet, things, 2)
    for number, thing in enumerate(things):
        fact = rng.choice(thing.facts)
        key = fact.relation.name.replace(" ", "_")
        sheet.ask(
            f"The assistant is about to call update_{thing.theme.kind} for {thing.name}. "
            f"Which {fact.relation.name} must it pass?",
            f"{number}/{key}",
        )
    return sheet.document("tool calls")

"""Generated text with a form: tables, records, logs, accounts, code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from specpc.calibration.example import Example
from tests.fitting.facts import invent, invent_several
from tests.fitting.page import LONGEST, SHORTEST, Page
from tests.fitting.prose import paragraph
from tests.fitting.tables import FUNCTIONS, LISTS, THEMES
from tests.fitting.words import big, code, fill, percent, pick, slug, uuid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from tests.fitting.facts import Thing

_PAIRS: Final = ('"{k}": "{v}",', "{k} = {v}", "{k}: {v}", "{k}\t{v}", "- {k}: {v}")


def key_values(rng: Random) -> Example:
    """Identifiers with values in one of several notations."""
    make = rng.choice((uuid, slug, lambda r: slug(r, "_")))
    form, aim = rng.choice(_PAIRS) + "\n", rng.randint(SHORTEST, LONGEST)
    lines: dict[str, str] = {}
    # Two words make some hundred different keys: far more than are wanted.
    while sum(map(len, lines.values())) < aim:
        key, made = make(rng), rng.choice((uuid, code, big))(rng)
        lines[key] = form.replace("{k}", key).replace("{v}", made)
    wanted, page = rng.choice(list(lines)), Page()
    for key, line in lines.items():
        page.write(line, gold=key == wanted)
    ask = rng.choice(("What is the value of {k}?", "Which value belongs to the key {k}?", "{k}"))
    return page.example("key values", ask.replace("{k}", wanted))


def _row_csv(thing: Thing, columns: Sequence[str]) -> str:
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in _cells(thing, columns))


def _row_pipes(thing: Thing, columns: Sequence[str]) -> str:
    return " | ".join(_cells(thing, columns))


def _row_markdown(thing: Thing, columns: Sequence[str]) -> str:
    return f"| {_row_pipes(thing, columns)} |"


def _row_json(thing: Thing, columns: Sequence[str]) -> str:
    labels = ["name", *(column.replace(" ", "_") for column in columns)]
    cells = dict(zip(labels, _cells(thing, columns), strict=True))
    return json.dumps(cells, ensure_ascii=False)


def _cells(thing: Thing, columns: Sequence[str]) -> list[str]:
    return [thing.name, *(thing.fact(column).value for column in columns)]


def table(rng: Random) -> Example:
    """Rows of a table or lines of records, at times with prose before them."""
    theme = rng.choice(THEMES)
    things = invent_several(rng, theme, rng.randint(8, 16))
    columns = [relation.name for relation in rng.sample(theme.relations, 4)]
    row = rng.choice((_row_csv, _row_pipes, _row_markdown, _row_json))
    page, wanted = Page(), rng.choice(things)
    if rng.random() < 0.5:
        paragraph(rng, page, invent(rng, theme), [], 400)
        page.write("\n\n")
    if row is not _row_json:
        page.write(("," if row is _row_csv else " | ").join(["name", *columns]) + "\n")
    for thing in things:
        page.write(row(thing, columns) + "\n", gold=thing is wanted)
    fact = wanted.fact(rng.choice(columns))
    plain = f"What is the {fact.relation.name} of {fact.subject}?"
    return page.example("table", rng.choice((plain, fact.question(rng), fact.question(rng))))


_HEADS: Final = {"yaml": "- name: {v}\n", "form": "\nName: {v}\n", "json": '{\n  "name": "{v}",\n'}
_FIELDS: Final = {"yaml": "  {k}: {v}\n", "form": "{k}: {v}\n", "json": '  "{k}": "{v}",\n'}
_ENDS: Final = {"yaml": "", "form": "", "json": "},\n"}


def records(rng: Random) -> Example:
    """Records of a line for each field; the line with the name counts as evidence too."""
    things = invent_several(rng, rng.choice(THEMES), rng.randint(3, 8))
    fact, style = rng.choice(rng.choice(things).facts), rng.choice(list(_HEADS))
    page = Page()
    for thing in things:
        opening, _, head = _HEADS[style].replace("{v}", thing.name.strip('"')).rpartition("\n  ")
        page.write(opening + "\n  " if opening else "")
        page.write(head, gold=fact in thing.facts)
        for own in thing.facts:
            label = own.relation.name
            label = label.replace(" ", "_") if style == "json" else label.capitalize()
            line = _FIELDS[style].replace("{k}", label).replace("{v}", own.value)
            page.write(line, gold=own is fact)
        page.write(_ENDS[style])
    return page.example("records", fact.question(rng))


_STAMPS: Final = (
    "2024-03-{d:02d} {h:02d}:{m:02d}:{s:02d}",
    "Mar  {d} {h:02d}:{m:02d}:{s:02d} host{d}",
    "2403{d:02d} {h:02d}{m:02d}{s:02d} {x}",
    "03-{d:02d} {h:02d}:{m:02d}:{s:02d}.{x}  1702  2{x} D",
)
_SLOTS: Final = ("{slug}", "{port}", "{percent}", "{code}", "{last}", "{few}")
_COMPLETE: Final = (
    "One line of the log above contains the message: {m}\nWhat stands in place of ____?",
    "Complete this log message: {m}",
)


def log(rng: Random) -> Example:
    """Lines of a log; asked for is a value in one of them, of several of its form."""
    forms = rng.sample(LISTS["log messages"], rng.randint(4, 9))
    aim, wanted = rng.randint(SHORTEST, LONGEST), rng.choice(forms)
    lines: list[str] = []
    while sum(map(len, lines)) + 25 * len(lines) < aim:
        lines.append(fill(rng, rng.choice(forms)))
    slot = rng.choice([slot for slot in _SLOTS if slot in wanted])
    before, after = (fill(rng, part) for part in wanted.split(slot, maxsplit=1))
    place = rng.randrange(len(lines))
    lines[place] = before + fill(rng, slot) + after
    page, clock, stamp = Page(), rng.randint(0, 80_000), rng.choice(_STAMPS)
    for number, line in enumerate(lines):
        clock += rng.randint(0, 90)
        hour, minute, second = clock // 3600, clock // 60 % 60, clock % 60
        told = stamp.format(
            d=hour // 24 + 3, h=hour % 24, m=minute, s=second, x=rng.randint(99, 999)
        )
        page.write(f"{told} {line}\n", gold=number == place)
    question = rng.choice(_COMPLETE).replace("{m}", f"{before}____{after}")
    return page.example("log", question)


def functions(rng: Random) -> Example:
    """Functions, some with a comment; asked for is the one that does what is described."""
    shown = rng.sample(FUNCTIONS, rng.randint(7, 11))
    wanted, page = rng.choice(shown), Page()
    page.write(f"# File: src/{slug(rng, '_')}.py (excerpt)\nimport os\n\n")
    for function in shown:
        head, *body = function.lines
        page.write(f"{head}\n", gold=function is wanted)
        if function is not wanted and rng.random() < 0.4:
            page.write(f'    """{function.summary}"""\n')
        page.write("\n".join(body) + "\n\n\n")
    ask = 'Which function or method in the code above is described by: "{d}" Answer with its name.'
    asks = (ask, ask, "Where in the code is this done: {d}")
    return page.example("code", rng.choice(asks).replace("{d}", wanted.summary))


_WHY: Final = ("Why did {i} change?", "What was the reason for the development of {i}?")
_WHAT: Final = ("What was the amount of {i} in {y}?", "How high was {i} in {y}?")
_REMARKS: Final = (
    "The effect was partly offset by {c}.",
    "We expect this to go on.",
    "Management reviews the item every quarter.",
)


def accounts(rng: Random) -> Example:
    """A table of accounts with notes that explain it; asked for is a cell or a reason."""
    items = rng.sample(LISTS["accounts"], 8)
    changes = {item: percent(rng) for item in items}
    wanted, why = rng.choice(items), rng.random() < 0.6
    page, year = Page(), rng.randint(2005, 2022)
    page.write(f"(in thousands) | {year} | {year - 1} | Change\n")
    for item in items:
        row = f"{item} | {big(rng)} | {big(rng)} | {changes[item]}\n"
        page.write(row, gold=item == wanted and not why)
    page.write("\n")
    rng.shuffle(items)
    for item in items:
        verb = rng.choice(("increased", "declined", "rose", "fell"))
        cause, other = pick(rng, "causes"), pick(rng, "causes")
        note = f"{item} {verb} by {changes[item]} in fiscal {year}, driven by {cause}."
        page.write(note, gold=item == wanted and why)
        page.write(f" {rng.choice(_REMARKS).replace('{c}', other)}")
        page.write(rng.choice((" ", "\n\n")))
    ask = rng.choice(_WHY if why else _WHAT)
    return page.example("accounts", ask.replace("{i}", wanted.lower()).replace("{y}", str(year)))

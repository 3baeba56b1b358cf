"""Generated prose: articles, questions over two facts, needles in hay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.calibration.example import Example
from tests.fitting.facts import Fact, Thing, filler, invent, invent_several
from tests.fitting.page import LONGEST, SHORTEST, Page
from tests.fitting.tables import THEMES
from tests.fitting.words import slug, title, value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

_BY_KIND: Final = {theme.kind: theme for theme in THEMES}


def _documents(rng: Random, things: Sequence[Thing], gold: Sequence[Fact]) -> Page:
    """A paragraph for each thing, at times under a number or title."""
    page = Page()
    style = rng.choice(("number", "title", "plain", "both"))
    aim = rng.randint(SHORTEST, LONGEST) // len(things)
    for number, thing in enumerate(things, 1):
        if style in {"number", "both"}:
            page.write(f"Document {number}:\n")
        if style in {"title", "both"}:
            page.write(f"{thing.name.strip(chr(34))}\n")
        paragraph(rng, page, thing, gold, aim)
        page.write("\n\n" if number < len(things) else "\n")
    return page


def paragraph(rng: Random, page: Page, thing: Thing, gold: Sequence[Fact], aim: int) -> None:
    """Sentences about one thing, of about ``aim`` characters and with all its gold facts."""
    own = [fact for fact in thing.facts if fact in gold]
    others = [fact for fact in thing.facts if fact not in gold]
    rng.shuffle(others)
    room = max(1, aim // 90 - len(own))
    told, spare = own + others[:room], others[room:]
    rng.shuffle(told)
    idle = max(0, min(3, room - len(others)))
    lines: list[Fact | None] = [*told, *[None] * idle]
    if idle:
        first, *rest = lines
        rng.shuffle(rest)
        lines = [first, *rest]
    for number, fact in enumerate(lines):
        blank = " " if number else ""
        if fact is None:
            page.write(blank + filler(rng))
            continue
        # What distracts names the thing more often than what answers: names must not decide.
        named = number == 0 or rng.random() < (0.25 if fact in gold else 0.6)
        sentence = fact.sentence(rng, named=named)
        if spare and rng.random() < 0.25:
            extra = spare.pop().sentence(rng, named=False)
            sentence = f"{sentence[:-1]}; {extra[0].lower()}{extra[1:]}"
        page.write(blank + sentence, gold=fact in gold)


def article(rng: Random) -> Example:
    """Things of one kind: the same relation of the others distracts."""
    things = invent_several(rng, rng.choice(THEMES), rng.randint(3, 5))
    fact = rng.choice(rng.choice(things).facts)
    return _documents(rng, things, [fact]).example("article", fact.question(rng))


def library(rng: Random) -> Example:
    """Things of different kinds, more briefly told."""
    things = [invent(rng, theme) for theme in rng.sample(THEMES, rng.randint(5, 8))]
    fact = rng.choice(rng.choice(things).facts)
    return _documents(rng, things, [fact]).example("library", fact.question(rng))


_BRIDGES: Final = (
    ("company", "headquarters", "town", "the town where {x} has its headquarters"),
    ("company", "founder", "person", "the founder of {x}"),
    ("company", "buyer", "company", "the owner of {x}"),
    ("building", "architect", "person", "the architect of {x}"),
    ("ship", "shipyard", "town", "the place where {x} was built"),
    ("ship", "captain", "person", "the captain of {x}"),
    ("book", "author", "person", "the author of {x}"),
    ("book", "setting", "town", "the place in which {x} is set"),
    ("study", "funding", "company", "the sponsor of {x}"),
    ("project", "supplier", "company", "the supplier of {x}"),
    ("event", "venue", "town", "the town hosting {x}"),
    ("event", "headliner", "person", "the main act of {x}"),
    ("team", "coach", "person", "the coach of {x}"),
    ("person", "birthplace", "town", "the town {x} comes from"),
    ("person", "spouse", "person", "the spouse of {x}"),
    ("animal", "describer", "person", "the naturalist who described {x}"),
    ("battle", "commander", "person", "the general who won {x}"),
    ("case", "judge", "person", "the judge in {x}"),
)


def two_hops(rng: Random) -> Example:
    """A question about a thing that is described by its relation to another."""
    kind, relation, target, phrase = rng.choice(_BRIDGES)
    start = invent(rng, _BY_KIND[kind])
    bridge = start.fact(relation)
    end = invent(rng, _BY_KIND[target], bridge.value)
    fact = rng.choice(end.facts)
    others = [invent(rng, _BY_KIND[rng.choice((kind, target))]) for _ in range(2)]
    others += [invent(rng, theme) for theme in rng.sample(THEMES, rng.randint(1, 3))]
    things = [start, end, *others]
    rng.shuffle(things)
    page = _documents(rng, things, [bridge, fact])
    return page.example("two hops", fact.question(rng, phrase.replace("{x}", start.name)))


_COMPARE: Final = (
    "How do {a} and {b} differ in {r}?",
    "Compare the {r} of {a} with that of {b}.",
    "Do {a} and {b} have the same {r}?",
)


def comparison(rng: Random) -> Example:
    """Two things compared in one relation."""
    theme = rng.choice(THEMES)
    things = invent_several(rng, theme, rng.randint(4, 6))
    first, second = rng.sample(things, 2)
    index = rng.randrange(len(theme.relations))
    gold = [first.facts[index], second.facts[index]]
    ask = rng.choice(_COMPARE)
    label = theme.relations[index].name
    question = ask.replace("{a}", first.name).replace("{b}", second.name).replace("{r}", label)
    return _documents(rng, things, gold).example("comparison", question)


_NEEDLES: Final = (
    ("One of the special magic numbers for {x} is: {v}.",
     "What is the special magic number for {x} mentioned in the provided text?", "port"),
    ("The passcode of the {x} room was changed to {v}.",
     "Which code unlocks the {x} room?", "code"),
    ("Remember that the locker of {x} opens with {v}.",
     "What combination does the locker of {x} need?", "hundreds"),
    ("{x} has been assigned the identifier {v}.", "What is the ID of {x}?", "uuid"),
    ("The wifi password at {x} is {v}.", "How do I get online at {x}?", "code"),
    ("The best thing to do in {x} is to {v}.", "What should one do when visiting {x}?",
     "eat a sandwich by the canal|watch the trains from the bridge|ride the old lift"),
)  # fmt: skip


def needle(rng: Random) -> Example:
    """A plain statement in prose about something else, among others like it."""
    statement, question, kind = rng.choice(_NEEDLES)
    names = list(dict.fromkeys(slug(rng) for _ in range(rng.choice((1, 3, 6)))))
    needles = []
    for subject in names:
        made = value(rng, kind)
        needles.append(statement.replace("{x}", subject).replace("{v}", made))
    hay: list[tuple[str, bool]] = [(text, text == needles[0]) for text in needles]
    aim, thing = rng.randint(SHORTEST, LONGEST), invent(rng, rng.choice(THEMES))
    while sum(len(text) for text, _ in hay) < aim:
        told = rng.choice(thing.facts).sentence(rng) if rng.random() < 0.5 else filler(rng)
        hay.append((told, False))
        if rng.random() < 0.3:
            thing = invent(rng, rng.choice(THEMES))
    rng.shuffle(hay)
    page = Page()
    for text, gold in hay:
        page.write(text, gold=gold)
        page.write(rng.choice((" ", " ", " ", "\n\n")))
    return page.example("needle", question.replace("{x}", names[0]))


def sections(rng: Random) -> Example:
    """One thing at length under headings, as manuals and encyclopedias have it."""
    things = [invent(rng, rng.choice(THEMES)) for _ in range(2)]
    page, (main, other) = Page(), things
    fact = rng.choice(main.facts)
    page.write(f"# {main.name}\n\n")
    facts = list(main.facts)
    rng.shuffle(facts)
    for own in facts:
        page.write(f"## {rng.choice((own.relation.name.title(), title(rng)))}\n\n")
        for _ in range(rng.randint(0, 2)):
            page.write(filler(rng) + " ")
        page.write(own.sentence(rng, named=rng.random() < 0.5), gold=own is fact)
        page.write(" " + rng.choice(other.facts).sentence(rng) + " " + filler(rng) + "\n\n")
    return page.example("sections", fact.question(rng))

"""Generated talk and rules: meetings, chats, agents with tools, policies and contracts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from specpc.calibration.example import Example
from tests.fitting.facts import filler, invent_several
from tests.fitting.page import LONGEST, SHORTEST, Page
from tests.fitting.tables import CLAUSES, TALK, THEMES
from tests.fitting.words import code, date, fill, name, pick

if TYPE_CHECKING:
    from random import Random

    from tests.fitting.tables import Topic

_ROLES: Final = ("Project Manager", "Marketing", "Industrial Designer", "Chair", "Professor B")
_LEADS: Final = ("", "", "Well, ", "Uh, ", "So, as I said, ", "Okay. ")


def _topic(rng: Random, topic: Topic, who: str = "") -> tuple[str, str]:
    """A passage on a topic and a question for it."""
    passage = fill(rng, rng.choice(topic.passages))
    return passage, rng.choice(topic.questions).replace("{who}", who)


def meeting(rng: Random) -> Example:
    """A transcript: turns by several speakers, with facts and opinions among the talk."""
    people = rng.sample(_ROLES, 3) if rng.random() < 0.3 else [name(rng) for _ in range(3)]
    discussed = [theme for theme in THEMES if theme.kind in {"project", "product", "software"}]
    things = invent_several(rng, rng.choice(discussed), 2)
    facts = rng.sample([fact for thing in things for fact in thing.facts], 7)
    topics = rng.sample(TALK, 6)
    who, about = rng.choice(people), facts[0]
    opinion, question = _topic(rng, topics[0], who)
    told = about.sentence(rng)
    if rng.random() < 0.5:
        about_it = f"What did {who} say about the {about.relation.name} of {about.subject}?"
        wanted, question, told = told, rng.choice((about.question(rng), about_it)), opinion
    else:
        wanted = opinion
    turns = [(who, wanted, True), (rng.choice(people), told, False)]
    rest = [fact.sentence(rng) for fact in facts[1:]]
    rest += [_topic(rng, topic)[0] for topic in topics[1:]]
    rest += [pick(rng, "small talk") for _ in range(rng.randint(4, 14))]
    turns += [(rng.choice(people), line, False) for line in rest]
    rng.shuffle(turns)
    page = Page()
    for speaker, line, gold in turns:
        page.write(f"{speaker}: {rng.choice(_LEADS)}{line}\n", gold=gold)
    return page.example("meeting", question)


def friends(rng: Random) -> Example:
    """A chat of two friends over several days; the other's news distract."""
    pair = [person.split()[0] for person in (name(rng), name(rng))]
    if pair[0] == pair[1]:
        pair[1] = "Sam"
    topics = rng.sample(TALK, rng.randint(7, 12))
    wanted, question, page = rng.choice(topics), "", Page()
    for number, topic in enumerate(topics):
        if number % 4 == 0:
            page.write(f"\nSession of {date(rng)}\n")
        speaker, other = rng.sample(pair, 2)
        told, asked = _topic(rng, topic, speaker)
        question = asked if topic is wanted else question
        lead = f"{pick(rng, 'small talk')} " if rng.random() < 0.5 else ""
        tail = f" {pick(rng, 'small talk')}" if rng.random() < 0.3 else ""
        page.write(f"{speaker}: {lead}{told}{tail}\n", gold=topic is wanted)
        page.write(f"{other}: {pick(rng, 'small talk')}\n")
    return page.example("friends", question)


_CALL: Final = (
    "The agent is about to pass on the {r} of {x}. Which value must it give? "
    "Answer with the value only."
)


def agent(rng: Random) -> Example:
    """A transcript of an assistant with tools; asked for is a value that a result holds."""
    theme = rng.choice(THEMES)
    things = invent_several(rng, theme, rng.randint(3, 5))
    wanted, page = rng.choice(things), Page()
    fact = rng.choice(wanted.facts)
    page.write(f"[user] Hi, I need some help with {things[0].name} and others, please.\n")
    page.write("[assistant] Of course. Let me look that up.\n")
    for thing in things:
        page.write(f"[assistant tool call] get_{theme.kind}({json.dumps({'name': thing.name})})\n")
        cells = {"id": code(rng), "name": thing.name, "status": "ok"}
        cells |= {own.relation.name.replace(" ", "_"): own.value for own in thing.facts}
        page.write(f"[tool] {json.dumps(cells, ensure_ascii=False)}\n", gold=thing is wanted)
        page.write(f"[assistant] I found {thing.name}. Is there anything else?\n")
        page.write(f"[user] {rng.choice(('Yes.', 'Go on.', 'And the next one?'))}\n")
    call = _CALL.replace("{r}", fact.relation.name).replace("{x}", wanted.name)
    return page.example("agent", rng.choice((call, fact.question(rng))))


def rules(rng: Random) -> Example:
    """Clauses of a policy or contract; asked in the words of those whom it concerns."""
    clauses = rng.sample(CLAUSES, rng.randint(8, 14))
    wanted, question, page = rng.choice(clauses), "", Page()
    style, most = rng.choice(("headed", "numbered", "plain")), rng.randint(SHORTEST, LONGEST)
    for number, clause in enumerate(clauses, 1):
        if question and page.length > most:
            break
        told, asked = _topic(rng, clause)
        question = asked if clause is wanted else question
        page.write({"headed": f"{clause.name}\n", "numbered": f"{number}. ", "plain": ""}[style])
        page.write(told, gold=clause is wanted)
        for _ in range(rng.randint(0, 2)):
            page.write(f" {filler(rng)}")
        page.write(" " if style == "plain" and rng.random() < 0.5 else "\n\n")
    return page.example("rules", question)

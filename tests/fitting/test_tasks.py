"""Generated examples: well formed, varied, and the same for the same seed."""

from __future__ import annotations

import ast
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.calibration.example import Example, shipped_examples
from tests.fitting.facts import invent, invent_several
from tests.fitting.page import LONGEST, Page
from tests.fitting.tables import CLAUSES, FUNCTIONS, LISTS, TALK, THEMES
from tests.fitting.tasks import MAKERS, SHIPPED, generate, lines
from tests.fitting.words import VALUES, fill

if TYPE_CHECKING:
    from tests.fitting.tables import Theme

MANY = list(generate(7, 320))


def answers(example: Example) -> list[str]:
    return [example.context[start:end] for start, end in example.evidence]


@given(st.integers(), st.sampled_from(MAKERS))
def test_every_kind_is_well_formed(seed: int, maker: object) -> None:
    example = maker(Random(seed))  # type: ignore[operator]
    assert 1 <= len(example.evidence) <= 2
    assert list(example.evidence) == sorted(example.evidence)
    for start, end in example.evidence:
        assert 0 <= start < end <= len(example.context)
    assert all(text == text.strip() for text in answers(example))
    assert example.question.strip()
    assert "{x}" not in example.context + example.question
    assert "{v}" not in example.context


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.kind)
def test_as_many_things_as_wanted_where_names_are_few(theme: Theme) -> None:
    things = invent_several(Random(0), theme, 60)
    assert len({thing.name for thing in things}) == len(things) == 60


def test_sizes_are_bounded() -> None:
    sizes = [len(example.context) for example in MANY]
    assert min(sizes) > 800
    assert max(sizes) < 2.5 * LONGEST
    assert sum(sizes) / len(sizes) < LONGEST


def test_the_same_seed_gives_the_same() -> None:
    assert list(generate(3, 20)) == list(generate(3, 20))
    assert list(generate(3, 20)) == list(generate(3, 40))[:20]
    assert list(generate(3, 20)) != list(generate(4, 20))


def test_what_ships_is_what_is_made() -> None:
    made = list(generate(0, 160))
    assert SHIPPED.read_text(encoding="utf-8") == lines(made)
    assert shipped_examples() == made


def test_examples_differ() -> None:
    assert len({example.context for example in MANY}) == len(MANY)
    assert len({example.question for example in MANY}) > 0.9 * len(MANY)
    assert set(Counter(example.kind for example in MANY).values()) == {len(MANY) // len(MAKERS)}


def test_evidence_is_where_the_answer_is() -> None:
    """Also after another text was put before it."""
    for example in MANY:
        if example.kind == "key values":
            [line] = answers(example)
            assert any(word.strip("?") in line for word in example.question.split())
        if example.kind == "code":
            [head] = answers(example)
            assert head.startswith("def ")


def test_the_tables_are_complete() -> None:
    assert sum(len(theme.relations) for theme in THEMES) >= 90
    for theme in THEMES:
        assert invent(Random(0), theme).facts
        for relation in theme.relations:
            assert relation.statements
            assert relation.questions
            assert all("{x}" in text and "{v}" in text for text in relation.statements)
            assert all("{x}" in text for text in relation.questions)
            assert relation.values in VALUES or "|" in relation.values
    for topic in (*CLAUSES, *TALK):
        assert topic.passages
        assert topic.questions
        assert all("{" not in fill(Random(0), text) for text in topic.passages)
    for message in LISTS["log messages"]:
        assert "{" not in fill(Random(0), message)
    for function in FUNCTIONS:
        ast.parse("\n".join(function.lines))


@pytest.mark.parametrize("text", ["gold", "  gold\n"])
def test_gold_leaves_white_space_out(text: str) -> None:
    page = Page()
    page.write("before ")
    page.write(text, gold=True)
    assert answers(page.example("test", "Why?")) == ["gold"]

"""Facts kept whole, negations lost and reference summaries, against what a reader would count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.evaluation.base import KeptText
from specpc.evaluation.telling import Source, Telling
from tests.evaluation.items import item

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXT = (
    "The Tern left Orrisay at 12.15 on 3 March, which nobody had told the crew of the Auk. "
    "Ships cannot be dumped at sea. Hulls lie there, rusting."
)


def kept(text: str, *parts: str) -> KeptText:
    ranges = [match.span() for part in parts for match in re.finditer(re.escape(part), text)]
    return KeptText(" ".join(parts), tuple(ranges), len(text), 0)


def told(text: str, *parts: str, answers: Sequence[str] = ()) -> Telling:
    source = Source.of(item(context=text, answers=tuple(answers), extractive=False))
    return source.measure(kept(text, *parts))


def test_facts_are_names_numbers_and_negations_with_their_clauses() -> None:
    facts = Source.of(item(context=TEXT)).facts
    # Tern, Orrisay, 12.15, 3 and March; nobody and Auk; cannot. "Ships" and "Hulls" are no names.
    said = sorted(" ".join(TEXT[slice(*clause)].split()) for [clause] in facts)
    assert said == ["Ships cannot be dumped at sea.", *[TEXT[: TEXT.index(" Ships")]] * 7]


@pytest.mark.parametrize(
    ("parts", "share"),
    [
        ([TEXT], 1.0),
        (["Ships cannot be dumped at sea."], 1 / 8),
        (["Ships cannot be dumped at sea"], 1 / 8),  # a mark tells nothing
        (["Ships cannot be dumped"], 0.0),
        (["The Tern left Orrisay", "Hulls lie there, rusting."], 0.0),
        ([], 0.0),
    ],
)
def test_a_fact_is_whole_with_its_clause(parts: list[str], share: float) -> None:
    assert told(TEXT, *parts).facts_whole == pytest.approx(share)


def test_what_is_said_twice_is_one_fact() -> None:
    text = "Auk sank in 1911.\nTern sailed.\nAuk sank in 1911.\nGull came."
    source = Source.of(item(context=text))
    assert [len(clauses) for clauses in source.facts] == [2]  # names begin sentences only
    assert source.measure(KeptText("", ((0, 17),), 0, 0)).facts_whole == 1.0


@pytest.mark.parametrize(
    ("parts", "share"),
    [
        (["be dumped at sea"], 1.0),
        (["Ships cannot be dumped at sea"], 0.0),
        (["cannot"], None),  # nothing else of the clause
        (["Hulls lie there"], None),
        (["had told the crew", "cannot be dumped"], 0.5),
        (["the crew of the Auk", "Ships"], 1.0),
    ],
)
def test_a_negated_clause_may_lose_its_negation(parts: list[str], share: float | None) -> None:
    assert told(TEXT, *parts).negations_lost == share


def test_texts_that_tell_no_facts() -> None:
    assert told("and so on", "and so on") == Telling(None, None)


def test_summaries_are_long_free_answers() -> None:
    summary = "the ship left the island at noon and " * 4
    found = told(TEXT, TEXT, answers=["short", summary])
    assert found.rouge_1 == pytest.approx(6 / 32)  # "the" three times, "at" twice, "left"
    assert found.rouge_l_recall is not None
    assert 0 < found.rouge_l_recall <= found.rouge_1
    assert told(TEXT, answers=[summary]).rouge_1 == 0.0
    assert told(TEXT, TEXT, answers=["short"]).rouge_1 is None
    assert not item(answers=(summary,)).summaries  # it occurs in the text


@given(st.text(alphabet="aA1, .\nno", max_size=60), st.data())
def test_shares(text: str, data: st.DataObject) -> None:
    source = Source.of(item(context=text))
    end = data.draw(st.integers(0, len(text)))
    start = data.draw(st.integers(0, end))
    some = source.measure(KeptText(text[start:end], ((start, end),), 0, 0))
    whole = source.measure(KeptText(text, ((0, len(text)),), 0, 0))
    assert whole.facts_whole in (None, 1.0)
    assert whole.negations_lost in (None, 0.0)
    assert (some.facts_whole is None) == (whole.facts_whole is None)
    assert 0 <= (some.facts_whole or 0) <= 1

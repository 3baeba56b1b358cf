"""BM25, and the second look: chains are followed, and nothing else moves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.text.lexical import asked_for, bm25, follow_rare_words, standardised
from specpc.text.terms import stems

FILLER = [f"Remark {word} says nothing of note." for word in "abcdefghijklmnopqrstuvwxyz"]
CHAIN = [
    "The film Velmar Dawn was directed by Ana Ruiz.",
    "Ruiz grew up with her mother Petra Lindqvist.",
    "Lindqvist was born in Harnvik.",
]


def looked(values: dict[int, float], question: str = "Who directed Velmar Dawn?") -> np.ndarray:
    units = [*FILLER, *CHAIN]
    scores = np.zeros(len(units))
    for unit, value in values.items():
        scores[unit] = value
    return follow_rare_words(scores, stems([question])[0], stems(units))


def test_a_chain_is_followed_link_by_link() -> None:
    first = len(FILLER)
    found = looked({first: 1.0})
    assert np.argsort(-found)[:3].tolist() == [first, first + 1, first + 2]


def test_words_of_the_question_and_common_words_lead_nowhere() -> None:
    first = len(FILLER)
    found = looked({first: 1.0}, "Who is Ruiz, and what says the Remark of Lindqvist?")
    assert found[first + 1] == pytest.approx(found[0])
    assert len({round(value, 9) for value in found[:first]}) == 1


def test_nothing_is_lent_where_nothing_stands_out() -> None:
    values = np.linspace(0, 1, 29)
    units = stems([*FILLER, *CHAIN])
    assert follow_rare_words(values, [], units) == pytest.approx(standardised(values))


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.lists(st.sampled_from("abcdefg"))), min_size=1),
    st.lists(st.sampled_from("abcdefg")),
)
def test_values_only_rise(units: list[tuple[float, list[str]]], query: list[str]) -> None:
    values = np.array([value for value, _ in units])
    found = follow_rare_words(values, query, [words for _, words in units])
    assert np.isfinite(found).all()
    assert (found >= standardised(values) - 1e-9).all()


def test_bm25_by_hand() -> None:
    """Two units of three have "fox", one twice; their mean length is 3."""
    units = [["fox", "fox", "ran"], ["a", "fox", "slept", "well"], ["it", "rained"]]
    rarity = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    first = rarity * 2 / (2 + 1.5 * (0.25 + 0.75 * 3 / 3))
    second = rarity * 1 / (1 + 1.5 * (0.25 + 0.75 * 4 / 3))
    assert bm25(["fox", "owl"], units) == pytest.approx([first, second, 0.0])
    assert bm25(["fox", "fox"], units) == pytest.approx([2 * first, 2 * second, 0.0])


@pytest.mark.parametrize("units", [[], [[]], [[], ["a"]]])
def test_bm25_of_nothing(units: list[list[str]]) -> None:
    assert bm25(["fox"], units).tolist() == bm25([], units).tolist() == [0.0] * len(units)


def test_a_number_with_its_word_names_one_of_many() -> None:
    lines = [f"step {n} took {3 * n} ms" for n in range(60)]
    gained = asked_for(np.zeros(60), stems(["How long did step 57 take?"])[0], stems(lines))
    assert int(gained.argmax()) == 57  # not the one that took 57 ms
    assert gained[57] == pytest.approx(4.0)
    assert gained[19] == pytest.approx(gained.max(where=np.arange(60) != 57, initial=0))

"""Measures against values computed by hand, the definitions they follow, and their bounds."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.errors import SpecPCError
from specpc.evaluation.data import answer_kept
from specpc.evaluation.measures import (
    AnswerScores,
    answer_tokens,
    check_packages,
    contained,
    evidence_recall,
    exact_match,
    rouge_l,
    score_answer,
    token_f1,
)
from tests.evaluation.items import item


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. Navy's  $5 — a lot!", ["us", "navys", "5", "lot"]),
        ("Theatre, an anthem", ["theatre", "anthem"]),
        ("東京 Tower、です。", ["東", "京", "tower", "で", "す"]),
        ("«Größe»", ["größe"]),
        ("A.", ["a"]),  # an option, not an article
        ("...", []),
    ],
)
def test_normalisation(text: str, expected: list[str]) -> None:
    assert answer_tokens(text) == expected


@pytest.mark.parametrize(
    ("answer", "gold", "exact", "f1"),
    [
        ("the Eiffel Tower.", "Eiffel tower", True, 1.0),
        ("Eiffel", "Eiffel Tower", False, 2 / 3),
        ("It is in Paris, in France", "in France", False, 2 * 2 / (6 + 2)),
        ("in in in", "in France", False, 2 * 1 / (3 + 2)),  # words count as often as they occur
        ("B", "A", False, 0.0),
        ("A", "A", True, 1.0),
        ("", "A", False, 0.0),
        ("", "...", False, 0.0),
        ("東京", "東京都", False, 2 * 2 / 5),
    ],
)
def test_exact_match_and_f1(answer: str, gold: str, exact: bool, f1: float) -> None:
    assert exact_match(answer, gold) is exact
    assert token_f1(answer, gold) == pytest.approx(f1)
    assert token_f1(gold, answer) == pytest.approx(f1)


def test_contained_is_rulers_string_match() -> None:
    assert contained("They are 12 and 34.", ["12", "34", "56", "78"], "all") == 0.5
    assert contained("They are 12 and 34.", ["56", "34"], "any") == 1.0
    assert contained("MARTA quist", ["Marta Quist"], "any") == 1.0
    assert contained("", ["12"], "any") == 0.0


@pytest.mark.parametrize(
    ("answer", "gold", "expected"),
    [
        # The first three also by the package rouge-score 0.1.2, without its stemmer.
        ("police killed the gunman", "police kill the gunman", 0.75),
        ("the gunman police killed", "police killed the gunman", 0.5),
        ("a-b c", "a b. d!", 2 * 2 / (3 + 3)),
        ("東京都", "東都", 2 * 2 / 5),
        ("Größe", "größe", 1.0),
        ("", "x", 0.0),
        ("...", "...", 0.0),
    ],
)
def test_rouge_l(answer: str, gold: str, expected: float) -> None:
    pytest.importorskip("rapidfuzz")
    assert rouge_l(answer, gold) == pytest.approx(expected)


@given(st.text("ab c.é東", max_size=20), st.text("ab c.é東", max_size=20))
def test_scores_are_shares(answer: str, gold: str) -> None:
    pytest.importorskip("rapidfuzz")
    assert 0 <= token_f1(answer, gold) <= 1
    assert 0 <= rouge_l(answer, gold) <= 1
    assert exact_match(answer, gold) <= (token_f1(answer, gold) == 1)


def test_which_score_an_item_gets() -> None:
    pytest.importorskip("rapidfuzz")
    answers = ("Marta Quist", "Quist")
    extractive = item(answers=answers)
    assert score_answer(extractive, "Quist!") == AnswerScores(True, 1.0, 1.0, None)
    every = item(answers=answers, answers_mode="all")
    assert score_answer(every, "Quist!") == AnswerScores(contained=0.5)
    free = item(answers=answers, extractive=False)
    assert score_answer(free, "Mrs Ann Quist Jr") == AnswerScores(
        exact=False, f1=2 / 5, rouge_l=2 / 5
    )
    assert score_answer(item(answers=()), "Quist") == AnswerScores()


def test_rouge_without_rapidfuzz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz.distance", None)
    check_packages([item(), item(extractive=False, answers=())], answered=True, withheld=True)
    check_packages([item(), item(extractive=False)], answered=False, withheld=False)
    summary = item(extractive=False, answers=("word " * 30,))
    for free, answered, withheld in ((item(extractive=False), True, False), (summary, False, True)):
        with pytest.raises(SpecPCError, match=r'pip install "specpc\[eval\]"'):
            check_packages([item(), free], answered=answered, withheld=withheld)


TEXT = "0123456789 abcdef abcdef"


@pytest.mark.parametrize(
    ("evidence", "ranges", "expected"),
    [
        (["0123456789"], [(0, 10)], 1.0),
        (["0123456789"], [(2, 5)], 0.3),
        (["0123456789"], [(8, 24), (0, 1), (0, 2)], 0.4),
        (["0123456789", "abcdef"], [(0, 10)], 0.5),
        (["abcdef"], [(11, 13), (18, 22)], 4 / 6),  # the second occurrence is kept better
        (["0123456789", "elsewhere"], [(0, 5)], 0.5),
        (["0123456789"], [], 0.0),
        (["elsewhere"], [(0, 24)], None),
        ([], [(0, 24)], None),
    ],
)
def test_evidence_recall(
    evidence: list[str], ranges: list[tuple[int, int]], expected: float | None
) -> None:
    assert evidence_recall(TEXT, evidence, ranges) == pytest.approx(expected)


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, list[str], list[tuple[int, int]]]:
    text = draw(st.text("ab é日", min_size=1, max_size=40))
    offsets = st.integers(0, len(text))
    cuts = draw(st.lists(st.tuples(offsets, offsets), max_size=5))
    ranges = [(min(pair), max(pair)) for pair in cuts]
    golds = draw(st.lists(st.tuples(offsets, offsets), min_size=1, max_size=4))
    return text, [text[min(pair) : max(pair)] for pair in golds], ranges


@given(cases())
def test_recall_is_a_share_that_grows_with_what_is_kept(
    case: tuple[str, list[str], list[tuple[int, int]]],
) -> None:
    text, evidence, ranges = case
    recall = evidence_recall(text, evidence, ranges)
    if not any(evidence):
        assert recall is None
        return
    assert recall is not None
    assert 0 <= recall <= 1
    more = evidence_recall(text, evidence, [*ranges, (0, len(text) // 2)])
    assert more is not None
    assert more >= recall - 1e-12
    assert evidence_recall(text, evidence, [(0, len(text))]) == 1


@pytest.mark.parametrize(
    ("answers", "mode", "expected"),
    [
        (["marta  QUIST"], "any", True),
        (["nobody", "Marta Quist"], "any", True),
        (["nobody", "Marta Quist"], "all", False),
        (["elected", "Marta Quist"], "all", True),
        (["nobody"], "any", False),
    ],
)
def test_answer_kept(answers: list[str], mode: str, expected: bool) -> None:
    assert answer_kept("They elected Marta\n Quist.", answers, mode) is expected

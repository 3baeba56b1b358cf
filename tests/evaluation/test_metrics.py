"""Metrics against values computed by hand, and bounds for any input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.evaluation.metrics import answer_kept, evidence_recall

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

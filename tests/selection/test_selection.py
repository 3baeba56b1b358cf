"""Choosing units within a budget, windows, and putting the pieces together."""

from __future__ import annotations

import itertools
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.errors import BudgetError
from specpc.models.windows import cut_windows
from specpc.options import Cut
from specpc.selection.fill import select_units
from specpc.selection.tokens import whole_groups
from specpc.text.spans import join, keep_apart, merge

scored = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30)), min_size=1, max_size=12)


@given(scored, st.integers(1, 120))
def test_units_fit_and_use_the_budget_without_giving_up_the_better_half(
    units: list[tuple[float, int]], budget: int
) -> None:
    scores = np.array([score for score, _ in units])
    sizes = np.array([size for _, size in units])
    chosen = select_units(scores, sizes, budget)
    used = int(sizes[chosen].sum())
    assert used <= budget
    assert sorted(set(chosen.tolist())) == chosen.tolist()
    # What is chosen by score alone, of which the better half is never given up.
    by_score: list[int] = []
    for unit in np.argsort(-scores, kind="stable").tolist():
        if sizes[[*by_score, unit]].sum() <= budget:
            by_score.append(unit)
        if sizes[by_score].sum() == budget:
            break
    outstanding = [u for u in by_score if scores[u] >= scores.mean() + scores.std()]
    half = (len(by_score) + 1) // 2
    better = by_score[: max(half, len(outstanding))]  # what stands out is never given up either
    assert set(better) <= set(chosen.tolist())
    others = np.delete(sizes, better).tolist()
    totals = {
        int(sizes[better].sum()) + sum(subset)
        for count in range(len(others) + 1)
        for subset in itertools.combinations(others, count)
    }
    best = max(total for total in totals if total <= budget)
    assert used >= min(best, 0.95 * budget)


def test_units_go_by_score() -> None:
    chosen = select_units(np.array([0.1, 0.9, 0.5, 0.8]), np.array([5, 5, 5, 5]), 10)
    assert chosen.tolist() == [1, 3]


def test_what_is_worth_minus_infinity_is_no_choice() -> None:
    scores, sizes = np.array([-np.inf, 0.9, 0.5, -np.inf]), np.array([4, 5, 30, 3])
    assert select_units(scores, sizes, 40).tolist() == [1, 2]
    assert select_units(scores, sizes, 20).tolist() == [1]
    assert select_units(np.full(3, -np.inf), np.array([1, 2, 3]), 9).tolist() == []


def test_a_filler_does_not_push_out_the_best_unit() -> None:
    scores, sizes = np.array([0.9, 0.2, 0.1]), np.array([60, 45, 40])
    assert 0 in select_units(scores, sizes, 100)
    # Nor does the wish to use the budget well.
    assert select_units(np.array([2.4, 0.01, 0.0]), np.array([50, 60, 38]), 99).tolist() == [0, 2]
    assert select_units(np.array([2.4, 0.01, 0.0]), np.array([50, 60, 39]), 99).tolist() == [0, 2]
    assert select_units(np.array([2.4, 0.1, 0.0]), np.array([50, 60, 60]), 99).tolist() == [0]


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.data())
def test_groups_are_kept_whole_and_within_budget(starts: list[bool], data: st.DataObject) -> None:
    groups = np.cumsum([0, *starts[1:]])
    tokens = len(groups)
    selected = data.draw(st.sets(st.integers(0, tokens - 1)))
    kept = whole_groups(selected, np.linspace(0, 1, tokens), groups, len(selected))
    sizes = np.bincount(groups)
    assert sizes[kept].sum() <= len(selected)
    for group in range(len(sizes)):
        if all(t in selected for t in np.flatnonzero(groups == group)):
            assert kept[group]


@given(st.integers(1, 3000), st.integers(1, 500), st.integers(1, 90))
def test_windows_tile_the_context(tokens: int, limit: int, every: int) -> None:
    windows = cut_windows(np.arange(0, tokens, every), tokens, limit)
    assert windows[0][0] == 0
    assert windows[-1][1] == tokens
    assert all(a[1] == b[0] for a, b in pairwise(windows))
    assert all(0 < end - start <= limit for start, end in windows)


def test_windows_are_alike_and_start_with_units() -> None:
    windows = cut_windows(np.arange(0, 10_000, 25), 10_000, 4000)
    assert [end - start for start, end in windows] == pytest.approx([3333] * 3, abs=26)
    assert all(start % 25 == 0 for start, _ in windows)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12))
def test_merged_ranges_cover_the_same_characters(ranges: list[tuple[int, int]]) -> None:
    merged = merge(ranges)
    covered = {i for start, end in ranges for i in range(start, end)}
    assert {i for start, end in merged for i in range(start, end)} == covered
    assert all(a[1] < b[0] for a, b in pairwise(merged))


@pytest.mark.parametrize(
    ("text", "kept", "expected"),
    [
        ("the end\n\nmiddle\nNext", ["the end", "Next"], "the end\n\nNext"),
        ("One. Two. # no\n\n# Head\n", ["One. ", "# Head\n"], "One. \n\n# Head\n"),
        ("One.\r\nTwo\r\n\r\nThree", ["One.", "Three"], "One.\r\n\r\nThree"),
        ("It fell\n2024-06-04 ok\n", ["It ", "2024-06-04 ok\n"], "It \n2024-06-04 ok\n"),
        ("他来了。她走了。好", ["他来了。", "好"], "他来了。好"),
        ("alpha (beta) gamma", ["alpha", "gamma"], "alpha gamma"),
        ("if x:\n    a()\n    b()\n", ["if x:\n", "    b()\n"], "if x:\n    b()\n"),
    ],
)
def test_cuts_neither_glue_words_nor_swallow_line_starts(
    text: str, kept: list[str], expected: str
) -> None:
    ranges = [(text.rindex(piece), text.rindex(piece) + len(piece)) for piece in kept]
    assert join(text, keep_apart(text, merge(ranges))) == expected


@given(st.integers(1, 10**6), st.floats(0.001, 1))
def test_the_budget_is_a_ceiling(tokens: int, ratio: float) -> None:
    budget = Cut(ratio).tokens(tokens)
    assert 1 <= budget <= max(1, ratio * tokens + 1e-6)
    assert budget > ratio * tokens - 1


@pytest.mark.parametrize(
    ("ratio", "target", "told"),
    [
        (0.0, None, "not 0"),
        (1.5, None, "not 1.5"),
        (-0.1, None, "not -0.1"),
        (float("nan"), None, "not nan"),
        (None, 0, "at least 1"),
        (0.5, 10, "not both"),
        (None, None, "how much to keep"),
    ],
)
def test_bad_budgets(ratio: float | None, target: int | None, told: str) -> None:
    with pytest.raises(BudgetError, match=told):
        Cut(ratio, target).tokens(100)

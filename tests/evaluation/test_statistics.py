"""Averages against values computed by hand; intervals for constant data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.evaluation.records import Answer, Record
from specpc.evaluation.statistics import (
    ENGLISH,
    OTHERS,
    WITHOUT_EVIDENCE,
    bootstrap,
    compare,
    summarise,
    summarise_datasets,
)


def record(dataset: str, number: int, recall: float | None, **changes: Any) -> Record:
    values: dict[str, Any] = {
        "dataset": dataset,
        "id": str(number),
        "digest": "",
        "lang": "en",
        "method": "ours",
        "ratio": 0.2,
        "recall": recall,
        "answer_kept": None,
        "original_tokens": 1000,
        "compressed_tokens": 190,
        "seconds": 0.5,
    }
    return Record(**{**values, **changes})


def test_the_mean_is_over_data_sets_not_items() -> None:
    records = [record("a", 0, 1.0), record("b", 0, 0.0), record("b", 1, 0.5), record("b", 2, 0.1)]
    [row] = summarise(records)
    recall = row.estimates["recall"]
    assert recall is not None
    assert recall.mean == pytest.approx((1.0 + 0.2) / 2)
    assert 0.5 <= recall.low < recall.mean < recall.high <= 0.75
    assert recall.items == row.items == 4
    assert row.estimates["answer_kept"] is None
    assert row.achieved == pytest.approx(0.19)
    assert row.seconds_per_1k == pytest.approx(0.5)


def test_groups_and_data_sets() -> None:
    records = [
        record("b", 0, 0.0, lang="zh"),
        record("a", 0, 1.0, lang="go"),
        record("b", 1, 0.5, answer_kept=True),
        record("b", 2, None, answer_kept=False),
    ]
    rows = summarise(records)
    assert [(row.group, row.items) for row in rows] == [(ENGLISH, 3), (OTHERS, 1)]
    recall, kept = rows[0].estimates["recall"], rows[0].estimates["answer_kept"]
    assert recall is not None
    assert kept is not None
    assert recall.mean == 0.75
    assert (kept.mean, kept.items) == (0.5, 2)
    named = [(row.group, row.dataset, row.items) for row in summarise_datasets(records)]
    assert named == [(ENGLISH, "a", 1), (ENGLISH, "b", 2), (OTHERS, "b", 1)]


def test_a_failure_counts_as_nothing_kept() -> None:
    failed = record("a", 1, 0.0, original_tokens=0, compressed_tokens=0, error="too small")
    [row] = summarise([record("a", 0, 1.0), failed])
    assert row.estimates["recall"] is not None
    assert (row.estimates["recall"].mean, row.failed, row.achieved) == (0.5, 1, 0.19)


def test_paired_differences_rest_on_common_items() -> None:
    ours = [record("a", i, value) for i, value in enumerate([0.9, 0.5, 0.4])]
    base = [record("a", i, value, method="base") for i, value in enumerate([0.7, 0.3])]
    [difference] = compare([*ours, *base], "base")
    assert (difference.method, difference.baseline, difference.ratio) == ("ours", "base", 0.2)
    assert difference.estimates["recall"] is not None
    assert difference.estimates["recall"].items == 2
    # The difference is 0.2 for either item, so its interval is a point, unlike those of the means.
    assert difference.estimates["recall"].low == pytest.approx(0.2)
    assert difference.estimates["recall"].high == pytest.approx(0.2)
    assert difference.estimates["answer_kept"] is None
    assert compare(ours, "base") == []


def test_answers_kept_are_compared_where_there_is_no_evidence() -> None:
    def kept(number: int, recall: float | None, *pair: bool) -> list[Record]:
        ours, base = pair
        return [
            record("a", number, recall, answer_kept=ours),
            record("a", number, recall, answer_kept=base, method="base"),
        ]

    # With evidence, the answers of items 2 and 3 do not count.
    records = [*kept(0, None, True, False), *kept(1, None, True, True)]
    records += [*kept(2, 0.5, False, True), *kept(3, 0.5, False, True)]
    records.append(record("a", 4, None, answer_kept=True))  # the baseline has none
    [difference] = compare(records, "base")
    found = difference.estimates[WITHOUT_EVIDENCE]
    assert found is not None
    assert (found.mean, found.low, found.high, found.items) == (0.5, 0.0, 1.0, 2)
    every = difference.estimates["answer_kept"]
    assert every is not None
    assert (every.mean, every.items) == (-0.25, 4)
    [difference] = compare(kept(0, 0.5, True, False), "base")
    assert difference.estimates[WITHOUT_EVIDENCE] is None


def answer(f1: float | None, **changes: Any) -> Answer:
    values: dict[str, Any] = {
        "text": "x",
        "exact": f1 == 1,
        "f1": f1,
        "contained": None,
        "rouge_l": None,
        "score": None,
        "truncated": False,
        "seconds": 0.1,
    }
    return Answer(**{**values, **changes})


def test_answers_are_averaged_like_the_rest() -> None:
    every = answer(None, exact=None, contained=0.5, truncated=True)
    [row] = summarise(
        [
            record("a", 0, 1.0, answer=answer(1.0)),
            record("b", 0, None, answer=answer(0.5)),
            record("b", 1, None, answer=answer(0.1)),
            record("c", 0, None, answer=every),
            record("d", 0, 1.0),
        ]
    )
    assert row.estimates["f1"] is not None
    assert row.estimates["exact"] is not None
    assert row.estimates["contained"] is not None
    assert row.estimates["f1"].mean == pytest.approx((1.0 + 0.3) / 2)
    assert row.estimates["f1"].items == 3
    assert row.estimates["exact"].mean == 0.5
    assert (row.estimates["contained"].mean, row.estimates["contained"].items) == (0.5, 1)
    assert row.estimates["rouge_l"] is None
    assert (row.truncated, row.items) == (1, 5)


def test_the_full_context_is_a_baseline_for_every_ratio() -> None:
    full = [record("a", 0, 1.0, method="full", ratio=1.0, answer=answer(0.75))]
    ours = [record("a", 0, 0.5, ratio=ratio, answer=answer(0.25)) for ratio in (0.1, 0.2)]
    differences = compare([*full, *ours], "full")
    assert [difference.ratio for difference in differences] == [0.1, 0.2]
    for difference in differences:
        assert difference.estimates["f1"] is not None
        assert difference.estimates["f1"].mean == -0.5
    # Any other baseline counts at its own ratio only.
    assert compare([*ours, record("a", 0, 1.0, method="base", ratio=0.3)], "base") == []


@settings(deadline=None, max_examples=30)
@given(
    st.floats(-1, 1),
    st.dictionaries(st.text(max_size=3), st.integers(0, 5), max_size=4),
    st.integers(0, 2**32),
)
def test_constant_data_has_a_point_for_an_interval(
    value: float, sizes: dict[str, int], seed: int
) -> None:
    sets = {name: {str(i): value for i in range(size)} for name, size in sizes.items()}
    estimate = bootstrap(sets, seed)
    if not any(sizes.values()):
        assert estimate is None
        return
    assert estimate is not None
    assert estimate.mean == pytest.approx(value)
    assert estimate.low == pytest.approx(value)
    assert estimate.high == pytest.approx(value)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=6), min_size=1, max_size=4),
)
def test_the_interval_lies_within_the_data(sets: list[list[float]]) -> None:
    named = {str(n): {str(i): v for i, v in enumerate(values)} for n, values in enumerate(sets)}
    estimate = bootstrap(named)
    assert estimate == bootstrap(named)
    assert estimate is not None
    low = sum(map(min, sets)) / len(sets)
    high = sum(map(max, sets)) / len(sets)
    assert low - 1e-9 <= estimate.low <= estimate.high <= high + 1e-9
    assert low - 1e-9 <= estimate.mean <= high + 1e-9

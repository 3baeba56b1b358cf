"""Layouts: what units need, separators, and joining, refining and choosing by them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.selection.fill import select_units
from specpc.text.layout import Layout, LayoutBuilder, refine, tiles


def array() -> Layout:
    """``[10, 20, 30]`` as an array of three values."""
    builder = LayoutBuilder()
    opening = builder.support(1)
    ends = [3, 4, 6, 7, 9]
    pieces = [builder.unit(end, whole=True) if i % 2 == 0 else builder.support(end)
              for i, end in enumerate(ends)]  # fmt: skip
    closing = builder.support(10)
    for value in pieces[::2]:
        builder.require(value, opening)
        builder.require(value, closing)
    for comma in pieces[1::2]:
        builder.surround(comma, 1, comma + 2)
    return builder.build("json")


def kept_text(layout: Layout, text: str, chosen: list[int]) -> str:
    edges = layout.edges
    return "".join(text[edges[p] : edges[p + 1]] for p in layout.complete(chosen))


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [([1], "[10]"), ([3], "[20]"), ([1, 5], "[10,30]"), ([3, 5], "[20,30]"), ([], "")],
)
def test_brackets_and_commas_come_along(chosen: list[int], expected: str) -> None:
    assert kept_text(array(), "[10,20,30]", chosen) == expected


def test_needs_are_followed_to_the_root() -> None:
    builder = LayoutBuilder()
    title = builder.support(1)
    heading = builder.support(2, [title])
    unit = builder.unit(3, [heading])
    layout = builder.build("markdown")
    assert layout.all_needs[unit] == (title, heading)
    assert layout.units.tolist() == [False, False, True]


def test_joined_layouts_keep_their_needs() -> None:
    builder = LayoutBuilder()
    for layout in (tiles([0, 4]), array()):
        builder.append(layout)
    both = builder.build("mixed")
    assert both.edges.tolist() == [0, 4, 5, 7, 8, 10, 11, 13, 14]
    assert both.all_needs[2] == (1, 7)
    assert both.separators[3] == (2, 5)
    assert both.kind == "mixed"


def test_parts_of_a_refined_unit_need_what_it_needed() -> None:
    layout = refine(array(), {3: [5]})
    assert layout.edges.tolist() == [0, 1, 3, 4, 5, 6, 7, 9, 10]
    assert layout.all_needs[3] == layout.all_needs[4] == (0, 7)
    assert layout.separators == {2: (1, 5), 5: (1, 7)}


def test_the_head_of_a_unit_comes_with_each_of_its_parts() -> None:
    builder = LayoutBuilder()
    day = builder.support(4, gap="{}\n")
    turn = builder.unit(20, [day], whole=True, prose=True, head=8, gap="{}\n")
    other = LayoutBuilder()
    other.append(builder.build("transcript"))
    other.append(builder.build("transcript"))
    layout = other.build("transcript")
    assert layout.heads == {1: 8, 3: 28}
    words = refine(layout, {turn: [6, 12, 16]})
    assert words.edges.tolist() == [0, 4, 8, 12, 16, 20, 24, 40]
    assert [words.all_needs[part] for part in (2, 3, 4)] == [(0, 1)] * 3
    assert words.all_needs[6] == (5,)
    assert not words.units[1]
    assert words.prose == {2, 3, 4, 6}
    assert words.whole == {6}
    assert words.heads == {6: 28}
    assert words.gaps == dict.fromkeys((0, 1, 5, 6), "{}\n")


@st.composite
def trees(draw: st.DrawFn) -> tuple[Layout, np.ndarray, np.ndarray]:
    count = draw(st.integers(1, 30))
    builder = LayoutBuilder()
    supports: list[int] = []
    for end in range(1, count + 1):
        needs = draw(st.lists(st.sampled_from(supports), max_size=2)) if supports else []
        if draw(st.booleans()) and end < count:
            supports.append(builder.support(end, needs))
        else:
            builder.unit(end, needs)
    scores = draw(st.lists(st.floats(-1, 1), min_size=count, max_size=count))
    sizes = draw(st.lists(st.integers(0, 9), min_size=count, max_size=count))
    return builder.build("code"), np.array(scores), np.array(sizes)


@given(trees(), st.integers(1, 80), st.data())
def test_units_and_what_they_need_stay_within_the_budget(
    tree: tuple[Layout, np.ndarray, np.ndarray], budget: int, data: st.DataObject
) -> None:
    layout, scores, sizes = tree
    units = np.flatnonzero(layout.units).tolist()
    forced = data.draw(st.sets(st.sampled_from(units), max_size=2)) if units else set()
    chosen = select_units(scores, sizes, budget, layout, forced).tolist()
    kept = layout.with_needs(chosen)
    assert forced <= set(chosen)
    assert all(layout.units[unit] for unit in chosen)
    forced_size = sizes[list(layout.with_needs(forced))].sum()
    assert sizes[list(kept)].sum() <= max(budget, forced_size)
    best = max(units, key=lambda u: scores[u], default=None)
    if not forced and best is not None and not np.isin(scores[best], np.delete(scores, best)):
        fits = sizes[list(layout.with_needs([best]))].sum() <= 0.05 * budget
        assert not fits or best in chosen

"""Lines of a form: what a tool prints over and over."""

from __future__ import annotations

import numpy as np

from specpc.text.forms import are_rare, form_of


def test_names_and_numbers_differ() -> None:
    assert form_of("Auto-merging harbours/askvik.txt") == form_of("Auto-merging a/b_2.txt\n")
    assert form_of("berth 12 of 150 is free") == form_of("berth 3 of 9 was taken away")
    assert form_of("ok 12 - the boat leaves") != form_of("not ok 12 - the boat leaves")
    assert form_of("\n\n") == ""


def test_of_many_lines_of_a_form_the_others_are_rare() -> None:
    lines = [f"charts/{n}.txt" for n in range(20)] + ["tar: lost.txt: Cannot stat"]
    every = np.ones(len(lines), dtype=bool)
    assert np.flatnonzero(are_rare(lines, every)).tolist() == [20]
    # Headings and the like are no lines.
    assert not are_rare(lines, np.arange(21) < 20).any()


def test_what_differs_where_the_others_are_the_same_is_rare() -> None:
    lines = [f"GET /fares/{n} 200 OK 0.0{n}s" for n in range(30)]
    lines[17] = "GET /fares/17 500 OK 0.017s"
    assert np.flatnonzero(are_rare(lines, np.ones(30, dtype=bool))).tolist() == [17]


def test_where_all_lines_differ_none_is_rare() -> None:
    lines = ["The boat left.", "It was 3 p.m.", "Nobody waved", "at all", "a/b.txt: 3", "Fin"]
    assert not are_rare(lines, np.ones(len(lines), dtype=bool)).any()

"""Lists in one line: an item is kept whole or not at all, with what leads to it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.text.items import item_bounds, lay_out_items
from specpc.text.units import finer_bounds

NAMES = ["Ana", "Ben", "Cleo", "Dov", "Eva", "Finn", "Gil", "Hana", "Ian", "Jo", "Kai", "Lia"]
PEOPLE = [
    (f"{name} {number}", f"{20 + number} euros", number)
    for number, name in enumerate(NAMES * 4, start=1)
]
LISTS = {
    "semicolons": "; ".join(f"{who} of Oslo: fee {fee}" for who, fee, _ in PEOPLE) + ".\n",
    "lead": "The fees are these: "
    + "; ".join(f"{who}, who is from Oslo, pays {fee}" for who, fee, _ in PEOPLE)
    + ".\n",
    "bars": " | ".join(f"{who},Oslo,{fee}" for who, fee, _ in PEOPLE) + "\n",
    "calls": ", ".join(f"User(id={n}, name='{who}', fee='{fee}')" for who, fee, n in PEOPLE),
    "ruby": "USERS = ["
    + ", ".join(f"{{ id: {n}, name: '{who}', fee: '{fee}' }}" for who, fee, n in PEOPLE)
    + "]\n",
    "php": "<?php\n$users = ["
    + ", ".join(f"['id' => {n}, 'name' => '{who}', 'fee' => '{fee}']" for who, fee, n in PEOPLE)
    + "];\n",
    "css": "".join(f".{who[:3]}{n}{{top:{n}px;content:'{fee}'}}" for who, fee, n in PEOPLE),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_long_line_is_cut_between_the_items_of_its_list(name: str) -> None:
    text = LISTS[name]
    layout = lay_out(text)
    said = [text[a:b] for a, b in pairwise(layout.edges.tolist())]
    for unit in np.flatnonzero(layout.units).tolist():
        told = [each for each in PEOPLE if f"'{each[1]}'" in said[unit] or each[1] in said[unit]]
        assert len(told) <= 1, said[unit]
        assert all(each[0][:3] in said[unit] for each in told), said[unit]


def test_numbers_begin_items_of_a_sentence() -> None:
    text = (
        "Our answers are: (1) no, because it is only 7.9 m deep, (2) the owners, unless the tug is "
        "ordered by the Harbour Master, and (3) yes, but not on Sundays and not after 11 p.m."
    )
    bounds = item_bounds(text)
    assert [text[a:b][:12] for a, b in pairwise(bounds)] == [
        "Our answers ",
        "(1) no, beca",
        "(2) the owne",
        "(3) yes, but",
    ]
    for none in ("See section (1) or (b) of the act.", "By (1) and (2), or (3) below, it is so."):
        assert item_bounds(none) == [0, len(none)]


def test_an_item_comes_with_what_leads_to_it() -> None:
    for name, lead in (("lead", "The fees are these: "), ("ruby", "USERS = [")):
        text = LISTS[name]
        layout = lay_out(text)
        said = [text[a:b] for a, b in pairwise(layout.edges.tolist())]
        assert said[0] == lead
        for unit in range(1, len(layout)):
            assert layout.complete([unit]) == [0, unit]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "users.yaml",
            "users: ["
            + ", ".join(f"{{id: {n}, name: {who}, fee: {fee}}}" for who, fee, n in PEOPLE)
            + "]\nlimit: 12\n",
        ),
        (
            "users.toml",
            "users = ["
            + ", ".join(f'{{id = {n}, name = "{who}", fee = "{fee}"}}' for who, fee, n in PEOPLE)
            + "]\nlimit = 12\n",
        ),
    ],
)
def test_a_value_too_long_for_a_budget_is_cut_between_items(name: str, text: str) -> None:
    layout = lay_out(text, name)
    (unit,) = layout.finer
    inside = layout.finer[unit](text[: text.index("]") + 2])
    pieces = [text[a:b] for a, b in pairwise(inside.edges.tolist())]
    assert len(pieces) == len(PEOPLE) + 2
    chosen = inside.complete([5])
    assert "".join(pieces[piece] for piece in chosen) == pieces[0] + pieces[5] + "]\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one; two",
        "It is so, as they said, and was so, too, for all that, and more than that, in the end.",
        "[1, 2, 3, 4, 5, 6, 7, 8, 9]",
        "He said (and it was late); she did not; they went; it rained" + " and rained" * 40,
    ],
)
def test_what_is_no_list_is_not_cut(text: str) -> None:
    assert item_bounds(text) == [0, len(text)]
    assert lay_out_items(text) is None


@given(st.text(alphabet="ab ;,|:()[]{}'\"\n", max_size=300))
def test_bounds_are_in_order(text: str) -> None:
    bounds = item_bounds(text)
    assert (bounds[0], bounds[-1]) == (0, len(text))
    assert bounds == sorted(set(bounds)) or not text
    layout = lay_out_items(text)
    assert layout is None or (layout.edges[0], layout.edges[-1]) == (0, len(text))


def test_a_label_stays_with_what_it_is_of() -> None:
    text = "Eva 34 of Tromso: fee 60 euros, which is much: she owes all of it, and more."
    *_, bounds = finer_bounds(text)
    assert text[: bounds[1]] == "Eva 34 of Tromso: fee 60 euros, which is much: "


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        (
            "She denies fever, chills and night sweats, but has had a swelling, not accompanied by "
            "redness, warmth or numbness, whereas the right ankle, which she broke, is well.",
            [
                "She denies fever, chills and night sweats, ",
                "but has had a swelling, ",
                "not accompanied by redness, warmth or numbness, ",
                "whereas the right ankle, which she broke, is well.",
            ],
        ),
        (
            "The insurer does not pay for wear and tear, gradual deterioration, or corrosion, "
            "unless it was told, in which case it pays a half, but no more than 400 euros.",
            [
                "The insurer does not pay for wear and tear, gradual deterioration, or corrosion, ",
                "unless it was told, in which case it pays a half, ",
                "but no more than 400 euros.",
            ],
        ),
    ],
)
def test_a_list_stays_with_the_word_that_negates_it(text: str, clauses: list[str]) -> None:
    bounds = next(finer_bounds(text))
    assert [text[a:b] for a, b in pairwise(bounds)] == clauses


def test_line_breaks_that_are_written_out_part_a_line() -> None:
    text = r'ERROR Traceback:\n  File "a.py", line 12, in run\n    step()\napp.TideError: no tide'
    bounds = next(finer_bounds(text))
    assert [text[a:b] for a, b in pairwise(bounds)] == [
        r"ERROR Traceback:\n",
        r'  File "a.py", line 12, in run\n',
        r"    step()\n",
        "app.TideError: no tide",
    ]
    assert next(finer_bounds(r"Move C:\new\notes to D:\nets"), None) is None

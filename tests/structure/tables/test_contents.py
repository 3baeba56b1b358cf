"""Contents: an entry is whole, and comes with its title and what it is a part of."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from specpc.structure.tables.contents import lay_out_contents
from tests.structure.kept import around, kept, pieces, units

NUMBERED = """\
Table of Contents

Preface ........................................................ iii
1 Introduction ................................................... 1
  1.1 Scope ...................................................... 2
  1.2 How this manual is organised and which of its chapters
      apply to visiting crews .................................... 4
2 Mooring ........................................................ 9
  2.1 Lines and fenders .......................................... 11
Appendix A. Forms ................................................ 101

"""
PARTS = """\
CONTENTS
Chapter 1. The Harbour . . . . . . . . . . . . . 3
Chapter 2. A Letter from
Genoa . . . . . . . . . . . . . . . . . . . . 29
Part II
Chapter 3. The Storm . . . . . . . . . . . . . . 47
Index . . . . . . . . . . . . . . . . . . . . . . . . 203

"""
PRICES = """\
From the kitchen
fish soup ................ € 9.50
herring on rye
with onions .............. € 7.00
Drinks
tea ...................... € 3.20
"""
CELLS = """\
TABLE OF CONTENTS
Page
PART I
Item 1.
Business
4
Item 1A.
Risk Factors
12
PART II
Item 5.
Market for Common Equity
27
Item 7.
Management's Discussion
30
"""
PROSE = "It was late when the ferry came in. Nobody stood on the pier, and the lamps were out.\n"


@pytest.mark.parametrize("text", [NUMBERED, PARTS, PRICES, CELLS])
@pytest.mark.parametrize("breaks", ["\n", "\r\n"])
def test_contents_are_known_in_front_of_a_text(text: str, breaks: str) -> None:
    text = (text + PROSE).replace("\n", breaks)
    layout = lay_out(text)
    assert kept(layout, text, units(layout)) == text
    assert pieces(layout, text)[-2:] == [
        "It was late when the ferry came in. ",
        "Nobody stood on the pier, and the lamps were out." + breaks,
    ]
    title = text[: text.index(breaks)]
    assert all(title in kept(layout, text, [own]) for own in units(layout)[:-2])


def test_an_entry_brings_what_it_is_a_part_of() -> None:
    layout = lay_out_contents(NUMBERED)
    assert layout is not None
    title, dots = "Table of Contents\n\n", " ................................................"
    assert around(layout, NUMBERED, "Preface").startswith(title + "Preface ...")
    assert around(layout, NUMBERED, "2.1") == (
        f"{title}2 Mooring{dots}........ 9\n  2.1 Lines and fenders{dots[:43]} 11\n"
    )
    assert around(layout, NUMBERED, "1.2").splitlines()[4].startswith("      apply to visiting")
    assert around(layout, NUMBERED, "2 Moor") == f"{title}2 Mooring{dots}........ 9\n"


def test_a_title_may_go_on_in_the_next_line_or_head_those_below() -> None:
    layout = lay_out_contents(PARTS)
    assert layout is not None
    assert "Chapter 2. A Letter from\nGenoa . ." in around(layout, PARTS, "Chapter 2")
    assert "CONTENTS\nPart II\nChapter 3" in around(layout, PARTS, "Chapter 3")
    layout = lay_out_contents(PRICES)
    assert layout is not None
    assert "kitchen\nherring on rye\nwith onions" in around(layout, PRICES, "herring")
    assert around(layout, PRICES, "tea").startswith("From the kitchen\nDrinks\ntea")


def test_a_cell_a_line() -> None:
    own = "Item 5.\nMarket for Common Equity\n27\n"
    assert around(lay_out(CELLS), CELLS, "Item 5") == f"TABLE OF CONTENTS\nPage\nPART II\n{own}"


def test_what_tests_print_is_none() -> None:
    said = "tests/a.py .......... [ 12%]\ntests/b.py ......... [ 70%]\ntests/c.py ....... [100%]\n"
    assert lay_out_contents(f"collected 26 items\n\n{said}\n===== 26 passed in 3s =====\n") is None

"""What a search prints: a line is kept with its file, and files are not mixed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.console.searches import lay_out_search
from tests.structure.heads import assert_under_heads
from tests.structure.kept import around, choices, kept, pieces, units

RIPGREP = """\
kiosk/fares.py
3:FARES = {"Velmar": 38, "Askvik": 21.5}
14:def night_fare(to):
15-    \"\"\"Twice the day's.\"\"\"
16:    return 2 * FARES[to]
--
31:    if to not in FARES:
32-        raise KeyError(to)

kiosk/front desk.py
7:from kiosk.fares import FARES, night_fare
41:        total += night_fare(ticket.to) if ticket.night else FARES[ticket.to]

Makefile.am
12:FARES = fares.csv
13-

tests/test_fares.py
1:from kiosk.fares import FARES
12:    assert night_fare("Velmar") == 76  # FARES
"""
GREP_C = """\
kiosk/fares-2.py-61-# Of one harbour, the fare by night is the double of that by day.
kiosk/fares-2.py-62-NIGHT = 2
kiosk/fares-2.py:63:FARES = {"Velmar": 38, "Askvik": 21.5}
kiosk/fares-2.py-64-
kiosk/fares-2.py-65-
--
kiosk/desk.py-6-import sys
kiosk/desk.py:7:from kiosk.fares import FARES, night_fare
kiosk/desk.py-8-from kiosk.tides import TIDES
"""
GREP_N = """\
12-# The fares of the year.
13:FARES = {}
14-
--
30-    if night:
31:        return 2 * FARES[to]
32-    return FARES[to]
"""
GREP_R = """\
kiosk/fares.py:FARES = {"Velmar": 38, "Askvik": 21.5}
kiosk/fares.py:    return 2 * FARES[to]
kiosk/desk.py:from kiosk.fares import FARES, night_fare
tests/test_fares.py:    assert FARES["Velmar"] == 38 and FARES["Askvik"] == 21.5
tests/test_fares.py:    for to in FARES:
"""
GIT_GREP = """\
kiosk/fares.py
13=def night_fare(to):
16:    return 2 * FARES[to]
kiosk/desk.py
7:from kiosk.fares import FARES, night_fare
"""
REMARK = "\nSo the table is read once, when the kiosk starts. It is not read again.\n"


@pytest.mark.parametrize("text", [RIPGREP, GREP_C, GREP_N, GREP_R, GIT_GREP])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("after", ["", REMARK])
def test_searches(text: str, end: str, after: str) -> None:
    text = text.replace("\n", end) + after
    layout = lay_out(text)
    assert layout.kind == "search"
    assert pieces(layout, text)


@pytest.mark.parametrize("found", ["FARES, night_fare", "total +="])
def test_a_line_comes_with_the_file_above_it_alone(found: str) -> None:
    made = around(lay_out(RIPGREP), RIPGREP, found)
    assert made.startswith("kiosk/front desk.py\n7:from")
    assert [line for line in RIPGREP.split("\n") if line.endswith(".py") and line in made] == [
        "kiosk/front desk.py"
    ]


def test_what_is_around_a_match_is_one_piece_with_it() -> None:
    made = around(lay_out(GREP_C), GREP_C, "kiosk.tides")
    assert made == "".join(GREP_C.splitlines(keepends=True)[6:])
    made = around(lay_out(GREP_N), GREP_N, "2 * FARES")
    assert made == "".join(GREP_N.splitlines(keepends=True)[4:])


def test_without_numbers_a_file_is_no_speaker() -> None:
    layout = lay_out(GREP_R)
    assert pieces(layout, GREP_R) == GREP_R.splitlines(keepends=True)
    assert not layout.needs


def test_it_is_found_in_the_middle_of_other_text() -> None:
    told = (
        "We looked for the table of fares, and it is read in more places than we thought.\n\n" * 9
    )
    layout = lay_out(told + RIPGREP + REMARK)
    made = around(layout, told + RIPGREP + REMARK, "2 * FARES")
    assert made.startswith("kiosk/fares.py\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Opening hours.txt\n9:00 the desk opens\n12:30 the desk closes\n",
        "Results\n1: Ann\n2: Bob\n3: Cem\n",
        "ann.b: hi there\nbob.c: hello\nann.b: how are you?\nbob.c: fine\n",
        "app.name:kiosk\napp.port:8080\napp.fares.url:here\napp.fares.night:yes\n",
        "a.py:3:5: error: no\na.py:9:1: error: yes\nb.py:1:1: error: perhaps\n",
        "nginx/web:1.2\nnginx/web:1.3\nharbour/kiosk:0.3\nharbour/kiosk:0.4\n",
        "tests/a.py::test_b PASSED\ntests/a.py::test_c FAILED\ntests/a.py::d PASSED\n",
        "12-14 June: closed\n15-17 June: open\n18-20 June: closed\n21-30 June: open\n",
    ],
)
def test_what_is_no_search_is_left_to_others(text: str) -> None:
    assert lay_out_search(text) is None


LINES = [*RIPGREP.splitlines(), *GREP_C.splitlines(), *GREP_N.splitlines(), "", "And so on."]


@given(st.lists(st.sampled_from(LINES), max_size=40), st.data())
def test_whole_lines_are_kept(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    layout = lay_out_search(text)
    if layout is None or not units(layout):
        return
    made = kept(layout, text, data.draw(choices(layout)))
    assert {*made.splitlines()} <= {*lines}


def test_lines_stand_below_the_file_they_are_in() -> None:
    assert_under_heads(RIPGREP, (r"[\w/ ]+\.\w+$",))
    assert_under_heads(GIT_GREP, (r"[\w/ ]+\.\w+$",))

"""A time of a timetable is kept with its stop, and with the days on which it holds."""

from __future__ import annotations

import pytest

from tests.structure.kept import keep

WEEK = "Mondays to Fridays, not on public holidays"
ENDS = "Saturdays, Sundays and public holidays"
EARLY = "Harbour   5:10   5:40    then    18:10\nMarket    5:18   5:48    every   18:18\n"
LATE = "Harbour   7:10   9:10   11:10\nMarket    7:18   9:18   11:18\nAirport   7:44   9:44    |\n"


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_row_keeps_the_days_it_is_for(between: str) -> None:
    airport = "Airport   5:44   6:14    hour    18:46\n"
    text = (
        f"Bus 14\n\n{WEEK}{between}{EARLY}{airport}\n{ENDS}{between}{LATE}\n"
        "No bus runs on 25 December.\n"
    )
    assert keep(text, "5:44") == f"{WEEK}{between}{airport}\n"
    assert keep(text, "9:18") == f"{ENDS}{between}Market    7:18   9:18   11:18\n"
    assert "7:44" not in keep(text, "25 December")


def test_sentences_above_times_are_no_days() -> None:
    text = f"The bus is new. It is red.\n\n{LATE}"
    assert keep(text, "7:44") == "Airport   7:44   9:44    |\n"

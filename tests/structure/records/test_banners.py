from __future__ import annotations

import pytest

from specpc.structure import lay_out
from specpc.structure.records.banners import lay_out_banners, lay_out_files
from tests.structure.heads import assert_under_heads, read
from tests.structure.kept import around, pieces

RUN = "".join(
    f"===== test {n} =====\nbefore\nran for {n} s\nafter\n\n--- output ---\nall is well\n"
    for n in range(4)
)


def test_each_text_keeps_the_line_that_names_it() -> None:
    text = read("head.txt")
    assert lay_out(text).kind == "named texts"
    long = text.replace("It cost forty euros.", "It cost forty euros. " * 40)
    assert_under_heads(long, ("==> ",), prose=True)
    assert_under_heads(RUN, ("=====|---",))


TESTED = f"""\
{" test session starts ":=^80}
platform linux -- Python 3.12.8, pytest-8.4.2, pluggy-1.6.0
collected 14 items

tests/test_fares.py .....F..                                             [ 57%]
tests/test_piers.py ......                                               [100%]

{" FAILURES ":=^80}
{" test_night_fare ":_^80}

    def test_night_fare():
>       assert Boat("night").fare(2) == 76
E       assert 82 == 76

tests/test_fares.py:31: AssertionError
{" Captured log call ":-^80}
INFO     fares:fares.py:56 table of 2026-01 loaded
{" short test summary info ":=^80}
FAILED tests/test_fares.py::test_night_fare - assert 82 == 76
{" 1 failed, 13 passed in 0.21s ":=^80}
"""


def test_lines_across_the_screen_name_parts_of_an_output() -> None:
    layout = lay_out(TESTED)
    assert layout.kind == "output"
    parts = pieces(layout, TESTED)
    assert {part.rstrip("\n") for part in parts if part.startswith("tests/test_")} <= {
        *TESTED.splitlines()
    }
    last = len(parts) - 1
    assert layout.units[last], "nothing follows it: it says how it ended"
    assert around(layout, TESTED, "assert 82 == 76\n\n").splitlines()[:2] == [
        f"{' FAILURES ':=^80}",
        f"{' test_night_fare ':_^80}",
    ]
    assert around(layout, TESTED, "table of 2026-01").splitlines() == [
        f"{' FAILURES ':=^80}",
        f"{' test_night_fare ':_^80}",
        "",
        f"{' Captured log call ':-^80}",
        "INFO     fares:fares.py:56 table of 2026-01 loaded",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "=== one ===\nA lone one.\n",
        "a --- b ---\nc --- d ---\n",
        "=====\na\n=====\nb\n",
        "***bold*** is\n***bold***\n",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert lay_out_banners(text) is None


FEES = """\
import math

RATE = 12


def fee(days, length):
    # A long ship pays for all of its length, a short one for twelve metres.
    return RATE * math.ceil(days) * max(length, 12)


def discount(owner):
    return 0.1 if owner.resident else 0.0
"""
SETTINGS = """\
[night]
rate = 3
open = false

[day]
rate = 4
open = true
places = ["north pier", "south pier", "the ramp of the lifeboat", "the slip by the mill"]
"""


@pytest.mark.parametrize(
    "named",
    [
        "# File: {}\n",
        "# {}\n",
        "// {}\n",
        "/* {} */\n",
        "<!-- {} -->\n",
        "# File: {} (excerpt)\n",
        "## file name: {}\n",
        "; path: {}\n",
    ],
)
def test_what_stands_in_a_file_comes_with_its_name(named: str) -> None:
    fees, night = (named.format(file) for file in ("src/fees.py", "conf/night.toml"))
    text = f"{fees}{FEES}\n{night}{SETTINGS * 2}"
    layout = lay_out(text)
    assert layout.kind == "named texts"
    assert fees in around(layout, text, "return RATE")
    kept = around(layout, text, "open = true")
    assert night in kept
    assert "[day]\n" in kept
    assert fees not in kept


@pytest.mark.parametrize(
    "text",
    [
        f"# File: src/fees.py\n{FEES}",
        f"{FEES}\n# src/a.py\n\n# src/b.py\n",
        "# a.b\n\nIt is so.\n\n# c.d\n\nIt was so.\n",
        "# Notes\n\nSee src/a.py.\n\n# src/b.py\n\nIt is new.\n",
        "",
    ],
)
def test_what_names_no_files(text: str) -> None:
    assert lay_out_files(text) is None

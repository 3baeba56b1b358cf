"""Keys: a line of answers is whole, and comes with its part and the title."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from specpc.structure.talk.keys import lay_out_keys
from tests.structure.kept import around, kept, units

KEY = """\
ANSWERS

Part 1
1 b  2 a  3 c  4 c  5 b
6 a  7 a  8 b  9 c  10 a

Part 2
1 TRUE  2 FALSE  3 NOT GIVEN

Part 3
11. gangway 12. bollard 13. fender
14. lock keeper 15. tide table
"""
ODD = """\
Answers to odd-numbered exercises
1. 14   3. 22   5. x = 3
7. 0.25 9. 1/2  11. no solution
13. (a) 3; (b) 7
"""


@pytest.mark.parametrize(
    ("text", "line", "heads"),
    [
        (KEY, "6 a  7 a  8 b  9 c  10 a\n\n", "ANSWERS\n\nPart 1\n"),
        (KEY, "1 TRUE  2 FALSE  3 NOT GIVEN\n\n", "ANSWERS\n\nPart 2\n"),
        (ODD, "7. 0.25 9. 1/2  11. no solution\n", "Answers to odd-numbered exercises\n"),
        (ODD, "13. (a) 3; (b) 7\n", "Answers to odd-numbered exercises\n"),
        ("1. A  2. C  3. D\nUnit 2\n1. B  2. D  3. A\n", "1. B  2. D  3. A\n", "Unit 2\n"),
        ("Key:\n1-B 2-A 3-D\n4-C 5-A 6-D\n", "4-C 5-A 6-D\n", "Key:\n"),
    ],
)
@pytest.mark.parametrize("above", ["", "Who signed the contract? It was signed in May.\n\n"])
def test_a_line_of_answers_brings_its_titles(text: str, line: str, heads: str, above: str) -> None:
    layout = lay_out(above + text)
    assert around(layout, above + text, line) == heads + line
    assert kept(layout, above + text, units(layout)) == above + text


@pytest.mark.parametrize(
    "text",
    [
        "1 2 3 4 5 6\n7 8 9 10 11 12\n",
        "1. Preheat the oven. 2. Mix flour and butter until it looks like sand. 3. Bake it.\n",
        "(7) (8) (9)\n(10) (11) (12)\n",
        "1. Fill in the form\n2. Sign the contract\n3. Send both\n",
    ],
)
def test_other_numbers_are_no_key(text: str) -> None:
    assert lay_out_keys(text) is None

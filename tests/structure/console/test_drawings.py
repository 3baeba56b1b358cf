"""Drawings made of characters are whole, with what they show; tables and trees are none."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from tests.structure.kept import around, pieces

BOXES = (
    "   +--------+      (1) request      +--------+\n"
    "   |        |---------------------->|        |\n"
    "   | Client |                       | Server |\n"
    "   |        |<----------------------|        |\n"
    "   +--------+      (2) answer       +--------+\n\n"
)
LADDER = (
    "Client                 Server\n  |                      |\n  |------- hello ------->|\n"
    "  |                      |\n  |<------ done ---------|\n\n"
)
DRAWN = "┌──────┐     ┌──────┐\n│ Port │────▶│ Ramp │\n└──────┘     └──────┘\n\n"


@pytest.mark.parametrize("drawing", [BOXES, LADDER, DRAWN])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_drawings_are_whole(drawing: str, line_end: str) -> None:
    caption = "            Figure 1: Message Flow\n\n"
    before, after = "It consists of two messages. Each is short.\n\n", "It ends. That is all.\n"
    for own in (drawing, drawing + caption):
        text = (before + own + after).replace("\n", line_end)
        assert own.replace("\n", line_end) in pieces(lay_out(text), text)
        assert around(lay_out(text), text, "Each is") == f"Each is short.{line_end * 2}"
    assert lay_out(drawing).kind == "drawing"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("+----+---+\n| id | n |\n+----+---+\n| 1  | 4 |\n| 2  | 5 |\n+----+---+\n", "columns"),
        ("app\n├── src\n│   └── main.py\n├── lib\n└── README.md\n", "tree"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n", "markdown"),
    ],
)  # fmt: skip
def test_tables_and_trees_are_no_drawings(text: str, kind: str) -> None:
    assert lay_out(text).kind == kind


def test_a_row_between_bars_goes_on_in_the_next_line() -> None:
    text = (
        "+------+--------+---------------+\n| Code | Name   | Retry         |\n"
        "+------+--------+---------------+\n| 41   | late   | no            |\n"
        "| 42   | scope  | yes, but with |\n|      |        | a narrower    |\n"
        "|      | other  | no            |\n+------+--------+---------------+\n"
    )
    made = pieces(lay_out(text), text)
    row = "| 42   | scope  | yes, but with |\n|      |        | a narrower    |\n"
    assert row in made
    assert "|      | other  | no            |\n" in made

"""Texts in the middle of others, whose lines are indented: read as what they are."""

from __future__ import annotations

import json
import textwrap

import pytest

from specpc.structure import lay_out
from tests.structure.kept import around, keep

TRIPS = json.dumps(
    {
        "trips": [
            {"id": n, "leaves": f"{n}:15", "to": "Orrisay, by way of Brenna"} for n in range(9)
        ]
    },
    indent=2,
)


@pytest.mark.parametrize(
    ("before", "indent", "after", "name"),
    [
        ("Output::\n\n", "    ", "\nThat is all.\n", "trips.rst"),
        ("The answer is:\n\n", "    ", "\nThat is all.\n", "trips.md"),
        ("1. Ask for it:\n\n   ```\n", "   ", "   ```\n", "trips.md"),
        ("Output:\n\n", "\t", "\nThat is all.\n", "trips.md"),
    ],
)
def test_json_that_is_indented_is_cut_as_json(
    before: str, indent: str, after: str, name: str
) -> None:
    text = before + textwrap.indent(TRIPS, indent) + "\n" + after
    kept = around(lay_out(text, name), text, '"id": 7')
    start, end = kept.index("{"), kept.rindex("}") + 1
    assert json.loads(kept[start:end]) == {"trips": [json.loads(TRIPS)["trips"][7]]}
    assert kept.startswith(before)
    closing = "   ```\n" if "```" in before else ""
    assert kept.rstrip("\n").endswith(closing.rstrip("\n"))


def test_lines_of_no_kind_bring_those_they_are_indented_below() -> None:
    fields = "".join(f"    field_{n}: State of the engine in room {n}\n" for n in range(12))
    text = f"# Tokens\n\nA token is:\n\n```\nclass Token:\n{fields}```\n"
    layout = lay_out(text)
    assert keep(text, "field_7") == (
        "# Tokens\n\nA token is:\n\n```\nclass Token:\n"
        "    field_7: State of the engine in room 7\n```\n"
    )
    assert layout.kind == "markdown"

"""What is almost JSON is cut as JSON is: with comments, or written by Python or in a script."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.json.dialects import as_json
from tests.structure.json.test_values import is_part
from tests.structure.kept import around, choices, fitted, kept

if TYPE_CHECKING:
    from collections.abc import Callable

TRIPS = [
    {"no": "F100", "to": "Harlow", "late": False, "note": None, "stops": ("Tarn", 'the "Quay"')},
    {
        "no": "F101",
        "to": "Venn's Quay",
        "late": True,
        "note": "It's late. It leaves at 9:15.\n" * 9,
    },
    {"no": "F102", "to": "Orrisay", "late": False, "note": json.dumps({"a": "b", "c": ["d"] * 40})},
]
SETTINGS = """\
{
  // what is compiled
  "compilerOptions": {
    "target": "es2022", // not lower
    /* all of
       them */
    "strict": true,
    "paths": {"@/*": ["./src/*"]}, // for imports
    "lib": [
      "dom", // the page
      "es2022", // the rest
    ],
    "outDir": "dist" // never src
  },
  "exclude": ["tests", "https://x.example/a//b"], // not compiled
}
"""
SCRIPT = """\
[
  { no: 'F100', to: 'Harlow', x: 1, y: [ 2.5, 3 ] },
  { no: 'F101', to: "Venn's", x: 2, tags: undefined },
  { no: 'F102', to: 'Orrisay', x: 3, tags: [ 'day', 'slow' ] }
]
"""


def script_of(text: str) -> Any:
    written = re.sub(r"(?<=[{ ])(\w+):", r'"\1":', text).replace("undefined", "null")
    return json.loads(re.sub(r"'(\w*)'", r'"\1"', written))


CASES: list[tuple[str, Callable[[str], Any]]] = [
    (repr(TRIPS), ast.literal_eval),
    (repr({"trips": TRIPS, "ok": True}), ast.literal_eval),
    (SCRIPT, script_of),
]


@pytest.mark.parametrize(("text", "read"), CASES)
@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_what_is_kept_is_written_as_the_source(
    text: str, read: Callable[[str], Any], data: st.DataObject
) -> None:
    layout = lay_out(text)
    assert layout.kind == "json"
    made = kept(layout, text, data.draw(choices(layout)))
    if made:
        assert is_part(_listed(read(made)), _listed(read(text)))
    for ratio in (0.1, 0.3, 0.6):
        made = fitted(layout, text, ratio, 1, whole=True) or ""
        if made:
            assert is_part(_listed(read(made)), _listed(read(text)))


def _listed(value: Any) -> Any:
    """The same value with lists in place of tuples."""
    if isinstance(value, dict):
        return {key: _listed(own) for key, own in value.items()}
    return [_listed(own) for own in value] if isinstance(value, (list, tuple)) else value


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_a_comment_stays_with_its_value(data: st.DataObject) -> None:
    layout = lay_out(SETTINGS, "tsconfig.json")
    assert layout.kind == "json"
    made = kept(layout, SETTINGS, data.draw(choices(layout)))
    if not made:
        return
    for value, comment in [
        ('"es2022"', "// not lower"),
        ('"@/*"', "// for imports"),
        ('"dom"', "// the page"),
        ('"outDir"', "// never src"),
        ('"exclude"', "// not compiled"),
        ('"strict"', "them */"),
    ]:
        lines = [line for line in made.splitlines() if comment in line]
        if comment == "them */":
            assert (value in made) == bool(lines)
        else:
            assert all(value in line for line in lines)
    blank = re.sub(r"//[^\n\"]*$|/\*[^\"]*?\*/", "", made, flags=re.MULTILINE)
    json.loads(blank)  # the comma behind the last value is gone, too


def test_records_one_a_line() -> None:
    text = "".join(f"{trip}\n" for trip in TRIPS)
    assert lay_out(text).kind == "json lines"
    assert ast.literal_eval(around(lay_out(text), text, "F100")) == TRIPS[0]


def test_what_is_observed_is_cut_where_it_stands() -> None:
    text = f"Thought: I look.\nObservation: {TRIPS * 2}\nThought: It is late.\n"
    left = around(lay_out(text), text, "Harlow")
    assert left.startswith("Observation: [{'no': 'F100'")
    assert "Orrisay" not in left


@pytest.mark.parametrize(
    "text",
    [
        "[Music]",
        "(see above)",
        "{name}",
        "[link](there)",
        "{'a': 1, 'b'}",
        "['a' 'b']",
        "{ color: red; }",
        "{1, 2}",
        "[1, 2]",
        "(2200, 62)",
        '{"a": 1}',
        "(" * 2000,
        "{'a': /* " * 500,
    ],
)
def test_what_is_no_value_is_none(text: str) -> None:
    assert as_json(text) is None


def test_a_pair_that_is_printed_is_one_value() -> None:
    text = ">>> image.shape\n(2200, 62, 47)\n\n>>> names\n['The night boat', 'The bus']\n"
    assert around(lay_out(text), text, "62") == ">>> image.shape\n(2200, 62, 47)\n\n"

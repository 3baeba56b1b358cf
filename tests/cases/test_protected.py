"""Whatever of a text is protected, what is kept of it is valid as the text is."""

from __future__ import annotations

import ast
import csv
import io
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc import Compressor
from specpc.errors import BudgetError
from specpc.structure import lay_out
from specpc.structure.code.languages import parse
from specpc.text.markers import Marker
from specpc.text.protection import Protected, forced_units
from specpc.text.spans import join, keep_apart, merge
from tests.structure.programs import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc.text.layout import Layout

FLIGHTS = [{"no": f"HAT{i:03}", "date": f"2024-05-{i:02}", "price": 50 + i} for i in range(10, 30)]
XML = (
    "<flights>\n"
    + "".join(
        f'  <flight id="{i}">\n    <from>Tollan</from>\n    <price>{i}</price>\n'
        f"    <note>Flight {i} leaves from the second pier, and comes back a day later.</note>\n"
        "    <crew><name>Ann</name><name>Bob</name></crew>\n  </flight>\n"
        for i in range(12)
    )
    + "</flights>\n"
)
TOML = "".join(
    f"[berth.b{i}]\n# Berth {i} is a small one.\nlength = {i}\nnames = [\n  'a{i}',\n  'b',\n]\n\n"
    for i in range(12)
)


def code(language: str, text: str) -> None:
    if language == "python":
        ast.parse(text)
    tree = parse(text, language)
    assert tree is not None
    assert not tree.root_node.has_error


def toml(text: str) -> None:
    pytest.importorskip("tomllib").loads(text)


VALID: dict[str, tuple[str, Callable[[str], Any]]] = {
    "a.json": (json.dumps({"user": "ann", "flights": FLIGHTS, "empty": []}), json.loads),
    "b.json": (json.dumps({"user": "ann", "flights": FLIGHTS}, indent=2), json.loads),
    "a.xml": (XML, ET.fromstring),
    "a.toml": (TOML, toml),
    "a.csv": (
        "no,date\n" + "".join(f"{f['no']},{f['date']}\n" for f in FLIGHTS),
        lambda text: [{"no", "date"}.issuperset(row) or 1 / 0
                      for row in csv.DictReader(io.StringIO(text))],
    ),
    "a.py": (PROGRAMS["python"], lambda text: code("python", text)),
    "a.go": (PROGRAMS["go"], lambda text: code("go", text)),
    "a.h": (PROGRAMS["c"], lambda text: code("c", text)),
    "a.java": (PROGRAMS["java"], lambda text: code("java", text)),
}  # fmt: skip


def kept(text: str, layout: Layout, ranges: tuple[tuple[int, int], ...], gap: str) -> str:
    """What comes out where there is only room for what is protected."""
    edges = layout.edges.tolist()
    forced = forced_units(text, layout, Protected(ranges))
    ranges = tuple(merge([(edges[p], edges[p + 1]) for p in layout.complete(forced)]))
    marker = Marker(gap, text, layout) if gap else ""
    return join(text, keep_apart(text, ranges, layout.is_tight), marker)


@pytest.mark.parametrize("name", VALID)
def test_every_piece_that_is_protected_stands_on_its_own(name: str) -> None:
    text, check = VALID[name]
    layout = lay_out(text, name)
    for start, end in pairwise(layout.edges.tolist()):
        check(kept(text, layout, ((start, end),), "[...]"))


@pytest.mark.parametrize("name", VALID)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_whatever_is_protected_stands_on_its_own(name: str, data: st.DataObject) -> None:
    text, check = VALID[name]
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, min(len(text), start + 30)))
    more = data.draw(st.integers(0, len(text) - 1))
    gap = data.draw(st.sampled_from(["", "[...]"]))
    check(kept(text, lay_out(text, name), ((start, end), (more, more + 1)), gap))


@pytest.mark.parametrize("pattern", [r"\]", r"\[", r"\}", "{", ",", '"flights": ', ":", " "])
@pytest.mark.parametrize("question", ["Which flight is HAT017?", None])
@pytest.mark.parametrize("name", ["a.json", "b.json"])
def test_a_bracket_is_kept_with_what_it_holds(
    tiny: Compressor, name: str, pattern: str, question: str | None
) -> None:
    text = VALID[name][0]
    for ratio in (0.02, 0.05, 0.1, 0.3):
        try:
            made = tiny.compress(text, question, ratio=ratio, keep=pattern, name=name, gap="[...]")
        except BudgetError:
            continue
        json.loads(made.text)


def test_a_line_that_opens_a_block_is_kept_with_some_of_it(tiny: Compressor) -> None:
    lines = "".join(f"        names.append(ship.name_of_the_ship_{i})\n" for i in range(8))
    text = "".join(f"def fees_{n}(ships):\n    for ship in ships:\n{lines}\n" for n in "abc")
    for ratio in (0.25, 0.3, 0.6):
        made = tiny.compress(text, "names?", ratio=ratio, keep="for ship", name="a.py").text
        assert made.count("for ship in ships:") == 3
        ast.parse(made)

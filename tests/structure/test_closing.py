"""Data and programs whose last line looks like a question have none."""

from __future__ import annotations

import ast
import json

import pytest

from specpc import Compressor
from specpc.results import QuerySource
from specpc.structure.closing import is_data
from specpc.text.query import find_tail

ASK = "Who signed the contract?"
REMARKS = [f"Line {i} of a list of remarks about the harbour." for i in range(12)]
LISTED = ",\n".join(f" {json.dumps(line)}" for line in [*REMARKS, ASK])
FUNCTIONS = "".join(f"def fee_{i}(ship):\n    return ship.length * {i}\n\n\n" for i in range(20))
SCRIPT = "".join(
    f"function fee{i}(ship) {{\n  return ship.length * {i};\n}}\n\n" for i in range(20)
)
ROWS = "".join(f'{i},"Remark {i} about the harbour."\n' for i in range(20))
PROSE = "The harbour was quiet in May. Nobody came by. " * 8
DATA = {
    "json": (f"[\n{LISTED}]\n", None),
    "json in a file": (f"[\n{LISTED}]\n", "a.json"),
    "json behind prose": (f"{PROSE}\n\nThese were the remarks: [\n{LISTED}]\n", None),
    "json object": (json.dumps({"remarks": REMARKS, "q": [ASK]}, indent=1)[:-6] + "]}", None),
    "json lines": ("".join(f"{json.dumps([r])}\n" for r in [*REMARKS, ASK]), None),
    "program": (f"{FUNCTIONS}# {ASK}\n", None),
    "program in a file": (f"{FUNCTIONS}# {ASK}\n", "a.py"),
    "call": (f"{FUNCTIONS}list(map(print, names))\n", None),
    "script": (f"{SCRIPT}// {ASK}\n", None),
    "script in a file": (f"{SCRIPT}// {ASK}\n", "a.js"),
    "table": (f'id,remark\n{ROWS}20,"{ASK}"\n', "a.csv"),
    "settings": ("".join(f"[berth.{i}]\nlength = {i}\n" for i in range(9)) + "list = 3\n", "a.ini"),
    "manifest": (
        "".join(f"- name: p{i}\n  state: absent\n" for i in range(9)) + "state: present", "a.yml"),
    "xml": ("<list>\n" + "".join(f"<r>{r}</r>\n" for r in REMARKS) + "</list>\n", None),
}  # fmt: skip


@pytest.mark.parametrize("case", DATA)
def test_what_closes_data_asks_nothing(tiny: Compressor, case: str) -> None:
    text, name = DATA[case]
    if (tail := find_tail(text)) is not None:
        assert is_data(text, tail, name)
    made = tiny.compress(text, None, ratio=0.5, name=name)
    assert made.query_source is not QuerySource.TAIL
    if case in {"json", "json in a file"}:
        assert json.loads(made.text)
    if case.startswith("program"):
        ast.parse(made.text)


def test_most_of_these_look_as_if_they_asked() -> None:
    assert sum(find_tail(text) is not None for text, _ in DATA.values()) > len(DATA) - 4


@pytest.mark.parametrize("between", ["\n\n", "\n"])
@pytest.mark.parametrize("ask", [ASK, "Please list every fee.", "Which of [1, 2] is {right}?"])
@pytest.mark.parametrize(
    ("body", "name"),
    [
        (f"[\n{LISTED}]", None),
        (FUNCTIONS.strip(), None),
        (SCRIPT.strip(), "prompt.txt"),
        (PROSE, "prompt.md"),
        (f"id,remark\n{ROWS}".strip(), None),
        (f"<list>\n{PROSE}</list>", None),
    ],
)
def test_a_question_about_data_is_one(
    tiny: Compressor, body: str, name: str | None, ask: str, between: str
) -> None:
    made = tiny.compress(f"{body}{between}{ask}", None, ratio=0.5, name=name)
    assert made.query_source is QuerySource.TAIL
    assert made.query.endswith(ask)  # what stands right above it is one paragraph with it
    assert made.text.endswith(ask)

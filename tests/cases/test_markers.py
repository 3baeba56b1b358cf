"""Markers of cuts, and fences, break no format: with a question and without (tiny draft)."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from specpc import Compressor
from specpc.errors import BudgetError
from specpc.structure import lay_out
from specpc.structure.code.languages import parse
from tests.structure.kept import fitted
from tests.structure.programs import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable

GAP = "[...]"
FLIGHTS = [{"no": f"HAT{i:03}", "date": f"2024-05-{i:02}", "price": 50 + i} for i in range(10, 30)]
TABLE = "no,date,price\n" + "".join(f"{f['no']},{f['date']},{f['price']}\n" for f in FLIGHTS)
PIPES = "| no | date |\n|---|---|\n" + "".join(f"| {f['no']} | {f['date']} |\n" for f in FLIGHTS)
PROSE = "The harbour was quiet in May. Nobody came by, and the crane stood still all day. "


def rows(text: str) -> None:
    assert all(len(row) == 3 for row in csv.reader(io.StringIO(text)))


def piped(text: str) -> None:
    assert all(re.fullmatch(r"\|.*\|.*\|", line) for line in text.splitlines() if line.strip())


def sound(text: str, language: str) -> None:
    tree = parse(text, language)
    assert tree is not None
    assert not tree.root_node.has_error
    assert GAP not in re.sub(r"(?m)^[ \t]*//.*$", "", text)


FORMATS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "a.json": (json.dumps({"user": "ann", "flights": FLIGHTS}), json.loads),
    "b.json": (json.dumps({"user": "ann", "flights": FLIGHTS}, indent=2), json.loads),
    "a.jsonl": (
        "".join(json.dumps(f) + "\n" for f in FLIGHTS),
        lambda text: [json.loads(line) for line in text.splitlines()],
    ),
    "a.csv": (TABLE, rows),
    "a.md": (PIPES, piped),
    "a.yaml": (yaml.safe_dump({"user": "ann", "flights": FLIGHTS}), yaml.safe_load),
    "a.py": (PROGRAMS["python"], ast.parse),
    "a.go": (PROGRAMS["go"], lambda text: sound(text, "go")),
    "a.h": (PROGRAMS["c"], lambda text: sound(text, "c")),
}


@pytest.mark.parametrize("question", [None, "Which flight is HAT017?"])
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("name", FORMATS)
def test_no_marker_is_written_into_data(
    tiny: Compressor, name: str, named: bool, question: str | None
) -> None:
    text, check = FORMATS[name]
    if not named and name in {"a.h", "a.md"}:
        pytest.skip("it is known by its ending, or is part of a document")
    for scorer in (tiny.question_free, tiny.scorer):
        assert scorer is not None
        compressor = replace(tiny, question_free=scorer)
        for ratio in (0.2, 0.3, 0.6):
            made = compressor.compress(
                text, question, ratio=ratio, gap=GAP, name=name if named else None
            )
            if "only some of its words" not in "".join(made.notes):
                check(made.text)


@pytest.mark.parametrize("name", ["a.json", "b.json", "a.jsonl", "a.csv"])
def test_words_of_data_are_whole_data(tiny: Compressor, name: str) -> None:
    text, check = FORMATS[name]
    for ratio in (0.3, 0.6):
        try:
            made = replace(tiny, unit="word").compress(text, None, ratio=ratio, gap=GAP, name=name)
        except BudgetError:
            continue
        check(made.text)


TURNS = "".join(
    f"Ann: I think that part {i} of the pier is old, and that it should be torn down.\n"
    f"Bob: No, part {i} is fine and the crane stays where it is.\n"
    for i in range(8)
)
LABELS = "".join(f"Name: Ship {i}\nFee: {i} euros for a day at the pier\n" for i in range(12))
FENCED = {
    "a chat": f"```\n{TURNS}```\n",
    "tildes": f"~~~text\n{TURNS}~~~\n",
    "labels": f"```\n{LABELS}```\n",
    "under a heading": f"# Talk\n\n```\n{TURNS}```\n",
    "in prose": f"{PROSE * 3}\n\n```chat\n{TURNS}```\n\n{PROSE * 3}\n",
    "two": f"```\n{TURNS}```\n\n```\n{LABELS}```\n",
    "turns around": f"Ann: Look at this:\n\n```\n{TURNS}```\n\nBob: I see.\n" * 2,
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("case", FENCED)
@pytest.mark.parametrize("name", ["chat.md", None])
def test_fences_around_chats_are_closed(name: str | None, case: str, end: str) -> None:
    text = FENCED[case].replace("\n", end)
    layout = lay_out(text, name)
    for ratio in (0.15, 0.3, 0.6):
        for seed in range(6):
            made = fitted(layout, text, ratio, seed, whole=True)
            if made is not None:
                fences = re.findall(r"(?m)^(?:`{3}|~{3})", made)
                assert len(fences) % 2 == 0, made

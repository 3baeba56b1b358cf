"""JSON and JSON lines: whatever is kept is JSON again, and holds nothing but the source's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.structure.json.values import lay_out_json, lay_out_json_lines
from specpc.structure.units import lay_out_units
from specpc.text.layout import expand
from tests.structure.kept import choices, fitted, kept, pieces, units

if TYPE_CHECKING:
    from specpc import Compressor

STRINGS = st.text(st.sampled_from('ab ,:"\\/[]{}\n\t\u2028é字😀'), max_size=40)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | STRINGS
    | st.sampled_from(["a, b", "one two three " * 20, "]", "}, {"])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(STRINGS, inner, max_size=6),
    max_leaves=40,
)
CONTAINERS = VALUES.map(lambda value: value if isinstance(value, (list, dict)) else [value])


@st.composite
def documents(draw: st.DrawFn) -> str:
    """JSON as different programs write it, and as a careless person does."""
    value = draw(CONTAINERS)
    indent = draw(st.sampled_from([None, 0, 2, "\t"]))
    separators = draw(st.sampled_from([None, (",", ":"), (" , ", " : "), (",\r\n", ":")]))
    text = json.dumps(value, indent=indent, separators=separators, ensure_ascii=draw(st.booleans()))
    space = st.text(" \t\r\n", max_size=3)
    return draw(space) + text + draw(space)


def is_part(part: Any, whole: Any) -> bool:
    """Whether members, elements and parts of strings were dropped, and nothing else happened."""
    if isinstance(whole, (dict, list)) and isinstance(part, (dict, list)) and not part:
        return not whole  # nothing empty is left
    if isinstance(whole, dict) and isinstance(part, dict):
        return all(key in whole and is_part(part[key], whole[key]) for key in part)
    if isinstance(whole, list) and isinstance(part, list):
        rest = iter(whole)
        return all(any(is_part(one, other) for other in rest) for one in part)
    if isinstance(whole, str) and isinstance(part, str) and len(part) < len(whole):
        characters = iter(whole)
        return bool(part.strip()) and all(one in characters for one in part)
    return type(part) is type(whole) and bool(part == whole)


@given(documents(), st.integers(0, 300), st.data())
def test_any_units_make_json_of_the_same_values(text: str, small: int, data: st.DataObject) -> None:
    layout = lay_out_json(text, small)
    assert layout is not None
    pieces(layout, text)
    chosen = data.draw(choices(layout))
    result = kept(layout, text, chosen)
    if chosen:
        assert is_part(json.loads(result), json.loads(text))
    else:
        assert result == ""
    everything = kept(layout, text, units(layout))
    assert json.loads(everything) == json.loads(text)


@given(documents(), st.floats(0.05, 0.95), st.integers(0, 9))
def test_any_ratio_gives_json(text: str, ratio: float, seed: int) -> None:
    layout = lay_out_json(text)
    assert layout is not None
    result = fitted(layout, text, ratio, seed)
    assert result is None or is_part(json.loads(result), json.loads(text))


@given(st.lists(documents(), min_size=2, max_size=6), st.floats(0.05, 0.95), st.data())
def test_json_lines_stay_json_lines(docs: list[str], ratio: float, data: st.DataObject) -> None:
    rows = [json.dumps(json.loads(doc), ensure_ascii=False) for doc in docs]
    text = data.draw(st.sampled_from(["\n", "\r\n", "\n\n"])).join(rows)
    layout = lay_out_json_lines(text)
    assert layout is not None
    pieces(layout, text)
    chosen = kept(layout, text, data.draw(choices(layout)))
    for result in (chosen, fitted(layout, text, ratio, 0) or ""):
        lines = [json.loads(line) for line in result.split("\n") if line.strip()]
        assert not lines or is_part(lines, [json.loads(row) for row in rows])


def test_the_path_to_a_value_stays() -> None:
    text = '{"user": {"name": "Ada", "pets": ["cat", "dog", "owl"]}, "total": 3}'
    layout = lay_out_json(text, small=0)
    assert layout is not None
    dog = pieces(layout, text).index(' "dog"')
    assert json.loads(kept(layout, text, [dog])) == {"user": {"pets": ["dog"]}}


def test_what_is_dropped_of_indented_json_takes_its_lines_along() -> None:
    text = json.dumps({"a": 1, "b": {"c": 2, "d": 3}, "e": 4}, indent=2)
    layout = lay_out_json(text, small=0)
    assert layout is not None
    parts = pieces(layout, text)
    chosen = [next(i for i, part in enumerate(parts) if mark in part) for mark in ('"c"', '"e"')]
    assert kept(layout, text, chosen) == json.dumps({"b": {"c": 2}, "e": 4}, indent=2)


def test_records_stay_whole_if_they_are_small() -> None:
    rows = [{"flight": f"HAT{n:03}", "date": "2024-05-28", "price": 50 + n} for n in range(40)]
    text = json.dumps({"flights": rows, "note": {"text": "x" * 500}})
    layout = lay_out_json(text)
    assert layout is not None
    found = [part for part in pieces(layout, text) if "HAT" in part]
    assert [json.loads(part) for part in found] == rows


def test_repeated_lines_count_once() -> None:
    text = '{"a":1}\n{"a":1}\n{"a":1}\n{"b":2}\n{"a":1}\n'
    layout = lay_out_json_lines(text)
    assert layout is not None
    assert kept(layout, text, units(layout)) == '{"a":1}\n{"b":2}\n{"a":1}\n'


@pytest.mark.parametrize(
    "text",
    ["", " ", "12", '"a, b"', "null", "[1,,]", "{a 1}", "[1] [2]", '{"a": 1', "[1] and so on",
     "[tool] {}", "[" * 100_000, "\ufeff[1]"],
)  # fmt: skip
def test_what_is_no_json_container_is_left_to_others(text: str) -> None:
    assert lay_out_json(text) is None


@pytest.mark.parametrize("text", ["", '{"a": 1}', '{"a": 1}\n12', '{"a": 1}\n{"b"', "1\n2\n3"])
def test_what_is_no_json_lines_is_left_to_others(text: str) -> None:
    assert lay_out_json_lines(text) is None


def test_what_python_writes_for_missing_numbers_is_kept() -> None:
    text = '{"loss": [NaN, Infinity, -Infinity, 1.5]}'
    layout = lay_out_json(text, small=0)
    assert layout is not None
    assert kept(layout, text, units(layout)[1:3]) == '{"loss": [ Infinity, -Infinity]}'


def test_deep_nesting_is_one_piece_below_some_depth() -> None:
    text = "[" * 400 + "1, 2" + "]" * 400
    layout = lay_out_json(text, small=0)
    assert layout is not None
    assert len(units(layout)) == 1
    assert kept(layout, text, units(layout)) == text


NIGHT = (
    "The night boat runs from April to October. It leaves Orrisay at 22:40. Cabins must be booked "
    "two days before. Dogs travel free. The bar closes at one. Breakfast is served from five. "
    "Bicycles cost six euros. Refunds are paid within ten days."
)


@pytest.mark.parametrize(
    "value",
    [
        # What a tool answers (MCP), alone or with JSON in its text; what a model does.
        {"content": [{"type": "text", "text": NIGHT}], "isError": False},
        {"content": [{"type": "text", "text": json.dumps({"page": NIGHT, "url": "https://a.b"})}]},
        {"id": "c9", "object": "chat.completion", "choices": [
            {"index": 0, "message": {"role": "assistant", "content": NIGHT}, "logprobs": None}]},
        # A search, a hit, an issue.
        {"query": "boat", "results": [{"title": "Boat", "url": "https://a.b", "text": NIGHT}] * 2},
        {"hits": {"hits": [{"_id": "d1", "_source": {"title": "Boat", "body": NIGHT}}]}},
        [{"number": 412, "title": "Boat", "state": "open", "labels": [], "body": NIGHT}],
        # Texts in several ways of writing.
        {"text": NIGHT.replace(". ", ".\n\n"), "path": "C:\\boats\\night"},
        {"text": "« " + NIGHT.replace("night", "nuit d'été 😀") + " »", "ok": True},
        {"cells": [{"cell_type": "raw", "source": NIGHT.replace(". ", ".\n").splitlines(True)}]},
    ],
)  # fmt: skip
@pytest.mark.parametrize("indent", [None, 2])
def test_long_strings_are_cut_like_texts(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    layout = lay_out_units(text, "structure")
    leaves = next(i for i, part in enumerate(pieces(layout, text)) if "22:40" in part)
    if leaves in layout.finer:  # the record it is in
        layout = expand(layout, {leaves: layout.finer[leaves](pieces(layout, text)[leaves])})
        leaves = next(i for i, part in enumerate(pieces(layout, text)) if "22:40" in part)
    result = kept(layout, text, [leaves], "[...]")
    assert is_part(json.loads(result), value)
    assert not any(word in result for word in ("April", "Cabins", "Refunds"))
    for ratio in (0.4, 0.6):
        for seed in range(4):
            cut = fitted(layout, text, ratio, seed)
            assert cut is None or is_part(json.loads(cut), value)


@pytest.mark.parametrize("ratio", [0.3, 0.5, 0.8])
def test_a_byte_order_mark_changes_nothing(tiny: Compressor, ratio: float) -> None:
    rows = [{"id": n, "v": word} for n, word in enumerate(("one", "two", "three", "four", "five"))]
    text = json.dumps({"a": rows})
    plain = tiny.compress(text, "Which id has three?", ratio=ratio).text
    marked = tiny.compress("\ufeff" + text, "Which id has three?", ratio=ratio).text
    assert is_part(json.loads(plain), {"a": rows})
    assert is_part(json.loads(marked), {"a": rows})


def test_no_marker_is_written_inside() -> None:
    layout = lay_out_json("[1, 2, 3]")
    assert layout is not None
    assert set(layout.gaps.values()) == {""}
    assert len(layout.gaps) == len(layout)
    assert np.flatnonzero(layout.units).tolist() == sorted(layout.whole)

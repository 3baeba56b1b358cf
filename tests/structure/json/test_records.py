"""Records in JSON: whole, or with what they are known by."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.json.records import identifying
from specpc.structure.json.tree import read
from specpc.structure.units import lay_out_units
from tests.structure.json.test_values import is_part
from tests.structure.kept import around, choices, fitted, kept, pieces

TRIPS = {
    "trips": [
        {"no": f"F{100 + n}", "to": to, "leaves": f"{6 + 3 * n:02}:15", "vessel": vessel,
         "status": status}
        for n, (to, vessel, status) in enumerate(
            [("Harlow", "Asta", "on time"), ("Venn", "Vela", "late by 20 minutes"),
             ("Orrisay", "Morwenna", "cancelled"), ("Harlow", "Asta", "on time"),
             ("Venn", "Vela", "late by 20 minutes")]
        )
    ]
}  # fmt: skip
LONG = "The deck is wet. Mind the step. Dogs stay outside. Coffee is sold at the bar. " * 6


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (TRIPS["trips"], {("no",)}),
        # An issue of GitHub, a charge of Stripe, a ticket of Jira, a hit of Elasticsearch.
        ([{"url": f"u{n}", "id": n, "node_id": f"I{n}", "number": n, "title": f"T{n}", "state": "o",
           "user": {"login": f"l{n}", "id": n}, "created_at": f"2026-01-0{n}"} for n in range(9)],
         {("number",), ("title",)}),
        ([{"id": f"ch_{n}", "object": "charge", "amount": 5, "customer": f"cus_{n}",
           "created": n} for n in range(9)], {("id",), ("customer",), ("created",)}),
        ([{"id": str(n), "key": f"OPS-{n}", "fields": {"summary": f"S{n}", "priority": {"id": "3"}}}
          for n in range(9)], {("key",), ("fields", "summary")}),
        ([{"_index": "docs", "_id": f"d{n}", "_score": n, "_source": {"title": f"T{n}"}}
          for n in range(9)], {("_id",), ("_source", "title")}),
        # What is found for a question: of a vector store, and as documents.
        ([{"id": n, "score": n / 9, "payload": {"file": f"f{n}.md", "text": LONG}}
          for n in range(9)], {("id",), ("payload", "file")}),
        ([{"page_content": LONG, "metadata": {"source": f"f{n}.md", "page": n}}
          for n in range(9)], {("metadata", "source"), ("metadata", "page")}),
        # Pods, places, messages, commits.
        ([{"kind": "Pod", "metadata": {"uid": f"0-{n}", "name": f"web-{n}"}, "spec": {"a": 1}}
          for n in range(9)], {("metadata", "uid"), ("metadata", "name")}),
        ([{"type": "Feature", "properties": {"name": f"P{n}", "size": 3}, "geometry": {}}
          for n in range(9)], {("properties", "name")}),
        ([{"type": "message", "user": f"U{n % 2}", "ts": f"17.{n}", "text": ""} for n in range(9)],
         {("user",), ("ts",)}),
        ([{"type": "message", "user": f"U01XY{n % 2}", "ts": f"17.{n}", "text": LONG,
           "user_profile": {"image": "i", "real_name": f"Ann {n % 2}", "name": "a"}}
          for n in range(9)], {("user_profile", "real_name"), ("ts",)}),
        ([{"sha": f"a{n}", "commit": {"author": {"name": "Jo"}, "message": "Fix"},
           "author": {"login": f"l{n % 3}"}} for n in range(9)], {("sha",), ("author", "login")}),
        # What no name tells, and what only several members do.
        ([{"capital": f"C{n}", "people": n} for n in range(9)], {("capital",)}),
        ([{"sensor": f"S{n % 3}", "time": f"0{n // 3}:00", "value": 0.5} for n in range(9)],
         {("time",), ("sensor",)}),
        # Nothing that tells them apart: one record, the same everywhere, nothing short.
        ([{"type": "text", "text": LONG}], set()),
        ([{"name": "a", "v": 1}, {"name": "a", "v": 2}], set()),
        ([{"name": LONG + str(n)} for n in range(9)], set()),
    ],
)  # fmt: skip
def test_what_records_are_known_by(records: list[Any], expected: set[tuple[str, ...]]) -> None:
    text = json.dumps(records, indent=1)
    assert identifying(read(text).inside, text) == expected


def results(text: str, ratio: float) -> list[Any]:
    """What random scores keep."""
    layout = lay_out_units(text, "structure")
    found = [fitted(layout, text, ratio, seed) for seed in range(12)]
    return [json.loads(result) for result in found if result]


@pytest.mark.parametrize("indent", [None, 2])
def test_small_records_are_whole(indent: int | None) -> None:
    for result in results(json.dumps(TRIPS, indent=indent), 0.4):
        assert all(trip in TRIPS["trips"] for trip in result["trips"])


def test_what_no_budget_holds_is_known_by_its_number() -> None:
    found = [trip for result in results(json.dumps(TRIPS), 0.13) for trip in result["trips"]]
    assert found
    for trip in found:
        assert len(trip) > 1
        assert (
            trip.items() <= next(one for one in TRIPS["trips"] if one["no"] == trip["no"]).items()
        )


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    """Orders of customers with lines, each with a number in which it ends."""
    words = st.text("ab c", min_size=1, max_size=60)
    lines = st.dictionaries(st.sampled_from("abcd"), words | st.just(LONG), min_size=1)
    return {
        "orders": [
            {
                **({"note": draw(words)} if draw(st.booleans()) else {}),
                "id": number,
                "lines": [
                    {"rest": draw(lines), "sku": f"{number}-{line}"}
                    for line in range(draw(st.integers(1, 4)))
                ],
                "text": draw(words) * 12,
            }
            for number in range(1, draw(st.integers(2, 6)))
        ],
        "page": 1,
    }


@given(orders(), st.sampled_from([None, 2]), st.floats(0.02, 0.9), st.data())
@settings(deadline=None, max_examples=40)
def test_whatever_is_kept_of_a_record_says_of_which(
    value: dict[str, Any], indent: int | None, ratio: float, data: st.DataObject
) -> None:
    text = json.dumps(value, indent=indent)
    layout = lay_out_units(text, "structure")
    pieces(layout, text)
    for result in (
        kept(layout, text, data.draw(choices(layout))),
        fitted(layout, text, ratio, data.draw(st.integers(0, 9))),
    ):
        if not result:
            continue
        assert is_part(json.loads(result), value)
        for order in json.loads(result).get("orders", []):
            assert len(order) > 1
            for line in order.get("lines", []):
                assert line.keys() == {"rest", "sku"}
                assert line["sku"].startswith(f"{order['id']}-")


def test_records_in_an_object_are_known_by_their_keys() -> None:
    packages = {
        f"node_modules/p{n}": {"version": f"1.{n}", "license": "MIT", "integrity": "x" * 80}
        for n in range(30)
    }
    for result in results(json.dumps({"lock": 3, "packages": packages}, indent=2), 0.3):
        for name, package in result.get("packages", {}).items():
            assert package == packages[name]


@pytest.mark.parametrize("indent", [None, 2])
def test_events_of_a_log_are_records(indent: int | None) -> None:
    events = [
        {"time": f"08:{n:02}", "level": "ERROR", "user": f"u{n % 3}", "stack": LONG, "code": n}
        for n in range(8)
    ]
    text = "\n".join(json.dumps(event, indent=indent) for event in events)
    layout = lay_out_units(text, "structure")
    assert layout.kind == "json lines"
    for seed in range(9):
        result = fitted(layout, text, 0.2, seed) or ""
        for line in re.split(r"\n(?=\{)", result) if result else ():
            event = json.loads(line)
            assert event.keys() > {"time", "level", "user"}
            assert is_part([event], events)


def test_kinds_come_along() -> None:
    envelope = {"content": [{"type": "text", "text": LONG}], "isError": False}
    found = [
        one for result in results(json.dumps(envelope), 0.3) for one in result.get("content", [])
    ]
    assert found
    assert all(one.keys() == {"type", "text"} for one in found)


def test_what_is_left_of_a_notebook_is_one() -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": [f"Trip {n} is late.\n"]}
        for n in range(9)
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    found = list(results(json.dumps(notebook, indent=1), 0.4))
    assert found
    assert all(one["nbformat"] == 4 and one["cells"] for one in found)


def test_rows_of_a_table_bring_its_columns() -> None:
    rows = [[f"2026-01-{n:02}", n, "Ada"] for n in range(1, 29)]
    split = {"columns": ["day", "wind", "captain"], "index": list(range(28)), "data": rows}
    for result in results(json.dumps(split), 0.3):
        assert "data" not in result or result["columns"] == split["columns"]
    sheet = {"range": "A1:C29", "values": [["Day", "Wind", "Captain"], *rows]}
    for result in results(json.dumps(sheet), 0.3):
        assert result["values"][0] == sheet["values"][0] if "values" in result else True


@pytest.mark.parametrize(
    "columns",
    [
        [{"name": "day", "type": "text"}, {"name": "wind", "type": "int8"}],
        [{"label": "Day", "sortable": True}, {"label": "Wind", "sortable": False}],
    ],
)
@pytest.mark.parametrize(
    ("key", "rows"), [("columns", "rows"), ("meta", "data"), ("fields", "rows")]
)
def test_rows_of_a_query_bring_its_columns(
    columns: list[dict[str, str]], key: str, rows: str
) -> None:
    value = {key: columns, rows: [[f"2026-01-{n:02}", n] for n in range(1, 29)], "took": 3}
    text = json.dumps(value)
    layout = lay_out(text)
    made = json.loads(around(layout, text, "2026-01-17"))
    assert made == {key: columns, rows: [["2026-01-17", 17]]}
    assert json.loads(around(layout, text, "took")) == {"took": 3}


def test_objects_beside_rows_name_no_columns_unless_they_have_names() -> None:
    value = {"fields": [{"a": 1}, {"a": 2}], "rows": [[n, n] for n in range(99)]}
    text = json.dumps(value)
    assert "fields" not in json.loads(around(lay_out(text), text, "[77, 77]"))


def test_a_list_of_numbers_is_whole_unless_it_is_most_of_a_text() -> None:
    shape = [[n / 7, n / 9] for n in range(40)]
    places = {"places": [{"name": f"P{n}", "note": LONG, "shape": shape} for n in range(4)]}
    for result in results(json.dumps(places), 0.3):
        assert all(place.get("shape", shape) == shape for place in result["places"])
    series = {"unit": "mm", "rain": [n * 10 for n in range(400)]}
    found = results(json.dumps(series), 0.2)
    assert found
    assert all("rain" not in result or 3 < len(result["rain"]) < 200 for result in found)


def test_records_of_objects_alone_are_known_by_what_is_in_these() -> None:
    orders = [
        {"order": {"ref": f"A-{n}", "customer": {"name": f"{n} AS"}}, "lines": [LONG] * 3,
         "shipping": {"carrier": "DHL", "eta": f"2024-06-0{n}"}}
        for n in range(1, 6)
    ]  # fmt: skip
    for result in results(json.dumps({"orders": orders}), 0.2):
        assert all("ref" in order["order"] for order in result["orders"])


def test_few_plain_values_of_a_record_are_whole() -> None:
    price = {"amount": "1290.00", "currency": "NOK"}
    trips = [
        {"id": n, "note": LONG[:200], "price": price, "stops": ["Flåm", "Undredal"]}
        for n in range(6)
    ]
    for result in results(json.dumps({"trips": trips}, ensure_ascii=False), 0.1):
        for trip in result["trips"]:
            assert trip.get("price", price) == price
            assert trip.get("stops", trips[0]["stops"]) == trips[0]["stops"]


def _listed(key: str, own: str, other: str) -> str:
    """Answers of one object each, with two numbers: that of what it is made from comes first."""
    padding = {f"Setting{n}": f"a value of some length {n}" for n in range(14)}
    objects = [{other: "x-0abc", own: f"y-{n}", **padding, "Address": f"10.0.{n}.4"} for n in "ab"]
    return json.dumps({"Answers": [{key: [one]} for one in objects]})


@pytest.mark.parametrize(
    ("key", "own", "other"),
    [
        ("Instances", "InstanceId", "ImageId"),
        ("DBInstances", "DBInstanceIdentifier", "KmsKeyId"),
        ("policies", "policy_id", "owner_uid"),
        ("SecurityGroups", "GroupId", "VpcId"),
    ],
)
def test_of_several_numbers_the_own_comes_along(key: str, own: str, other: str) -> None:
    text = _listed(key, own, other)
    said = around(lay_out(text), text, "10.0.b.4")
    [answer] = json.loads(said)["Answers"]
    assert answer[key] == [{own: "y-b", "Address": "10.0.b.4"}]


@pytest.mark.parametrize(
    ("record", "named"),
    [
        # An entry of an archive of requests, and a finding of a linter: known by what they hold.
        (
            {"time": 30.5, "request": {"method": "POST", "url": "https://a.example/pay/{n}"},
             "response": {"status": 500, "text": LONG}},
            ("request", "url"),
        ),
        (
            {"severity": "high", "location": {"path": "src/{n}.py", "from": 3}, "message": LONG},
            ("location", "path"),
        ),
    ],
)  # fmt: skip
def test_what_nothing_of_its_own_names_is_known_by_what_it_holds(
    record: dict[str, Any], named: tuple[str, str]
) -> None:
    records = [json.loads(json.dumps(record).replace("{n}", str(n))) for n in range(3)]
    text = json.dumps({"log": {"entries": records}})
    layout = lay_out(text)
    for unit in np.flatnonzero(layout.units):
        for one in json.loads(kept(layout, text, [int(unit)]))["log"]["entries"]:
            assert one[named[0]][named[1]] in {own[named[0]][named[1]] for own in records}


def test_what_has_a_name_is_known_by_none_of_what_it_holds() -> None:
    records = [{"id": n, "request": {"url": f"u{n}"}, "text": LONG} for n in range(3)]
    text = json.dumps(records)
    assert identifying(read(text).inside, text) == {("id",)}


WEATHER = {
    "city": "Orrisay",
    "daily": {
        "time": [f"2025-06-{day:02}" for day in range(1, 31)],
        "wind": list(range(30)),
        "sky": ["clear" if day % 3 else "rain, but not all day" for day in range(30)],
    },
}
FOUND = {
    "ids": ["d1", "d2", "d3"],
    "documents": [LONG, "The pier is shut.", LONG.replace("deck", "quay")],
    "distances": [0.1, 0.25, 0.5],
}


@pytest.mark.parametrize(
    ("source", "at"), [(WEATHER, ("daily",)), (FOUND, ())], ids=["numbers", "texts"]
)
@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_values_beside_one_another_are_kept_together(
    source: dict[str, Any], at: tuple[str, ...], data: st.DataObject
) -> None:
    text = json.dumps(source)
    layout = lay_out(text)
    made, whole = json.loads(kept(layout, text, data.draw(choices(layout))) or "{}"), source
    for key in at:
        made, whole = made.get(key, {}), whole[key]
    names = [*whole]
    table = list(zip(*(whole[name] for name in names), strict=True))
    left = [made.get(name, []) for name in names]
    for cells in zip(*left, strict=True):
        assert any(
            all(is_part(cell, own) for cell, own in zip(cells, row, strict=True)) for row in table
        )


def test_as_few_values_as_beside_them_are_no_table() -> None:
    text = json.dumps({"to": ["ann", "bob"], "tags": ["night", "boat"], "text": LONG})
    assert "tags" not in json.loads(around(lay_out(text), text, "bob"))


def test_spans_come_with_the_resource_they_are_of() -> None:
    def spans(pod: str) -> dict[str, Any]:
        named = [{"key": "k8s.pod.name", "value": {"stringValue": pod}}]
        own = [
            {"traceId": f"{n:032x}", "name": f"GET /{pod}/{n}", "attributes": named, "kind": n}
            for n in range(4)
        ]
        return {"resource": {"attributes": named}, "scopeSpans": [{"scope": {}, "spans": own}]}

    text = json.dumps({"resourceSpans": [spans("web-1"), spans("db-0")]})
    said = around(lay_out(text), text, "GET /db-0/2")
    (own,) = json.loads(said)["resourceSpans"]
    assert own["resource"]["attributes"][0]["value"] == {"stringValue": "db-0"}
    assert "GET /db-0/2" in said
    assert "web-1" not in said


def test_as_many_numbers_of_each_name_are_no_table() -> None:
    colours = {f"colour {n}": [n, 255 - n, 0] for n in range(60)}
    text = json.dumps(colours)
    assert json.loads(around(lay_out(text), text, "colour 41")) == {"colour 41": [41, 214, 0]}


def test_columns_of_different_types_may_be_more_than_the_rows() -> None:
    days = {"time": ["Monday", "Tuesday", "Friday"]}
    days |= {f"wind at {n} m": [n, n + 1, n + 2] for n in range(8)}
    text = json.dumps({"city": "Orrisay", "daily": days, "note": LONG})
    assert json.loads(around(lay_out(text), text, "Tuesday"))["daily"].keys() == days.keys()

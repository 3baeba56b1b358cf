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
from specpc.structure.json.values import lay_out_fields
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


PRINTED = """\
[Order(id=1001,
       customer=Customer(name='Ann Lee', city="Venn's Quay"),
       lines=[Line(sku='A-1', q=2, price=12.), Line(sku='B-7', q=1, price=99.5)],
       paid=True, state=<State.OPEN: 'open'>, mode=Mode.FAST,
       due=datetime.datetime(2024, 5, 14, tzinfo=zone(hours=2)),
       note='It was sent on 14 May, and it came back on the 20th, for nobody was there.'),
 Order(id=1002,
       customer=Customer(name='Bob Ray', city='Orrisay'),
       lines=[Line(sku='C-3', q=5, price=3.25)],
       paid=False, state=<State.SHUT: 'shut'>, mode=Mode.SLOW,
       due=datetime.datetime(2024, 6, 1),
       note=b'It is paid on the first of the month, as always, and in full, as was agreed.')]
"""
REPLY = """\
ChatCompletion(
    id='chatcmpl-9x',
    choices=[
        Choice(
            finish_reason='stop',
            index=0,
            logprobs=None,
            message=Message(
                content='The fee is 12 EUR.',
                tool_calls=None
            )
        ),
        Choice(
            finish_reason='length',
            index=1,
            logprobs=None,
            message=Message(
                content='The fee is 14 EUR, if',
                tool_calls=None
            )
        )
    ],
    model='gpt-4o-2024-05-13',
    usage=Usage(prompt_tokens=57, total_tokens=66)
)
"""


def printed_of(text: str) -> Any:
    """What was printed, each object as its members."""
    text = re.sub(r"<[^<>]*>|Mode\.\w+|datetime\.datetime\([^()]*(?:\([^()]*\))?\)", "0", text)
    names = ("Order", "Customer", "Line", "ChatCompletion", "Choice", "Message", "Usage")
    return eval(text.strip(), dict.fromkeys(names, dict))


def script_of(text: str) -> Any:
    written = re.sub(r"(?<=[{ ])(\w+):", r'"\1":', text).replace("undefined", "null")
    return json.loads(re.sub(r"'(\w*)'", r'"\1"', written))


CASES: list[tuple[str, Callable[[str], Any]]] = [
    (repr(TRIPS), ast.literal_eval),
    (repr({"trips": TRIPS, "ok": True}), ast.literal_eval),
    (SCRIPT, script_of),
    (PRINTED, printed_of),
    (REPLY, printed_of),
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
        "print('a', end='')",
        "Order(id=1) is what it printed.",
        "Order(id=1, paid)",
        "{'a': /* " * 500,
    ],
)
def test_what_is_no_value_is_none(text: str) -> None:
    assert as_json(text) is None


def test_a_pair_that_is_printed_is_one_value() -> None:
    text = ">>> image.shape\n(2200, 62, 47)\n\n>>> names\n['The night boat', 'The bus']\n"
    assert around(lay_out(text), text, "62") == ">>> image.shape\n(2200, 62, 47)\n\n"


def test_of_what_is_printed_an_object_brings_what_it_is_known_by() -> None:
    text = PRINTED.replace("note=", f"history={['It was late.'] * 30}, note=")
    left = around(lay_out(text), text, "in full")
    assert left.startswith("[\n Order(id=1002,")
    assert left.endswith(")]\n")
    assert "Ann" not in left


MESSAGES = [
    "HumanMessage(content='Is the pier open on Mondays?', id='a1')",
    "AIMessage(content='No.', additional_kwargs={}, id='b1')",
    "HumanMessage(content='What does a berth cost, if I stay for a week?', id='a2')",
    "AIMessage(content='It is 12 EUR a night, and 70 EUR a week, with water and light.', id='b2')",
]


@pytest.mark.parametrize(
    "form", ["[{}]", "{{'messages': [{}]}}", "It said:\n\n[{}]\n\nSo it goes.\n"]
)
def test_messages_that_are_printed_are_cut_one_by_one(form: str) -> None:
    text = form.format(", ".join(MESSAGES))
    left = around(lay_out(text), text, "'No.'")
    assert MESSAGES[0] in left
    assert MESSAGES[1] in left
    assert "berth" not in left
    left = around(lay_out(text), text, "70 EUR")
    assert MESSAGES[3] in left
    assert "Monday" not in left


@pytest.mark.parametrize("rule", ["", "----\n", "\n===\n\n"])
def test_rules_between_what_is_printed_one_after_the_other(rule: str) -> None:
    steps = [{"agent": {"say": f"Trip {n} is late.", "step": n}} for n in range(4)]
    text = "".join(f"{step}\n{rule}" for step in steps)
    layout = lay_out(text)
    assert layout.kind == "json lines"
    assert around(layout, text, "Trip 2") == f"{steps[2]}\n{rule}"


FIELDS = (
    "content='## Fees\\n\\nA berth is 12 EUR a night, it isn\\'t free. Pay at the office.\\n\\n"
    "- Dogs are allowed on the pier, but not in the shop.' additional_kwargs={} response_metadata="
    "{'token_usage': {'completion_tokens': 33, 'prompt_tokens': 110}, 'model_name': 'gpt-4o', "
    "'finish_reason': 'stop', 'logprobs': None} id='run-78' usage=Usage(input_tokens=110, n=3)\n"
)


def test_an_object_that_is_printed_as_its_fields_is_cut_in_these() -> None:
    layout = lay_out(FIELDS)
    assert layout.kind == "json"
    assert around(layout, FIELDS, "Dogs") == (
        "content='## Fees\\n\\n- Dogs are allowed on the pier, but not in the shop.'"
    )
    assert around(layout, FIELDS, "'gpt-4o'") == " response_metadata={ 'model_name': 'gpt-4o'}"


@pytest.mark.parametrize(
    "text",
    [
        "level=info msg='started' port=80\n",
        "LANG='de' HOME='/root' make all\n",
        "names='a' ids=[1, 2]\nnames='b' ids=[3]\n",
        "a='b'\n",
        "content='no end additional_kwargs={}\n",
    ],
)
def test_other_fields_on_a_line_are_no_object(text: str) -> None:
    assert lay_out_fields(text) is None

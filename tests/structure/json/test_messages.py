"""Messages in JSON: a short answer is kept with its question."""

from __future__ import annotations

import json
from typing import Any

import pytest

from specpc.structure import lay_out
from tests.structure.kept import around

SAID = [
    ("ann", "Has the invoice from Hartmann been paid? I need it for the audit."),
    ("bob", "Yes, on 14 May."),
    ("ann", "How much was it?"),
    ("bob", "1,290 euros"),
    ("ann", "Good. I shall tell Keller, too."),
    ("bob", "They are still waiting for an answer to the letter of last week."),
]
PROFILE = {"first_name": "A", "team": "T01ACME", "image": f"https://a.example/{'x' * 300}.jpg"}


def slack(who: str, what: str) -> dict[str, Any]:
    parts = [{"type": "rich_text_section", "elements": [{"type": "text", "text": what}]}]
    return {
        "type": "message", "user": who, "text": what, "ts": f"17.{len(what)}",
        "user_profile": PROFILE, "blocks": [{"type": "rich_text", "elements": parts}],
    }  # fmt: skip


FORMS: dict[str, Any] = {
    "openai": lambda who, what: {"role": who, "content": what},
    "parts": lambda who, what: {"role": who, "content": [{"type": "text", "text": what}]},
    "sharegpt": lambda who, what: {"from": who, "value": what},
    "discord": lambda who, what: {"id": "1", "content": what, "author": {"name": who}},
    "dialogue": lambda who, what: {"speaker": who, "utterance": what, "turn": 1},
    "teams": lambda who, what: {"from": {"user": who}, "body": {"contentType": 1, "content": what}},
    "slack": slack,
}


def test_messages_by_their_numbers_are_a_conversation() -> None:
    mapping = {
        f"m{n}": {
            "id": f"m{n}",
            "message": {
                "author": {"role": "user" if who == "ann" else "assistant"},
                "content": {"content_type": "text", "parts": [what]},
                "status": "finished_successfully" * 12,
            },
            "parent": f"m{n - 1}",
        }
        for n, (who, what) in enumerate(SAID)
    }
    text = json.dumps([{"title": "Invoices", "mapping": mapping}], indent=1)
    made = around(lay_out(text), text, "14 May")
    assert SAID[0][1] in made
    assert "Keller" not in made


@pytest.mark.parametrize("lines", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_a_short_answer_is_kept_with_its_question(form: str, lines: bool) -> None:
    messages = [FORMS[form](*turn) for turn in SAID]
    text = "\n".join(map(json.dumps, messages)) if lines else json.dumps({"messages": messages})
    layout = lay_out(text)
    for part in ("14 May", "been paid"):
        made = around(layout, text, part)
        assert SAID[0][1] in made
        assert SAID[1][1] in made
        assert "Hartmann" in made
        assert "1,290" not in made
    assert "How much" in around(layout, text, "1,290")
    assert "Keller" not in around(layout, text, "still waiting")


def test_the_answer_in_another_form_brings_the_question_too() -> None:
    text = json.dumps([slack(*turn) for turn in SAID], indent=1)
    layout = lay_out(text)
    edges = layout.edges.tolist()
    said = [n for n, end in enumerate(edges[1:]) if "14 May" in text[edges[n] : end]]
    assert len(said) == 2
    asked = next(n for n, end in enumerate(edges[1:]) if '"text": "Has' in text[edges[n] : end])
    assert all(asked in layout.all_needs[one] for one in said)


def test_records_without_speakers_are_no_conversation() -> None:
    fields = [{"label": "a", "text": "Name?"}, {"label": "b", "text": "No"}]
    text = json.dumps({"fields": [*fields, *fields], "note": "It is a form of some length." * 9})
    assert "Name" not in around(lay_out(text), text, '"No"')


LOG = "2024-05-14 ERROR disk full. It was full of logs.\n" * 12
OPENAI: list[dict[str, Any]] = [
    {"role": "user", "content": "What is the weather in Oslo and in Bergen?"},
    {"role": "assistant", "content": None, "tool_calls": [
        {"id": f"call_{n}", "type": "function",
         "function": {"name": "get", "arguments": json.dumps({"city": city, "note": "x" * 99})}}
        for n, city in enumerate(("Oslo", "Bergen"))]},
    {"role": "tool", "tool_call_id": "call_0", "content": "7 degrees and rain. " * 20},
    {"role": "tool", "tool_call_id": "call_1", "content": "It is 9 degrees. " * 20},
    {"role": "assistant", "content": "It rains in Oslo only, as it does so often."},
]  # fmt: skip
ANTHROPIC: list[dict[str, Any]] = [
    {"role": "user", "content": [{"type": "text", "text": "Show me the log of the shop."}]},
    {"role": "assistant", "content": [
        {"type": "tool_use", "id": "toolu_0", "name": "sh", "input": {"run": "cat Oslo.log"}}]},
    {"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": "toolu_0", "content": f"7 degrees. {LOG}"}]},
    {"role": "assistant", "content": [{"type": "text", "text": "It is full."}]},
]  # fmt: skip
RESPONSES: list[dict[str, Any]] = [
    {"role": "user", "content": "Look it up."},
    {"type": "function_call", "call_id": "c7", "name": "get", "arguments": '{"city": "Oslo"}'},
    {"type": "function_call_output", "call_id": "c7", "output": "7 degrees and rain. " * 30},
    {"role": "assistant", "content": "It rains, as it does so often."},
]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("messages", [OPENAI, ANTHROPIC, RESPONSES])
def test_what_a_tool_gave_is_kept_with_what_it_was_asked(
    messages: list[dict[str, Any]], indent: int | None
) -> None:
    text = json.dumps({"model": "m", "messages": messages}, indent=indent)
    made = around(lay_out(text), text, "7 degrees")
    kept = json.loads(made)["messages"]
    assert "Oslo" in made
    assert "Bergen" not in made
    assert len(kept) == 2


def test_what_langchain_prints_of_a_tool_is_kept_with_its_call() -> None:
    text = (
        "[AIMessage(content='', tool_calls=[{'name': 'f', 'args': {'city': 'Oslo'}, 'id': 'c1'}]),"
        " ToolMessage(content='7 degrees and rain', name='f', tool_call_id='c1'),"
        " AIMessage(content='It rains, as it does so often, and it is cold there.', id='r1')]"
    )
    assert "Oslo" in around(lay_out(text), text, "7 degrees")
    assert "Oslo" not in around(lay_out(text), text, "so often")

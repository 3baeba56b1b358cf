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

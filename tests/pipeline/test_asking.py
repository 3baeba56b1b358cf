"""What of a conversation is cut, and what it is asked: in every vendor's form, without a draft."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specpc.options import TURNS, Turns
from specpc.pipeline.asking import Conversation
from tests.pipeline.vendors import ASKS, REPORT, VENDORS, Turn

if TYPE_CHECKING:
    from specpc import Compressor

RETRIEVED = (
    "You answer questions. Use the following pieces of retrieved context to answer. If you do not "
    "know the answer, say so.\n\n"
)
RULES = "Never guess. Be brief. Name your sources. " * 60


def read(request: Any, turns: Turns = TURNS, count: Any = len) -> list[tuple[str, str | None]]:
    """What may be cut, and what it is asked."""
    asked = Conversation.read(request, None, turns, count).asked
    return [(one.text, one.question) for one in asked]


TABLE: dict[str, tuple[str, list[Turn], list[tuple[str, str | None]]]] = {
    "a document, a blank line, a question": (
        "", [Turn("user", f"{REPORT}\n{ASKS}")], [(REPORT.strip(), ASKS)],
    ),
    "an instruction, and a document": (
        "",
        [Turn("user", f"Summarize this report:\n\n{REPORT}")],
        [(REPORT.strip(), "Summarize this report:")],
    ),
    "a document between tags": (
        "",
        [Turn("user", f"Here it is.\n<report>\n{REPORT}</report>\nWho slept, and where?")],
        [(f"<report>\n{REPORT}</report>", "Here it is.\nWho slept, and where?")],
    ),
    "code in a fence": (
        "",
        [Turn("user", f"Why is it slow?\n\n```\n{REPORT}```\n\nIt was fast in May.")],
        [(f"```\n{REPORT}```", "Why is it slow?\nIt was fast in May.")],
    ),
    "a document, and a question after the answer": (
        "",
        [Turn("user", REPORT), Turn("assistant", "Noted."), Turn("user", ASKS)],
        [(REPORT.strip(), ASKS)],
    ),
    "a document after a question": (
        "",
        [Turn("user", ASKS), Turn("assistant", "Where?"), Turn("user", REPORT)],
        [],
    ),
    "a document in the system text": (
        RETRIEVED + REPORT, [Turn("user", ASKS)], [(REPORT.strip(), ASKS)],
    ),
    "the first question, not the last": (
        RETRIEVED + REPORT,
        [Turn("user", ASKS), Turn("assistant", "Dull."), Turn("user", "And topic 4?")],
        [(REPORT.strip(), ASKS)],
    ),
    "rules in the system text": (RULES, [Turn("user", ASKS)], []),
    "the result of a tool": (
        "",
        [Turn("user", ASKS), Turn("call", "week 3", REPORT), Turn("user", "And topic 4?")],
        [(REPORT.strip(), f'{ASKS}\nlook {{"at": "week 3"}}')],
    ),
    "two results, each of its call": (
        "",
        [Turn("user", ASKS), Turn("call", "week 3", REPORT), Turn("call", "week 4", REPORT)],
        [(REPORT.strip(), f'{ASKS}\nlook {{"at": "week {n}"}}') for n in (3, 4)],
    ),
    "what an assistant says": ("", [Turn("user", ASKS), Turn("assistant", REPORT)], []),
    "little": (RETRIEVED, [Turn("user", ASKS), Turn("call", "week 3", "Nothing.")], []),
}  # fmt: skip


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("case", TABLE)
def test_each_text_is_asked_what_came_with_it(case: str, vendor: str) -> None:
    system, turns, asked = TABLE[case]
    assert read(VENDORS[vendor](system, turns)) == asked


UNCUT = {
    "little": "short",
    "rules in the system text": "instructions",
    "a document after a question": "question",
    "what an assistant says": "role",
}


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("case", UNCUT)
def test_the_reason_is_the_true_one(case: str, vendor: str) -> None:
    system, turns, _ = TABLE[case]
    request = VENDORS[vendor](system, turns)
    assert Conversation.read(request, None, TURNS, len).uncut == UNCUT[case]


@pytest.mark.parametrize("vendor", VENDORS)
def test_all_may_be_asked_the_last_question(vendor: str) -> None:
    turns = [Turn("user", ASKS), Turn("call", "week 3", REPORT), Turn("user", "And topic 4?")]
    request = VENDORS[vendor](RETRIEVED + REPORT, turns)
    asked = read(request, Turns(requery=True))
    assert asked == [(REPORT.strip(), "And topic 4?")] * 2


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_turn_alone_is_as_good_as_a_request(vendor: str) -> None:
    request = VENDORS[vendor]("", [Turn("user", ASKS), Turn("call", "week 3", REPORT)])
    [turns] = [value for value in request.values() if isinstance(value, list)]
    assert read(turns) == read(request) != []


def image(text: str) -> list[dict[str, Any]]:
    url = {"url": "data:image/png;base64," + "iVBOR" * 400}
    return [
        {"type": "image_url", "image_url": url},
        {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}},
    ]


PARTS: dict[str, tuple[Any, list[tuple[Any, ...]]]] = {
    "the question in a part of its own": (
        [{"role": "user", "content": [*image(REPORT), *image(ASKS)]}],
        [(0, "content", 1, "text")],
    ),
    "the question first": (
        [{"role": "user", "content": [*image(ASKS), *image(REPORT)]}],
        [(0, "content", 3, "text")],
    ),
    "the question in a message of its own": (
        [{"role": "user", "content": REPORT}, {"role": "user", "content": ASKS}],
        [(0, "content")],
    ),
    "the question in the next message of the same user": (
        [
            {"role": "user", "content": ASKS},
            {"role": "assistant", "content": "Where?"},
            {"role": "user", "content": REPORT},
            {"role": "user", "content": "There."},
        ],
        [(2, "content")],
    ),
    "a document block": (
        [
            {
                "role": "user",
                "content": [
                    {
                        "type": "document",
                        "source": {"type": "text", "data": REPORT},
                        "title": RULES,
                    },
                    {"type": "document", "source": {"type": "base64", "data": REPORT}},
                    {"type": "document", "source": {"type": "content", "content": image(REPORT)}},
                    {"type": "search_result", "source": RULES, "content": image(REPORT)},
                    {"type": "text", "text": ASKS},
                ],
            }
        ],
        [
            (0, "content", 0, "source", "data"),
            (0, "content", 2, "source", "content", 1, "text"),
            (0, "content", 3, "content", 1, "text"),
        ],
    ),
    "what an agent is reminded of": (
        [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": f"<system-reminder>{REPORT}</system-reminder>"},
                    {"type": "text", "text": ASKS},
                ],
            }
        ],
        [],
    ),
    "thoughts": (
        [
            {"role": "user", "content": ASKS},
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": REPORT, "signature": REPORT}],
            },
            {"role": "user", "content": "Go on."},
        ],
        [],
    ),
    "a sealed part": (
        {
            "contents": [
                {"role": "user", "parts": [{"text": ASKS}, {"inlineData": {"data": REPORT}}]},
                {"role": "model", "parts": [{"text": REPORT, "thoughtSignature": "c2ln"}]},
                {"role": "user", "parts": [{"text": "Go on."}]},
            ]
        },
        [],
    ),
    "input as a string": ({"input": f"{REPORT}\n\n{ASKS}"}, [("input",)]),
    "snake case": (
        {
            "contents": [
                {"role": "user", "parts": [{"text": ASKS}]},
                {"role": "model", "parts": [{"function_call": {"name": "a", "args": {}}}]},
                {
                    "role": "user",
                    "parts": [
                        {"function_response": {"name": "a", "response": {"x": [{"y": REPORT}]}}}
                    ],
                },
            ],
            "system_instruction": {"parts": [{"text": RETRIEVED + REPORT}]},
        },
        [
            ("system_instruction", "parts", 0, "text"),
            ("contents", 2, "parts", 0, "function_response", "response", "x", 0, "y"),
        ],
    ),
}


@pytest.mark.parametrize("case", PARTS)
def test_parts_of_all_kinds(case: str) -> None:
    request, places = PARTS[case]
    every = Turns(("system", "user", "assistant", "tool"))
    assert [one.place for one in Conversation.read(request, None, every, len).asked] == places


def test_a_result_of_which_nothing_is_known_is_asked_nothing() -> None:
    assert read([{"role": "tool", "content": REPORT}]) == [(REPORT.strip(), None)]


def test_a_gateway_that_holds_assistants_back_has_its_prefix_too() -> None:
    rows: list[Any] = [
        {"role": "user", "content": ASKS},
        {"role": "tool", "tool_call_id": "a", "content": REPORT},
        {"role": "user", "content": f"{REPORT}\nWho slept?"},
        {"role": "user", "content": "And topic 4?"},
    ]
    asked = [(REPORT.strip(), ASKS), (REPORT.strip(), "Who slept?")]
    assert read(rows[:3]) == read(rows) == asked


def test_a_question_in_short_words_is_one_whatever_is_cut() -> None:
    messages = [{"role": "user", "content": REPORT}, {"role": "user", "content": "Who slept here?"}]
    assert read(messages, Turns(min_tokens=1)) == [(REPORT.strip(), "Who slept here?")]


documents = st.sampled_from([REPORT, "[1, 2, {}]\n" * 90, "a,b\n1,2\n" * 90, f"```\n{REPORT}```"])
questions = st.sampled_from([ASKS, "Summarize.", "Who slept in the hold?", "Go on with it"])
said = st.one_of(
    questions,
    st.tuples(documents, questions).map("\n\n".join),
    st.tuples(questions, documents).map("\n\n".join),
    documents,
)
later = st.one_of(
    st.builds(Turn, st.just("call"), questions, documents | questions),
    st.builds(Turn, st.just("assistant"), documents | questions),
    said.map(lambda text: Turn("user", text)),
)
# Where nothing is asked yet, a document waits for the first question.
first = questions | st.tuples(documents, st.sampled_from([ASKS, "Summarize."])).map("\n\n".join)
systems = st.sampled_from(["", RULES, RETRIEVED + REPORT, f"<document>{REPORT}</document>"])
rounds = st.lists(later, max_size=8).map(lambda turns: [*turns, Turn("assistant", "Yes.")])


@settings(max_examples=300, deadline=None)
@given(
    vendor=st.sampled_from(list(VENDORS)),
    system=systems,
    opening=first,
    before=rounds,
    after=st.lists(later, max_size=5),
)
def test_later_turns_change_nothing_of_earlier_ones(
    vendor: str, system: str, opening: str, before: list[Turn], after: list[Turn]
) -> None:
    make = VENDORS[vendor]
    turns = [Turn("user", opening), *before]
    short = Conversation.read(make(system, turns), None, TURNS, len).asked
    long = Conversation.read(make(system, [*turns, *after]), None, TURNS, len).asked
    assert long[: len(short)] == short


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    vendor=st.sampled_from(list(VENDORS)),
    system=systems,
    opening=first,
    before=st.lists(later, max_size=2).map(lambda turns: [*turns, Turn("assistant", "Yes.")]),
    after=st.lists(later, min_size=1, max_size=2),
)
def test_what_a_vendor_has_in_its_cache_stays_so(
    tiny: Compressor,
    vendor: str,
    system: str,
    opening: str,
    before: list[Turn],
    after: list[Turn],
) -> None:
    """The bytes of a request are the beginning of the bytes of the next one."""
    turns = [Turn("user", opening), *before]
    sent = []
    for request in (VENDORS[vendor](system, turns), VENDORS[vendor](system, [*turns, *after])):
        made = tiny.compress_messages(request, ratio=0.5).request
        [said] = [value for value in made.values() if isinstance(value, list)]
        others = {name: value for name, value in made.items() if value is not said}
        sent.append(json.dumps(others) + "".join(map(json.dumps, said)))
    assert sent[1].startswith(sent[0])
    assert len(sent[1]) > len(sent[0])

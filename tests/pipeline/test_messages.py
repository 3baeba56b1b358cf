"""Chat requests: what comes out is a valid request, and all but long texts is as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from anthropic.types import MessageParam, TextBlockParam
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionMessageParam
from pydantic import TypeAdapter, ValidationError

from specpc import Compressor
from specpc.counting.counters import PLAIN
from specpc.errors import BudgetError, InputError
from specpc.options import TURNS, Turns
from specpc.pipeline.asking import Conversation
from tests.pipeline.test_properties import texts
from tests.structure.json.test_values import is_part

OPENAI: TypeAdapter[Any] = TypeAdapter(list[ChatCompletionMessageParam])
ANTHROPIC: TypeAdapter[Any] = TypeAdapter(list[MessageParam])
SYSTEM: TypeAdapter[Any] = TypeAdapter(str | list[TextBlockParam])
LONG_TEXT = 100
ALL = Turns(("system", "user", "assistant", "tool"), 30, requery=True)


def accept(adapter: TypeAdapter[Any], value: Any) -> None:
    """Raise unless the vendor's types accept a value; they check inner lists only when read."""

    def exhaust(found: Any) -> None:
        if isinstance(found, dict):
            for inner in found.values():
                exhaust(inner)
        elif isinstance(found, list) or type(found).__name__ == "ValidatorIterator":
            for inner in found:
                exhaust(inner)

    exhaust(adapter.validate_python(value))


def test_the_types_do_refuse() -> None:
    parts = [{"type": "text", "text": 3}]
    for adapter in (OPENAI, ANTHROPIC):
        with pytest.raises(ValidationError):
            accept(adapter, [{"role": "user", "content": parts}])
        with pytest.raises(ValidationError):
            accept(adapter, [{"role": "user", "content": None}])


# What users and tools write: short, long, and in any script.
said = st.one_of(
    texts.filter(str.strip),
    texts.filter(str.strip).map(lambda text: text * (LONG_TEXT // len(text) + 2)),
    st.integers(5, 20).map(
        lambda n: "".join(f"Line {i} tells of topic {i % 5}.\n" for i in range(n))
    ),
)
names = st.text("abcXYZ_09-", min_size=1, max_size=8)
extra = st.dictionaries(
    st.sampled_from(["x_note", "metadata"]), st.one_of(st.integers(), said), max_size=1
)


def record(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with these fields and perhaps some that nobody knows."""
    known = st.fixed_dictionaries(fields)
    return st.tuples(known, extra).map(lambda both: both[1] | both[0])


just = st.just
text_part = record(type=just("text"), text=said)
url = st.fixed_dictionaries({"url": just("data:image/png;base64," + "iVBOR" * 40)})


def openai_messages() -> st.SearchStrategy[list[dict[str, Any]]]:
    picture = record(type=just("image_url"), image_url=url)
    call = record(
        id=names,
        type=just("function"),
        function=st.fixed_dictionaries({"name": names, "arguments": said}),
    )
    content = said | st.lists(text_part, min_size=1, max_size=3)
    user = record(
        role=just("user"), content=said | st.lists(text_part | picture, min_size=1, max_size=3)
    )
    return st.lists(
        st.one_of(
            record(role=st.sampled_from(["system", "developer"]), content=content),
            user,
            record(role=just("assistant"), content=content),
            record(
                role=just("assistant"),
                content=content | st.none(),
                tool_calls=st.lists(call, min_size=1, max_size=2),
            ),
            record(role=just("tool"), tool_call_id=names, content=content),
            record(role=just("function"), name=names, content=said),
        ),
        min_size=1,
        max_size=8,
    )


def anthropic_messages() -> st.SearchStrategy[list[dict[str, Any]]]:
    cached = st.fixed_dictionaries(
        {"type": just("text"), "text": said, "cache_control": just({"type": "ephemeral"})}
    )
    text = text_part | cached
    picture = record(
        type=just("image"),
        source=just({"type": "base64", "media_type": "image/png", "data": "iVBOR" * 40}),
    )
    document = record(
        type=just("document"),
        source=st.fixed_dictionaries(
            {"type": just("text"), "media_type": just("text/plain"), "data": said}
        ),
    )
    answered = record(
        type=just("tool_result"),
        tool_use_id=names,
        content=said | st.lists(text | picture, min_size=1, max_size=3),
    )
    use = record(type=just("tool_use"), id=names, name=names, input=st.dictionaries(names, said))
    thought = record(type=just("thinking"), thinking=said, signature=said)
    failed = record(type=just("tool_result"), tool_use_id=names, is_error=just(True))
    return st.lists(
        st.one_of(
            record(
                role=just("user"),
                content=said
                | st.lists(
                    st.one_of(text, picture, document, answered, failed), min_size=1, max_size=4
                ),
            ),
            record(
                role=just("assistant"),
                content=said | st.lists(st.one_of(text, use, thought), min_size=1, max_size=3),
            ),
        ),
        min_size=1,
        max_size=8,
    )


def changed(before: Any, after: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where two values differ; they must have the same keys and items in the same order."""
    assert type(before) is type(after)
    if isinstance(before, dict):
        assert list(before) == list(after)
        for key in before:
            yield from changed(before[key], after[key], (*at, key))
    elif isinstance(before, list):
        assert len(before) == len(after)
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from changed(*pair, at=(*at, number))
    elif before != after:
        yield at


def value_at(value: Any, at: tuple[Any, ...]) -> Any:
    for key in at:
        value = value[key]
    return value


def may_change(messages: list[Any], at: tuple[Any, ...]) -> bool:
    """The rules of docs/messages.md, said in another way than the code does."""
    message = messages[at[0]]
    in_part = {
        found.get("type")
        for end in range(1, len(at))
        if isinstance(found := value_at(messages, at[:end]), dict)
    }
    shape = tuple("#" if isinstance(key, int) else key for key in at[1:])
    return (
        not (message["role"] == "assistant" and at[0] == len(messages) - 1)
        and shape[0] == "content"
        and len(value_at(messages, at).split()) >= ALL.min_tokens
        and not in_part & {"thinking", "tool_use", "image", "image_url"}
        and shape[-1] not in {"x_note", "metadata"}
    )


def is_made_of(text: str, source: str) -> bool:
    """Whether all characters of a text stand in its source in the same order."""
    rest = iter(source)
    return all(character in rest for character in text)


def unmarked(text: str) -> str:
    """A text without the markers of cuts, which stand alone, in a line or on one of their own."""
    return re.sub(r"\[\.\.\.\]\s?", "", text)


def speaks(message: dict[str, Any]) -> bool:
    content = message["content"]
    if message["role"] != "user" or content is None:
        return False
    return isinstance(content, str) or any(part["type"] == "text" for part in content)


relaxed = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def check(tiny: Compressor, adapter: TypeAdapter[Any], messages: list[Any], ratio: float) -> None:
    """With one budget for all, and all roles: as much may change as ever does."""
    assume(any(map(speaks, messages)))
    assume("specpc:keep>" not in json.dumps(messages))  # Hypothesis finds it in our source
    accept(adapter, messages)
    before = deepcopy(messages)
    compressor = replace(tiny, counter=PLAIN["words"])
    try:
        made = compressor.compress_messages(messages, ratio=ratio, turns=ALL)
    except BudgetError:
        assume(False)
    except InputError as error:
        assert "no user message" in str(error)  # what users say are documents only
        assume(False)
    assert messages == before
    accept(adapter, made.request)
    found = list(changed(before, made.request))
    for at in found:
        assert may_change(before, at)
        text = value_at(made.request, at)
        assert text.strip()
        source = value_at(before, at)
        assert is_made_of(text if "[...]" in source else unmarked(text), source)
    assert set(found) <= set(made.places)
    if made.total is None:
        assert not found
        assert made.uncut
        return
    original = sum(cut.original_tokens for cut in made.cuts)
    left = sum(cut.compressed_tokens for cut in made.cuts)
    assert (original, left) == (made.total.original_tokens, made.total.compressed_tokens)
    assert left <= max(1, ratio * original + 1e-6)
    assert made.total.query_source.value == "question"
    if ratio < 0.9 and original > 10:
        assert found


@relaxed
@given(openai_messages(), st.floats(0.1, 1.0))
def test_any_openai_messages(tiny: Compressor, messages: list[Any], ratio: float) -> None:
    check(tiny, OPENAI, messages, ratio)


@relaxed
@given(anthropic_messages(), st.floats(0.1, 1.0))
def test_any_anthropic_messages(tiny: Compressor, messages: list[Any], ratio: float) -> None:
    check(tiny, ANTHROPIC, messages, ratio)


LONG = "".join(f"Entry {i} of the log tells of topic {i % 7}.\n" for i in range(40))
AGENT: dict[str, Any] = {
    "model": "claude",
    "max_tokens": 1024,
    "temperature": 0.7,
    "system": [{"type": "text", "text": LONG, "cache_control": {"type": "ephemeral"}}],
    "tools": [{"name": "read", "input_schema": {"type": "object"}, "description": LONG}],
    "messages": [
        {"role": "user", "content": "What does the log say of topic 3?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": LONG, "signature": "c2ln"},
                {"type": "text", "text": "I will read it."},
                {"type": "tool_use", "id": "t1", "name": "read", "input": {"path": "/var/log"}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "t1", "content": LONG}],
        },
    ],
}


def test_a_tool_result_is_no_user_turn(tiny: Compressor) -> None:
    made = tiny.compress_messages(AGENT, ratio=0.2)
    assert made.total is not None
    asked = 'What does the log say of topic 3?\nread {"path": "/var/log"}'
    assert made.total.query == asked
    assert list(changed(AGENT, made.request)) == [("messages", 2, "content", 0, "content")]
    assert made.places == (("messages", 2, "content", 0, "content"),)
    accept(ANTHROPIC, made.request["messages"])
    accept(SYSTEM, made.request["system"])
    [part] = made.texts
    assert "[...]" in part.text
    [plain] = tiny.compress_messages(AGENT, ratio=0.2, gap="").texts
    assert plain.text == "".join(LONG[span.start : span.end] for span in plain.spans)


PAGE = {
    "url": "https://ferry.example/night",
    "title": "Night boat",
    "content": "The night boat runs from April to October. It leaves Orrisay at 22:40.\n\nCabins "
    'must be booked "two days" before. Dogs travel free. The bar closes at one. Breakfast is '
    "served from five. Bicycles cost six euros. Refunds are paid within ten days.",
}


@pytest.mark.parametrize("ratio", [0.4, 0.6, 0.8])
@pytest.mark.parametrize(
    "content",
    [
        json.dumps(PAGE),
        json.dumps({"content": [{"type": "text", "text": json.dumps(PAGE)}], "isError": False}),
        json.dumps([PAGE] * 2, indent=2),
    ],
)
def test_json_that_a_tool_answers_stays_json(tiny: Compressor, content: str, ratio: float) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "fetch", "arguments": "{}"}}
    question = {"role": "user", "content": "When does the night boat leave?"}
    openai = [
        {"role": "user", "content": "Read the page on the night boat."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": content},
        question,
    ]
    use = {"type": "tool_use", "id": "c1", "name": "fetch", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "c1", "content": content}
    anthropic = [
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result]},
        question,
    ]
    for adapter, messages in ((OPENAI, openai), (ANTHROPIC, anthropic)):
        made = tiny.compress_messages(messages, ratio=ratio, turns=Turns(min_tokens=100))
        accept(adapter, made.request)
        assert is_part(json.loads(made.texts[0].text), json.loads(content))


def test_results_beside_the_last_question_are_cut(tiny: Compressor) -> None:
    result = {"type": "tool_result", "tool_use_id": "t1", "content": LONG}
    question = {"type": "text", "text": "Topic 3? " * 20}
    made = tiny.compress_messages(
        [{"role": "user", "content": [result, question]}], target_tokens=200
    )
    assert [place[2] for place in made.places] == [0]
    assert made.request[0]["content"][1] == question


def test_nothing_left_of_a_text_becomes_a_marker(tiny: Compressor) -> None:
    results = [{"role": "tool", "tool_call_id": "1", "content": LONG[:200]} for _ in range(10)]
    messages = [*results, {"role": "user", "content": "Topic?"}]
    turns = Turns(min_tokens=100, requery=True)
    for gap, marker in (("", "[...]"), (" ... ", "..."), ("\n", "[...]")):
        made = tiny.compress_messages(messages, ratio=0.1, gap=gap, turns=turns)
        contents = [message["content"].strip() for message in made.request]
        assert contents.count(marker) >= 3
        accept(OPENAI, made.request)


def test_by_itself_a_text_that_its_budget_holds_nothing_of_stays_whole(tiny: Compressor) -> None:
    results = [
        {"role": "tool", "tool_call_id": "1", "content": text} for text in (LONG[:200], LONG)
    ]
    messages = [{"role": "user", "content": "Topic?"}, *results]
    made = tiny.compress_messages(messages, ratio=0.02, turns=Turns(min_tokens=100))
    assert made.places == ((2, "content"),)
    with pytest.raises(BudgetError):
        tiny.compress_messages(messages[:2], ratio=0.02, turns=Turns(min_tokens=100))


def read(request: Any, turns: Turns = TURNS) -> Conversation:
    return Conversation.read(request, None, turns, len)


def test_a_prefill_is_to_be_continued() -> None:
    messages = [
        {"role": "user", "content": "Topic?"},
        {"role": "assistant", "content": LONG},
        {"role": "user", "content": "Another topic?"},
        {"role": "assistant", "content": LONG},
    ]
    [one] = read(messages, Turns(("assistant",))).asked
    assert (one.place, one.question) == ((1, "content"), "Topic?")
    assert read(messages[2:], Turns(("assistant",))).uncut == "last"
    assert read(messages).uncut == "role"


def test_a_question_may_be_given(tiny: Compressor) -> None:
    messages = [{"role": "tool", "tool_call_id": "1", "content": LONG}]
    made = tiny.compress_messages(messages, "Topic 3?", ratio=0.2)
    assert made.total is not None
    assert made.total.query == "Topic 3?"


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ([], "no messages"),
        ({}, "no messages"),
        ({"messages": "hello"}, "no messages"),
        ("hello", "no messages"),
        ([3], "message 1 is not an object with a role"),
        ([{"role": "user", "content": "a"}, {"content": "a"}], "message 2 is not"),
        ({"input": [3]}, "message 1 is not an object with a role"),
        ({"contents": [{"role": "user"}]}, "message 1 is not an object with a parts"),
        ([{"role": "system", "content": LONG}], "no user message .*: give one with question=$"),
        ([{"role": "user", "content": [{"type": "tool_result", "content": LONG}]}], "no user"),
        ([{"role": "user", "content": " "}], "no user message"),
    ],
)
def test_no_messages(request_: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(request_, Turns(requery=True))

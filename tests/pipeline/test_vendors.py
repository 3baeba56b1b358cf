"""Reading requests that anybody may have made up: texts where they are, or one sentence."""

from __future__ import annotations

from contextlib import suppress
from functools import reduce
from operator import getitem
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.errors import InputError
from specpc.options import ROLES, TURNS
from specpc.pipeline.asking import Conversation
from specpc.pipeline.vendors.reading import SHAPES, read_request
from specpc.pipeline.vendors.rules import CALL

# What the rules look at, and values of all kinds.
KEYS = sorted(
    {
        str(key)
        for shape in SHAPES
        for kind, rule in shape.rules.items()
        for path in (*rule.inside, *rule.id, (kind,))
        for key in path
    }
    | {"type", "role", "messages", "contents", "input", "system", "thought"}
)
KINDS = st.sampled_from([*KEYS, "user", "assistant", "system", "base64", "Why?", "word. " * 90])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | KINDS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=30,
)
turns = st.lists(st.dictionaries(st.sampled_from(KEYS), values, min_size=1, max_size=5), max_size=4)
requests = values | st.dictionaries(st.sampled_from(KEYS), turns | values, max_size=3) | turns


@settings(max_examples=500, deadline=None)
@given(requests)
def test_texts_are_where_it_is_said_or_there_are_none(request: Any) -> None:
    try:
        found = read_request(request)
    except InputError:
        return
    places = [one.place for one in found if one.role != CALL]
    assert len(set(places)) == len(places)
    for one in found:
        assert one.role in {*ROLES, CALL}
        if one.role != CALL:
            assert reduce(getitem, one.place, request) == one.text
    with suppress(InputError):
        for asked in Conversation.read(request, None, TURNS, len).asked:
            assert reduce(getitem, asked.place, request) == asked.whole
            assert asked.text == asked.text.strip() != ""


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.turns)
def test_what_is_no_list_of_turns(shape: Any) -> None:
    told = r"no messages|message 1 is not an object"
    for wrong in ({}, {shape.turns: []}, {shape.turns: None}, {shape.turns: [None]}, 3, None, ""):
        with pytest.raises(InputError, match=told):
            read_request(wrong)

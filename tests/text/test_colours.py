"""What terminals show: codes of colours, links and erased lines are no text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from specpc.text.colours import uncoloured

CODES = ["\x1b[1;31m", "\x1b[0m", "\x1b[K", "\x1b]8;;https://harbour.example\x1b\\"]


@given(st.lists(st.sampled_from([*CODES, "a", "é", "\n", "[31m"]), max_size=30))
def test_each_character_begins_where_the_one_before_ends(parts: list[str]) -> None:
    text = "".join(parts)
    meant, offsets = uncoloured(text)
    assert meant == "".join(part for part in parts if part not in CODES)
    assert [text[end - 1] for end in offsets[1:-1].tolist()] == list(meant[:-1])
    assert offsets[-1] == len(text)

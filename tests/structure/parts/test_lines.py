"""Lines as spans."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from specpc.structure.parts.lines import lines


@given(st.text(st.sampled_from("a \t\r\n\u2028"), max_size=40))
def test_lines_tile_the_text_and_none_is_blank(text: str) -> None:
    spans = lines(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
    assert len(spans) <= 1 or all(text[start:end].strip() for start, end in spans)
    assert all(text[start - 1] in "\r\n" for start, _ in spans[1:])
    written = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
    assert len(spans) == max(len(written), bool(text))

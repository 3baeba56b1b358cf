from __future__ import annotations

import pytest

from specpc.structure import lay_out
from specpc.structure.records.banners import lay_out_banners
from tests.structure.heads import assert_under_heads, read

RUN = "".join(
    f"===== test {n} =====\nbefore\nran for {n} s\nafter\n\n--- output ---\nall is well\n"
    for n in range(4)
)


def test_each_text_keeps_the_line_that_names_it() -> None:
    text = read("head.txt")
    assert lay_out(text).kind == "named texts"
    long = text.replace("It cost forty euros.", "It cost forty euros. " * 40)
    assert_under_heads(long, ("==> ",), prose=True)
    assert_under_heads(RUN, ("=====|---",))


@pytest.mark.parametrize(
    "text",
    [
        "=== one ===\nA lone one.\n",
        "a --- b ---\nc --- d ---\n",
        "=====\na\n=====\nb\n",
        "***bold*** is\n***bold***\n",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert lay_out_banners(text) is None

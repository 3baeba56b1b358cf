"""Operators, addresses, quotes and brackets are never dropped alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.text.layout import tiles
from specpc.text.ties import paired, tied
from specpc.text.words import lay_out_words


def kept_with(text: str, word: str) -> str:
    """What stays if one word is kept."""
    layout = lay_out_words(text, tiles([0, len(text)]))
    pieces = [text[start:end] for start, end in pairwise(layout.edges.tolist())]
    [chosen] = [number for number, piece in enumerate(pieces) if word in piece]
    return "".join(pieces[piece] for piece in layout.complete([chosen])).strip()


@pytest.mark.parametrize(
    ("text", "word", "kept"),
    [
        ("keep it if p <= 0.05 holds", "0.05", "<= 0.05 holds"),
        ("they took < 3 days", "3", "< 3 days"),
        ("if x != y then", "y", "!= y"),
        ("set a = -5 there", "5", "= -5"),
        ("grew by ≥12 points", "12", "≥12 points"),
        ("from −3 on", "3", "−3"),
        ("needs a >= 1.2.0-rc.1 now", "1.2.0", ">= 1.2.0-rc.1"),
        ("run pip install --no-deps x", "deps", "--no-deps"),
        ("in /srv/port/src/ lies", "port", "/srv/port/src/"),
        (r"in C:\Users\x lies", "Users", r"C:\Users\x"),
        ("at https://a.example/b/?q=1#c- see", "example", "https://a.example/b/?q=1#c"),
        ("about 12 % of it", "12", "12 %"),
        ("He said “we will not sell it” today", "sell", "“ not sell”"),
        ('He said "we may sell it" today', "sell", '" sell"'),
        ("cost (about [some] 30) more", "some", "( [some])"),
        ("call `open` now", "open", "`open`"),
        ("a (b and c", "b", "b"),
        ("a) b [c", "b", "b"),
    ],
)
def test_ties(text: str, word: str, kept: str) -> None:
    assert kept_with(text, word) == kept


def test_pairs_end_with_their_line() -> None:
    assert paired(["(", "a", "\n", "b", ")"]) == [None] * 5
    assert paired(["(", "[", "a", ")", "]"]) == [None, (0, 3), (0, 3), None, None]


@given(st.lists(st.sampled_from(['"', "(", ")", "[", "]", "a", "\n", "“", "”", "`"]), max_size=30))
def test_pairs_hold_what_is_between_them(words: list[str]) -> None:
    for number, pair in enumerate(paired(words)):
        if pair is not None:
            assert pair[0] < number < pair[1]
            assert "\n" not in words[pair[0] : pair[1]]


@given(st.text(alphabet="a1 <>=-./:%\\~\n", max_size=60))
def test_tied_ranges_follow_each_other(text: str) -> None:
    ranges = [*tied(text)]
    assert all(start < end for start, end in ranges)
    assert all(one[1] <= other[0] for one, other in pairwise(ranges))

"""Protected text is never cut: patterns, counts and marks (tiny draft, and pure functions)."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from specpc import Compressor
from specpc.errors import BudgetError, InputError, UsageError
from specpc.options import Protection
from specpc.pipeline.documents import Document
from specpc.results import Span
from specpc.selection.fill import best_pieces, select_units
from specpc.selection.tokens import TokenPicker
from specpc.text.layout import LayoutBuilder, tiles
from specpc.text.pieces import Pieces, Scores, Spread
from specpc.text.protection import (
    CLOSING,
    OPENING,
    Protected,
    find_protected,
    forced_units,
    matches,
    unmark,
)
from specpc.text.units import segment

TEXT = "".join(f"Sentence number {i} says something about topic {i % 7}. " for i in range(40))
UNITS = ["sentence", "line", "paragraph", "word", "token"]
relaxed = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
plain = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["A sentence. ", "\n\n", "\r\n", "\n", "  ", "日本語。", "e\u0301", "word", ". ", "\t"]
    ),
)
parts = st.lists(st.tuples(plain, st.booleans()), min_size=1, max_size=12)


def marked_text(pieces: list[tuple[str, bool]]) -> str:
    return "".join(OPENING + text + CLOSING if kept else text for text, kept in pieces)


@given(parts)
def test_marks_are_taken_out_and_every_span_leads_back(pieces: list[tuple[str, bool]]) -> None:
    assume(not any("specpc:keep>" in text for text, _ in pieces))
    source = marked_text(pieces)
    found = unmark(source)
    assert found.text == "".join(text for text, _ in pieces)
    kept = "".join(text for text, keep in pieces if keep)
    assert "".join(found.text[a:b] for a, b in found.marked) == kept
    if found.text:
        spans, positions = found.to_source([Span(0, len(found.text), 1.0)], [0])
        assert "".join(source[s.start : s.end] for s in spans) == found.text
        assert all(a.end < b.start for a, b in pairwise(spans))
        for span, position in zip(spans, positions, strict=True):
            end = position + span.end - span.start
            assert source[span.start : span.end] == found.text[position:end]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (f"a\nb {OPENING} c", "line 2 is never closed"),
        (f"a {CLOSING} c", "closes no <specpc:keep>"),
        (f"{OPENING}a{OPENING}b{CLOSING}", "opens again"),
    ],
)
def test_marks_come_in_pairs(tiny: Compressor, source: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        tiny.compress(source, ratio=0.5, marks=True)
    assert tiny.compress(source, ratio=1).text == source


@relaxed
@given(
    parts,
    st.sampled_from([None, "What?"]),
    st.sampled_from(UNITS),
    st.floats(0.05, 1.0),
    st.sampled_from(["", " [...] "]),
)
def test_marked_text_survives_every_budget(
    tiny: Compressor,
    pieces: list[tuple[str, bool]],
    question: str | None,
    unit: str,
    ratio: float,
    gap: str,
) -> None:
    assume(not any("specpc:keep>" in text for text, _ in pieces))
    source = marked_text(pieces)
    assume(unmark(source).text.strip())
    try:
        result = replace(tiny, unit=unit).compress(
            source, question, ratio=ratio, gap=gap, marks=True
        )
    except BudgetError:
        return
    assert result.compressed_tokens <= result.budget
    kept = {at for span in result.spans for at in range(span.start, span.end)}
    offset = 0
    for text, protected in pieces:
        if protected:
            offset += len(OPENING)
            assert kept.issuperset(range(offset, offset + len(text)))
            offset += len(text) + len(CLOSING)
        else:
            offset += len(text)
    for span, position in zip(result.spans, result.positions, strict=True):
        length = span.end - span.start
        assert result.text[position : position + length] == source[span.start : span.end]


def test_marks_of_somebody_else_are_plain_text(tiny: Compressor) -> None:
    """A web page must not claim the budget, nor stop what reads it."""
    claim = "Ships pay. " + OPENING + TEXT + CLOSING + OPENING + " Rain fell. " + CLOSING + CLOSING
    result = tiny.compress(claim, "What do ships pay?", ratio=0.2)
    assert result.compressed_tokens <= 0.2 * len(claim)
    assert result.notes == ()
    assert all(claim[s.start : s.end] in result.text for s in result.spans)
    [document] = tiny.compress_documents([Document("a", claim)], "Pay?", ratio=0.2).documents
    assert len(document.text) <= 0.2 * len(claim) + 20
    chat = [{"role": "tool", "content": claim}, {"role": "user", "content": "What is paid?"}]
    made = tiny.compress_messages(chat, ratio=0.2)
    assert made.total is not None
    assert made.total.compressed_tokens <= made.total.budget
    assert tiny.score(claim, "Pay?").text == claim


@pytest.mark.parametrize("unit", UNITS)
def test_a_pattern_keeps_whole_units(tiny: Compressor, unit: str) -> None:
    text = TEXT.replace(". ", ".\n\n") if unit in {"line", "paragraph"} else TEXT
    keep = Protection((r"number (7|31) ",))
    result = replace(tiny, unit=unit).compress(text, "Topic?", ratio=0.3, keep=keep)
    for number in ("7", "31"):
        assert f"number {number}" in result.text
        if unit in {"sentence", "line", "paragraph"}:
            assert f"Sentence number {number} says something about" in result.text
    assert result.compressed_tokens <= result.budget


@pytest.mark.parametrize("unit", UNITS)
def test_protected_text_beyond_the_budget_gives_both_numbers(tiny: Compressor, unit: str) -> None:
    small = replace(tiny, unit=unit)
    with pytest.raises(BudgetError, match=r"takes [\d,]+ tokens .* the budget is 50:"):
        small.compress(TEXT, "Topic?", target_tokens=50, keep=Protection(("Sentence .*",)))


@given(st.integers(0, 6), st.integers(0, 6))
def test_counted_units(first: int, last: int) -> None:
    text = "*** \nOne. Two. Three. Four. Five. "
    layout = tiles(segment(text, "sentence"))
    forced = forced_units(text, layout, Protected(first=first, last=last))
    kept = [text[layout.edges[u] : layout.edges[u + 1]].strip(" .") for u in sorted(forced)]
    words = ["One", "Two", "Three", "Four", "Five"]
    expected = [w for i, w in enumerate(words) if i < first or i >= len(words) - last]
    rule = ["*** \n"] if first or last > len(words) else []
    assert kept == rule + expected


def test_an_unknown_pattern_is_said_and_empty_matches_protect_nothing(tiny: Compressor) -> None:
    keep = Protection(("no such thing", "x*"))
    result = tiny.compress(TEXT, "Topic?", ratio=0.3, keep=keep)
    assert [("no such" in n, "'x*'" in n) for n in result.notes] == [(True, False), (False, True)]
    assert result.text == tiny.compress(TEXT, "Topic?", ratio=0.3).text


def test_bad_settings_are_refused() -> None:
    with pytest.raises(UsageError, match="no regular expression"):
        Protection(("(",))
    with pytest.raises(UsageError, match="no regular expression"):
        Protection(("(" * 3000 + ")" * 3000,))
    with pytest.raises(UsageError, match="negative"):
        Protection(first=-1)


def test_a_pattern_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specpc.text.protection._TIMEOUT_SECONDS", 0.2)
    with pytest.raises(UsageError, match=r"takes more than 0\.2 s"):
        matches(r"(a|a|aa)+$", "a" * 20 + "b", 0.2)


def test_patterns_share_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[float] = []

    def slow(_pattern: str, _text: str, seconds: float) -> list[tuple[int, int]]:
        left.append(seconds)
        time.sleep(0.05)
        return []

    monkeypatch.setattr("specpc.text.protection.matches", slow)
    find_protected(TEXT, (), Protection(("a", "b", "c")))
    assert all(after < before - 0.04 for before, after in pairwise(left))
    assert len(left) == 3


def test_matches_take_no_more_room_than_what_they_cover() -> None:
    assert matches(".", TEXT) == [(0, len(TEXT))]
    assert find_protected(TEXT, (), Protection((".", "S", "."))).ranges == ((0, len(TEXT)),)


def test_a_protected_support_and_separator_are_kept() -> None:
    text = "[1,2,3]"
    builder = LayoutBuilder()
    builder.support(1)
    for end in (2, 4, 6):
        builder.unit(end, needs=(0,))
        if end < 6:
            comma = builder.support(end + 1)
            builder.surround(comma, 1, 6)
    builder.support(7)
    layout = builder.build("json")
    comma = text.index(",", 3)
    forced = forced_units(text, layout, find_protected(text, [(comma, comma + 1)], Protection()))
    assert "".join(text[layout.edges[p]] for p in layout.complete(forced)) == "[2,3"
    assert forced_units(text, layout, Protected(((0, 1),))) == {0, 1}
    assert forced_units(text, layout, Protected(((0, 1), (3, 4)))) == {0, 3}


@given(st.data())
def test_a_forced_support_is_paid_for_once(data: st.DataObject) -> None:
    sizes = np.asarray(data.draw(st.lists(st.integers(1, 9), min_size=6, max_size=6)))
    builder = LayoutBuilder()
    builder.support(1)
    for end in range(2, 7):
        builder.unit(end, needs=(0,))
    layout = builder.build("")
    scores = np.arange(6.0)
    budget = data.draw(st.integers(0, int(sizes.sum())))
    chosen = select_units(scores, sizes, budget, layout, {0})
    used = int(sizes[layout.complete(chosen.tolist())].sum())
    assert used <= max(budget, int(sizes[0]))
    if budget == sizes.sum():
        assert used == budget


@relaxed
@given(st.data())
def test_protected_words_come_first_in_the_papers_rule(data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(["aa", "b", "cccc", "d."]), min_size=2, max_size=20))
    text = " ".join(words)
    bounds = np.arange(len(text) + 1)
    drawn = data.draw(st.lists(st.floats(0, 1), min_size=len(text), max_size=len(text)))
    scores = Scores(np.asarray(drawn))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    picker = TokenPicker.of(text, bounds, Spread(4, 4))
    picker = picker.forcing(picker.pieces.protecting(Protected(((start, end),))))
    allowance = data.draw(st.integers(0, len(text)))
    pieces = picker.pick(scores, allowance).pieces
    kept = {at for piece in pieces for at in range(piece.start, piece.end)}
    assert kept.issuperset(range(start, end))
    least = {at for p in picker.pick(scores, 0).pieces for at in range(p.start, p.end)}
    assert len(kept) <= max(allowance, len(least))


def test_forced_units_come_with_what_they_need() -> None:
    text = "# Head\nbody\n"
    builder = LayoutBuilder()
    builder.support(7)
    builder.unit(12, needs=(0,))
    units = Pieces(text, np.arange(13), builder.build("markdown")).protecting(Protected(((8, 9),)))
    spans = best_pieces(units, np.zeros(2), 0)
    assert "".join(text[s.start : s.end] for s in spans) == text

"""The picture tells what compress keeps, byte by byte, whatever the text and the unit."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specpc import Compressor
from specpc.errors import BudgetError, UsageError
from specpc.options import NOTHING, Protection
from specpc.output.picture import GRID, find_marks, paint
from specpc.selection.units import UnitPicker
from specpc.text.layout import LayoutBuilder
from specpc.text.pieces import Pieces
from tests.tiny_models import tiny_draft

TEXT = "".join(f"Sentence {i} says that topic {i % 7} is dull. \r\n" for i in range(30))
QUESTION = "What of topic 3?"
TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(" \n.,<&Az")),
    min_size=1,
    max_size=200,
).filter(str.strip)
ONCE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module", params=["sentence", "line", "word", "token"])
def by_unit(request: pytest.FixtureRequest) -> Compressor:
    return Compressor.from_pretrained(tiny_draft(), unit=request.param)


@ONCE
@given(
    text=TEXTS,
    marked=st.sampled_from(["", "<specpc:keep>so</specpc:keep> "]),
    asked=st.sampled_from([QUESTION, None]),
    keep=st.sampled_from([NOTHING, Protection(("[A-Z]",)), Protection(first=1)]),
)
def test_every_ratio_shows_what_compress_keeps(
    by_unit: Compressor, text: str, marked: str, asked: str | None, keep: Protection
) -> None:
    source, text = marked + text, marked[13:15] + marked[-1:] + text
    scored = by_unit.score(source, asked, keep=keep, marks=True)
    try:
        picture = paint(scored, 0.9)
    except BudgetError:
        return
    parts = [part for piece in picture.pieces for part in piece.parts]
    assert "".join(text[part.start : part.end] for part in parts) == text
    assert {0.9} <= set(picture.ratios) <= {*GRID}
    for at, ratio in enumerate(picture.ratios):
        kept = "".join(text[part.start : part.end] for part in parts if part.kept[at])
        assert kept == by_unit.compress(source, asked, ratio=ratio, keep=keep, marks=True).text
    assert sum(piece.tokens for piece in picture.pieces) == picture.original_tokens


def test_ranks_follow_scores(by_unit: Compressor) -> None:
    picture = paint(by_unit.score(TEXT, QUESTION), 0.3, grid=())
    ranked = sorted(picture.pieces, key=lambda piece: piece.rank or 0)
    assert [piece.rank for piece in ranked] == list(range(1, picture.units + 1))
    scores = [piece.score for piece in ranked]
    assert scores == sorted(scores, reverse=True)
    levels = [piece.level for piece in ranked]
    assert levels == sorted(levels, reverse=True)
    assert abs(levels.count(4) - 0.05 * picture.units) <= 1


def test_the_best_units_are_what_the_counts_say(tiny: Compressor) -> None:
    picture = paint(tiny.score(TEXT, QUESTION), 0.3)
    for at, units in enumerate(picture.units_kept):
        kept = [piece for piece in picture.pieces if piece.kept[at]]
        assert len(kept) == units
        assert sum(piece.tokens for piece in kept) <= picture.results[at].compressed_tokens


def test_the_texts_own_question_is_always_kept(tiny: Compressor) -> None:
    picture = paint(tiny.score(TEXT + "\r\n\r\nWhat of topic 3?"), 0.3)
    last = picture.pieces[-1]
    assert last.score == math.inf
    assert last.rank is None
    assert all(last.kept)


def test_supports_have_no_score_and_forced_units_no_rank(tiny: Compressor) -> None:
    scored = tiny.score(TEXT, QUESTION)
    builder = LayoutBuilder()
    cuts = [match + 1 for match in range(len(TEXT)) if TEXT[match] == "\n"]
    heading = builder.support(cuts[0])
    for cut in cuts[1:]:
        builder.unit(cut, [heading])
    units = Pieces(TEXT, scored.read.tokens.bounds, builder.build("test"), frozenset({5}))
    assert scored.scores is not None
    scores = replace(scored.scores, pieces=np.arange(len(cuts), dtype=float))
    read = replace(scored.read, picker=UnitPicker(units))
    picture = paint(replace(scored, read=read, scores=scores), 0.3)
    assert picture.pieces[0].score == -math.inf
    assert picture.pieces[5].score == math.inf
    assert {picture.pieces[0].rank, picture.pieces[5].rank} == {None}
    assert picture.pieces[-1].rank == 1
    assert picture.units == len(cuts) - 2
    at = picture.ratios.index(0.3)
    assert picture.pieces[0].kept[at]
    assert picture.pieces[5].kept[at]


def test_nothing_is_cut_at_ratio_1(tiny: Compressor) -> None:
    picture = paint(tiny.score(TEXT, QUESTION), 1.0)
    assert picture.ratios[-1] == 1
    assert all(piece.kept[-1] for piece in picture.pieces)


def test_marks_are_found_across_units(tiny: Compressor) -> None:
    mark = "dull. \r\nSentence 4"
    picture = paint(tiny.score(TEXT, QUESTION), 0.3, ["topic 3", mark])
    assert [place.mark for place in picture.places].count(0) == TEXT.count("topic 3")
    last = picture.places[-1]
    assert TEXT[last.start : last.end] == mark
    assert picture.line(last.start) == 4
    for at, result in enumerate(picture.results):
        inside = any(s.start <= last.start and last.end <= s.end for s in result.spans)
        assert last.kept[at] == inside
    marked = [part for piece in picture.pieces for part in piece.parts if part.marked]
    assert "".join(TEXT[p.start : p.end] for p in marked).count("topic 3") == TEXT.count("topic 3")


def test_from_which_ratio_on(tiny: Compressor) -> None:
    picture = paint(tiny.score(TEXT, QUESTION), 0.3, grid=(0.2, 0.5))
    assert picture.ratios == (0.2, 0.3, 0.5)
    assert picture.safe_from((True, True, True)) == 0
    assert picture.safe_from((True, False, True)) == 2
    assert picture.safe_from((False, True, True)) == 1
    assert picture.safe_from((True, True, False)) is None


@pytest.mark.parametrize(("mark", "told"), [("topic 9", "'topic 9' does not"), (" ", "empty")])
def test_marks_that_cannot_be_found(mark: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        find_marks(TEXT, [mark])


def test_a_ratio_too_low_is_an_error_and_grid_ratios_too_low_are_left_out(
    tiny: Compressor,
) -> None:
    scored = tiny.score("Antidisestablishmentarianism likewise", QUESTION)
    with pytest.raises(BudgetError):
        paint(scored, 0.05)
    assert GRID[0] not in paint(scored, 0.95).ratios

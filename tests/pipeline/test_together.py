"""Several texts under one budget, with a tiny random draft."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from specpc import Compressor
from specpc.counting.counters import DRAFT, PLAIN, Counter
from specpc.errors import BudgetError, InputError
from specpc.options import Cut
from specpc.pipeline import steps
from specpc.pipeline.scored import CutTexts
from specpc.results import Span
from specpc.selection.base import Picked
from specpc.selection.fit import Fit
from specpc.text.joined import JoinedTexts
from specpc.text.pieces import Scores
from tests.pipeline.marked import check_marked
from tests.pipeline.test_properties import texts


def compress_together(
    compressor: Compressor,
    sources: list[str],
    question: str | None,
    instead: str = "",
    **cut: Any,
) -> CutTexts:
    read = steps.read(compressor, JoinedTexts.of(sources, instead=instead), question)
    return steps.cut(compressor, read, Cut(**cut))


units = st.sampled_from(["sentence", "line", "word", "token"])
several = st.lists(texts.filter(str.strip), min_size=1, max_size=5)


@settings(deadline=None, max_examples=150)
@given(several, units, st.sampled_from(["", "[...]"]), st.floats(0.05, 1.0), st.booleans())
def test_texts_come_out_by_themselves_within_one_budget(
    tiny: Compressor, sources: list[str], unit: str, marker: str, ratio: float, words: bool
) -> None:
    own = Counter(DRAFT, tiny.reader.encoder.count)
    counter = PLAIN["words" if words else "characters"]
    for compressor, count in (
        (replace(tiny, unit=unit), own.count),
        (replace(tiny, unit=unit, counter=counter), counter.count),
    ):
        try:
            made = compress_together(
                compressor, sources, "What is it?", ratio=ratio, gap=marker, instead=marker
            )
        except BudgetError:
            assume(False)
        assert made.total.original_tokens == sum(map(count, sources))
        total = sum(count(part.text) for part in made.texts)
        assert total == made.total.compressed_tokens <= made.total.budget
        assert made.total.budget <= max(1, ratio * made.total.original_tokens + 1e-6)
        assert made.total.text == "".join(part.text for part in made.texts)
        assert any(part.spans for part in made.texts)
        for source, part in zip(sources, made.texts, strict=True):
            kept = [source[span.start : span.end] for span in part.spans]
            if kept:
                check_marked(part.text, kept, part.positions, marker)
            else:
                assert part.text == marker
            assert not kept or "".join(kept).strip()


def test_a_whole_text_is_left_out(tiny: Compressor) -> None:
    sources = [f"Sentence {i} is about topic {i}. " for i in range(20)]
    made = compress_together(tiny, sources, "Topic?", target_tokens=100)
    assert {part.text for part in made.texts} == {"", *sources} & {p.text for p in made.texts}
    assert sum(not part.text for part in made.texts) >= 15
    whole = compress_together(tiny, sources, "Topic?", ratio=1.0)
    assert [part.text for part in whole.texts] == sources


def test_the_question_at_the_end_of_one_text_is_not_that_of_all(tiny: Compressor) -> None:
    sources = ["A text about topics. " * 10, "Another text.\n\nWhat is the answer?"]
    made = compress_together(tiny, sources, None, ratio=0.3)
    assert made.total.query == ""


class Ends:
    """Picks the last line of each of two texts."""

    def pick(self, scores: Scores, allowance: int) -> Picked:
        return Picked([Span(5, 9, 1.0), Span(18, 23, 1.0)])


def test_a_text_is_not_mended_for_what_is_kept_of_the_one_before() -> None:
    source = JoinedTexts.of(["One.\nTwo.", "Three.\nFour."])
    fitted = Fit(source, len(source.text), 20, "", len).fit(Ends(), Scores(np.zeros(23)))
    assert [source.text[span.start : span.end] for span in fitted.spans] == ["Two.", "Four."]
    assert ([text.text for text in fitted.texts], fitted.tokens) == (["Two.", "Four."], 9)


def test_scores_go_with_their_spans(tiny: Compressor) -> None:
    sources = ["One. Two. Three. Four. Five. " * 4, "Six. Seven. Eight. Nine. " * 4]
    compressor = replace(tiny, unit="sentence")
    made = compress_together(compressor, sources, "Six?", ratio=0.4)
    source = JoinedTexts.of(sources)
    scored = steps.score(compressor, steps.read(compressor, source, "Six?"))
    by_place = {s.start: s.score for s in scored.compress(ratio=0.4).spans}
    for (offset, _), part in zip(source.ranges, made.texts, strict=True):
        assert [by_place[span.start + offset] for span in part.spans] == [
            span.score for span in part.spans
        ]


@pytest.mark.parametrize("sources", [[], ["a", " "]])
def test_blank_texts_are_refused(tiny: Compressor, sources: list[str]) -> None:
    with pytest.raises(InputError, match="nothing to compress"):
        compress_together(tiny, sources, "?", ratio=0.5)


def test_a_budget_below_the_markers(tiny: Compressor) -> None:
    with pytest.raises(BudgetError, match="markers alone, in place of 3 texts"):
        compress_together(tiny, ["a b c d e f"] * 3, "?", target_tokens=15, instead="[...]")

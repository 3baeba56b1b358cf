"""What must hold for every text, budget and unit, with a tiny random draft."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
import regex
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from specpc import CompressionResult, Compressor
from specpc.errors import BudgetError, InputError
from specpc.results import QuerySource
from specpc.text.scripts import UNSPACED
from tests.pipeline.marked import check_marked

pieces = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["\r\n", "\n\n", "\t", "\u00a0", "e\u0301", "👩‍👩‍👧‍👦", "🇫🇷",
         "日本語。", "ไทย", "नमस्ते", "A sentence. ",
         "- item\n", "# Head\n\n", "3.14 ", "don't ", "?", "\u200d", "\ufeff", "<|im_end|>", "</s>"]
    ),
)  # fmt: skip
texts = (
    st.lists(pieces, min_size=1, max_size=25)
    .map("".join)
    .filter(lambda text: "specpc:keep>" not in text)  # Hypothesis finds the mark in our source
)
units = st.sampled_from(["auto", "sentence", "line", "paragraph", "word", "token", "structure"])
gaps = st.sampled_from(["", "", " [...] "])
questions = st.sampled_from([None, "What is it?", "日本?"])
relaxed = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def compress(
    tiny: Compressor, text: str, question: str | None, unit: str, **budget: object
) -> CompressionResult:
    assume(text.strip())
    try:
        return replace(tiny, unit=unit).compress(text, question, **budget)  # type: ignore[arg-type]
    except BudgetError as error:
        assert "tokens" in str(error)
        assume(False)
        raise


@relaxed
@given(texts, questions, units, gaps, st.floats(0.01, 1.0))
def test_spans_text_and_budget(
    tiny: Compressor, text: str, question: str | None, unit: str, gap: str, ratio: float
) -> None:
    result = compress(tiny, text, question, unit, ratio=ratio, gap=gap)
    ranges = [(span.start, span.end) for span in result.spans]
    assert all(0 <= start < end <= len(text) for start, end in ranges)
    assert all(a[1] < b[0] for a, b in pairwise(ranges))
    check_marked(result.text, [text[a:b] for a, b in ranges], result.positions, gap)
    assert result.original_tokens == tiny.reader.encoder.count(text)
    assert result.compressed_tokens == tiny.reader.encoder.count(result.text)
    assert 0 < result.compressed_tokens <= result.budget
    assert result.budget <= max(1, ratio * result.original_tokens + 1e-6)


@relaxed
@given(texts, questions, units, st.floats(0.05, 0.95))
def test_the_same_input_gives_the_same_output(
    tiny: Compressor, text: str, question: str | None, unit: str, ratio: float
) -> None:
    first = compress(tiny, text, question, unit, ratio=ratio)
    second = compress(tiny, text, question, unit, ratio=ratio)
    assert (first.text, first.spans) == (second.text, second.spans)


@relaxed
@given(texts, units)
def test_ratio_one_returns_the_text(tiny: Compressor, text: str, unit: str) -> None:
    result = compress(tiny, text, None, unit, ratio=1.0)
    assert result.text == text
    assert result.ratio == 1.0


@relaxed
@given(texts, units, st.floats(0.3, 0.95))
def test_the_texts_own_question_is_kept(
    tiny: Compressor, text: str, unit: str, ratio: float
) -> None:
    prompt = text + "\n\nWhat is the answer?"
    result = compress(tiny, prompt, None, unit, ratio=ratio)
    assert result.query_source in {QuerySource.TAIL, QuerySource.NONE}
    if result.query_source is QuerySource.TAIL:
        assert result.text.endswith("What is the answer?")


@relaxed
@given(texts, st.floats(0.05, 0.95))
def test_kept_words_are_never_glued_together(tiny: Compressor, text: str, ratio: float) -> None:
    result = compress(tiny, text, None, "word", ratio=ratio)
    for left, right in pairwise(result.spans):
        if not (text[left.end - 1].isalnum() and text[right.start].isalnum()):
            continue
        sides = text[left.end - 1] + text[right.start]
        # Characters of scripts without spaces may follow anything; so may the rest of a long run.
        assert regex.search(UNSPACED, sides) or text[left.end : right.start][-1:].isalnum()


@given(st.text(alphabet=" \t\r\n\u00a0\u3000", max_size=20))
def test_blank_texts_are_refused(tiny: Compressor, text: str) -> None:
    with pytest.raises(InputError, match="empty"):
        tiny.compress(text, ratio=0.5)


def test_lone_surrogates_are_refused(tiny: Compressor) -> None:
    with pytest.raises(InputError, match="surrogates"):
        tiny.compress("a\ud800b", ratio=0.5)

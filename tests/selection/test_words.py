"""Words as units, and which of them stay where there is no question."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc import Compressor
from specpc.results import QuerySource, Span
from specpc.selection.words import WordPicker, is_word, plain_worth, share, tidy_lines
from specpc.structure.units import lay_out_units
from specpc.text.pieces import Scores
from specpc.text.spans import join, keep_apart
from specpc.text.units import word_bounds
from tests.pipeline.test_compressor import EXCERPT


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in pairwise(word_bounds(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  cat's e-mail", ["The", "  cat's", " e-mail"]),
        ("It cost $1,299.50 (51.6%).", ["It", " cost", " $1,299.50", " (", "51.6%", ")", "."]),
        ("2 and 3, 2012.\n\n  Next", ["2", " and", " 3", ",", " 2012.", "\n\n  ", "Next"]),
        ('{"a_b": [1]}', ["{", '"', "a_b", '"', ":", " [", "1", "]", "}"]),
        ("j.doe@x.org 10.10.34.12", ["j.doe@x.org", " 10.10.34.12"]),
        ("7e7cc42f-3cb9-4d91-804c", ["7e7cc42f-3cb9-4d91-804c"]),
        ("well—known", ["well", "—", "known"]),
        ("2003年8月、日本で。ไทย x", ["2003年8月、", "日本で。", "ไทย", " x"]),
        ("a\r\nb  ", ["a", "\r\n", "b", "  "]),
        ("👩‍👩‍👧 x", ["👩‍👩‍👧", " x"]),
        (f"See https://a.example/{'b/' * 40}c.", ["See", f" https://a.example/{'b/' * 40}c."]),
        ("x" * 130, ["x" * 60, "x" * 60, "x" * 10]),
    ],
)  # fmt: skip
def test_words(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@given(st.text(max_size=200))
def test_words_tile_the_text(text: str) -> None:
    bounds = word_bounds(text)
    assert bounds[0] == 0
    assert bounds[-1] == len(text)
    assert all(start < end for start, end in pairwise(bounds))


def test_names_numbers_and_new_words_are_worth_more() -> None:
    words = ["the", "Tern", "sails", "at", "9.15", "the", ",", "Tern", ""]
    worth = plain_worth(words)
    assert worth.tolist() == pytest.approx([1.0, 1.7, 1.0, 1.0, 2.0, 0.5, 0.0, 1.2, 1.0])
    assert [is_word(word) for word in ("a", "$5%", "—", "")] == [True, True, False, False]


def test_neighbours_share() -> None:
    assert share(np.array([1.0, 0.0, 2.0]), 0.5).tolist() == [1.0, 1.5, 2.0]
    assert share(np.array([1.0]), 0.5).tolist() == [1.0]


def test_lines_of_which_nothing_was_kept_leave_no_break() -> None:
    text = "# one\ntwo\n\n  three four\n"
    kept = [piece for piece in word_spans(text) if text[piece.start : piece.end] != "two"]
    assert join(text, ranges(tidy_lines(text, kept))) == "# one\n\n  three four\n"
    words = [piece for piece in word_spans(text) if is_word(text[piece.start : piece.end])]
    assert text[slice(*ranges(tidy_lines(text, words))[0])] == "one"


@pytest.mark.parametrize(
    ("text", "dropped", "expected"),
    [
        ('say "foo", "bar" now', ['"', ",", ' "'], 'say foo "bar now'),
        ("well—known", ["—"], "well—known"),
        ("now (see) this", [" (", ")"], "now see this"),
        ("日—本", ["—"], "日本"),
    ],
)
def test_kept_words_stay_apart(text: str, dropped: list[str], expected: str) -> None:
    kept = [span for span in word_spans(text) if text[span.start : span.end] not in dropped]
    assert join(text, keep_apart(text, merged(ranges(kept)))) == expected


def word_spans(text: str) -> list[Span]:
    return [Span(start, end, 0.0) for start, end in pairwise(word_bounds(text))]


def ranges(spans: list[Span]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans]


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    from specpc.text.spans import merge

    return merge(spans)


def test_the_best_words_fit_the_allowance() -> None:
    text = "one Two three, Four."
    bounds = np.arange(len(text) + 1)  # one token a character
    picker = WordPicker.of(text, bounds, lay_out_units(text, "sentence"))
    flat = np.zeros(len(text))
    kept = [text[p.start : p.end] for p in picker.pick(Scores(flat), 11).pieces]
    assert kept == ["Two", ",", " Four."]  # the blank left of the text's first word is cut
    wanted = flat.copy()
    wanted[:3] = 5.0
    assert text[picker.pick(Scores(wanted), 4).pieces[0].start :].startswith("one")


def test_names_and_numbers_outlive_function_words(compressor: Compressor) -> None:
    result = replace(compressor, unit="word").compress(EXCERPT, ratio=0.5)
    assert (result.scorer, result.unit) == ("received-attention", "word")
    assert (result.query, result.query_source) == ("", QuerySource.NONE)
    assert 0.95 * result.budget <= result.compressed_tokens <= result.budget
    assert result.text == join(EXCERPT, [(s.start, s.end) for s in result.spans])

    def survived(words: tuple[str, ...]) -> float:
        return sum(map(result.text.split().count, words)) / sum(map(EXCERPT.split().count, words))

    for name in ("Edda Hallgrim", "Tollan", "2,318", "27.4", "Pelorin Line", "Haldersund"):
        assert name in result.text
    assert survived(("the", "of", "a", "and", "was", "in")) < 0.35


def test_an_explicit_unit_and_a_question_are_honoured(compressor: Compressor) -> None:
    text = EXCERPT[:3000]
    sentences = replace(compressor, unit="sentence").compress(text, ratio=0.5)
    assert (sentences.scorer, sentences.unit) == ("coverage", "sentence")
    asked = compressor.compress(text, "Who became Harbour Master?", ratio=0.5)
    assert (asked.scorer, asked.unit) == ("retrieval-heads", "structure")
    prompt = compressor.compress(f"{text}\n\nWho became Harbour Master?", ratio=0.5)
    assert (prompt.scorer, prompt.unit) == ("retrieval-heads", "structure")

"""Words of the prose of a text, beside pieces that stay whole."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from specpc import Compressor
from specpc.structure.units import lay_out_units
from specpc.text.layout import tiles
from specpc.text.ties import tied
from specpc.text.units import segment, word_bounds
from specpc.text.words import lay_out_words

texts = st.text(st.sampled_from('aB1 .,!?\n-#|`>*{}[]":我。é'), min_size=1, max_size=80)


def pieces(text: str, unit: str = "structure") -> list[str]:
    layout = lay_out_words(text, lay_out_units(text, unit))
    return [text[start:end] for start, end in pairwise(layout.edges.tolist())]


@given(texts)
def test_plain_text_is_cut_as_if_it_were_one_sentence(text: str) -> None:
    layout = lay_out_words(text, tiles(segment(text, "sentence")))
    tied_up = {offset for start, end in tied(text) for offset in range(start + 1, end)}
    assert set(word_bounds(text)) - tied_up <= set(layout.edges.tolist())
    for piece in layout.supports:
        assert text[layout.edges[piece] : layout.edges[piece + 1]].strip() in {*'[]{}"`'}


def test_blanks_between_sentences_belong_to_the_next_word() -> None:
    assert pieces("One two. Three  four.\n\nFive.") == [
        "One", " two.", " Three", "  four.", "\n\n", "Five.",
    ]  # fmt: skip


@given(texts)
def test_pieces_tile_the_text_and_need_what_their_units_needed(text: str) -> None:
    layout = lay_out_units(text, "structure")
    words = lay_out_words(text, layout)
    assert words.edges[0] == 0
    assert words.edges[-1] == len(text)
    assert (np.diff(words.edges) > 0).all()
    for piece in layout.supports:
        assert layout.edges[piece + 1] in words.edges


def test_speakers_stay_with_their_words() -> None:
    text = "Ann: I sold the house.\nBob: When was that?\nAnn: In May, I think.\nBob: So late."
    layout = lay_out_words(text, lay_out_units(text, "structure"))
    edges = layout.edges.tolist()
    house = next(p for p in range(len(layout)) if "house" in text[edges[p] : edges[p + 1]])
    kept = "".join(text[edges[p] : edges[p + 1]] for p in layout.complete([house]))
    assert kept.startswith("Ann:")
    assert "sold" not in kept


def test_json_without_a_question_stays_json(compressor: Compressor) -> None:
    rows = [{"name": f"Person {i}", "age": 20 + i, "city": "Tollan"} for i in range(40)]
    text = json.dumps(rows, indent=1)
    result = replace(compressor, unit="word").compress(text, ratio=0.4)
    assert result.unit == "word"
    assert 0 < len(json.loads(result.text)) <= 40


def test_code_in_markdown_is_not_cut_into_words(compressor: Compressor) -> None:
    code = "def area(width, height):\n    return width * height\n"
    prose = "The function below takes the two sides of a rectangle and gives its area. " * 8
    text = f"# Areas\n\n{prose}\n\n```python\n{code}```\n\n{prose}\n"
    for ratio in (0.3, 0.5, 0.7):
        result = replace(compressor, unit="word").compress(text, ratio=ratio)
        assert result.text.count("```") in {0, 2}
        assert "width *" not in result.text or "return width * height" in result.text

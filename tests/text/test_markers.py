"""Markers of cuts: written as comments in code, not at all in JSON, by the budget's rules."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from specpc.errors import BudgetError
from specpc.results import CutText
from specpc.selection.fit import Fit
from specpc.selection.units import UnitPicker
from specpc.structure.code.languages import LANGUAGES, parse
from specpc.structure.code.programs import lay_out_code
from specpc.structure.json.values import lay_out_json
from specpc.text.joined import JoinedTexts
from specpc.text.layout import Layout, LayoutBuilder
from specpc.text.markers import Marker
from specpc.text.pieces import Pieces, Scores
from tests.structure.programs import PROGRAMS

JSON = json.dumps([{"name": "x" * 150, "values": [1, 2]} for _ in range(9)], indent=1)


def compress(
    source: JoinedTexts, layout: Layout, seed: int, budget: int, gap: str
) -> list[CutText]:
    """Fit with random scores and one token a character."""
    text = source.text
    picker = UnitPicker(Pieces(text, np.arange(len(text) + 1), layout))
    scores = Scores(np.random.default_rng(seed).random(len(text)))
    try:
        fit = Fit(source, len(text), budget, gap, len)
        return list(fit.fit(picker, scores).texts)
    except BudgetError:
        assume(False)
        raise


@pytest.mark.parametrize("language", PROGRAMS)
@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000), st.floats(0.3, 0.9), st.sampled_from(["", "[...]", "\n[...]\n"]))
def test_marked_code_parses(language: str, seed: int, ratio: float, gap: str) -> None:
    text = PROGRAMS[language]
    budget = int(ratio * len(text))
    source = JoinedTexts.plain(text)
    [made] = compress(source, lay_out_code(text, language), seed, budget, gap)
    assert len(made.text) <= budget
    assert not parse(made.text, language).root_node.has_error, made.text
    for span, position in zip(made.spans, made.positions, strict=True):
        assert made.text.startswith(text[span.start : span.end], position)
    comment = f"{LANGUAGES[language].comment} [...]"
    marked = [line for line in made.text.split("\n") if line.strip() == comment]
    assert len(marked) == (len(made.spans) - 1 if gap else 0)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 1000), st.floats(0.2, 0.9))
def test_json_has_no_markers(seed: int, ratio: float) -> None:
    layout = lay_out_json(JSON)
    assert layout is not None
    [made] = compress(JoinedTexts.plain(JSON), layout, seed, int(ratio * len(JSON)), " [...] ")
    assert len(made.spans) > 1
    json.loads(made.text)


def test_several_texts_are_marked_each_by_itself() -> None:
    source = JoinedTexts.of([PROGRAMS["go"], PROGRAMS["go"]])
    text = source.text
    builder = LayoutBuilder()
    first = len(PROGRAMS["go"])
    for layout, end in ((lay_out_code(PROGRAMS["go"], "go"), first + 2), (None, len(text))):
        builder.append(layout or lay_out_code(PROGRAMS["go"], "go"))
        if builder.position < end:
            builder.unit(end)
    made = compress(source, builder.build("code"), 1, len(text) // 2, "[...]")
    assert not parse("".join(one.text for one in made), "go").root_node.has_error
    for one in made:
        for span, position in zip(one.spans, one.positions, strict=True):
            assert one.text.startswith(text[span.start : span.end], position)


def test_a_marker_is_left_as_it_is_where_nothing_is_said() -> None:
    text = "One. \n  two three"
    layout = Layout(np.array([0, 5, 8, 12, len(text)]), gaps={2: "# {}\n", 3: ""})
    marker = Marker(" [..\n.] ", text, layout)
    assert marker.before(0) == marker.text
    assert marker.before(8) == "# [.. .]\n"
    assert marker.before(6) == "# [.. .]\n"  # the white space before came along
    assert marker.before(12) == ""
    assert marker.before(10) == marker.text  # inside a piece

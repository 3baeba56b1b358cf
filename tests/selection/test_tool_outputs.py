"""Of what real tools printed, without a question: errors, their places, and how it ended.

The texts are outputs of `tests.benchmarks.tool_outputs` with most of their other lines taken out;
what must be left is said there, by rules that know nothing of the product.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from specpc.selection.cover import CoverPicker
from specpc.selection.fit import Fit
from specpc.structure.units import lay_out_units
from specpc.text.joined import JoinedTexts
from specpc.text.pieces import Pieces, Scores
from tests.benchmarks.tool_outputs.recipes import RECIPES
from tests.structure.kept import ENCODER

FOLDER = Path(__file__).parent / "tool_outputs"
SHARE = 0.3
BY_FILE = {recipe.file: recipe for recipe in RECIPES}


def cut(text: str, share: float) -> str:
    tokens = ENCODER.encode(text)
    fit = Fit(JoinedTexts.plain(text), len(text), int(share * len(tokens)), "", ENCODER.count)
    picker = CoverPicker(Pieces(text, tokens.bounds, lay_out_units(text, "structure")))
    return fit.fit(picker, Scores(np.zeros(len(tokens)))).texts[0].text


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("*.txt")))
def test_errors_their_places_and_the_end_are_kept(file: str) -> None:
    recipe, text = BY_FILE[file], (FOLDER / file).read_text("utf-8")
    assert recipe.errors(text)
    kept = cut(text, SHARE)
    errors = recipe.errors(kept)
    assert [error for error in recipe.wanted(text) if error not in errors] == []
    assert [error for error in errors if error not in recipe.errors(text)] == []
    assert recipe.summary(kept) == recipe.summary(text)
    # Lines are whole.
    assert {*kept.splitlines()} <= {*text.splitlines()}


def test_there_are_outputs_of_many_tools() -> None:
    assert len({BY_FILE[path.name].tool for path in FOLDER.glob("*.txt")}) >= 10

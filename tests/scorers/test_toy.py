"""A new scorer is one module with a function, and one row of the table."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from specpc import Compressor, options
from specpc.errors import UsageError
from specpc.models.reader import Reader
from specpc.scorers import SCORERS
from specpc.scorers.base import Scorer
from tests.tiny_models import tiny_draft

_MODULE = '''
"""The later a token, the better."""
import numpy as np

from specpc.text.pieces import Scores


def score(settings, reader, question, context, progress=None):
    return Scores(np.arange(len(context.ids), dtype=float) * settings.sign)
'''


@dataclass(frozen=True)
class Toy(Scorer):
    home = "toy_scorer"

    name: str
    sign: int

    def context_window(self, reader: Reader, question: str) -> int:
        return 100


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "toy_scorer.py").write_text(_MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(SCORERS, "latest", lambda _: Toy("latest", 1))
    monkeypatch.setitem(SCORERS, "earliest", lambda _: Toy("earliest", -1))


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(("name", "kept"), [("latest", "five"), ("earliest", "one")])
def test_a_file_and_a_row_make_a_scorer(name: str, kept: str) -> None:
    assert "toy_scorer" not in sys.modules  # until something is scored
    compressor = Compressor.from_pretrained(tiny_draft(), scorer=name, unit="sentence")  # type: ignore[arg-type]
    result = compressor.compress(
        "It is one. Then two. Now three. And four. At five.", "?", ratio=0.3
    )
    assert kept in result.text
    assert (result.scorer, result.windows) == (name, 1)
    sys.modules.pop("toy_scorer")


def test_an_unknown_one_is_told_which_there_are() -> None:
    with pytest.raises(UsageError, match="auto, retrieval-heads, paper, received-attention"):
        Compressor.from_pretrained(tiny_draft(), scorer="best")  # type: ignore[arg-type]


def test_users_choose_among_the_rows_of_the_table() -> None:
    assert ("auto", *SCORERS) == options.SCORERS
    assert all(options.scorer_name(name) == name for name in SCORERS)

"""What a choice of units leaves of a text, as the compressor assembles it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from specpc.errors import BudgetError
from specpc.models.tokens import TextEncoder
from specpc.selection.fit import Fit
from specpc.selection.units import UnitPicker
from specpc.structure import lay_out
from specpc.text.joined import JoinedTexts
from specpc.text.markers import Marker
from specpc.text.pieces import Pieces, Scores
from specpc.text.spans import join, keep_apart, merge
from tests.tiny_models import byte_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from specpc.text.layout import Layout

FILES = Path(__file__).parent / "files"
ENCODER = TextEncoder(byte_tokenizer())


def units(layout: Layout) -> list[int]:
    return np.flatnonzero(layout.units).tolist()


def pieces(layout: Layout, text: str) -> list[str]:
    edges = layout.edges.tolist()
    assert edges[0] == 0
    assert edges[-1] == len(text)
    assert edges == sorted(set(edges))
    return [text[start:end] for start, end in pairwise(edges)]


def kept(layout: Layout, text: str, chosen: Iterable[int], gap: str = "") -> str:
    """The chosen units with all they need, widened by white space as in `fit`."""
    edges = layout.edges.tolist()
    ranges = merge([(edges[p], edges[p + 1]) for p in layout.complete(chosen)])
    return join(
        text, keep_apart(text, ranges, layout.is_tight), Marker(gap, text, layout) if gap else ""
    )


def fitted(
    layout: Layout, text: str, ratio: float, seed: int, *, whole: bool = False
) -> str | None:
    """What random scores keep of a text; ``None`` if the budget holds no unit, or no whole one."""
    tokens = ENCODER.encode(text)
    scores = Scores(np.random.default_rng(seed).random(len(tokens)))
    budget = max(1, int(ratio * len(tokens)))
    fit = Fit(JoinedTexts.plain(text), len(text), budget, "", ENCODER.count)
    picker = UnitPicker(Pieces(text, tokens.bounds, layout))
    try:
        result = fit.fit(picker, scores)
    except BudgetError:
        return None
    assert result.tokens <= budget
    if whole and result.cut_unit:
        return None
    return result.texts[0].text


def choices(layout: Layout) -> st.SearchStrategy[set[int]]:
    numbers = units(layout)
    return st.sets(st.sampled_from(numbers)) if numbers else st.just(set())


def read(name: str) -> str:
    """One of the texts that tests share."""
    with (FILES / name).open(encoding="utf-8", newline="") as file:
        return file.read()


def around(layout: Layout, text: str, *parts: str, gap: str = "") -> str:
    """What is left of a text if the units that hold some words are chosen."""
    own = pieces(layout, text)
    chosen = [next(n for n in units(layout) if part in own[n]) for part in parts]
    return kept(layout, text, chosen, gap)


def keep(text: str, *parts: str) -> str:
    """What is kept of a text with the first units that hold some words."""
    return around(lay_out(text), text, *parts)


def never_alone(text: str, what: str) -> bool:
    """Whether something is only kept for the sake of other text."""
    layout = lay_out(text)
    said = pieces(layout, text)
    return not any(what in said[unit] for unit in units(layout))

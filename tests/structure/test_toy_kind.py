"""A new kind of text is one file and one row of one table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from specpc.structure import kinds, lay_out
from specpc.structure.kinds import Kind
from tests.structure.toy_kind import lay_out_cards

if TYPE_CHECKING:
    from specpc import Compressor

CARDS = [f"{ship}: built in {year}.\nIt lies in {town}.\n%%\n" for ship, year, town in [
    ("Asta", 1951, "Bergen"), ("Vela", 1962, "Turku"), ("Rosa", 1973, "Kiel"),
    ("Luna", 1984, "Riga"), ("Nora", 1995, "Malmo"), ("Pelorin", 2006, "Gdansk"),
]]  # fmt: skip
TITLE = "Ships\n%%\n"
TEXT = TITLE + "".join(CARDS)


@pytest.fixture
def row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "DATA", (*kinds.DATA, Kind(lay_out_cards, ("cards",))))


def test_without_its_row_it_is_prose() -> None:
    assert lay_out(TEXT).kind == "sentence"


@pytest.mark.usefixtures("row")
def test_it_is_recognised_alone_by_name_and_in_a_fence() -> None:
    assert lay_out(TEXT).kind == "cards"
    assert lay_out(TEXT, "ships.cards").kind == "cards"
    for info in ("cards", ""):
        fence = f"Look:\n\n```{info}\n{TEXT}```\n"
        edges = lay_out(fence).edges.tolist()
        ends = [fence.index(card) + len(card) for card in CARDS]
        assert set(ends) <= set(edges)
        assert not any(edge in edges for end in ends for edge in range(end - 10, end))


@pytest.mark.usefixtures("row")
def test_it_is_compressed_by_its_pieces(tiny: Compressor) -> None:
    made = replace(tiny, unit="structure").compress(TEXT, "Where does Rosa lie?", ratio=0.5)
    assert made.unit == "structure"
    assert made.text.startswith(TITLE)
    kept = made.text.removeprefix(TITLE)
    assert kept
    assert all(card.strip() in kept for card in CARDS if card.split(":")[0] in kept)
    assert kept.count("%%") < len(CARDS)

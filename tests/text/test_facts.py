"""What pieces tell."""

from __future__ import annotations

import numpy as np

from specpc.text.facts import find_facts
from specpc.text.layout import tiles
from specpc.text.pieces import Pieces


def shared(texts: list[str]) -> tuple[list[set[int]], list[float]]:
    found, weights = find_facts(texts)
    return [set(own.tolist()) for own in found], weights.tolist()


def test_names_and_numbers_outweigh_other_words() -> None:
    (own,), weights = shared(["The ferry Tern sank and the Tern burned; ferry 2,318 was lost."])
    by_weight = sorted(weights[fact] for fact in own)
    assert by_weight[-2:] == [1.0, 1.0]  # Tern and 2,318; "The" is written small as well
    assert set(by_weight[:-2]) == {0.1}


def test_what_is_said_in_more_places_matters_more() -> None:
    found, weights = shared(["Tern", "Tern", "Auk", "tern Tern"])
    assert found[0] == found[1]
    assert weights[min(found[0])] == 3**0.5
    assert weights[min(found[2])] == 1.0


def test_scripts_without_capitals_or_blanks_tell_by_their_words() -> None:
    found, weights = shared(["船は十二時に出る", "船は十二時に着く", ""])
    assert found[0] & found[1]
    assert found[0] - found[1]
    assert found[2] == set()
    assert all(weight > 0 for weight in weights)


def test_no_texts() -> None:
    found, weights = shared([])
    assert found == []
    assert weights == []


def test_what_points_back_is_worth_less() -> None:
    text = "Tern sank in 1911. It sank in 1911 Tern. Dies sank in 1911 Tern."
    bounds = np.arange(len(text) + 1)
    pieces = Pieces(text, bounds, tiles([0, 19, 41, len(text)]))
    own = pieces.told.own
    assert own[0] > 0 > own[1]
    assert own[2] < 0

"""What pieces tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.text.facts import Place, Told, find_facts, likeness, without_labels
from specpc.text.layout import tiles
from specpc.text.pieces import Pieces
from specpc.text.units import segment


def shared(texts: list[str]) -> tuple[list[set[int]], list[float]]:
    found, weights = find_facts(texts, np.zeros(len(texts), dtype=bool))
    return [set(own.tolist()) for own in found], weights.tolist()


def test_names_and_numbers_outweigh_other_words() -> None:
    (own,), weights = shared(["The ferry Tern sank and the Tern burned; ferry 2,318 was lost."])
    by_weight = sorted(weights[fact] for fact in own)
    assert by_weight[-2:] == [1.0, 3.0]  # Tern and 2,318; "The" is written small as well
    assert set(by_weight[:-2]) == {0.1}


def test_what_begins_a_sentence_may_be_no_name() -> None:
    texts = ["Yeah, so it is. Yeah.", "Yeah?", "Tern sank.", "He said: Yeah."]
    running, rows = (find_facts(texts, np.full(len(texts), prose)) for prose in (True, False))
    yeah, tern = running[0][1][0], running[0][2].max()
    assert running[1][yeah] == pytest.approx(0.1 * np.sqrt(3))
    assert running[1][tern] == 1.0
    assert rows[1][yeah] == pytest.approx(np.sqrt(3))


def test_who_speaks_is_no_news() -> None:
    turns = ["Ann: hi there.", "Ann: so it is.", "Bob: yes", "  Ann: no"]
    assert without_labels(turns) == ["hi there.", "so it is.", "Bob: yes", "no"]


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


def told(text: str) -> Told:
    return Pieces(text, np.arange(len(text) + 1), tiles(segment(text, "sentence"))).told


def test_what_points_back_is_worth_less() -> None:
    first, second, third = told(
        "Tern sank in 1911.\n\nIt sank in 1911 Tern.\n\nDies sank in 1911 Tern."
    ).alone.tolist()
    assert max(second, third) < first - 0.05


def test_what_opens_a_paragraph_is_worth_more() -> None:
    text = "Tern sank in 1911. Tern sank in 1911. Tern sank in 1911.\r\n\r\nTern sank in 1911."
    one, two, three, four = told(text).alone.tolist()
    assert one - two == pytest.approx(0.1, abs=0.01)
    assert two > three
    assert four > two


def test_a_signature_is_worth_more() -> None:
    text = "def sail(): x = 1 def sail(): y = 1 def sail(): z = 1"
    layout = tiles([0, 18, 36, len(text)], prose=False)
    bounds = np.arange(len(text) + 1)
    plain = Pieces(text, bounds, layout).told
    short = Pieces(text, bounds, replace(layout, bodies={1: 2})).told
    assert (short.alone - plain.alone).tolist() == pytest.approx([0.0, 0.2, 0.0])


def test_what_is_like_the_whole_is_worth_more_in_running_text() -> None:
    text = "The crew sails home.\n\nThe crew sails out.\n\nAnother thing burns.\n\n"
    parts = [part for part in text.split("\n\n") if part]
    found, weights = find_facts(parts, np.ones(len(parts), dtype=bool))
    like = likeness(found, len(weights), np.ones(3, dtype=bool))
    assert like[0] == pytest.approx(like[1])
    assert like[0] > 0 > like[2]
    assert abs(like.mean()) < 1e-9
    bounds = np.arange(len(text) + 1)
    layout = tiles(segment(text, "sentence"))
    records = Pieces(text, bounds, replace(layout, prose=frozenset())).told
    assert (told(text).own[:2] > records.own[:2]).all()
    assert not likeness(found, len(weights), np.zeros(3, dtype=bool)).any()


@given(st.lists(st.sampled_from(["Tern ", "1911 ", "so. ", "\n", "\n\n", "船"]), min_size=1))
def test_any_text_can_be_told(words: list[str]) -> None:
    text = "".join(words) + "x"
    pieces = Pieces(text, np.arange(len(text) + 1), tiles(segment(text, "sentence")))
    assert np.isfinite(pieces.told.alone).all()
    assert (Place.of(text, pieces.layout).ranks >= 0).all()


def test_capitals_throughout_tell_no_names() -> None:
    texts = ["THE BOAT AND THE PIER ARE LEFT TO Orrisay.".upper(), "The boat is at Orrisay."]
    found, weights = find_facts(texts, np.ones(2, dtype=bool))
    assert weights[found[0]].max() <= 1 + 1e-9  # the name is known from the other sentence
    assert np.sort(weights[found[0]])[-2] < 0.2


def test_where_a_link_leads_is_no_news() -> None:
    plain = "See the manual."
    linked = "See the [manual](https://ferry.example/en/boats/manual.html)."
    found, _ = find_facts([plain, linked], np.ones(2, dtype=bool))
    assert found[0].tolist() == found[1].tolist()


def test_a_licence_tells_nothing_unless_it_is_all() -> None:
    licence = (
        'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND. IN NO EVENT SHALL THE '
        "AUTHORS BE LIABLE FOR ANY CLAIM OR DAMAGES.\n\nPermission is hereby granted to anyone."
    )
    text = "The night boat leaves Orrisay at 22:45. Skis are rented at the pier in Vang. " * 9
    both = told(f"{text}\n\n{licence}")
    assert not any(len(own) for own in both.facts[-3:])
    assert all(len(own) for own in both.facts[:-3])
    assert all(len(own) for own in told(licence).facts)


def test_what_a_contract_says_is_no_licence() -> None:
    text = (
        "The car is sold on 3 May without warranty for 4500 euros to Ann Ryel. In no event shall "
        "the liability of Kova exceed 250000 euros in a year. "
    )
    assert all(len(own) for own in told(text * 3 + "It is so, and was. " * 30).facts[:2])


def test_brackets_of_programs_are_no_links() -> None:
    found, _ = find_facts(["handlers[0](payload)", "handlers[0]"], np.zeros(2, dtype=bool))
    assert len(found[0]) == len(found[1]) + 1


def told_by(text: str) -> Told:
    bounds = np.asarray(segment(text, "word"))
    return Pieces(text, bounds, tiles(segment(text, "sentence"))).told


def test_what_a_page_shows_around_what_it_says_tells_nothing() -> None:
    said = "Ann Ryel sold 40 harbours in May."
    around = (
        "Video Loading Video Unavailable Click to play Tap to play The video will start in 8",
        "(Image: Ann Ryel for The Daily Harbour)",
        "Get daily news straight to your inbox",
    )
    text = "".join(f"{line}\n\n" for line in (*around, said))
    told = told_by(text)
    assert [len(own) > 0 for own in told.facts] == [False, False, False, True]
    assert told.own[:3].tolist() == [0, 0, 0]


def test_an_image_that_a_sentence_speaks_of_is_told() -> None:
    told = told_by(
        "Image 4 shows what Ann Ryel sold in May.\n\nThe photo: it cost 40.\n\n"
        "Most browsers accept cookies.\n\nIf you sign up for our newsletter, Ann keeps your name.\n"
    )
    assert all(len(own) for own in told.facts)


def test_sums_of_files_tell_nothing() -> None:
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    facts, _ = find_facts([f"sum {digest}", "sum", "sum 1234567890"], np.zeros(3, dtype=bool))
    assert facts[0].tolist() == facts[1].tolist()
    assert facts[2].tolist() != facts[1].tolist()

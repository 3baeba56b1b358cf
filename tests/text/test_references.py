"""Sentences that need one before them: which do, and which one."""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpc.selection.units import UnitPicker
from specpc.structure import lay_out
from specpc.text.layout import tiles
from specpc.text.pieces import Pieces, Scores
from specpc.text.references import referring
from tests.structure.kept import keep


def needed(*sentences: str) -> dict[int, tuple[int, ...]]:
    """What sentences of one text need, by their numbers."""
    text, ends = "".join(sentences), [*accumulate(map(len, sentences))]
    return dict(referring(text, tiles([0, *ends])).needs)


@pytest.mark.parametrize(
    "said",
    [
        "It was halted from 3 to 19 October.",
        "“They have been listed.”",
        "This is no longer allowed.",
        "In that case, the deposit is lost.",
        "If not, call the harbour.",
        "Otherwise the fee is due.",
        "Both beams were replaced.",
        "Most of it came in May.",
        "Four of them were at Berth 7.",
        "Six failed.",
        "Most were sound.",
        "One of her first acts was to sell it.",
        "Andernfalls verfällt das Pfand.",
        "Elles ont été remplacées.",
        "Esto no está permitido.",
        "Они были заменены.",
        "这是不允许的。",
        "Except for the night boat.",
        "Not on Sundays.",
        "Nicht am Sonntag.",
        "No.",
        "However, it was halted in May.",
        "And they were not asked.",
        "In addition, these were sold.",
        "Außerdem wurde sie verkauft.",
        "The south basin does not.",
        "So was the south basin.",
        "Only the pier is.",
        "Was halted in May.",
        "Does not include the pier.",
        "Must not be used on Sundays.",
        "Closed on Mondays.",
        "Repaired the same day.",
        "We therefore leave it out.",
        "Handed over to the crew by noon.",
        "With the exception of the pier.",
        "Exceptions: the pier and the ramp.",
        "Provided, however, that the pier is open.",
        "Ausgenommen sind Kinder.",
        "Kinder hingegen nicht.",
        "Los demás tampoco.",
        "Toutefois, un chien d'assistance l'est.",
        "ただし、日曜日を除く。",
    ],
)
def test_a_sentence_about_one_before_it_needs_that(said: str) -> None:
    assert needed("The dredging of the north basin began in May. ", said) == {1: (0,)}


@pytest.mark.parametrize(
    "said",
    [
        "It is important that all of the crew can swim.",
        "It takes ten minutes to cross.",
        "Built in 1871, the pier was lengthened twice.",
        "Speed in the harbour is limited.",
        "This report covers the year.",
        "In this agreement, a berth is a place for one ship.",
        "Item 4 was withdrawn.",
        "Theft is not covered.",
        "Italy joined in May.",
        "The north basin is 12 m deep.",
        "Was it halted in May?",
        "Neither party may assign the lease.",
        "This Lease ends in May.",
        "These terms apply from May on.",
        "Only Lena knows why.",
        "Why not?",
        "However, it is important to swim.",
        "But this report covers the year.",
        "Is it closed?",
        "Will Reyes was there.",
        "May is warm.",
        "Allerdings gibt es Kuchen.",
        "No one swims.",
    ],
)
def test_others_need_none(said: str) -> None:
    assert needed("The dredging of the north basin began in May. ", said) == {}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Is it open on Sundays? ", "No, on weekdays."),
        ("May dogs come in? ", "Only guide dogs."),
        ("Ist das erlaubt? ", "Nein, nur werktags."),
        ("¿Vendrás? ", "No, gracias."),
        ("هل يمكن الإرجاع؟ ", "لا، إلا خلال 7 أيام."),
        ("可以吗？", "不可以。"),
        ("Was it “closed?” ", "Never before May."),
    ],
)
def test_an_answer_needs_the_question_right_before_it(asked: str, said: str) -> None:
    assert needed("The basin is deep. ", asked, said)[2] == (1,)
    assert needed("The basin is deep. ", "We asked. ", said) == {}


def test_what_leads_to_a_list_needs_what_it_is_about() -> None:
    text = (
        "We do not pay for any of the following. Such loss is excluded whatever else caused it:\n\n"
        "A. Flood.\n\nB. Neglect.\n"
    )
    assert keep(text, "Neglect") == text.replace("A. Flood.\n\n", "")


def test_of_several_in_a_row_each_needs_the_one_that_names() -> None:
    said = "Ana Reyes joined in May. ", "She led the survey. ", "She left in June. ", "He stayed."
    assert needed(*said) == {1: (0,), 2: (0,), 3: (0,)}
    pointing = *said[:2], "This took a year. ", "It was dear."
    assert needed(*pointing) == {1: (0,), 2: (1,), 3: (2,)}


def test_a_long_row_is_parted() -> None:
    found = needed("Ana left. ", *["This took a year. "] * 9)
    assert found == {n: (n - 1,) for n in range(1, 10) if n not in {4, 8}}


def test_a_paragraph_needs_no_other() -> None:
    assert needed("The basin was dredged.\n\n", "It was halted in May.") == {}
    assert needed("The basin was dredged.\r\n \r\n", "It was halted in May.") == {}
    assert needed("It was halted in May.") == {}


def test_items_and_paragraphs_need_none_of_their_neighbours() -> None:
    text = "# Rules\n\n- The gate is shut at ten.\n- It is lit at night.\n\n## More\n\nIt opens.\n"
    layout = lay_out(text)
    edges = layout.edges.tolist()
    said = [text[low:high] for low, high in pairwise(edges)]
    assert layout.needs[said.index("- It is lit at night.\n\n")] == (0,)
    assert layout.needs[said.index("It opens.\n")] == (said.index("## More\n\n"),)


@pytest.mark.parametrize(
    ("worth", "allowance", "kept"),
    [((3, 1), 25, [0]), ((3, 1), 36, [0, 1]), ((1, 3), 25, [1]), ((1, 3), 36, [0, 1])],
)
def test_a_budget_too_small_for_both_keeps_the_one_that_answers(
    worth: tuple[int, int], allowance: int, kept: list[int]
) -> None:
    text = "Edda took office in May. She moved.\n"
    pieces = Pieces(text, np.arange(len(text) + 1), lay_out(text))
    scores = Scores(np.zeros(len(text)), np.asarray(worth, dtype=np.float64))
    found = UnitPicker(pieces).pick(scores, allowance).pieces
    assert [[0, 25].index(piece.start) for piece in found] == kept


@given(st.lists(st.sampled_from(["It ended. ", "This ended. ", "Ana left. ", "A pause.\n\n"])))
def test_each_needs_only_what_stands_before_it_in_its_paragraph(said: list[str]) -> None:
    for sentence, others in needed(*said).items():
        assert all(other < sentence for other in others)
        assert not any(said[n].endswith("\n\n") for n in range(min(others), sentence))


@pytest.mark.parametrize(
    "said",
    ["[introduced in tide 3.4]\n", "(see the manual)\n", "See https://tide.example.com/2021/12\n"],
)
def test_an_aside_needs_what_it_stands_below(said: str) -> None:
    assert needed("The tide was mended.\n", said) == {1: (0,)}
    assert needed("The tide was mended.\n\n", said) == {1: (0,)}


def test_a_list_of_links_needs_nothing() -> None:
    assert not needed("See the pages.\n", "https://a.example.com\n", "[1] https://b.example.com\n")

"""The fuzz knows every language that is read, and makes the same inputs of the same seeds."""

from __future__ import annotations

from random import Random

from tests.benchmarks.fuzz import ENDINGS, make_case
from tests.structure.programs import PROGRAMS


def test_each_program_has_an_ending() -> None:
    assert PROGRAMS.keys() <= ENDINGS.keys()


def test_a_seed_makes_one_input() -> None:
    for seed in range(20):
        assert make_case(Random(seed)) == make_case(Random(seed))

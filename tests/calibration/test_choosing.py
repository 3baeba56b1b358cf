"""What is measured of each head, and which heads are chosen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from specpc.calibration.calibrate import calibrate
from specpc.calibration.choosing import Bench, choose_heads, forward_selection, quality
from specpc.calibration.collecting import Observation, gold_units, observe_example
from specpc.calibration.example import Example
from specpc.errors import InputError
from specpc.models.reader import Reader
from specpc.scorers import retrieval_heads
from specpc.scorers.base import Context
from specpc.scorers.retrieval_heads import score, signed_root
from specpc.scorers.settings import HeadProfile
from specpc.structure.units import cut_into_units
from specpc.text.lexical import standardised
from specpc.text.pieces import pool
from tests.tiny_models import tiny_draft

TEXT = "The sky is blue. Ada bought the red boat in spring. Nobody came there. It rained all day."
EXAMPLE = Example("test", TEXT, "Who has the boat?", ((17, 51),))


def observation(seed: int, kind: str, good: tuple[int, int] | None, *, own: bool = False,
                shape: tuple[int, int] = (10, 2)) -> Observation:  # fmt: skip
    """Random scores of 8 units of 6 tokens; one head sees the gold one."""
    random = np.random.default_rng(seed)
    scores = random.random((*shape, 48)).astype(np.float16)
    gold = np.zeros(8, dtype=bool)
    gold[int(random.integers(8))] = True
    unit_of = np.arange(48) // 6
    if good is not None:
        scores[good[0], good[1], gold[unit_of]] += 2
    return Observation(kind, scores, unit_of, gold, own)


@pytest.mark.parametrize("family", ["llama", "gemma3_text"])
def test_every_head_is_observed_as_the_scorer_reads_it(
    monkeypatch: pytest.MonkeyPatch, family: str
) -> None:
    monkeypatch.setattr(retrieval_heads, "_BESIDE", 0.0)  # what the scorer makes of it later
    reader = Reader(tiny_draft(family))
    seen = observe_example(reader, EXAMPLE)
    assert seen is not None
    assert seen.gold.tolist() == [False, True, False, False]
    tokens = reader.encoder.encode(TEXT)
    units = cut_into_units(TEXT, tokens.bounds, "sentence")
    bench = Bench([seen])
    for layer, head in ((0, 3), (2, 1)):
        profile = HeadProfile("tiny", 3, 4, ((layer, head, 1.0),), "N/A", 1000, "", lexical=0)
        context = Context(tokens.ids, [(0, len(tokens))], units)
        scores = score(profile, reader, EXAMPLE.question, context)
        found = signed_root(torch.from_numpy(seen.scores[layer, head]).float() / 1000)
        assert np.allclose(found, scores.tokens, rtol=1e-2, atol=1e-3)
        values = bench.units[0][layer, head].double().numpy()
        assert np.allclose(standardised(values), scores.pieces, rtol=1e-2, atol=1e-2)


def test_long_contexts_are_read_in_windows() -> None:
    long = replace(EXAMPLE, context=TEXT + " It went on and on again." * 100)
    seen = observe_example(Reader(tiny_draft()), long)
    assert seen is not None
    assert seen.scores.shape == (3, 4, len(long.context))
    assert len(seen.gold) == 104


def test_what_cannot_be_used() -> None:
    reader = Reader(tiny_draft())
    assert observe_example(reader, Example("x", "One sentence.", "Why?", ((0, 13),))) is None
    assert observe_example(reader, replace(EXAMPLE, evidence=())) is None
    with pytest.raises(InputError, match="nothing to learn"):
        calibrate(tiny_draft(), [replace(EXAMPLE, evidence=())], source="a test")


def test_gold_units() -> None:
    edges = np.array([0, 10, 20, 30, 40])
    assert gold_units(edges, ((12, 15),)).tolist() == [False, True, False, False]
    assert gold_units(edges, ((8, 31),)).tolist() == [False, True, True, False]
    assert gold_units(edges, ((0, 2), (35, 40))).tolist() == [True, False, False, True]


def test_pooling_is_that_of_the_picker() -> None:
    random = np.random.default_rng(0)
    unit_of = np.repeat(np.arange(6), [1, 3, 4, 9, 2, 5])
    gold = np.array([False, False, True, False, False, False])
    scores = random.random((1, 1, 24)).astype(np.float16)
    found = Bench([Observation("x", scores, unit_of, gold)]).units[0][0, 0]
    expected = np.sqrt(pool(scores[0, 0].astype(np.float64), unit_of, 6))
    assert np.allclose(found.numpy(), expected, atol=1e-6)


def test_quality_is_one_at_the_top_and_falls_with_what_stands_above() -> None:
    seen = observation(0, "x", None)
    gold = torch.from_numpy(seen.gold).float()
    other = torch.zeros(8)
    other[int(np.flatnonzero(~seen.gold)[0])] = 1
    rows = torch.stack([gold, gold + 2 * other, -gold])
    found = quality(rows, torch.from_numpy(seen.gold), torch.full((8,), 1 / 8))
    assert found.tolist() == pytest.approx([1, 1 - 0.125 / 0.3, 0])


def test_the_head_that_sees_the_evidence_is_chosen_first() -> None:
    bench = Bench([observation(i, f"kind {i % 4}", (6, 1)) for i in range(12)])
    choice = choose_heads(bench)
    assert choice.heads[0] == (6, 1)
    assert len(set(choice.heads)) == len(choice.heads) <= 12
    assert choice.quality > 0.9
    assert all(3 <= layer < 8 for layer, _ in choice.heads)


def test_deeper_heads_are_taken_where_they_are_better() -> None:
    bench = Bench([observation(i, f"kind {i % 4}", (9, 0)) for i in range(12)])
    assert (9, 0) in choose_heads(bench).heads


def test_few_layers_few_heads_one_example() -> None:
    bench = Bench([observation(0, "x", (0, 1), shape=(1, 2))])
    assert set(choose_heads(bench).heads) == {(0, 0), (0, 1)}


def test_own_examples_count_as_much_as_all_generated_ones() -> None:
    generated = [observation(i, f"kind {i % 3}", None) for i in range(9)]
    own = [observation(20 + i, "mine", (5, 0), own=True) for i in range(2)]
    bench = Bench([*generated, *own])
    weights = bench.weights(range(11))
    assert weights[-2:].tolist() == [0.25, 0.25]
    assert weights.sum().item() == pytest.approx(1)
    assert forward_selection(bench, 8, 1, range(11)) == [(5, 0)]


def test_folds_share_no_kind() -> None:
    seen = [observation(i, f"kind {i % 5}", None, own=i > 14) for i in range(19)]
    folds = Bench(seen).folds(4)
    assert sorted(index for fold in folds for index in fold) == list(range(19))
    kinds = [{seen[i].kind for i in fold if not seen[i].own} for fold in folds]
    assert sum(map(len, kinds)) == len(set().union(*kinds))

"""The fit of what is fused: what tells evidence has weight, layers that are not read have none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from specpc.drafts.load import load_draft
from specpc.models.lean.packing import PackedText
from specpc.models.reader import Reader
from specpc.scorers.settings import AdapterReference, DenseReference, HeadProfile
from specpc.structure.units import cut_into_units
from tests.fitting import observe
from tests.fitting.fit import (
    HEADS,
    LOOKS,
    STATES,
    Case,
    Chooser,
    fit_map,
    fit_readout,
    look_twice,
    make_profile,
)
from tests.fitting.observe import DENSE_LAYERS, LAYERS, observe_item
from tests.fitting.pool import Observation, Pooler
from tests.fitting.training.asking import Contexts, ContextStates, piece_scores
from tests.tiny_adapters import lean_of, tiny_adapter
from tests.tiny_models import byte_tokenizer, tiny_model


def observation(number: int) -> Observation:
    """Random, but for the trained scores and one head of the last layer, which know the answer."""
    dice = np.random.default_rng(number)
    units = 30

    def rows(count: int, width: int) -> NDArray[np.float32]:
        return dice.normal(size=(count, width)).astype(np.float32)

    gold = np.zeros(units)
    gold[dice.integers(units)] = 1.0
    heads = rows(LAYERS * HEADS, units)
    heads[-1] += 4 * gold
    return Observation(
        dataset="made", id=f"made/{number}", unit="structure", heads=heads,
        states=rows(units + 1, len(DENSE_LAYERS) * STATES + 8), embeddings=rows(units + 1, 384),
        bm25=dice.normal(size=units), trained=dice.normal(size=units) + 4 * gold,
        own=np.arange(units), sizes=np.full(units, 9), edges=np.arange(units + 1) * 9,
        bounds=np.arange(units * 9 + 1), gold=gold,
        sentence_sizes=np.full(units, 9), sentence_edges=np.arange(units + 1) * 9,
        sentence_minilm=rows(1, units)[0], sentence_bm25=dice.normal(size=units),
    )  # fmt: skip


@pytest.mark.parametrize("last_layer", [LAYERS - 1, 16])
def test_what_tells_evidence_is_weighed(last_layer: int) -> None:
    torch.manual_seed(0)
    seen = [observation(number) for number in range(12)]
    cases = [Case.make(o, o.bm25) for o in seen]
    adapter = AdapterReference("x", "", 1.0, last_layer)
    profile = make_profile(
        fit_readout(cases, last_layer), DenseReference("y", "", 0.0), adapter, ""
    )
    assert profile.last_layer <= last_layer
    assert profile.dense is not None
    assert profile.adapter is not None
    assert profile.adapter.weight > max(profile.lexical, profile.dense.weight)
    best = max(profile.heads, key=lambda head: head[2])
    assert (best[:2] == (LAYERS - 1, HEADS - 1)) == (last_layer == LAYERS - 1)


def test_the_second_look_is_the_one_that_does_best() -> None:
    """Of a chain: what the best sentence leads to holds the evidence, and no other signal tells."""
    fillers = [f"Nothing of note happened in year {n}." for n in range(40)]
    text = " ".join(["Ana met Zephyrine.", *fillers, "Zephyrine kept bees."])
    tokens = np.arange(len(text) + 1)
    units = cut_into_units(text, tokens, "sentence")
    o = observation(0)
    heads = np.zeros((len(o.heads), len(units)), dtype=np.float32)
    heads[:, 0] = 1.0
    item = {"context": text, "question": "Who?", "evidence": ["Zephyrine kept bees."]}
    o = replace(
        o, unit="sentence", heads=heads, trained=np.zeros(len(units)), own=np.arange(len(units)),
        sizes=units.sizes, edges=units.edges, bounds=tokens,
    )  # fmt: skip
    profile = HeadProfile("x", 30, HEADS, ((0, 0, 1.0),), None, 9, "", second_look=0.0)
    similar = {o.id: np.zeros(len(units))}
    found = look_twice(profile, [Chooser.of(o, item)], similar)
    assert found.second_look == LOOKS[0]


def test_maps_read_no_deeper_than_the_forward() -> None:
    seen = [observation(number) for number in range(2)]
    assert len(fit_map(seen, LAYERS - 1).columns) == len(DENSE_LAYERS) * STATES + 8
    shallow = fit_map(seen, 16)
    assert len(shallow.columns) == 2 * STATES + 8
    assert shallow.similarity(seen[0]).shape == (30,)


def test_observed_scores_are_those_of_the_product(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_model("llama").save_pretrained(tmp_path)
    byte_tokenizer().save_pretrained(tmp_path)
    monkeypatch.setattr(observe, "LAYERS", 3)
    monkeypatch.setattr(observe, "DENSE_LAYERS", (1,))
    reader = Reader(load_draft(str(tmp_path), device="cpu", dtype="float32", lean=True))
    model = lean_of(reader.draft)
    adapter = tiny_adapter(model, layers=2)
    text, question = "Ana Ruiz kept bees. The harbour opened late. Nobody minds.", "Who kept bees?"
    reading = observe_item(reader, {"context": text, "question": question}, adapter)
    tokens = reader.encoder.encode(text)
    units, frame = cut_into_units(text, tokens.bounds, "sentence"), reader.frame(question)
    pooler = Pooler(reader, None, torch.zeros(0), adapter)  # type: ignore[arg-type]
    with torch.inference_mode():
        states = ContextStates()
        model.read_pieces(frame.before, [PackedText(torch.from_numpy(tokens.ids), states)], 1)
        of_key = torch.tensor([-1] * len(frame.before) + units.of_token.tolist())[None]
        expected = piece_scores(model, adapter, Contexts.of([states]), [frame.asked], of_key)[0]
    assert pooler._trained(reading, units) == pytest.approx(expected.numpy(), rel=1e-2, abs=1e-2)

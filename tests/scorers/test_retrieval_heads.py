"""Retrieval-head scores against eager attention maps, on every supported family."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from specpc.drafts.load import load_draft
from specpc.errors import DraftError, UnsupportedModelError
from specpc.machine.files import cache_folder
from specpc.models import forward
from specpc.models.draft import Draft
from specpc.models.lean.packing import PackedText
from specpc.models.reader import Reader
from specpc.models.windows import cut_windows
from specpc.scorers import make_scorer, retrieval_heads
from specpc.scorers.base import Context
from specpc.scorers.dense import DenseMap, input_embeddings, shipped_map
from specpc.scorers.profile import shipped_profile
from specpc.scorers.retrieval_heads import Signals, judge, read, score
from specpc.scorers.settings import AdapterReference, DenseReference, HeadProfile
from specpc.scorers.tensors import read_tensors
from specpc.structure import lay_out
from specpc.structure.units import cut_into_units
from specpc.text.pieces import Pieces, Scores, standardised
from tests.scorers.one_window import tokens_of
from tests.tiny_adapters import (
    lean_of,
    saved_adapter,
    slow_attention,
    slow_pieces,
    tiny_adapter,
)
from tests.tiny_models import FAMILIES, byte_tokenizer, tiny_draft, tiny_model

PROFILE = HeadProfile("tiny", 3, 4, ((0, 1, 1.0), (1, 0, 2.0), (1, 3, 0.5)), "N/A", 500, "a test")


def slow_heads(family: str, reader: Reader, question: str, window: torch.Tensor) -> torch.Tensor:
    """``[heads, tokens]`` mean attention of the question's rows."""
    frame = reader.frame(question)
    ids = [*frame.before, *window.tolist(), *frame.after]
    eager = tiny_model(family, attention="eager")
    with torch.no_grad():
        maps = eager(torch.tensor([ids]), output_attentions=True, use_cache=False).attentions
    start = len(frame.before) + len(window) + len(frame.between)
    rows = range(start, start + len(frame.question))
    seen = [
        maps[layer][0, head, row, len(frame.before) : len(frame.before) + len(window)]
        for layer, head, _ in PROFILE.heads
        for row in rows
    ]
    return torch.stack(seen).unflatten(0, (len(PROFILE.heads), len(rows))).mean(dim=1)


def weighted(heads: torch.Tensor) -> torch.Tensor:
    return torch.tensor([1.0, 2.0, 0.5]) @ (heads.sign() * heads.abs().sqrt())


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("length", [1, 80, 300])
def test_scores_equal_eager_attention(family: str, length: int) -> None:
    reader = Reader(tiny_draft(family))
    window = torch.randint(3, 250, (length,), generator=torch.Generator().manual_seed(length))
    uncalibrated = replace(PROFILE, content_free_query=None)
    asked = tokens_of(retrieval_heads, uncalibrated, reader, "Why?", window)
    heads = slow_heads(family, reader, "Why?", window)
    assert torch.allclose(asked, weighted(heads), rtol=1e-3, atol=1e-5)
    calibrated = tokens_of(retrieval_heads, PROFILE, reader, "Why?", window)
    free = slow_heads(family, reader, "N/A", window)
    # Near zero the root is steep: what is compared is what goes into it.
    [found] = read(PROFILE, reader, "Why?", [[PackedText(window)]])
    assert torch.allclose(found, heads - free, rtol=1e-4, atol=2e-6)
    assert torch.equal(calibrated, weighted(found))


TEXT = (
    "The harbour opened in 1962. Its first master was Ana Ruiz. She kept bees. "
    "Ships from nine countries call each week. The bees are gone now, and nobody misses them."
)


def load_saved(folder: Path, lean: bool = True) -> Draft:
    tiny_model("llama").save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return load_draft(str(folder), device="cpu", dtype="float32", lean=lean)


@pytest.fixture
def _apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units are worth what is read of them, and nothing of what is beside."""
    monkeypatch.setattr(retrieval_heads, "_BESIDE", 0.0)


def judged(profile: HeadProfile, windows: int, draft: Draft | None = None) -> Scores:
    reader = Reader(draft or tiny_draft())
    tokens = reader.encoder.encode(TEXT)
    units = cut_into_units(TEXT, tokens.bounds, "sentence")
    limit = -(-len(tokens.ids) // windows)
    ranges = cut_windows(np.arange(len(tokens.ids)), len(tokens.ids), limit)
    return score(profile, reader, "Who kept bees?", Context(tokens.ids, ranges, units))


@pytest.mark.usefixtures("_apart")
def test_units_are_judged_by_each_heads_best_tokens() -> None:
    profile = replace(PROFILE, lexical=0.0)
    reader = Reader(tiny_draft())
    tokens = reader.encoder.encode(TEXT)
    units = cut_into_units(TEXT, tokens.bounds, "sentence")
    of_token = units.of_token
    [heads] = read(profile, reader, "Who kept bees?", [[PackedText(torch.from_numpy(tokens.ids))]])
    pooled = [
        [float(head[of_token == unit].sort().values[-4:].mean()) for unit in range(5)]
        for head in heads
    ]
    expected = standardised(weighted(torch.tensor(pooled)).double().numpy())
    assert judged(profile, 1).pieces == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("windows", [1, 2, 3, 7])
def test_every_token_and_unit_is_judged_whatever_the_windows(windows: int) -> None:
    result = judged(PROFILE, windows)
    assert result.pieces is not None
    assert len(result.pieces) == 5
    assert np.isfinite(result.pieces).all()
    assert np.isfinite(result.tokens).all()


@pytest.mark.parametrize("most", [0, 60, 10_000])
def test_windows_read_in_one_pass_are_judged_as_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    draft = load_saved(tmp_path)
    alone = judged(PROFILE, 5, draft)
    monkeypatch.setattr(forward, "_PACKING", {"cpu"})
    monkeypatch.setattr(forward, "_PASS_TOKENS", most)
    passes = forward.in_passes(draft.model, [(0, 30), (30, 60), (60, 99)])
    assert len(passes) == {0: 3, 60: 2, 10_000: 1}[most]
    together = judged(PROFILE, 5, draft)
    assert together.pieces == pytest.approx(alone.pieces, abs=1e-3)
    # Near zero the root is steep: 1e-3 there are 1e-6 of attention.
    assert together.tokens == pytest.approx(alone.tokens, abs=4e-3)


def test_bm25_lifts_the_sentence_with_the_questions_words() -> None:
    without, much = judged(replace(PROFILE, lexical=0.0), 1), judged(
        replace(PROFILE, lexical=50.0), 1
    )  # fmt: skip
    assert much.pieces is not None
    assert much.pieces.argmax() == 2
    assert (much.tokens == without.tokens).all()


def _pieces(scores: Scores) -> NDArray[np.float64]:
    assert scores.pieces is not None
    return scores.pieces


def states_of(draft: Draft, ids: list[int]) -> torch.Tensor:
    """``[tokens, states]`` value states of layer 1."""
    cache = draft.model(torch.tensor([ids]), use_cache=True).past_key_values
    return cache.layers[1].values.detach()[0].transpose(0, 1).flatten(1)


@pytest.mark.usefixtures("_apart")
def test_similarity_is_that_of_mean_states(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()
    config = draft.model.config
    size, hidden = config.num_key_value_heads * config.head_dim, config.hidden_size
    dice = torch.Generator().manual_seed(0)
    dense = DenseMap(
        (1,),
        torch.randn(size, 8, generator=dice),
        torch.randn(hidden, 8, generator=dice),
        torch.randn(8, generator=dice),
        torch.rand(config.vocab_size, generator=dice),
    )
    monkeypatch.setattr("specpc.scorers.retrieval_heads.shipped_map", lambda _: dense)
    plain = replace(PROFILE, lexical=0.0)
    profile = replace(plain, dense=DenseReference("x", "", 1.0))
    reader = Reader(draft)
    tokens = reader.encoder.encode(TEXT)
    sentences = cut_into_units(TEXT, tokens.bounds, "sentence")
    of_token = torch.from_numpy(sentences.of_token)
    frame = reader.frame("Who kept bees?")
    ids, start = torch.from_numpy(tokens.ids), len(frame.before)

    def embed(ids: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
        table = input_embeddings(draft.model)
        weights = dense.token_weights[ids]
        words = (table[ids] * weights[:, None]).sum(dim=0) / weights.sum()
        return states.mean(dim=0) @ dense.values + words @ dense.words + dense.bias

    asked = reader.encoder.encode("Who kept bees?").ids
    about = embed(torch.from_numpy(asked), states_of(draft, [*frame.before, *asked])[start:])
    states = states_of(draft, [*frame.before, *ids.tolist()])[start:]
    units = [embed(ids[of_token == u], states[of_token == u]) for u in range(5)]
    cosines = [float(torch.cosine_similarity(unit, about, dim=0)) for unit in units]
    expected = standardised(_pieces(judged(plain, 1, draft)) + standardised(np.array(cosines)))
    assert judged(profile, 1, draft).pieces == pytest.approx(expected, abs=1e-4)


def test_the_shipped_map_is_checked() -> None:
    text = (resources.files("specpc.scorers.profiles") / "smollm2-135m.json").read_text(
        encoding="utf-8"
    )
    profile = HeadProfile.from_json(text)
    assert profile.dense is not None
    assert max(shipped_map(profile.dense).layers) <= profile.last_layer
    assert HeadProfile.from_json(profile.to_json()) == profile
    with pytest.raises(DraftError, match="install specpc again"):
        shipped_map(replace(profile.dense, sha256="0" * 64))
    with pytest.raises(DraftError, match="no dense map"):
        DenseMap.from_tensors({})
    with pytest.raises(DraftError, match="no tensors"):
        read_tensors(b"nothing")


def test_the_forward_stops_after_the_deepest_head(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()
    monkeypatch.setattr(draft.model.base_model.layers[2], "forward", None)
    monkeypatch.setattr(draft.model.base_model.layers[1].mlp, "forward", None)
    tokens_of(retrieval_heads, PROFILE, Reader(draft), "Why?", torch.arange(3, 90))


def test_the_default_draft_has_a_profile() -> None:
    draft = replace(tiny_draft(), name="smollm2-135m")
    assert shipped_profile(draft) is None  # the name alone does not make it that model
    assert make_scorer("auto", draft).name == "paper"
    with pytest.raises(DraftError, match="not calibrated"):
        make_scorer("retrieval-heads", draft)


def test_paths_have_no_profile() -> None:
    model, tokenizer = tiny_model("llama"), byte_tokenizer()
    assert shipped_profile(Draft("../profiles/smollm2-135m", model, tokenizer)) is None


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "[]",
        "{}",
        json.dumps({"heads": [{"layer": 0, "head": 0, "weight": 1}], "surprise": 1}),
        json.dumps(
            {"draft": "x", "layers": 2, "heads_per_layer": 2, "window": 9, "provenance": "",
             "content_free_query": None, "heads": [{"layer": 2, "head": 0, "weight": 1}]}
        ),
    ],
)  # fmt: skip
def test_bad_profiles(text: str) -> None:
    with pytest.raises(DraftError):
        HeadProfile.from_json(text)


@pytest.mark.usefixtures("_apart")
def test_only_what_may_be_kept_for_its_own_sake_is_compared() -> None:
    reader = Reader(tiny_draft())
    text = '[{"name": "Ana Ruiz", "age": 61}, {"name": "Bo Lind", "age": 35}]'
    tokens = reader.encoder.encode(text)
    units = cut_into_units(text, tokens.bounds, "structure")
    result = score(PROFILE, reader, "Who?", Context(tokens.ids, [(0, len(tokens))], units))
    own = units.layout.units
    assert not own.all()
    values = _pieces(result)[own]
    assert values.mean() == pytest.approx(0, abs=1e-9)
    assert values.std() == pytest.approx(1)


def test_units_lend_to_those_that_they_touch() -> None:
    text = "# Bees\n\nAna kept bees. Bo sold it.\n\n# Cars\n\nIt left."
    layout = lay_out(text)
    pieces = Pieces(text, np.asarray([*range(len(text) + 1)]), layout)
    units = np.flatnonzero(layout.units).tolist()
    assert len(units) == 3
    assert units[1] == units[0] + 1 < units[2] - 1
    trained = np.zeros(len(pieces))
    trained[units] = 3.0, 0.0, 1.0
    profile = replace(PROFILE, lexical=0.0, adapter=AdapterReference("x", "", 1.0, 2))
    values = judge(profile, "Who?", pieces, Signals(np.zeros((3, len(pieces))), None, trained))
    alone = standardised(trained[units])
    sizes = pieces.sizes[units]
    alone -= 0.3 * np.log(np.maximum(sizes / (2 * np.median(sizes)), 1))
    lent = 0.2 * np.asarray([alone[1], alone[0], 0])
    assert values[units] == pytest.approx(alone + lent)


@pytest.mark.parametrize("windows", [1, 3])
@pytest.mark.parametrize("lean", [True, False])
@pytest.mark.usefixtures("_apart")
def test_pieces_are_judged_by_an_adapter(
    windows: int, lean: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = load_saved(tmp_path, lean)
    model, reader = lean_of(draft), Reader(draft)
    adapter = tiny_adapter(model)
    monkeypatch.setenv("SPECPC_CACHE", str(tmp_path / "cache"))
    digest = saved_adapter(adapter, cache_folder("profiles") / "tiny.safetensors")
    plain = replace(PROFILE, lexical=0.0)
    profile = replace(plain, adapter=AdapterReference("tiny.safetensors", digest, 0.7, 2))
    tokens = reader.encoder.encode(TEXT)
    units = cut_into_units(TEXT, tokens.bounds, "sentence")
    limit = -(-len(tokens.ids) // windows)
    frame = reader.frame("Who kept bees?")
    expected = np.full(5, -np.inf)
    for low, high in cut_windows(np.arange(len(tokens.ids)), len(tokens.ids), limit):
        context = [*frame.before, *tokens.ids[low:high].tolist()]
        attention = slow_attention(model, adapter, context, list(frame.asked))
        of_key = [-1] * len(frame.before) + units.of_token[low:high].tolist()
        best = slow_pieces(adapter, attention, of_key).numpy()
        seen = sorted(set(of_key) - {-1})
        expected[seen] = np.maximum(expected[seen], best[seen])
    together = _pieces(judged(plain, windows, draft)) + 0.7 * standardised(expected)
    found = judged(profile, windows, draft)
    assert found.pieces == pytest.approx(standardised(together), abs=2e-3)
    # A model of transformers is then read as a lean one; near zero the root is steep.
    alone = judged(plain, windows, draft).tokens
    assert (found.tokens == alone).all() if lean else found.tokens == pytest.approx(alone, abs=2e-3)


def test_an_adapter_must_be_the_drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = load_saved(tmp_path)
    monkeypatch.setenv("SPECPC_CACHE", str(tmp_path / "cache"))
    adapter = tiny_adapter(lean_of(draft), layers=2)
    digest = saved_adapter(adapter, cache_folder("profiles") / "tiny.safetensors")
    for reference, message in (
        (AdapterReference("tiny.safetensors", digest, 1.0, 2), "another draft"),
        (AdapterReference("tiny.safetensors", "0" * 64, 1.0, 1), "missing or damaged"),
        (AdapterReference("../tiny.safetensors", digest, 1.0, 1), "missing or damaged"),
    ):
        with pytest.raises(DraftError, match=message):
            judged(replace(PROFILE, adapter=reference), 1, draft)
    reference = AdapterReference("tiny.safetensors", digest, 1.0, 1)
    with pytest.raises(UnsupportedModelError, match="adapter"):
        judged(replace(PROFILE, adapter=reference), 1, tiny_draft("gemma3_text"))


def test_profiles_tell_their_adapter() -> None:
    reference = AdapterReference("tiny.safetensors", "0" * 64, 0.7, 2)
    profile = replace(PROFILE, adapter=reference)
    assert HeadProfile.from_json(profile.to_json()) == profile
    assert replace(PROFILE, adapter=replace(reference, last_layer=1)).last_layer == 1
    assert replace(PROFILE, heads=((0, 1, 1.0),), adapter=reference).last_layer == 2
    for wrong in (
        replace(reference, last_layer=3), replace(reference, last_layer=-1),
        replace(reference, weight=float("nan")), replace(reference, file=None),  # type: ignore[arg-type]
    ):  # fmt: skip
        with pytest.raises(DraftError):
            HeadProfile.from_json(replace(PROFILE, adapter=wrong).to_json())

"""Retrieval-head scores against eager attention maps, on every supported family."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

from specpc.drafts import Draft
from specpc.errors import DraftError
from specpc.reading import Reader
from specpc.retrieval_heads import HeadProfile, RetrievalHeadScorer, shipped_profile
from specpc.scorers import make_scorer
from specpc.scoring import SpecPCScorer
from tests.models import FAMILIES, byte_tokenizer, tiny_draft, tiny_model

PROFILE = HeadProfile("tiny", 3, 4, ((0, 1, 1.0), (1, 0, 2.0), (1, 3, 0.5)), "N/A", 500, "a test")


def slow_scores(family: str, reader: Reader, question: str, window: torch.Tensor) -> torch.Tensor:
    frame = reader.frame(question)
    ids = [*frame.before, *window.tolist(), *frame.after]
    eager = tiny_model(family, attention="eager")
    with torch.no_grad():
        maps = eager(torch.tensor([ids]), output_attentions=True, use_cache=False).attentions
    start = len(frame.before) + len(window) + len(frame.between)
    rows = range(start, start + len(frame.question))
    total = torch.zeros(len(window))
    for layer, head, weight in PROFILE.heads:
        for row in rows:
            seen = maps[layer][0, head, row, len(frame.before) : len(frame.before) + len(window)]
            total += weight * seen / len(rows)
    return total


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("length", [1, 80, 300])
def test_scores_equal_eager_attention(family: str, length: int) -> None:
    reader = Reader(tiny_draft(family))
    window = torch.randint(3, 250, (length,), generator=torch.Generator().manual_seed(length))
    [asked] = RetrievalHeadScorer(replace(PROFILE, content_free_query=None)).score(
        reader, "Why?", [window]
    )
    expected = slow_scores(family, reader, "Why?", window)
    assert torch.allclose(asked, expected, rtol=1e-4, atol=2e-6)
    [calibrated] = RetrievalHeadScorer(PROFILE).score(reader, "Why?", [window])
    expected -= slow_scores(family, reader, "N/A", window)
    assert torch.allclose(calibrated, expected, rtol=1e-4, atol=2e-6)


def test_the_forward_stops_after_the_deepest_head(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()
    monkeypatch.setattr(draft.model.base_model.layers[2], "forward", None)
    monkeypatch.setattr(draft.model.base_model.layers[1].mlp, "forward", None)
    RetrievalHeadScorer(PROFILE).score(Reader(draft), "Why?", [torch.arange(3, 90)])


def test_the_default_draft_has_a_profile() -> None:
    draft = replace(tiny_draft(), name="smollm2-135m")
    assert shipped_profile(draft) is None  # the name alone does not make it that model
    assert isinstance(make_scorer("auto", draft), SpecPCScorer)
    with pytest.raises(DraftError, match="not known"):
        make_scorer("retrieval-heads", draft)


def test_paths_have_no_profile() -> None:
    model, tokenizer = tiny_model("llama"), byte_tokenizer()
    assert shipped_profile(Draft("../profiles/smollm2-135m", model, tokenizer, 64, 64)) is None


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

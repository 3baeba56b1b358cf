"""Attention received against eager attention maps, on every supported family."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from specpc import Compressor
from specpc.errors import UnsupportedModelError
from specpc.models.reader import Reader
from specpc.scorers import received_attention
from specpc.scorers.profile import received_settings
from specpc.scorers.received_attention import standardise
from specpc.scorers.settings import ReceivedSettings
from tests.scorers.one_window import tokens_of
from tests.tiny_models import FAMILIES, tiny_draft, tiny_model

HEADS = ((0, 1), (1, 0), (1, 3))


def slow_scores(
    family: str, reader: Reader, window: torch.Tensor, heads: tuple[tuple[int, int], ...]
) -> torch.Tensor:
    """Query by query, from whole attention maps."""
    before = reader.frame("").before
    ids = torch.tensor([[*before, *window.tolist()]])
    with torch.no_grad():
        eager = tiny_model(family, attention="eager")
        maps = eager(ids, output_attentions=True, use_cache=False).attentions
    total = torch.zeros(len(window))
    for layer, head in heads:
        rows = maps[layer][0, head, len(before) :, len(before) :]
        sliding = FAMILIES[family].get("sliding_window")
        is_sliding = sliding and (family != "gemma3_text" or maps[layer][0, 0, -1, 0] == 0)
        received = []
        for key in range(len(window)):
            seen_by = range(key, min(len(window), key + sliding if is_sliding else len(window)))
            received.append(sum(float(rows[query, key]) for query in seen_by) / len(seen_by))
        logs = torch.tensor(received).clamp(min=1e-6).log()
        total += (logs - logs.mean()) / max(float(logs.std(unbiased=False)), 1e-6)
    return total / len(heads)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("length", [2, 80, 300])
def test_scores_equal_eager_attention(
    monkeypatch: pytest.MonkeyPatch, family: str, length: int
) -> None:
    monkeypatch.setattr(received_attention, "_BLOCK", 64)
    reader = Reader(tiny_draft(family))
    window = torch.randint(3, 250, (length,), generator=torch.Generator().manual_seed(length))
    scores = tokens_of(received_attention, ReceivedSettings(HEADS), reader, "", window)
    assert torch.allclose(scores, slow_scores(family, reader, window, HEADS), atol=1e-3)


def test_without_known_heads_all_heads_of_deeper_layers_count() -> None:
    reader = Reader(tiny_draft())
    window = torch.arange(3, 120)
    settings = ReceivedSettings(skip_layers=2)
    scores = tokens_of(received_attention, settings, reader, "", window)
    heads = tuple((2, head) for head in range(4))
    assert torch.allclose(scores, slow_scores("llama", reader, window, heads), atol=1e-3)
    # A model with no more layers than are skipped uses all.
    settings = ReceivedSettings(skip_layers=8)
    shallow = tokens_of(received_attention, settings, reader, "", window)
    heads = tuple((layer, head) for layer in range(3) for head in range(4))
    assert torch.allclose(shallow, slow_scores("llama", reader, window, heads), atol=1e-3)


def test_the_question_is_not_read() -> None:
    reader, window = Reader(tiny_draft()), torch.arange(3, 90)
    one, other = (
        tokens_of(received_attention, ReceivedSettings(), reader, question, window)
        for question in ("", "Why?")
    )
    assert torch.equal(one, other)


def test_the_forward_stops_after_the_deepest_head(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()
    monkeypatch.setattr(draft.model.base_model.layers[2], "forward", None)
    monkeypatch.setattr(draft.model.base_model.layers[1].mlp, "forward", None)
    window = torch.arange(3, 90)
    tokens_of(received_attention, ReceivedSettings(HEADS), Reader(draft), "", window)


def test_memory_holds_one_block_of_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(received_attention, "_BLOCK", 32)
    seen = []
    whole = received_attention.query_attention

    def watched(*args: object) -> torch.Tensor:
        rows = whole(*args)  # type: ignore[arg-type]
        seen.append(rows.shape[2])
        return rows

    monkeypatch.setattr(received_attention, "query_attention", watched)
    window, reader = torch.arange(3, 290), Reader(tiny_draft())
    tokens_of(received_attention, ReceivedSettings(HEADS), reader, "", window)
    assert max(seen) == 32


def test_windows_are_of_bounded_length(tiny: Compressor) -> None:
    small = replace(tiny, question_free=ReceivedSettings(max_window=100))
    result = small.compress("One two three. " * 60, ratio=0.5)
    assert result.windows >= 9
    settings = ReceivedSettings()
    assert settings.context_window(tiny.reader, "") == 1500
    one = tokens_of(received_attention, settings, tiny.reader, "", torch.tensor([9]))
    assert one.tolist() == [0.0]


def test_the_default_draft_has_known_heads() -> None:
    assert received_settings(replace(tiny_draft(), name="smollm2-135m")).heads is None  # not it


def test_a_model_that_cannot_be_observed() -> None:
    draft = tiny_draft()
    draft.model.set_attn_implementation("eager")
    with pytest.raises(UnsupportedModelError, match="cannot be observed"):
        Compressor.from_pretrained(draft, unit="word").compress("A text. " * 50, ratio=0.5)


def test_standardise() -> None:
    values = standardise(torch.tensor([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]]))
    assert values[0].mean().item() == pytest.approx(0, abs=1e-6)
    assert values[0].square().mean().item() == pytest.approx(1)
    assert values[1].tolist() == [0.0, 0.0, 0.0]

"""Questions read with additions, in one pass with contexts, against plain loops over tokens."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from specpc.errors import DraftError
from specpc.models.attention import LayerAttention, question_attention
from specpc.models.lean.adapted import Adapter
from specpc.models.lean.decoder import LeanModel
from specpc.models.lean.packing import PackedText
from tests.tiny_adapters import loaded, slow_attention, tiny_adapter

BEFORE = [1, 5, 6]


def ids_of(count: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(3, 250, (count,), generator=torch.Generator().manual_seed(seed))


class Seen:
    """What all rows of a piece attend to, layer by layer."""

    def __init__(self, keys: int) -> None:
        self.keys = keys
        self.layers: list[torch.Tensor] = []

    def __call__(self, attention: LayerAttention) -> None:
        self.layers.append(question_attention(attention, slice(None), self.keys))


def read(
    model: LeanModel, windows: list[int], question: torch.Tensor, adapters: list[Adapter | None]
) -> list[list[Seen]]:
    """What each adapter has the question see of each window, all read in one pass."""
    pieces: list[PackedText] = []
    found = []
    for length in windows:
        context = len(pieces)
        pieces.append(PackedText(ids_of(length, length)))
        own = [Seen(len(BEFORE) + length) for _ in adapters]
        for adapter, seen in zip(adapters, own, strict=True):
            pieces.append(PackedText(question, seen, after=context, adapter=adapter))
        found.append(own)
    with torch.inference_mode():
        model.read_pieces(BEFORE, pieces)
    return found


@pytest.mark.parametrize("family", ["llama", "qwen2", "qwen3"])
@pytest.mark.parametrize("probes", [0, 2])
def test_a_question_is_asked_of_each_window(family: str, probes: int, tmp_path: Path) -> None:
    model = loaded(tmp_path, family)
    adapter, question, windows = tiny_adapter(model, probes=probes), ids_of(6), [20, 7]
    for _ in range(2):  # with the template read, and with it known
        found = read(model, windows, question, [adapter])
        for length, [seen] in zip(windows, found, strict=True):
            context = [*BEFORE, *ids_of(length, length).tolist()]
            expected = slow_attention(model, adapter, context, question.tolist())
            for layer, heads in enumerate(expected):
                assert torch.allclose(seen.layers[layer], torch.stack(heads), rtol=1e-3, atol=1e-5)


def test_nothing_else_is_changed(tmp_path: Path) -> None:
    model = loaded(tmp_path)
    adapter, question = tiny_adapter(model), ids_of(6)
    [[alone]], [[_, beside]] = (
        read(model, [20], question, adapters) for adapters in ([None], [adapter, None])
    )
    assert torch.allclose(torch.stack(alone.layers), torch.stack(beside.layers), atol=1e-6)


def test_deeper_layers_have_no_additions(tmp_path: Path) -> None:
    model = loaded(tmp_path)
    adapter = tiny_adapter(model, layers=1)
    [[seen]] = read(model, [20], ids_of(6), [adapter])
    assert len(seen.layers) == model.config.num_hidden_layers > 1


def test_an_adapter_is_checked(tmp_path: Path) -> None:
    model = loaded(tmp_path)
    adapter = tiny_adapter(model)
    tensors = adapter.tensors()
    assert Adapter.from_tensors(tensors).tensors().keys() == tensors.keys()
    assert adapter.fits(model.config, model.layers[0])
    with pytest.raises(DraftError, match="probe"):
        Adapter.from_tensors({k: v for k, v in tensors.items() if k != "probe"})
    with pytest.raises(DraftError, match="other tensors"):
        Adapter.from_tensors({**tensors, "more": tensors["probe"]})
    for name in tensors:
        wrong = {**tensors, name: torch.zeros(2, 2, 2)}
        assert not Adapter.from_tensors(wrong).fits(model.config, model.layers[0])

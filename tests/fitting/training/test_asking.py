"""Batches of questions with additions against plain loops over tokens and heads."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from specpc.models.forward import read_pieces
from specpc.models.lean.adapted import Adapter
from specpc.models.lean.decoder import LeanModel
from specpc.models.lean.packing import PackedText
from tests.fitting.training.asking import Contexts, ContextStates, ask, piece_scores
from tests.tiny_adapters import loaded, slow_attention, slow_pieces, tiny_adapter

BEFORE = [1, 5, 6]
LENGTHS = (20, 7, 13)


def ids_of(count: int, seed: int = 0) -> list[int]:
    dice = torch.Generator().manual_seed(seed)
    return torch.randint(3, 250, (count,), generator=dice).tolist()


def states_of(model: LeanModel, texts: list[list[int]]) -> Contexts:
    states = [ContextStates() for _ in texts]
    pieces = [PackedText(torch.tensor(text), own) for text, own in zip(texts, states, strict=True)]
    read_pieces(model, BEFORE, pieces)
    return Contexts.of(states)


def attention_of(
    model: LeanModel, adapter: Adapter, contexts: Contexts, questions: list[list[int]]
) -> list[torch.Tensor]:
    """``[layers][batch, heads, keys]``."""
    seen: list[torch.Tensor] = []
    with torch.inference_mode():
        ask(model, adapter, contexts, questions, lambda _, attention: seen.append(attention))
    return seen


@pytest.mark.parametrize("family", ["llama", "qwen2", "qwen3"])
def test_several_questions_of_one_context(family: str, tmp_path: Path) -> None:
    model = loaded(tmp_path, family)
    adapter = tiny_adapter(model)
    window, questions = ids_of(20), [ids_of(5, 1), ids_of(1, 2), ids_of(8, 3)]
    found = attention_of(model, adapter, states_of(model, [window]), questions)
    for number, question in enumerate(questions):
        expected = slow_attention(model, adapter, BEFORE + window, question)
        for layer, heads in enumerate(expected):
            assert torch.allclose(found[layer][number], torch.stack(heads), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_one_question_of_several_contexts(layers: int, tmp_path: Path) -> None:
    model = loaded(tmp_path)
    adapter = tiny_adapter(model, layers, probes=layers - 1)
    windows, question = [ids_of(n, n) for n in LENGTHS], ids_of(6)
    found = attention_of(model, adapter, states_of(model, windows), [question])
    assert len(found) == layers
    for number, window in enumerate(windows):
        expected = slow_attention(model, adapter, BEFORE + window, question)
        for layer, heads in enumerate(expected):
            own = found[layer][number]
            assert torch.allclose(
                own[:, : len(BEFORE) + len(window)], torch.stack(heads), rtol=1e-3, atol=1e-5
            )
            assert (own[:, len(BEFORE) + len(window) :] == 0).all()


@pytest.mark.parametrize("together", [True, False])
def test_pieces_are_worth_their_best_token(together: bool, tmp_path: Path) -> None:
    model = loaded(tmp_path)
    adapter = tiny_adapter(model)
    question = ids_of(6)
    for windows in [[ids_of(n, n) for n in LENGTHS]] if together else [[ids_of(n)] for n in (9, 2)]:
        of_key = [[-1] * 3 + [key // 4 for key in range(len(window))] for window in windows]
        table = torch.nn.utils.rnn.pad_sequence(
            [torch.tensor(own) for own in of_key], batch_first=True, padding_value=-1
        )
        with torch.inference_mode():
            contexts = states_of(model, windows)
            found = piece_scores(model, adapter, contexts, [question], table)
        for window, own, row in zip(windows, of_key, found, strict=True):
            attention = slow_attention(model, adapter, BEFORE + window, question)
            expected = slow_pieces(adapter, attention, own)
            assert torch.allclose(row[: len(expected)], expected, rtol=1e-3, atol=1e-4)


def test_bfloat16_is_near(tmp_path: Path) -> None:
    exact, coarse = loaded(tmp_path / "a"), loaded(tmp_path / "b", dtype="bfloat16")
    adapter = tiny_adapter(exact)
    window, question, of_key = ids_of(40), ids_of(9, 1), torch.arange(43)[None] // 5
    scores = []
    for model in (exact, coarse):
        own = adapter.to(model.device, model.dtype)
        with torch.inference_mode():
            scores.append(
                piece_scores(model, own, states_of(model, [window]), [question], of_key)[0]
            )
    assert scores[1].dtype == torch.float32
    assert torch.corrcoef(torch.stack(scores))[0, 1] > 0.9


def test_gradients_are_those_of_small_steps(tmp_path: Path) -> None:
    model = loaded(tmp_path)
    adapter = tiny_adapter(model, layers=2)
    window, questions = ids_of(12), [ids_of(3, 1), ids_of(5, 2)]
    of_key = torch.tensor([-1, -1, -1] + [k // 3 for k in range(12)])[None]
    with torch.no_grad():
        states = ContextStates()
        model.read_pieces(BEFORE, [PackedText(torch.tensor(window), states)], 1)
        contexts = Contexts.of([states])

    def total() -> torch.Tensor:
        scores = piece_scores(model, adapter, contexts, questions, of_key)
        return (scores * torch.arange(8).view(2, 4)).sum()

    tensors = adapter.tensors()
    for tensor in tensors.values():
        tensor.requires_grad_()
    total().backward()  # type: ignore[no-untyped-call]
    for name, tensor in tensors.items():
        assert tensor.grad is not None
        flat, slopes = tensor.detach().view(-1), tensor.grad.view(-1)
        place = int(slopes.abs().argmax())
        step, start, values = 1e-2, float(flat[place]), []
        with torch.no_grad():
            for moved in (start + step, start - step, start):
                flat[place] = moved
                values.append(float(total()))
        slope = (values[0] - values[1]) / (2 * step)
        assert slope == pytest.approx(float(slopes[place]), rel=0.05), name

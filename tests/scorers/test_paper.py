"""The paper's scorer against an independent slow computation, on every supported family."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc import Compressor
from specpc.models.reader import Reader
from specpc.scorers.paper import Importance, importance
from specpc.scorers.profile import paper_settings
from specpc.scorers.settings import PaperSettings, ReceivedSettings
from specpc.selection.tokens import pool_scores, select_tokens
from specpc.text.pieces import Spread
from tests.selection.slow_reference import slow_importance, slow_selection
from tests.tiny_models import FAMILIES, tiny_draft, tiny_model

LENGTHS = (1, 2, 7, 63, 64, 65, 150, 700, 2000)


def random_ids(length: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(3, 300, (length,), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("length", LENGTHS)
def test_selection_equals_the_slow_reference_to_the_last_index(family: str, length: int) -> None:
    ids = random_ids(length)
    window = 64
    expected = slow_importance(tiny_model(family, attention="eager"), ids.tolist(), window, 1)
    found = importance(tiny_model(family), ids, window, PaperSettings(skip_layers=1))
    scores = found.scores
    assert found.lookahead == ()
    assert scores.dtype == torch.float32
    assert torch.allclose(scores, torch.tensor(expected), rtol=1e-4, atol=2e-6)
    for ratio in (0.1, 0.2, 0.5, 0.9):
        count = max(1, int(ratio * length))
        for kernel, neighbors in ((64, 64), (32, 32), (5, 4), (1, 1)):
            selected = select_tokens(scores, count, Spread(kernel, neighbors), last=window)
            assert selected.tolist() == slow_selection(expected, count, kernel, neighbors, window)


@pytest.mark.parametrize("length", [90, 99, 250])  # some windows slide over 100
@pytest.mark.parametrize("family", FAMILIES)
def test_lookahead_rows_join_with_weight_one(family: str, length: int) -> None:
    ids = random_ids(length)
    model = tiny_model(family)
    eager = tiny_model(family, attention="eager")
    grown = ids.tolist()
    for _ in range(3):
        with torch.no_grad():
            grown.append(int(eager(torch.tensor([grown])).logits[0, -1].argmax()))
    with torch.no_grad():
        maps = eager(torch.tensor([grown]), output_attentions=True, use_cache=False).attentions
    rows = torch.stack([m[0, :, len(ids) :, : len(ids)] for m in maps[1:]]).amax(dim=(0, 1, 2))
    prompt = torch.tensor(slow_importance(eager, ids.tolist(), 64, 1))
    found = importance(model, ids, 64, PaperSettings(skip_layers=1, lookahead_tokens=4))
    assert torch.allclose(found.scores, torch.maximum(prompt, rows), atol=2e-6)
    assert found.lookahead[:3] == tuple(grown[length:])
    assert len(found.lookahead) == 4


def test_the_lookahead_ends_where_the_answer_does() -> None:
    model = tiny_model("qwen3")
    prompts = [random_ids(90), random_ids(60, seed=1)]
    settings = PaperSettings(skip_layers=1, lookahead_tokens=6)
    whole = [importance(model, prompt, 64, settings) for prompt in prompts]
    assert [len(found.lookahead) for found in whole] == [6, 6]
    end = next(t for t in whole[0].lookahead if t not in whole[1].lookahead)
    place = whole[0].lookahead.index(end)
    model.generation_config.eos_token_id = [end, 2]
    ended = [importance(model, prompt, 64, settings) for prompt in prompts]
    assert ended[0].lookahead == whole[0].lookahead[: place + 1]
    assert ended[1].lookahead == whole[1].lookahead
    # Rows of what was read after the end do not count, nor does the end itself.
    until = importance(
        model, prompts[0], 64, PaperSettings(skip_layers=1, lookahead_tokens=place + 1)
    )
    assert torch.allclose(ended[0].scores, until.scores, atol=2e-6)
    assert torch.allclose(ended[1].scores, whole[1].scores, atol=2e-6)


@pytest.mark.parametrize("family", ["qwen2", "gemma3_text"])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("reduction", ["max", "mean"])
def test_other_reductions_are_those_of_the_full_maps(
    family: str, weighted: bool, reduction: str
) -> None:
    ids = random_ids(150)
    with torch.no_grad():
        eager = tiny_model(family, attention="eager")
        maps = eager(ids[None], output_attentions=True, use_cache=False).attentions
    seen = torch.stack([layer[0, :, -20:] for layer in maps[1:]])  # [layers, heads, rows, keys]
    seen *= torch.arange(20)[:, None] / 19 if weighted else 1.0
    expected = seen.amax(dim=(0, 1, 2)) if reduction == "max" else seen.sum(dim=(0, 1, 2))
    settings = PaperSettings(skip_layers=1, weighted=weighted, reduction=reduction)
    found = importance(tiny_model(family), ids, 20, settings)
    assert torch.allclose(found.scores, expected, rtol=1e-4, atol=2e-6)


def test_the_rows_are_what_follows_the_text_unless_a_number_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []

    def spy(model: object, prompt: torch.Tensor, rows: int, _: PaperSettings) -> Importance:
        seen.append(rows)
        return Importance(torch.zeros(len(prompt)), ())

    monkeypatch.setattr("specpc.scorers.paper.importance", spy)
    draft = tiny_draft()
    after = len(Reader(draft).frame("Why?").after)
    for rows in (None, 3, 64):
        Compressor(draft, PaperSettings(rows=rows)).score("One. Two. Three.", "Why?")
    assert seen == [after, 3, 64]


def test_models_with_few_layers_use_all_of_them() -> None:
    ids = random_ids(50)
    model = tiny_model("llama")
    assert torch.equal(
        importance(model, ids, 64, PaperSettings(skip_layers=8)).scores,
        importance(model, ids, 64, PaperSettings(skip_layers=0)).scores,
    )


def test_scoring_leaves_the_model_as_it_was() -> None:
    model = tiny_model("mistral")
    ids = random_ids(120)[None]
    with torch.no_grad():
        before = model(ids).logits
        importance(model, ids[0], 64, PaperSettings())
        assert torch.equal(model(ids).logits, before)


scores_lists = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=80)


@settings(deadline=None)
@given(scores_lists, st.integers(0, 90), st.integers(1, 20), st.integers(1, 20), st.integers(0, 30))
def test_selection_with_many_ties(
    scores: list[float], count: int, kernel: int, neighbors: int, last: int
) -> None:
    got = select_tokens(torch.tensor(scores), count, Spread(kernel, neighbors), last=last)
    assert got.tolist() == slow_selection(scores, count, kernel, neighbors, last)


def test_an_even_kernel_reaches_one_further_to_the_right() -> None:
    assert pool_scores(torch.tensor([0.0, 0.0, 0.0, 1.0, 0.0]), 4).tolist() == [0, 1, 1, 1, 1]


def test_the_mean_counts_what_lies_beyond_the_ends_as_zero() -> None:
    assert pool_scores(torch.tensor([0.0, 0.0, 0.0, 1.0, 0.0]), 4, "mean").tolist() == [
        0, 0.25, 0.25, 0.25, 0.25,
    ]  # fmt: skip


def test_tokens_are_selected_as_the_scorer_is_set() -> None:
    draft = tiny_draft()
    wide = Compressor(draft, PaperSettings(), unit="token")
    narrow = Compressor(draft, PaperSettings(kernel_size=1, neighbor_tokens=1), unit="token")
    assert (wide.spread, narrow.spread) == (Spread(64, 64), Spread(1, 1))
    other = ReceivedSettings()  # which says nothing of it
    assert Compressor(draft, other, unit="token").spread == Spread(64, 64)


@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("smollm2-135m", 64),
        ("qwen2.5-0.5b", 64),
        ("llama-3.2-1b", 32),
        ("meta-llama/Llama-3.2-1B", 32),
        ("org/anything-else", 64),
    ],
)
def test_kernel_and_neighbours_follow_the_paper(name: str, width: int) -> None:
    settings = paper_settings(replace(tiny_draft(), name=name))
    assert (settings.kernel_size, settings.neighbor_tokens) == (width, width)

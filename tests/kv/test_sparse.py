"""Sparse reading of long prompts, against masked dense attention.

FlexAttention runs uncompiled on the CPU, where it takes no notice of blocks; these are looked at by
themselves, and where there is a GPU the kernel is run as well.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.errors import UsageError
from specpc.kv import SnapKV, SpecKV, prefill
from specpc.kv.sparse import BLOCK, SparsePrefill, block_mask, sparse_attention
from specpc.models.attention import LayerAttention
from specpc.models.forward import observe
from tests.kv.test_generation import padded, random_ids
from tests.tiny_models import tiny_model

DEVICES = [
    "cpu",
    pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")),
]
uncompiled = pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")


def random_columns(batch: int, heads: int, tokens: int) -> torch.Tensor:
    shuffled = torch.rand(batch, heads, tokens).argsort(dim=-1)
    return shuffled[..., :BLOCK].sort(dim=-1).values


def visible(columns: torch.Tensor, window: int, real: torch.Tensor, heads: int) -> torch.Tensor:
    """``[batch, heads, queries, keys]`` by definition, entry by entry of the columns."""
    batch, kv_heads, _ = columns.shape
    tokens = real.shape[1]
    query, key = torch.arange(tokens)[:, None], torch.arange(tokens)
    seen = (query - key < window).expand(batch, heads, -1, -1).clone()
    for row in range(batch):
        for head in range(heads):
            seen[row, head, :, columns[row, head // (heads // kv_heads)]] = True
    return seen & (key <= query) & real[:, None, None]


@settings(deadline=None, max_examples=12)
@given(st.integers(1, 500), st.integers(0, 300), st.integers(0, 3), st.integers(0, 99))
def test_every_pair_is_seen_once_and_lies_in_a_block_that_is_read(
    window: int, padding: int, skipped: int, seed: int
) -> None:
    torch.manual_seed(seed)
    tokens, heads, low = 4 * BLOCK, 4, skipped * BLOCK
    columns = random_columns(2, 2, tokens - 40)
    real = torch.ones(2, tokens, dtype=torch.bool)
    real[1, :padding] = False
    past = -(-window // BLOCK) * BLOCK
    before = torch.zeros(2, past, dtype=torch.bool)
    near = torch.cat((before, real), dim=1)[:, low:]
    far = real[:, None].expand(2, 2, -1).gather(2, columns)
    mask = block_mask(columns, far, near, window, low, heads)
    sizes = (2, heads, tokens - low, BLOCK + near.shape[1])
    pairs = mask.mask_mod(*torch.meshgrid(*map(torch.arange, sizes), indexing="ij"))
    blocks = mask.to_dense().bool()
    read = blocks.repeat_interleave(BLOCK, 2).repeat_interleave(BLOCK, 3)
    assert not bool((pairs & ~read).any())
    times = torch.zeros(2, heads, tokens - low, past + tokens, dtype=torch.int)
    times[..., low:] = pairs[..., BLOCK:].int()
    assert not bool(times[..., :past].any())
    times = times[..., past:]
    for row in range(2):
        for head in range(heads):
            own = pairs[row, head, :, :BLOCK].int()
            times[row, head].index_add_(1, columns[row, head // 2], own)
    assert torch.equal(times, visible(columns, window, real, heads)[:, :, low:].int())
    # Of the past no more than the window needs, or there would be nothing to gain.
    assert int(blocks[..., 1:].sum(-1).max()) <= past // BLOCK + 1


@uncompiled
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("window", [1, 60, 400])
@pytest.mark.parametrize("rows", [BLOCK, 16 * BLOCK])
def test_attention_equals_a_masked_dense_one(
    window: int, rows: int, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("specpc.kv.sparse._ROWS", rows)
    torch.manual_seed(window)
    tokens = 3 * BLOCK + 21
    query, key, value = (torch.randn(2, heads, tokens, 16) for heads in (4, 2, 2))
    real = torch.ones(2, tokens, dtype=torch.bool)
    real[1, :50] = False
    columns = random_columns(2, 2, tokens - 30)
    moved = [tensor.to(device) for tensor in (query, key, value)]
    attention = LayerAttention(0, moved[0], moved[1], None, 0.3, moved[2])
    found = sparse_attention(attention, columns.to(device), window, real.to(device)).cpu()
    assert found.shape == (2, tokens, 4, 16)
    seen = visible(columns, window, real, 4)
    logits = 0.3 * query @ key.repeat_interleave(2, 1).transpose(-1, -2)
    expected = logits.masked_fill(~seen, float("-inf")).softmax(-1).nan_to_num(0.0)
    expected = (expected @ value.repeat_interleave(2, 1)).transpose(1, 2)
    assert torch.allclose(found[real], expected[real], atol=1e-5 if device == "cpu" else 1e-2)


class Dense:
    """Observer that computes what a layer should give from all its probabilities, slowly."""

    def __init__(
        self, method: SpecKV, prompt: int, first: list[int], reach: dict[int, int]
    ) -> None:
        self.method, self.prompt, self.first, self.reach = method, prompt, first, reach
        self.calls = 0

    def __call__(self, attention: LayerAttention) -> torch.Tensor | None:
        if attention.layer in self.reach:
            return None
        self.calls += 1
        sparse = self.method.sparse
        assert sparse is not None
        query, key, value = attention.query, attention.key, attention.value
        group, tokens = query.shape[1] // key.shape[1], query.shape[2]
        keys, values = key.repeat_interleave(group, 1), value.repeat_interleave(group, 1)
        real = torch.arange(tokens) >= torch.tensor(self.first)[:, None]
        causal = torch.ones(tokens, tokens, dtype=torch.bool).tril()
        logits = attention.scaling * query @ keys.transpose(-1, -2)
        dense = logits.masked_fill(~(causal & real[:, None, None]), float("-inf")).softmax(-1)
        outside = self.prompt - 1 - self.method.window
        columns = torch.zeros(len(query), key.shape[1], sparse.columns).long()
        for row in range(len(query)):
            for head in range(key.shape[1]):
                rows = dense[row, head * group : (head + 1) * group, outside:, :outside]
                scores = rows.amax((0, 1)).tolist()
                half = self.method.kernel_size // 2
                rank = [max(scores[max(0, t - half) : t + half + 1]) for t in range(outside)]
                best = sorted(range(self.first[row], outside), key=lambda t: (-rank[t], t))
                columns[row, head] = torch.tensor(best[: sparse.columns])
        seen = visible(columns, sparse.window, real, query.shape[1])
        weights = logits.masked_fill(~seen, float("-inf")).softmax(-1).nan_to_num(0.0)
        return (weights @ values).transpose(1, 2).contiguous()


@uncompiled
@pytest.mark.parametrize("family", ["llama", "qwen3", "gemma3_text", "granite"])
def test_a_prompt_is_read_as_a_masked_dense_computation_reads_it(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("specpc.kv.sparse._DEVICES", {"cpu"})
    monkeypatch.setattr("specpc.kv.sparse._ROWS", BLOCK)
    model: Any = tiny_model(family)
    method = SpecKV(60, window=16, sparse=SparsePrefill(BLOCK, 40))
    ids, mask = padded(330, 250)
    guesses = [random_ids(6, seed=5)[0]] * 2
    cache = prefill(model, ids, method, attention_mask=mask, lookahead=guesses)

    both = torch.cat((ids, torch.stack(guesses)), dim=1)
    real = torch.cat((mask, torch.ones(2, 6).long()), dim=1)
    kinds = getattr(model.config, "layer_types", None) or []
    reach = {n: 1 for n, kind in enumerate(kinds) if kind == "sliding_attention"}
    dense = Dense(method, 330, [0, 80], reach)
    output = observe(
        model,
        dense,
        input_ids=both,
        attention_mask=real,
        position_ids=(real.cumsum(-1) - 1).clamp(min=0),
        use_cache=True,
    )
    assert dense.calls == model.config.num_hidden_layers - len(reach)
    for layer, (ours, whole) in enumerate(
        zip(cache.layers, output.past_key_values.layers, strict=True)
    ):
        assert ours.indices is not None
        if layer in reach:
            continue
        # Later layers see what came out of the sparse attention of the earlier ones.
        for row, start in enumerate((0, 80)):
            for head, indices in enumerate(ours.indices[row]):
                kept = indices[indices >= start]
                expected = whole.keys[row, head, kept]
                assert torch.allclose(
                    ours.keys[row, head, indices >= start], expected, atol=1e-4
                )  # fmt: skip


@uncompiled
def test_only_long_prompts_of_speckv_are_read_sparsely(monkeypatch: pytest.MonkeyPatch) -> None:
    model, ids = tiny_model("llama"), random_ids(300)
    used: list[int] = []

    def noted(*args: Any) -> torch.Tensor:
        used.append(1)
        return sparse_attention(*args)

    monkeypatch.setattr("specpc.kv.prefilling.sparse_attention", noted)
    short = SparsePrefill(BLOCK, 40)
    prefill(model, ids, SpecKV(60, sparse=short), lookahead=[ids[0, :4]])
    assert used == []  # on the CPU
    monkeypatch.setattr("specpc.kv.sparse._DEVICES", {"cpu"})
    prefill(model, ids, SnapKV(60))
    prefill(model, ids, SpecKV(60), lookahead=[ids[0, :4]])  # up to 4,096 tokens
    prefill(model, ids, SpecKV(60, sparse=None), lookahead=[ids[0, :4]])
    prefill(model, ids[:, : BLOCK + 36], SpecKV(60, sparse=short), lookahead=[ids[0, :4]])
    # Too few keys outside the window to choose the columns from.
    narrow = SpecKV(60, sparse=SparsePrefill(BLOCK, 1))
    prefill(model, ids[:, : BLOCK + 32], narrow, lookahead=[ids[0, :20]])
    assert used == []
    prefill(model, ids[:, : BLOCK + 37], SpecKV(60, sparse=short), lookahead=[ids[0, :4]])
    assert len(used) == model.config.num_hidden_layers


@pytest.mark.parametrize(("columns", "window"), [(0, 9), (100, 9), (128, 0)])
def test_settings_that_nothing_can_be_read_with(columns: int, window: int) -> None:
    with pytest.raises(UsageError):
        SparsePrefill(columns, window)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_long_prompt_on_the_gpu() -> None:
    model = tiny_model("llama").cuda()  # type: ignore[call-arg]
    ids = random_ids(4000 + 1000)
    model.config.max_position_embeddings = 8192
    method = SpecKV(256, sparse=SparsePrefill(1024, 1024))
    cache = prefill(model, ids, method, lookahead=[random_ids(16, seed=3)[0]])
    dense = prefill(model.cpu(), ids, method, lookahead=[random_ids(16, seed=3)[0]])
    # The first layer's keys do not depend on how the prompt is read.
    assert torch.equal(cache.layers[0].indices.cpu(), dense.layers[0].indices)  # type: ignore[union-attr]
    assert all(layer.keys.isfinite().all() for layer in cache.layers)

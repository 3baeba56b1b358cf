"""Generation on trimmed caches: the same as `generate` where nothing is cut, exact where it is."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import GenerationConfig, StoppingCriteria, StoppingCriteriaList
from transformers.generation.streamers import BaseStreamer

from specpc.errors import BudgetError, InputError, UsageError
from specpc.kv import (
    FullCache,
    Method,
    SnapKV,
    SpecKV,
    StreamingLLM,
    cache_bytes,
    generate,
    greedy_lookahead,
    prefill,
)
from specpc.kv.prefilling import prefill_each
from specpc.kv.scores import choose
from specpc.models.attention import LayerAttention
from tests.kv.slow import slow_kept
from tests.tiny_models import tiny_model

FAMILIES = ("llama", "qwen2", "qwen3", "mistral", "phi3", "gemma3_text", "granite")
EVERYTHING: tuple[Method, ...] = (FullCache(), StreamingLLM(500), SnapKV(500), SpecKV(500))
SMALL: tuple[Method, ...] = (StreamingLLM(40), SnapKV(40, 16), SpecKV(40, 8, 16))
GREEDY: dict[str, Any] = {"max_new_tokens": 12, "do_sample": False}


def random_ids(length: int, batch: int = 1, seed: int = 0) -> torch.Tensor:
    return torch.randint(3, 300, (batch, length), generator=torch.Generator().manual_seed(seed))


def padded(*lengths: int) -> tuple[torch.Tensor, torch.Tensor]:
    width = max(lengths)
    ids, mask = torch.zeros(len(lengths), width).long(), torch.zeros(len(lengths), width).long()
    for row, length in enumerate(lengths):
        ids[row, width - length :] = random_ids(length, seed=row)[0]
        mask[row, width - length :] = 1
    return ids, mask


@pytest.mark.parametrize("method", EVERYTHING, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_large_budget_gives_what_generate_gives(family: str, method: Method) -> None:
    model = tiny_model(family)
    for length in (1, 2, 40, 99, 100, 101, 230):  # some windows slide over 100
        ids = random_ids(length)
        expected = model.generate(ids, **GREEDY)
        assert torch.equal(generate(model, ids, method, **GREEDY), expected)
    ids, mask = padded(230, 20, 130)
    expected = model.generate(ids, attention_mask=mask, **GREEDY)
    assert torch.equal(generate(model, ids, method, attention_mask=mask, **GREEDY), expected)
    assert torch.equal(generate(model, ids, method, **GREEDY), expected)  # padding is found


@pytest.mark.parametrize("method", SMALL, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("family", FAMILIES)
def test_kept_entries_equal_the_slow_reference(family: str, method: Method) -> None:
    model, eager = tiny_model(family), tiny_model(family, attention="eager")
    lengths = (170, 20, 90)
    ids, mask = padded(*lengths)
    guesses = (
        [random_ids(n, seed=9 + n)[0] for n in (8, 3, 5)] if isinstance(method, SpecKV) else []
    )
    cache = prefill(model, ids, method, attention_mask=mask, lookahead=guesses)
    for row, length in enumerate(lengths):
        prompt = ids[row, 170 - length :].tolist()
        guess = guesses[row].tolist() if guesses else []
        expected = slow_kept(eager, prompt, guess, method)
        for layer, heads in zip(cache.layers, expected, strict=True):
            assert layer.indices is not None
            for found, kept in zip(layer.indices[row].tolist(), heads, strict=True):
                # A prompt shorter than the budget: padding stands before it, and is masked.
                assert [t - (170 - length) for t in found if t >= 170 - length] == kept
                assert found == sorted(found)


@pytest.mark.parametrize("family", ["llama", "gemma3_text"])
def test_one_reading_serves_several_methods(family: str) -> None:
    model = tiny_model(family)
    ids, mask = padded(170, 90)
    guesses = [random_ids(n, seed=9 + n)[0] for n in (8, 3)]
    methods = (SnapKV(60, 16), FullCache(), SpecKV(40, 8, 16), SpecKV(80, 8, 16))
    together = prefill_each(model, ids, methods, attention_mask=mask, lookahead=guesses)
    for method, cache in zip(methods, together, strict=True):
        alone = prefill(model, ids, method, attention_mask=mask, lookahead=guesses)
        assert cache.prompt_bytes == alone.prompt_bytes
        for ours, own in zip(cache.layers, alone.layers, strict=True):
            assert torch.equal(ours.keys, own.keys)
            assert torch.equal(ours.values, own.values)
            assert ours.read == own.read == 169


@pytest.mark.parametrize("family", FAMILIES)
def test_decoding_attends_to_kept_entries_at_their_own_positions(family: str) -> None:
    """The first step's logits equal a full forward in which all other entries are hidden."""
    model, eager = tiny_model(family), tiny_model(family, attention="eager")
    ids = random_ids(90)  # shorter than any window
    method = StreamingLLM(30)  # keeps the same entries in every layer
    cache = prefill(model, ids, method)
    kept = cache.layers[0].indices[0, 0]  # type: ignore[index]
    output = generate(
        model, ids, method, max_new_tokens=1, return_dict_in_generate=True, output_logits=True
    )
    hidden = torch.ones(90, 90, dtype=torch.bool).triu(1)
    hidden[89] = True
    hidden[89, kept] = False
    hidden[89, 89] = False
    additive = torch.zeros(1, 1, 90, 90).masked_fill_(hidden, torch.finfo(torch.float32).min)
    masks = {"full_attention": additive, "sliding_attention": additive}
    with torch.no_grad():
        mask: Any = masks if family == "gemma3_text" else additive
        expected = eager(ids, attention_mask=mask).logits[0, -1]
    assert torch.allclose(output.logits[0][0], expected, atol=2e-4)


@pytest.mark.parametrize("family", ["llama", "gemma3_text"])
def test_a_padded_batch_generates_like_single_prompts(family: str) -> None:
    model = tiny_model(family)
    lengths = (170, 20, 120)
    ids, mask = padded(*lengths)
    together = generate(model, ids, SpecKV(40, 8), draft=model, attention_mask=mask, **GREEDY)
    for row, length in enumerate(lengths):
        own = generate(
            model, ids[row : row + 1, 170 - length :], SpecKV(40, 8), draft=model, **GREEDY
        )
        answer = own[0, length:]
        assert torch.equal(together[row, 170 : 170 + len(answer)], answer)


def test_what_generate_offers() -> None:
    model = tiny_model("qwen3")
    ids = random_ids(120)

    class Heard(BaseStreamer):
        def __init__(self) -> None:
            self.tokens: list[int] = []
            self.ended = False

        def put(self, value: torch.Tensor) -> None:
            self.tokens += value.flatten().tolist()

        def end(self) -> None:
            self.ended = True

    class AfterFive(StoppingCriteria):
        def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
            return torch.full((len(input_ids),), input_ids.shape[1] >= 125)

    heard = Heard()
    stop = StoppingCriteriaList([AfterFive()])
    keep = FullCache()
    found = generate(model, ids, keep, streamer=heard, stopping_criteria=stop, **GREEDY)
    assert heard.tokens == found[0].tolist()
    assert heard.ended
    assert found.shape[1] == 125
    for kwargs in (
        {"do_sample": True, "num_return_sequences": 3, "max_new_tokens": 8},
        {"num_beams": 3, "num_return_sequences": 2, "max_new_tokens": 8},
        {"generation_config": GenerationConfig(do_sample=True, top_k=5, max_new_tokens=8)},
        {"do_sample": False, "repetition_penalty": 1.5, "max_new_tokens": 8},
        {"do_sample": False, "max_length": 130},
    ):
        torch.manual_seed(1)
        expected = model.generate(ids, **kwargs)
        torch.manual_seed(1)
        assert torch.equal(generate(model, ids, keep, **kwargs), expected)
    several = generate(
        model,
        ids,
        SpecKV(40),
        draft=model,
        do_sample=True,
        num_return_sequences=3,
        max_new_tokens=4,
    )
    assert several.shape[0] == 3


def test_a_call_leaves_nothing_behind() -> None:
    model = tiny_model("mistral")
    ids = random_ids(150)
    config = model.generation_config.to_dict()
    before, state = model.generate(ids, **GREEDY), dict(vars(model))

    class Broken(FullCache):
        def choose(self, attention: LayerAttention, *args: Any) -> torch.Tensor:
            if attention.layer == 1:
                raise RuntimeError("in the middle")
            return super().choose(attention, *args)

    generate(model, ids, SpecKV(50, 4), draft=model, **GREEDY)
    with pytest.raises(RuntimeError, match="in the middle"):
        generate(model, ids, Broken(), **GREEDY)
    assert torch.equal(model.generate(ids, **GREEDY), before)
    assert dict(vars(model)) == state
    assert model.generation_config.to_dict() == config
    modules = list(model.modules())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in modules)


def test_two_threads_with_two_settings_do_not_disturb_each_other() -> None:
    model = tiny_model("llama")
    ids = random_ids(200)
    methods = (SpecKV(40, 6), StreamingLLM(60))
    alone = [generate(model, ids, method, draft=model, **GREEDY) for method in methods]
    found: dict[int, list[torch.Tensor]] = {0: [], 1: []}

    def run(number: int) -> None:
        for _ in range(8):
            found[number].append(generate(model, ids, methods[number], draft=model, **GREEDY))

    threads = [threading.Thread(target=run, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in (0, 1):
        assert len(found[number]) == 8
        assert all(torch.equal(output, alone[number]) for output in found[number])


@pytest.mark.parametrize("method", SMALL, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("family", FAMILIES)
def test_bytes_equal_the_budget_and_peak_one_layer_above(family: str, method: Method) -> None:
    model = tiny_model(family)
    ids = random_ids(190, batch=2)
    guesses = [random_ids(8, seed=3)[0]] * 2 if isinstance(method, SpecKV) else []
    held: list[int] = []

    class Watched:
        budget = method.budget

        def choose(self, attention: LayerAttention, *args: Any) -> torch.Tensor:
            held.append(_storage(caches))
            return method.choose(attention, *args)

    caches: list[Any] = []
    from specpc.kv import cache as module

    original = module.KeptCache.of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "specpc.kv.prefilling.KeptCache",
            type("Noted", (), {"of": lambda m: caches.append(original(m)) or caches[-1]}),
        )
        cache = prefill(model, ids, Watched(), lookahead=guesses)
    config = model.config
    entry = 2 * 4 * config.head_dim * config.num_key_value_heads * 2  # keys and values, float32
    layers = config.num_hidden_layers
    assert cache_bytes(cache) == _storage([cache]) == entry * 40 * layers
    one_layer = entry * (190 + (8 if guesses else 0))
    assert len(held) == layers
    assert max(held) <= entry * 40 * (layers - 1) + one_layer
    assert held == [entry * 40 * n + one_layer for n in range(layers)]  # it falls layer by layer


def _storage(caches: list[Any]) -> int:
    """Bytes of the memory behind a cache; a view of a larger tensor would show here."""
    total = 0
    for layer in (layer for cache in caches for layer in cache.layers if layer.keys is not None):
        for tensor in (layer.keys, layer.values):
            whole = tensor.untyped_storage().nbytes()
            # Before it is cut, a layer holds what the projection gave, seen through a view.
            total += whole if layer.indices is not None else tensor.numel() * tensor.element_size()
    return total


def test_lookahead_is_greedy_and_ends_at_the_end() -> None:
    model = tiny_model("qwen2")
    ids, mask = padded(60, 9, 31)
    alone = [
        model.generate(
            ids[row : row + 1, 60 - n :],
            attention_mask=mask[row : row + 1, 60 - n :],
            do_sample=False,
            max_new_tokens=30,
        )[0, n:]
        for row, n in enumerate((60, 9, 31))
    ]
    assert all(map(torch.equal, greedy_lookahead(model, ids, 30, attention_mask=mask), alone))
    model.generation_config.eos_token_id = [int(alone[0][3]), 2]
    [guess] = greedy_lookahead(model, ids[:1], 30)
    end = alone[0].tolist().index(int(alone[0][3]))
    assert guess.tolist() == alone[0][: end + 1].tolist()
    assert [len(g) for g in greedy_lookahead(model, ids, 0)] == [0, 0, 0]


def test_mistakes_are_told() -> None:
    model, ids = tiny_model("llama"), random_ids(80)
    with pytest.raises(BudgetError, match="at least 33"):
        SpecKV(32)
    with pytest.raises(UsageError, match="odd"):
        SnapKV(64, kernel_size=4)
    with pytest.raises(UsageError, match="guess"):
        generate(model, ids, SpecKV(40))
    with pytest.raises(UsageError, match="attention cannot be observed"):
        generate(tiny_model("llama", attention="sdpa"), ids, FullCache())
    with pytest.raises(UsageError, match="past_key_values"):
        generate(model, ids, FullCache(), past_key_values=object())
    with pytest.raises(UsageError, match="use_cache"):
        generate(model, ids, FullCache(), use_cache=False)
    with pytest.raises(InputError, match="left only"):
        generate(
            model,
            ids,
            FullCache(),
            attention_mask=torch.ones(1, 80).index_fill(1, torch.tensor([79]), 0),
        )
    with pytest.raises(UsageError, match="1 prompts, but 2"):
        prefill(model, ids, SpecKV(40), lookahead=[ids[0], ids[0]])


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=40),
    st.integers(1, 45),
    st.integers(0, 45),
    st.sampled_from([1, 3, 7]),
    st.integers(0, 39),
)
def test_choice_with_many_ties(
    scores: list[float], count: int, window: int, kernel: int, first: int
) -> None:
    keys = len(scores)
    first, count, window = min(first, keys - 1), min(count, keys), min(window, keys)
    outside = keys - window
    half = kernel // 2
    rank = [
        max(scores[max(0, t - half) : min(t + half + 1, outside)], default=0.0)
        for t in range(outside)
    ]
    # Hidden keys fill up from the left, in the window or not: what they are is masked anyway.
    order = sorted(
        range(keys),
        key=lambda t: (t < first, first <= t < outside, -rank[t] if first <= t < outside else 0, t),
    )
    got = choose(torch.tensor([[scores]]), count, window, kernel, torch.tensor([first]))
    assert got[0, 0].tolist() == sorted(order[:count])


def test_a_model_can_be_loaded_with_what_the_package_exports() -> None:
    code = (
        "from transformers import AutoModelForCausalLM, LlamaConfig\n"
        "from specpc.kv import ATTENTION\n"
        "config = LlamaConfig(vocab_size=9, hidden_size=8, intermediate_size=8,\n"
        "    num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1)\n"
        "AutoModelForCausalLM.from_config(config, attn_implementation=ATTENTION)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

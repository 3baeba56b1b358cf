"""Lean drafts against the same folders read by transformers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AutoModel

from specpc import Compressor
from specpc.drafts.load import load_draft
from specpc.models.attention import LayerAttention
from specpc.models.draft import Draft
from specpc.models.forward import read_pieces
from specpc.models.lean import decoder
from specpc.models.lean.decoder import LeanModel, attention, attention_in_blocks
from specpc.models.lean.load import read_shape, view_of
from specpc.models.lean.packing import PackedText
from specpc.scorers.paper import importance
from specpc.scorers.settings import PaperSettings
from tests.tiny_models import byte_tokenizer, tiny_model

LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 500.0, "factor": 8.0, "low_freq_factor": 1.0,
    "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
}  # fmt: skip
TEXT = "The harbour opened in 1962. Its first master was Ana Ruiz. She kept bees. " * 4


def saved(folder: Path, family: str, **changes: Any) -> Path:
    tiny_model(family).save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return folder


def both(folder: Path, **kwargs: Any) -> tuple[Draft, Draft]:
    kwargs = {"dtype": "float32"} | kwargs
    lean = load_draft(str(folder), device="cpu", lean=True, **kwargs)
    assert isinstance(lean.model, LeanModel)
    return lean, load_draft(str(folder), device="cpu", **kwargs)


def load_eager(folder: Path) -> Any:
    """The base model as transformers runs it with attention in plain products."""
    kwargs: dict[str, Any] = {"dtype": torch.bfloat16, "attn_implementation": "eager"}
    return AutoModel.from_pretrained(folder, **kwargs)


CASES = {
    "llama": ("llama", {}),
    "llama3": ("llama", {"rope_parameters": LLAMA3}),
    "qwen2": ("qwen2", {}),
    "qwen3": ("qwen3", {}),
}


@pytest.fixture(params=CASES)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    family, changes = CASES[request.param]
    return saved(tmp_path, family, **changes)


def ids_of(count: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(3, 250, (count,), generator=torch.Generator().manual_seed(seed))


def test_states_are_those_of_transformers(folder: Path) -> None:
    lean, usual = both(folder)
    ids = torch.stack((ids_of(90), ids_of(90, 1)))
    with torch.no_grad():
        found, expected = lean.model(ids), usual.model.base_model(ids)
        logits = lean.model.get_output_embeddings()(found.last_hidden_state)
    close = {"rtol": 1e-4, "atol": 1e-5}
    assert torch.allclose(found.last_hidden_state, expected.last_hidden_state, **close)
    assert torch.allclose(logits, usual.model(ids).logits, **close)


def test_a_model_of_transformers_can_be_seen_as_a_lean_one(folder: Path) -> None:
    lean, usual = both(folder)
    view = view_of(usual.model)
    assert view is not None
    assert view_of(lean.model) is lean.model
    assert view.embedding.data_ptr() == usual.model.get_input_embeddings().weight.data_ptr()
    ids = ids_of(40)[None]
    with torch.no_grad():
        assert torch.equal(view(ids).last_hidden_state, lean.model(ids).last_hidden_state)
    assert view_of(tiny_model("gemma3_text")) is None


def test_bfloat16_is_no_further_from_float32_than_transformers(folder: Path) -> None:
    ids = torch.stack([ids_of(90, seed) for seed in range(4)])
    exact = both(folder)[0].model(ids).last_hidden_state
    lean, _ = both(folder, dtype="bfloat16")
    with torch.no_grad():
        found = lean.model(ids).last_hidden_state
        other = load_eager(folder)(ids).last_hidden_state
    assert found.dtype == torch.bfloat16
    errors = [float((states.float() - exact).abs().mean()) for states in (found, other)]
    assert errors[0] < 1.2 * errors[1]


@pytest.mark.parametrize("lookahead", [1, 4])
def test_the_papers_scores_are_those_of_transformers(folder: Path, lookahead: int) -> None:
    """With a cache that grows."""
    settings = PaperSettings(skip_layers=1, lookahead_tokens=lookahead)
    for prompt, rows in ((ids_of(60), 7), (ids_of(41, 1), 5)):
        own, other = (importance(draft.model, prompt, rows, settings) for draft in both(folder))
        assert torch.allclose(own.scores, other.scores, rtol=1e-4, atol=1e-6)
        assert own.lookahead == other.lookahead


def seen_of(draft: Draft, before: list[int], pieces: list[tuple[torch.Tensor, int | None]]) -> Any:
    """What the observers see of the last positions: queries, keys and values, by piece."""
    seen: dict[tuple[int, int], list[torch.Tensor]] = {}

    def watch(number: int, count: int) -> Callable[[LayerAttention], None]:
        def see(attention: LayerAttention) -> None:
            states = (attention.query[:, :, -count:], attention.key, attention.value)
            seen[number, attention.layer] = [state.clone() for state in states]

        return see

    read = [
        PackedText(ids, watch(number, len(ids)), after)
        for number, (ids, after) in enumerate(pieces)
    ]
    read_pieces(draft.model, before, read)
    return seen


@pytest.mark.parametrize("before", [[], [1], [1, 5, 6, 7]])
def test_pieces_read_in_one_pass_are_as_if_read_one_by_one(folder: Path, before: list[int]) -> None:
    lean, usual = both(folder)
    pieces = [
        (ids_of(50), None), (ids_of(9, 1), 0), (ids_of(1, 2), 0), (ids_of(70, 3), 1),
        (ids_of(3, 4), None),
    ]  # fmt: skip
    expected = seen_of(usual, before, pieces)
    for _ in range(2):  # the second time, what the layers made of the template is known
        found = seen_of(lean, before, pieces)
        assert found.keys() == expected.keys()
        for key, states in expected.items():
            for own, other in zip(found[key], states, strict=True):
                assert own.shape == other.shape
                assert torch.allclose(own, other, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kv_heads", [1, 3])
@pytest.mark.parametrize(
    ("queries", "keys"), [(1, 1), (1, 300), (130, 130), (257, 300), (128, 256)]
)
def test_attention_in_blocks_is_causal_attention(
    monkeypatch: pytest.MonkeyPatch, kv_heads: int, queries: int, keys: int
) -> None:
    dice = torch.Generator().manual_seed(queries + keys)
    query = torch.randn(2, queries, 6, 8, generator=dice).transpose(1, 2)  # as the layers have them
    key, value = (torch.randn(2, kv_heads, keys, 8, generator=dice) for _ in range(2))
    seen = torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries)
    expected = scaled_dot_product_attention(query, key, value, attn_mask=seen, enable_gqa=True)
    assert torch.allclose(attention_in_blocks(query, key, value), expected, atol=1e-5)
    rounded = [states.bfloat16() for states in (query, key, value)]
    for amx in (False, True):  # what it is for, and where torch's own kernel is quicker
        monkeypatch.setattr(decoder, "_has_amx", lambda amx=amx: amx)
        found = attention(*rounded, None)
        assert found.dtype == torch.bfloat16
        assert torch.allclose(found.float(), expected, atol=0.05)


def test_a_template_read_halfway_is_read_again_by_who_looks_deeper(tmp_path: Path) -> None:
    lean, usual = both(saved(tmp_path, "llama"))

    class Stop:
        def __call__(self, attention: LayerAttention) -> None:
            from specpc.models.attention import StopForward

            raise StopForward

    read_pieces(lean.model, [1, 2], [PackedText(ids_of(9), Stop())], 0)
    found, expected = (seen_of(draft, [1, 2], [(ids_of(20), None)]) for draft in (lean, usual))
    assert found.keys() == expected.keys()
    assert torch.allclose(found[0, 2][1], expected[0, 2][1], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("scorer", ["specpc", "received-attention"])
@pytest.mark.parametrize("question", ["Who kept bees?", None])
def test_compressing_keeps_the_same(folder: Path, scorer: str, question: str | None) -> None:
    found, expected = (
        Compressor.from_pretrained(draft, scorer=scorer).compress(TEXT, question, ratio=0.4)
        for draft in both(folder)
    )
    assert found.text == expected.text
    scores = [[span.score for span in result.spans] for result in (found, expected)]
    assert scores[0] == pytest.approx(scores[1], rel=1e-3)


def test_looking_ahead_works_with_what_from_pretrained_loads(tmp_path: Path) -> None:
    draft = Compressor.from_pretrained(str(saved(tmp_path, "llama")), device="cpu").draft
    scorer = PaperSettings(lookahead_tokens=3)
    result = Compressor(draft, scorer).compress(TEXT, "Who kept bees?", ratio=0.4)
    assert 0 < result.compressed_tokens <= result.budget


PLAIN: dict[str, Any] = {
    "model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 9,
    "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
    "num_key_value_heads": 1, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"model_type": "mistral", "architectures": ["MistralForCausalLM"]},
        {"architectures": ["LlamaForSequenceClassification"]},
        {"architectures": None},
        {"quantization_config": {"bits": 4}},
        {"vision_config": {}},
        {"auto_map": {}},
        {"attention_bias": True},
        {"mlp_bias": True},
        {"hidden_act": "gelu"},
        {"use_sliding_window": True},
        {"layer_types": ["sliding_attention"]},
        {"rope_scaling": {"rope_type": "yarn", "factor": 2.0}},
        {"rope_scaling": {"rope_type": "llama3", "factor": 2.0}},
        {"rope_theta": None},
        {"rms_norm_eps": None},
        {"num_key_value_heads": None},
        {"num_hidden_layers": "1"},
        {"something_new": 1},
    ],
)
def test_what_is_unusual_is_left_to_transformers(change: dict[str, Any]) -> None:
    shape = read_shape(PLAIN)
    assert shape is not None
    assert shape.head_dim == 4
    assert read_shape({**PLAIN, **change}) is None


@pytest.mark.parametrize("family", ["mistral", "phi3", "granite", "gemma3_text"])
def test_other_families_are_read_by_transformers(family: str, tmp_path: Path) -> None:
    draft = load_draft(str(saved(tmp_path, family)), device="cpu", lean=True)
    assert not isinstance(draft.model, LeanModel)
    result = Compressor.from_pretrained(draft).compress(TEXT, "Who kept bees?", ratio=0.4)
    assert 0 < result.compressed_tokens <= result.budget


def test_damage_is_told_as_ever(tmp_path: Path) -> None:
    from specpc.errors import DraftError

    folder = saved(tmp_path, "llama", num_hidden_layers=4)
    with pytest.raises(DraftError, match="are incomplete"):
        load_draft(str(folder), lean=True)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:500])
    with pytest.raises(DraftError, match="cannot be loaded from"):
        load_draft(str(folder), lean=True)


def test_compressing_imports_no_transformers(tmp_path: Path) -> None:
    """In a process of its own: this one has long imported it."""
    folder = saved(tmp_path, "llama")
    code = (
        "import sys; from specpc import Compressor\n"
        f"compressor = Compressor.from_pretrained({str(folder)!r}, device='cpu')\n"
        f"compressor.compress({TEXT!r}, 'Who kept bees?', ratio=0.4)\n"
        "print(sorted({'transformers', 'accelerate', 'sympy', 'scipy', 'torch._dynamo'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

"""Loads a draft from its folder without transformers, if it is of a kind that is known here.

Whatever is unusual (another family, an unforeseen setting, a missing or misshapen weight) is left
to transformers, which reads it or says what is wrong.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import torch

from specpc.machine.journal import parse_json
from specpc.machine.memory import is_memory_error
from specpc.models.folder import weight_files
from specpc.models.lean.config import LeanConfig
from specpc.models.lean.decoder import LeanModel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

_ARCHITECTURES: Final = {
    "llama": "LlamaForCausalLM",
    "qwen2": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM",
}
_SIZES: Final = (
    "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
    "num_key_value_heads", "max_position_embeddings",
)  # fmt: skip
# Settings that change nothing that is computed here.
_IDLE: Final = {
    "_name_or_path", "_model_name_or_path", "architectures", "attention_dropout", "bos_token_id",
    "dtype", "torch_dtype", "eos_token_id", "initializer_range", "is_llama_config",
    "max_window_layers", "model_type", "pad_token_id", "pretraining_tp", "sliding_window",
    "transformers.js_config", "transformers_version", "unk_token_id", "use_cache",
}  # fmt: skip
# Settings that are known here with these values only.
_FIXED: Final[dict[str, tuple[Any, ...]]] = {
    "attention_bias": (False,),
    "mlp_bias": (False,),
    "hidden_act": ("silu",),
    "use_sliding_window": (False,),
    "rope_interleaved": (False,),
    "tie_word_embeddings": (False, True),
}
_READ: Final = {*_SIZES, "head_dim", "rms_norm_eps", "rope_theta", "rope_scaling",
                "rope_parameters", "layer_types"}  # fmt: skip
_FORMATS: Final = {torch.float32, torch.bfloat16, torch.float16}
# Weights of a layer, with their shapes in named sizes.
_LAYER: Final = {
    "input_layernorm.weight": "h",
    "post_attention_layernorm.weight": "h",
    "self_attn.q_proj.weight": "qh",
    "self_attn.k_proj.weight": "kh",
    "self_attn.v_proj.weight": "kh",
    "self_attn.o_proj.weight": "hq",
    "mlp.gate_proj.weight": "ih",
    "mlp.up_proj.weight": "ih",
    "mlp.down_proj.weight": "hi",
}
_OF_FAMILY: Final[dict[str, dict[str, str]]] = {
    "llama": {},
    "qwen2": {f"self_attn.{name}_proj.bias": size for name, size in zip("qkv", "qkk", strict=True)},
    "qwen3": {f"self_attn.{name}_norm.weight": "d" for name in "qk"},
}


def load_lean(
    folder: Path,
    config: dict[str, Any],
    device: torch.device,
    dtype: torch.dtype,
    narrow: str | None = None,
) -> LeanModel | None:
    """A decoder of a folder as ``save_pretrained`` writes it, with its ``config.json`` given.

    Weights in the number format that is wanted on the device are mapped, not copied; ``narrow``
    names a file there that has all of them (`weights_of`).

    Returns:
        ``None`` if transformers must read it.

    Raises:
        MemoryError: it does not fit (or what torch raises in its place).
    """
    try:
        shape = read_shape(config)
    except (TypeError, ValueError, AttributeError, ArithmeticError):  # a value of another type
        return None
    if shape is None:
        return None
    try:
        names = weight_files(path.name for path in folder.iterdir())
        weights = _read_weights(folder, names if narrow is None else [narrow])
    except Exception as error:  # safetensors has errors of its own; transformers will tell
        if is_memory_error(error):
            raise
        return None
    head = weights.pop("lm_head.weight", None)
    if config.get("tie_word_embeddings", False):
        head = weights.get("model.embed_tokens.weight")
    if head is None or not _is_complete({**weights, "lm_head.weight": head}, shape):
        return None
    ready = {name: tensor.to(device, dtype) for name, tensor in weights.items()}
    embedding = ready["model.embed_tokens.weight"]
    tied = head is weights["model.embed_tokens.weight"]
    names = [*_LAYER, *_OF_FAMILY[shape.model_type]]
    layers = (
        {name: ready[f"model.layers.{number}.{name}"] for name in names}
        for number in range(shape.num_hidden_layers)
    )
    return LeanModel(
        config=shape,
        embedding=embedding,
        layers=tuple(layers),
        norm=ready["model.norm.weight"],
        head=embedding if tied else head.to(device, dtype),
        name_or_path=str(folder),
    )


def view_of(model: Any) -> LeanModel | None:
    """A decoder on the very weights of a causal language model, itself if it is one.

    Returns:
        ``None`` if it is of no kind that is known here.
    """
    if isinstance(model, LeanModel):
        return model
    shape = read_shape(parse_json(model.config.to_json_string()))
    if shape is None:
        return None
    weights = dict(model.base_model.named_parameters())
    names = [*_LAYER, *_OF_FAMILY[shape.model_type]]
    return LeanModel(
        config=shape,
        embedding=weights["embed_tokens.weight"],
        layers=tuple(
            {name: weights[f"layers.{number}.{name}"] for name in names}
            for number in range(shape.num_hidden_layers)
        ),
        norm=weights["norm.weight"],
        head=model.get_output_embeddings().weight,
        name_or_path=str(model.name_or_path),
    )


def read_shape(config: dict[str, Any]) -> LeanConfig | None:
    """The shape that a ``config.json`` describes, or ``None`` if it is none that is known here."""
    family = str(config.get("model_type"))
    if not _is_usual(config, family):
        return None
    sizes = {name: config.get(name) for name in _SIZES}
    eps = config.get("rms_norm_eps")
    if not all(type(size) is int and size > 0 for size in sizes.values()) or eps is None:
        return None
    head_dim = config.get("head_dim") or sizes["hidden_size"] // sizes["num_attention_heads"]  # type: ignore[operator]
    frequencies = _frequencies(config, int(head_dim))
    if frequencies is None or sizes["num_attention_heads"] % sizes["num_key_value_heads"]:  # type: ignore[operator]
        return None
    return LeanConfig(
        model_type=family,
        head_dim=int(head_dim),
        rms_norm_eps=float(eps),
        inverse_frequencies=frequencies,
        **sizes,  # type: ignore[arg-type]
    )


def _is_usual(config: dict[str, Any], family: str) -> bool:
    """Whether nothing is set that would change what is computed here."""
    return (
        config.get("architectures") == [_ARCHITECTURES.get(family)]
        and not set(config) - _IDLE - _READ - set(_FIXED)
        and all(config.get(name, values[0]) in values for name, values in _FIXED.items())
        and all(kind == "full_attention" for kind in config.get("layer_types") or ())
    )


def _frequencies(config: dict[str, Any], head_dim: int) -> Tensor | None:
    """Inverse frequencies of the rotary positions; ``None`` for a kind that is not known here."""
    old = {**(config.get("rope_scaling") or {}), "rope_theta": config.get("rope_theta")}
    rope = config.get("rope_parameters") or old
    kind, theta = rope.get("rope_type", rope.get("type", "default")), rope.get("rope_theta")
    if theta is None or kind not in {"default", "llama3"} or "partial_rotary_factor" in rope:
        return None
    plain = 1.0 / (theta ** (torch.arange(0, head_dim, 2, dtype=torch.float) / head_dim))
    return plain if kind == "default" else _llama3_frequencies(plain, rope)


def _llama3_frequencies(plain: Tensor, rope: dict[str, Any]) -> Tensor | None:
    """Low frequencies divided by a factor, middle ones by part of it (as Llama 3.1 has it)."""
    names = ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings")
    if any(rope.get(name) is None for name in names):
        return None
    factor, low, high, length = (float(rope[name]) for name in names)
    waves = 2 * math.pi / plain
    scaled = torch.where(waves > length / low, plain / factor, plain)
    share = (length / waves - low) / (high - low)
    smoothed = (1 - share) * scaled / factor + share * scaled
    middle = ~(waves < length / high) & ~(waves > length / low)
    return torch.where(middle, smoothed, scaled)


def weights_of(model: LeanModel) -> dict[str, Tensor]:
    """The weights of a decoder by the names they have in files; its head, unless it is tied."""
    weights = {
        f"model.layers.{number}.{name}": tensor
        for number, layer in enumerate(model.layers)
        for name, tensor in layer.items()
    }
    if model.head is not model.embedding:
        weights["lm_head.weight"] = model.head
    return {
        **weights,
        "model.embed_tokens.weight": model.embedding,
        "model.norm.weight": model.norm,
    }


def _read_weights(folder: Path, names: Sequence[str]) -> dict[str, Tensor]:
    """All tensors by name, mapped from some files."""
    from safetensors.torch import load_file

    weights: dict[str, Tensor] = {}
    for name in names:
        weights |= load_file(folder / name)
    return {name: tensor for name, tensor in weights.items() if "rotary_emb.inv_freq" not in name}


def _is_complete(weights: dict[str, Tensor], shape: LeanConfig) -> bool:
    """Whether there is every weight, in its shape, and no other."""
    sizes = {
        "h": shape.hidden_size,
        "i": shape.intermediate_size,
        "q": shape.num_attention_heads * shape.head_dim,
        "k": shape.num_key_value_heads * shape.head_dim,
        "d": shape.head_dim,
        "w": shape.vocab_size,
    }
    expected = {
        "model.embed_tokens.weight": "wh",
        "lm_head.weight": "wh",
        "model.norm.weight": "h",
    }
    for number in range(shape.num_hidden_layers):
        for name, kind in {**_LAYER, **_OF_FAMILY[shape.model_type]}.items():
            expected[f"model.layers.{number}.{name}"] = kind
    return weights.keys() == expected.keys() and all(
        weights[name].shape == tuple(sizes[size] for size in kind)
        and weights[name].dtype in _FORMATS
        for name, kind in expected.items()
    )

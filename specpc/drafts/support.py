"""Tells before any weight is read whether a model can be a draft, and names what went wrong."""

from __future__ import annotations

from typing import Any

from specpc.errors import DraftError, UnsupportedModelError

_NEEDED = "a draft model must be a decoder that reads text only, such as Qwen3 or Llama"


def check_causal(config: dict[str, Any], name: str) -> None:
    """Raise UnsupportedModelError unless a ``config.json`` describes a causal language model.

    It does if transformers knows the model type as one and the saved weights are of such a
    class; encoders, encoder-decoders and models with images or sound are refused.
    """
    from transformers import CONFIG_MAPPING
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
        MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    )

    model_type = str(config.get("model_type"))
    if model_type not in CONFIG_MAPPING:
        reason = (
            "it needs Python code of its own, which specpc does not run"
            if config.get("auto_map")
            else "this release of transformers does not know it"
        )
        raise UnsupportedModelError(f"{name} cannot be used (model type {model_type}): {reason}.")
    known = MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.get(model_type, ())
    causal = {known} if isinstance(known, str) else set(known)
    classes = config.get("architectures") or causal
    if (
        (model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES and not config.get("is_decoder"))
        or config.get("is_encoder_decoder")
        or "vision_config" in config
        or "audio_config" in config
        or not any(name in causal or name.endswith("ForCausalLM") for name in classes)
        or not causal
    ):
        raise UnsupportedModelError(
            f"{name} is not a causal language model (model type {model_type}); {_NEEDED}."
        )


def check_loaded(info: dict[str, Any], name: str) -> None:
    """Raise DraftError if weights were missing, which transformers replaces by random numbers."""
    missing = sorted(info.get("missing_keys") or ())
    if missing:
        raise DraftError(f"The weights of {name} are incomplete: {missing[0]} is missing.")


def too_large(name: str) -> str:
    """What to say when a draft does not fit into memory."""
    return (
        f"There is not enough memory to load {name}; use a smaller draft model, or another device "
        "or number format."
    )

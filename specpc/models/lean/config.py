"""The shape of a decoder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class LeanConfig:
    """The shape of a decoder, named as in ``config.json``."""

    model_type: str
    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int
    rms_norm_eps: float
    max_position_embeddings: int
    # Of the rotary positions, [head_dim / 2].
    inverse_frequencies: Tensor = field(repr=False, compare=False)

    def get_text_config(self) -> LeanConfig:
        """Itself: there is nothing but text."""
        return self

"""Dense similarity of units and question, from states the draft computes anyway.

The value states in the draft's KV cache, averaged over a unit's tokens, are mapped linearly to a
space of sentence embeddings; so are those of the question. The maps of the default draft were
fitted to the embeddings of all-MiniLM-L6-v2 (``docs/evaluation.md`` says how), so that the draft
does a sentence encoder's work along the way. Shipped as safetensors; nothing else is read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load

from specpc.errors import DraftError

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import DynamicCache


@dataclass(frozen=True)
class DenseReference:
    """A map that ships with the package, and what it weighs.

    Attributes:
        file: its name among the shipped profiles.
        sha256: of the file.
        weight: of the standardised similarity, where standardised attention weighs 1.
    """

    file: str
    sha256: str
    weight: float


@dataclass(frozen=True)
class DenseMap:
    """Linear maps from value states to embeddings.

    Attributes:
        layers: layers whose value states are read.
        unit: ``[states, size]`` map of a unit's mean state.
        unit_bias: ``[size]``.
        question: ``[states, size]`` map of the question's mean state.
        question_bias: ``[size]``.
    """

    layers: tuple[int, ...]
    unit: Tensor
    unit_bias: Tensor
    question: Tensor
    question_bias: Tensor

    @classmethod
    def from_bytes(cls, data: bytes) -> DenseMap:
        """Read a safetensors file.

        Raises:
            DraftError: it does not hold such maps.
        """
        try:
            tensors = load(data)
            layers = tuple(int(layer) for layer in tensors.pop("layers"))
            return cls(layers, **{name: tensor.float() for name, tensor in tensors.items()})
        except Exception as error:  # safetensors has errors of its own
            raise DraftError(f"this is no dense map: {error}") from error

    def embed_units(self, states: Tensor) -> Tensor:
        """``[tokens, states]`` to ``[tokens, size]``; a unit's embedding is the mean of its."""
        return states @ self.unit.to(states.device) + self.unit_bias.to(states.device)

    def embed_question(self, states: Tensor) -> Tensor:
        """``[question tokens, states]`` to ``[size]``."""
        mean = states.mean(dim=0)
        return mean @ self.question.to(mean.device) + self.question_bias.to(mean.device)


@lru_cache(maxsize=2)
def shipped_map(reference: DenseReference) -> DenseMap:
    """The map that ships under this name.

    Raises:
        DraftError: there is none, or it is not the one meant.
    """
    file = resources.files("specpc.profiles") / reference.file
    data = file.read_bytes() if file.is_file() else b""
    if hashlib.sha256(data).hexdigest() != reference.sha256:
        raise DraftError(
            f"the file {reference.file} of this installation is missing or damaged: "
            "install specpc again"
        )
    return DenseMap.from_bytes(data)


def value_states(cache: DynamicCache, layers: tuple[int, ...], start: int, end: int) -> Tensor:
    """Value states of positions ``start`` to ``end`` of the first sequence in a cache.

    Returns:
        ``[positions, layers * kv_heads * head_dim]`` in float32.
    """
    parts = []
    for layer in layers:
        values: Tensor = cache.layers[layer].values  # type: ignore[assignment,union-attr]
        parts.append(values[0, :, start:end].transpose(0, 1).flatten(1).float())
    return torch.cat(parts, dim=1)


def similarity(units: Tensor, question: Tensor) -> Tensor:
    """Cosines ``[units]`` of embeddings ``[units, size]`` and ``[size]``."""
    return torch.nn.functional.cosine_similarity(units, question[None], dim=1)

"""Dense similarity of units and question, from states the draft computes anyway.

Two means are taken over a unit's tokens: of the value states in the draft's KV cache, and of its
input embeddings, where frequent tokens weigh less. Both are mapped linearly to a space of sentence
embeddings. So is the question, read alone as if it were a context. The map of the default draft
was fitted to the embeddings of all-MiniLM-L6-v2 (``docs/archive/evaluation.md`` says how), so that
the draft does a sentence encoder's work along the way. Shipped as safetensors; nothing else is
read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch

from specpc.errors import DraftError
from specpc.scorers.tensors import tensors_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from specpc.models.attention import LayerAttention, Observer
    from specpc.scorers.settings import DenseReference


@dataclass(frozen=True)
class DenseMap:
    """A linear map from states to embeddings."""

    layers: tuple[int, ...]  # whose value states are read
    values: Tensor  # [states, size] map of mean value states
    words: Tensor  # [hidden, size] map of mean input embeddings
    bias: Tensor  # [size]
    token_weights: Tensor  # [vocabulary] of each token in the mean of input embeddings

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor]) -> DenseMap:
        """What a file holds.

        Raises:
            DraftError: it is no such map.
        """
        try:
            layers = tuple(int(layer) for layer in tensors["layers"])
            others = {name: tensor for name, tensor in tensors.items() if name != "layers"}
            return cls(layers, **{name: tensor.float() for name, tensor in others.items()})
        except (KeyError, TypeError) as error:
            raise DraftError(f"this is no dense map: {error}") from error


@lru_cache(maxsize=2)
def shipped_map(reference: DenseReference) -> DenseMap:
    """The map that ships under this name.

    Raises:
        DraftError: there is none, or it is not the one meant.
    """
    return DenseMap.from_tensors(tensors_of(reference.file, reference.sha256))


class ValueStates:
    """Collects the value states of the last tokens of what is read, as an observer."""

    def __init__(self, layers: tuple[int, ...], tokens: int) -> None:
        """Collect of these layers and so many tokens."""
        self.layers = layers
        self.tokens = tokens
        self._found: dict[int, Tensor] = {}

    def __call__(self, attention: LayerAttention) -> None:
        """Take what one layer has."""
        if attention.layer in self.layers:
            keys = attention.value.shape[2]
            values = attention.value[0, :, keys - self.tokens :]
            self._found[attention.layer] = values.transpose(0, 1).flatten(1).float().cpu()

    @property
    def states(self) -> Tensor:
        """``[tokens, layers * kv_heads * head_dim]`` in float32 on the CPU."""
        return torch.cat([self._found[layer] for layer in self.layers], dim=1)


def input_embeddings(model: Any) -> Tensor:
    """``[vocabulary, hidden]`` of a causal language model."""
    table: Tensor = model.get_input_embeddings().weight.detach()
    return table


def word_means(table: Tensor, ids: Tensor, weights: Tensor, unit_of: Tensor, units: int) -> Tensor:
    """Means ``[units, hidden]`` of input embeddings, in float32 on the CPU; zero for empty units.

    They are of the ``table`` ``[vocabulary, hidden]``, with ``weights`` ``[vocabulary]``; ``ids``
    and ``unit_of`` ``[tokens]`` say which token belongs to which unit.
    """
    found = weights[ids][:, None]
    embedded = table[ids.to(table.device)].float().cpu()
    sums = torch.zeros(units, table.shape[1]).index_add_(0, unit_of, embedded * found)
    total = torch.zeros(units, 1).index_add_(0, unit_of, found)
    return sums / total.clamp(min=1e-9)


class UnitEmbedder:
    """Embeds the units of one text, window by window as the draft reads it."""

    def __init__(self, dense: DenseMap, ids: Tensor, unit_of: Tensor, units: int) -> None:
        """Take the ``[tokens]`` of the text, and the unit number of each of them."""
        self.dense = dense
        self.ids = ids
        self.unit_of = unit_of
        self.units = units
        self._sums = torch.zeros(units, dense.values.shape[1])

    def watch(self, low: int, high: int) -> Observer:
        """An observer that takes in the tokens ``low..high - 1``, the last of what it sees."""
        states = ValueStates(self.dense.layers, high - low)

        def see(attention: LayerAttention) -> None:
            states(attention)
            if attention.layer == max(self.dense.layers):
                self._sums.index_add_(0, self.unit_of[low:high], states.states @ self.dense.values)

        return see

    def embeddings(self, table: Tensor) -> Tensor:
        """``[units, size]`` once all tokens are in, given the draft's input embeddings."""
        counts = torch.bincount(self.unit_of, minlength=self.units).clamp(min=1)
        words = word_means(table, self.ids, self.dense.token_weights, self.unit_of, self.units)
        return self._sums / counts[:, None] + words @ self.dense.words + self.dense.bias

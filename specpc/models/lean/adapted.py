"""Questions read with additions of their own, over contexts that were read without any.

What reads a context stays as it is, so its keys and values serve every question. The tokens of a
question, and a few learned *probe* tokens after it, also pass low-rank additions to projections.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from torch.nn import functional

from specpc.errors import DraftError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch
    from torch import Tensor

    from specpc.models.lean.config import LeanConfig

# Keys and values have none: a question is asked of its context, not of itself.
PROJECTIONS: Final = (
    "self_attn.q_proj",
    "self_attn.o_proj",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj",
)


@dataclass(frozen=True, eq=False)
class Adapter:
    """Additions to the first layers of one draft, and what its heads then weigh."""

    inner: Mapping[str, Tensor]  # [layers, rank, in] of each projection that has additions
    outer: Mapping[str, Tensor]  # [layers, out, rank]
    probe: Tensor  # [probes, hidden], as embeddings
    heads: Tensor  # [layers, heads] weights

    @property
    def last_layer(self) -> int:
        """The deepest layer, with which the forward ends."""
        return len(self.heads) - 1

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor]) -> Adapter:
        """What `tensors` gave.

        Raises:
            DraftError: they are no adapter.
        """
        try:
            names = [name for name in PROJECTIONS if f"{name}.inner" in tensors]
            adapter = cls(
                {name: tensors[f"{name}.inner"] for name in names},
                {name: tensors[f"{name}.outer"] for name in names},
                tensors["probe"],
                tensors["heads"],
            )
        except KeyError as error:
            raise DraftError(f"this is no adapter: it has no {error}") from error
        if adapter.tensors().keys() != tensors.keys():
            raise DraftError("this is no adapter: it holds other tensors")
        return adapter

    def tensors(self) -> dict[str, Tensor]:
        """All of it by name."""
        inner = {f"{name}.inner": tensor for name, tensor in self.inner.items()}
        outer = {f"{name}.outer": tensor for name, tensor in self.outer.items()}
        return {**inner, **outer, "probe": self.probe, "heads": self.heads}

    def to(self, device: torch.device, dtype: torch.dtype) -> Adapter:
        """The same, as a draft computes."""
        return self.from_tensors({n: t.to(device, dtype) for n, t in self.tensors().items()})

    def added(self, layer: int, name: str, states: Tensor) -> Tensor | None:
        """What is added to what a projection makes of states, if anything is."""
        if name not in self.inner or layer > self.last_layer:
            return None
        inner, outer = (part[name][layer].to(states.dtype) for part in (self.inner, self.outer))
        return functional.linear(functional.linear(states, inner), outer)

    def fits(self, config: LeanConfig, weights: Mapping[str, Tensor]) -> bool:
        """Whether it is one of a draft of this shape, whose layers have such weights."""
        layers = len(self.heads)
        rank = next((len(inner[0]) for inner in self.inner.values()), 0)
        shapes: dict[str, tuple[int, ...]] = {
            "probe": (len(self.probe), config.hidden_size),
            "heads": (layers, config.num_attention_heads),
        }
        for name in self.inner:
            out, into = weights[f"{name}.weight"].shape
            shapes |= {f"{name}.inner": (layers, rank, into), f"{name}.outer": (layers, out, rank)}
        found = {name: tuple(tensor.shape) for name, tensor in self.tensors().items()}
        return found == shapes and 0 < layers <= config.num_hidden_layers

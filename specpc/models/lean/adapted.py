"""Questions read with additions of their own, over contexts that were read without any.

What reads a context stays as it is, so its keys and values serve every question. The tokens of a
question, and a few learned *probe* tokens after it, also pass low-rank additions to projections.
The same arithmetic scores in the product and is trained by ``tests/fitting``.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from specpc.errors import DraftError
from specpc.models.attention import StopForward

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from torch import Tensor

    from specpc.models.attention import LayerAttention
    from specpc.models.lean.decoder import LeanModel

    See: TypeAlias = Callable[[int, Tensor], None]
    """Called with each layer and the mean attention ``[batch, heads, keys]`` of what was asked."""

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

    def fits(self, model: LeanModel) -> bool:
        """Whether it is one of a draft of this shape."""
        config, layers = model.config, len(self.heads)
        rank = next((len(inner[0]) for inner in self.inner.values()), 0)
        shapes: dict[str, tuple[int, ...]] = {
            "probe": (len(self.probe), config.hidden_size),
            "heads": (layers, config.num_attention_heads),
        }
        for name in self.inner:
            out, into = model.layers[0][f"{name}.weight"].shape
            shapes |= {f"{name}.inner": (layers, rank, into), f"{name}.outer": (layers, out, rank)}
        found = {name: tuple(tensor.shape) for name, tensor in self.tensors().items()}
        return found == shapes and 0 < layers <= config.num_hidden_layers


class ContextStates:
    """Collects the keys and values of what is read, as an observer."""

    def __init__(self) -> None:
        """Collect of all layers."""
        self.layers: list[tuple[Tensor, Tensor]] = []  # [kv_heads, keys, head_dim] of each

    def __call__(self, attention: LayerAttention) -> None:
        """Take what one layer has."""
        self.layers.append((attention.key[0], attention.value[0]))


@dataclass(frozen=True, eq=False)
class Contexts:
    """Keys and values of contexts side by side, the shorter ones filled up."""

    layers: Sequence[tuple[Tensor, Tensor]]  # [contexts, kv_heads, keys, head_dim] of each
    lengths: Tensor  # [contexts] numbers of keys

    @classmethod
    def of(cls, states: Sequence[ContextStates]) -> Contexts:
        """Those that were collected."""
        lengths = torch.tensor([one.layers[0][0].shape[1] for one in states])
        layers = [
            (_side_by_side([key for key, _ in layer]), _side_by_side([value for _, value in layer]))
            for layer in zip(*(one.layers for one in states), strict=True)
        ]
        return cls(layers, lengths)

    @property
    def filled(self) -> Tensor | None:
        """``[contexts, 1, 1, keys]`` which keys are none; ``None`` if all are."""
        longest = int(self.lengths.max())
        if int(self.lengths.min()) == longest:
            return None
        return (torch.arange(longest) >= self.lengths[:, None])[:, None, None]


def _side_by_side(states: Sequence[Tensor]) -> Tensor:
    """``[contexts, kv_heads, keys, head_dim]`` of ``[kv_heads, keys, head_dim]`` each."""
    if len(states) == 1:
        return states[0][None]
    rows = pad_sequence([one.transpose(0, 1) for one in states], batch_first=True)
    return rows.transpose(1, 2)


def ask(
    model: LeanModel,
    adapter: Adapter,
    contexts: Contexts,
    questions: Sequence[Sequence[int]],
    see: See,
) -> None:
    """Read questions, each of one context; where there is one of either, it is that of all.

    Args:
        model: the draft, which read the contexts.
        adapter: of this draft, in its number format.
        contexts: their states down to the adapter's last layer.
        questions: the ids of what follows the context.
        see: is shown the attention, ``keys`` being those of the contexts; differentiable.
    """
    asking = _Asking(adapter, contexts, questions, see)
    ids = pad_sequence([torch.as_tensor(one) for one in questions], batch_first=True)
    embedded = functional.embedding(ids.to(model.device), model.embedding)
    probe = adapter.probe.to(model.dtype).expand(len(ids), -1, -1)
    hidden = torch.cat((embedded, probe), dim=1).expand(asking.batch, -1, -1)

    def linear(layer: int, name: str, states: Tensor) -> Tensor:
        found = model.linear(layer, name, states)
        if name not in adapter.inner:
            return found
        inner, outer = (
            part[name][layer].to(states.dtype) for part in (adapter.inner, adapter.outer)
        )
        return found + functional.linear(functional.linear(states, inner), outer)

    with suppress(StopForward):
        model.run(hidden, asking.positions.to(model.device), asking.attend, linear)


class _Asking:
    """The attention of questions and probes, and what is the same in all layers."""

    def __init__(
        self,
        adapter: Adapter,
        contexts: Contexts,
        questions: Sequence[Sequence[int]],
        see: See,
    ) -> None:
        device = contexts.layers[0][0].device
        self.contexts = contexts
        self.last_layer = adapter.last_layer
        self.see = see
        self.batch = max(len(questions), len(contexts.lengths))
        lengths = torch.tensor([len(one) for one in questions])
        places = torch.arange(int(lengths.max()))
        probes = torch.arange(len(adapter.probe))
        own = torch.cat((places.expand(len(lengths), -1), lengths[:, None] + probes), dim=1)
        valid = torch.cat(
            (places < lengths[:, None], (probes >= 0).expand(len(lengths), -1)), dim=1
        )
        self.positions = contexts.lengths[:, None] + own
        # How much each row counts, [contexts, 1, questions of each, 1, 1, rows].
        share = (valid / valid.sum(dim=1, keepdim=True)).to(device).expand(self.batch, -1)
        share = share.reshape(len(contexts.lengths), -1, share.shape[1])
        self.share = share[:, None, :, None, None]
        # What a question's row does not see of the question: what comes later, and what is filler.
        hidden = (own[:, :, None] < own[:, None]) | ~valid[:, None]
        self.hidden = hidden[:, None].to(device)
        filled = contexts.filled
        self.filled = None if filled is None else filled.to(device)

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        batch, heads, rows, size = query.shape
        far_key, far_value = self.contexts.layers[layer]
        contexts, kv_heads, keys, _ = far_key.shape
        grouped = (query * size**-0.5).reshape(batch, kv_heads, -1, size)
        near = torch.matmul(grouped, key.transpose(2, 3)).view(batch, heads, rows, rows)
        near = near.masked_fill(self.hidden, -torch.inf).view(batch, kv_heads, -1, rows)
        far = torch.matmul(_beside(grouped, contexts), far_key.transpose(2, 3))
        if self.filled is not None:
            far = far.masked_fill(self.filled, -torch.inf)
        # The one large tensor that is kept for gradients: what follows looks at it as it lies.
        weights = torch.cat((far, _beside(near, contexts)), dim=-1).float().softmax(dim=-1)
        each = weights.view(contexts, kv_heads, batch // contexts, -1, rows, keys + rows)
        seen = torch.matmul(self.share, each[..., :keys]).squeeze(-2)
        self.see(layer, seen.transpose(1, 2).reshape(batch, heads, keys))
        if layer == self.last_layer:
            raise StopForward
        used = weights.to(query.dtype)
        mixed = _apart(torch.matmul(used[..., :keys], far_value), batch)
        mixed = mixed + torch.matmul(_apart(used[..., keys:], batch), value)
        return mixed.reshape(batch, heads, rows, size)


def _beside(states: Tensor, contexts: int) -> Tensor:
    """``[contexts, kv_heads, all rows, size]`` of ``[batch, kv_heads, rows, size]``."""
    return states.reshape(contexts, -1, *states.shape[1:]).transpose(1, 2).flatten(2, 3)


def _apart(states: Tensor, batch: int) -> Tensor:
    """What `_beside` put together."""
    contexts, kv_heads, _, size = states.shape
    each = states.reshape(contexts, kv_heads, batch // contexts, -1, size)
    return each.transpose(1, 2).flatten(0, 1)

"""Many questions asked of many contexts at once, with gradients, as an adapter is trained.

What the product does in one pass (`specpc.models.lean.packing`), for a batch.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from specpc.models.attention import StopForward
from specpc.scorers.trained import layer_scores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from torch import Tensor

    from specpc.models.attention import LayerAttention
    from specpc.models.lean.adapted import Adapter
    from specpc.models.lean.decoder import LeanModel

    See: TypeAlias = Callable[[int, Tensor], None]
    """Called with each layer and the mean attention ``[batch, heads, keys]`` of what was asked."""


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
        found, added = model.linear(layer, name, states), adapter.added(layer, name, states)
        return found if added is None else found + added

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


def piece_scores(
    model: LeanModel,
    adapter: Adapter,
    contexts: Contexts,
    questions: Sequence[Sequence[int]],
    of_key: Tensor,
) -> Tensor:
    """``[batch, pieces]`` of what `ask` asks, in float32.

    ``of_key`` ``[contexts, keys]`` is the piece of each key, negative for keys of none.
    """
    pieces = int(of_key.max()) + 1
    index = torch.where(of_key < 0, pieces, of_key).to(model.device)[:, None]
    parts: list[Tensor] = []
    ask(
        model,
        adapter,
        contexts,
        questions,
        lambda layer, seen: parts.append(layer_scores(adapter, layer, seen, index, pieces)),
    )
    return torch.stack(parts).sum(dim=0)

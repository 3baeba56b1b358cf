"""Sparse attention for long prompts: every query sees some columns, and its own recent past.

Settings as in the authors' released code (vertical columns and a sliding window, of MInference,
arXiv 2407.02490), by PyTorch's FlexAttention. The columns are put before the keys, so that those
that a block of queries sees lie in few blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import torch
from torch.nn.attention.flex_attention import BlockMask, flex_attention
from torch.nn.functional import pad

from specpc.errors import UsageError
from specpc.kv.scores import pick

if TYPE_CHECKING:
    from torch import Tensor

    from specpc.models.attention import LayerAttention

BLOCK: Final = 128
"""Queries and keys that FlexAttention takes or leaves together."""

# Queries at a time: of one shape whatever the length of the prompt, so that one kernel is compiled.
_ROWS: Final = 16 * BLOCK

# Elsewhere FlexAttention is slower than dense attention, or is not there.
_DEVICES: Final = frozenset({"cuda"})


@dataclass(frozen=True)
class SparsePrefill:
    """How prompts longer than ``columns + window`` are read on CUDA; others are read densely.

    Attributes:
        columns: keys of each KV head that all later queries see, a multiple of 128.
        window: the most recent keys that each query sees, itself included.
    """

    columns: int = 2048
    window: int = 2048

    def __post_init__(self) -> None:
        """Raise `UsageError` for what no prompt can be read with."""
        if self.columns < BLOCK or self.columns % BLOCK:
            raise UsageError(
                f"the number of columns must be a multiple of {BLOCK}, not {self.columns}"
            )
        if self.window < 1:
            raise UsageError(f"the sliding window must be at least 1, not {self.window}")

    def applies(self, device: torch.device, tokens: int) -> bool:
        """Whether so many tokens are read sparsely."""
        return device.type in _DEVICES and tokens > self.columns + self.window


def sparse_attention(
    attention: LayerAttention, columns: Tensor, window: int, real: Tensor
) -> Tensor:
    """Causal attention to some columns and the recent past alone.

    Args:
        attention: one layer of a forward without a cache; its own mask is not used.
        columns: ``[batch, kv_heads, n]``, ascending, ``n`` a multiple of `BLOCK`.
        window: the most recent keys that a query sees, itself included.
        real: ``[batch, tokens]``, false for padding, which nobody sees.

    Returns:
        ``[batch, tokens, heads, head_dim]``, as attention functions of transformers give it.
    """
    query, tokens = attention.query, attention.query.shape[2]
    attend = _compiled() if query.device.type == "cuda" else flex_attention
    far_keys, far_values = pick(attention.key, columns), pick(attention.value, columns)
    far_real = real[:, None].expand(*columns.shape[:2], -1).gather(2, columns)
    parts = []
    for low in range(0, tokens, _ROWS):
        near = slice(low - _past(window), low + _ROWS)
        mask = block_mask(columns, far_real, _cut(real, near, 1), window, low, query.shape[1])
        part: Any = attend(
            _cut(query, slice(low, low + _ROWS), 2),
            torch.cat((far_keys, _cut(attention.key, near, 2)), dim=2),
            torch.cat((far_values, _cut(attention.value, near, 2)), dim=2),
            block_mask=mask,
            scale=attention.scaling,
            enable_gqa=True,
        )
        parts.append(part)
    return torch.cat(parts, dim=2)[:, :, :tokens].transpose(1, 2).contiguous()


def block_mask(
    columns: Tensor, far_real: Tensor, near_real: Tensor, window: int, low: int, heads: int
) -> BlockMask:
    """Which keys some queries, from position ``low`` on, see: columns, then keys around them.

    Args:
        columns: ``[batch, kv_heads, n]``, as for `sparse_attention`.
        far_real: likewise, false for padding.
        near_real: ``[batch, past + queries]``, likewise, of the keys at hand: those of the queries,
            and before them as many whole blocks as the window needs.
        window: as for `sparse_attention`.
        low: position of the first query.
        heads: of the queries.
    """
    count, group = columns.shape[2], heads // columns.shape[1]
    # Tensors, as other numbers would be compiled into the kernel.
    first_query = torch.tensor(low, device=columns.device)
    first_key = first_query - _past(window)

    def visible(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        is_column = key < count
        far, near = key.clamp(max=count - 1), (key - count).clamp(min=0)
        position = torch.where(is_column, columns[batch, head // group, far], near + first_key)
        shown = torch.where(is_column, far_real[batch, head // group, far], near_real[batch, near])
        place = query + first_query
        recent = place - position < window
        # A column within the window is seen where it stands, and not twice.
        return (position <= place) & (is_column != recent) & shown

    keys = torch.arange(0, near_real.shape[1], BLOCK, device=columns.device) + first_key
    queries = keys[_past(window) // BLOCK :, None]
    # A block of columns is needed once its first one has left the window of the last query.
    far = columns[:, :, None, ::BLOCK] <= queries + (BLOCK - 1 - window)
    near = (keys <= queries) & (queries - (keys + BLOCK - 1) < window)
    needed = torch.cat((far, near.expand(*far.shape[:3], -1)), dim=-1)
    needed = needed.repeat_interleave(group, dim=1)  # [batch, heads, query blocks, key blocks]
    order = needed.int().argsort(dim=-1, descending=True, stable=True)
    return BlockMask.from_kv_blocks(
        needed.sum(-1, dtype=torch.int32), order.int(), BLOCK_SIZE=BLOCK, mask_mod=visible
    )


def _past(window: int) -> int:
    """Keys before the first query that have to be at hand, in whole blocks."""
    return -(-window // BLOCK) * BLOCK


def _cut(states: Tensor, where: slice, dim: int) -> Tensor:
    """A slice that may reach beyond both ends, where it is zero or false."""
    size = states.shape[dim]
    inside = states.narrow(dim, max(0, where.start), min(size, where.stop) - max(0, where.start))
    rest = [0, 0] * (states.ndim - 1 - dim) + [max(0, -where.start), max(0, where.stop - size)]
    return pad(inside, rest) if any(rest) else inside


@cache
def _compiled() -> Any:
    """FlexAttention as a kernel; uncompiled, it would hold all attention probabilities."""
    return torch.compile(flex_attention, dynamic=False)

"""Several texts in one forward: a template, texts that follow it, and what continues those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import torch
from torch.nn import functional

from specpc.models.attention import LayerAttention, StopForward

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from specpc.models.attention import Observer
    from specpc.models.lean.adapted import Adapter

    Linear: TypeAlias = Callable[[int, str, Tensor], Tensor]

Template: TypeAlias = "list[tuple[Tensor, Tensor]]"
"""Keys and values that each layer made of a template, as far down as it was read."""


@dataclass(frozen=True)
class PackedText:
    """A text to be read."""

    ids: Tensor  # [tokens]
    # Of its queries, and the keys and values of all it follows and its own.
    observer: Observer | None = None
    after: int | None = None  # number of the piece it continues; none if it follows the template
    adapter: Adapter | None = None  # by which it is read, with probes after it

    @property
    def rows(self) -> int:
        """Number of its tokens, probes among them."""
        return len(self.ids) + (0 if self.adapter is None else len(self.adapter.probe))


class Packed:
    """Pieces side by side in one sequence, none of which sees what it does not continue."""

    def __init__(
        self,
        pieces: Sequence[PackedText],
        before: tuple[int, ...],
        known: Template | None,
        depth: int,
    ) -> None:
        """Lay out the pieces; the template itself comes first unless its states are known.

        The forward ends at the layer ``depth``.
        """
        head = len(before) if known is None else 0
        self.pieces = pieces
        self.template: Template = [] if known is None else known
        self._known = known is not None
        self._head = head
        self._depth = depth
        self._ranges: list[slice] = []
        self._chains: list[list[int]] = []
        low, positions = head, [torch.arange(head)]
        for number, piece in enumerate(pieces):
            chain = [] if piece.after is None else self._chains[piece.after]
            start, length = len(before) + sum(pieces[i].rows for i in chain), piece.rows
            self._chains.append([*chain, number])
            self._ranges.append(slice(low, low + length))
            positions.append(torch.arange(start, start + length))
            low += length
        template = torch.tensor(before[:head], dtype=torch.long)
        filled = [functional.pad(p.ids.long().cpu(), (0, p.rows - len(p.ids))) for p in pieces]
        self.ids = torch.cat([template, *filled])
        self.positions = torch.cat(positions)
        self._adapted = [
            (piece.adapter, own)
            for piece, own in zip(pieces, self._ranges, strict=True)
            if piece.adapter is not None
        ]

    def embed(self, table: Tensor) -> Tensor:
        """``[1, tokens, hidden]``: what the embedding has for tokens, and probes as they are."""
        hidden = functional.embedding(self.ids.to(table.device), table)
        for adapter, own in self._adapted:
            hidden[own.stop - len(adapter.probe) : own.stop] = adapter.probe.to(table.dtype)
        return hidden[None]

    def linear(self, layer: int, name: str, states: Tensor, plain: Linear) -> Tensor:
        """What a projection makes of states, with the additions to those of some pieces."""
        found = plain(layer, name, states)
        for adapter, own in self._adapted:
            added = adapter.added(layer, name, states[:, own])
            if added is not None:
                found[:, own] += added
        return found

    def attend(
        self,
        layer: int,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attention: Callable[[Tensor, Tensor, Tensor, Tensor | None], Tensor],
    ) -> Tensor:
        """Show each piece's part of one layer to its observer, then mix within the piece.

        Raises:
            StopForward: it was the deepest layer.
        """
        head = slice(0, self._head)
        if not self._known:
            self.template.append((key[:, :, head].clone(), value[:, :, head].clone()))
        parts = [self._states(layer, chain, key, value) for chain in self._chains]
        for piece, own, seen in zip(self.pieces, self._ranges, parts, strict=True):
            if piece.observer is not None:
                scale = query.shape[-1] ** -0.5
                piece.observer(
                    LayerAttention(layer, query[:, :, own], seen[0], None, scale, seen[1])
                )
        if layer == self._depth:
            raise StopForward
        ready = [(head, self.template[layer])] if self._head else []
        ready += zip(self._ranges, parts, strict=True)
        mixed = [attention(query[:, :, own], *seen, None) for own, seen in ready]
        return torch.cat(mixed, dim=2)

    def _states(
        self, layer: int, chain: Sequence[int], key: Tensor, value: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Keys and values of the template and a chain of pieces."""
        ranges = [self._ranges[number] for number in chain]
        first, second = self.template[layer]
        return (
            torch.cat([first, *(key[:, :, own] for own in ranges)], dim=2),
            torch.cat([second, *(value[:, :, own] for own in ranges)], dim=2),
        )

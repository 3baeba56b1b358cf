"""Which entries of a layer's KV cache stay: one frozen class of settings a method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

import torch

from specpc.errors import BudgetError, UsageError
from specpc.kv.scores import choose, group_scores
from specpc.kv.sparse import SparsePrefill

if TYPE_CHECKING:
    from torch import Tensor

    from specpc.kv.scores import BatchLayout, Reduction
    from specpc.models.attention import LayerAttention


_SPARSE: Final = SparsePrefill()


class Method(Protocol):
    """Chooses entries of one layer while the target reads the prompt."""

    @property
    def budget(self) -> int | None:
        """Entries that every KV head keeps of the prompt; ``None`` for all."""

    def choose(
        self, attention: LayerAttention, layout: BatchLayout, count: int, first: Tensor
    ) -> Tensor:
        """The entries of one layer to keep.

        Args:
            attention: the layer.
            layout: of the batch.
            count: how many: the budget, or fewer where the layer's own window is shorter.
            first: ``[batch]``, the first key of each sequence that decoding can see.

        Returns:
            ``[batch, kv_heads, count]``, ascending.
        """


@dataclass(frozen=True)
class FullCache:
    """Keeps everything."""

    budget: ClassVar[None] = None

    def choose(
        self, attention: LayerAttention, layout: BatchLayout, count: int, first: Tensor
    ) -> Tensor:
        """The last ``count`` entries, which are all that can be seen."""
        last = torch.arange(layout.keys - count, layout.keys, device=first.device)
        return last.expand(*attention.key.shape[:2], count)


@dataclass(frozen=True)
class StreamingLLM:
    """The first entries and the most recent ones (arXiv 2309.17453), at their own positions.

    Attributes:
        budget: entries a head.
        sinks: how many of them are the prompt's first.
    """

    budget: int
    sinks: int = 4

    def __post_init__(self) -> None:
        """Raise `BudgetError` unless there is room besides the sinks."""
        if self.sinks < 0:
            raise UsageError(f"the number of sinks cannot be negative: {self.sinks}")
        _check_budget(self.budget, self.sinks, "first tokens")

    def choose(
        self, attention: LayerAttention, layout: BatchLayout, count: int, first: Tensor
    ) -> Tensor:
        """Sinks where they can be seen, and recent entries."""
        position = torch.arange(layout.keys, device=first.device)
        begin = layout.first[:, None]
        sink = (position >= begin) & (position < begin + self.sinks)
        # Behind the sinks, the later the better.
        scores = torch.where(sink, float(layout.keys), position.float())
        return choose(scores[:, None].expand(*attention.key.shape[:2], -1), count, 0, 1, first)


class _Windowed:
    """The window before the last prompt token, and what is attended to from its end on."""

    budget: int
    window: int
    kernel_size: int
    reduction: ClassVar[Reduction]

    def __post_init__(self) -> None:
        if self.window < 0:
            raise UsageError(f"the window cannot be negative: {self.window}")
        if self.kernel_size < 1 or self.kernel_size % 2 == 0:
            raise UsageError(f"the kernel size must be odd and at least 1, not {self.kernel_size}")
        _check_budget(self.budget, self.window, "tokens of the window")

    def choose(
        self, attention: LayerAttention, layout: BatchLayout, count: int, first: Tensor
    ) -> Tensor:
        """The window, and what it and the look-ahead attend to."""
        scores = group_scores(attention, layout, self.window, self.reduction)
        return choose(scores, count, self.window, self.kernel_size, first)


@dataclass(frozen=True)
class SnapKV(_Windowed):
    """What the end of the prompt attends to on average (arXiv 2404.14469).

    Attributes:
        budget: entries a head.
        window: entries before the last prompt token that stay, and whose queries are asked.
        kernel_size: odd width of the pooling.
    """

    budget: int
    window: int = 32
    kernel_size: int = 7
    reduction = "mean"


@dataclass(frozen=True)
class SpecKV(_Windowed):
    """What the end of the prompt and a draft's guess of the answer attend to most.

    Attributes:
        budget: entries a head.
        lookahead_tokens: most tokens of the guess; ``None`` for as many as the answer may have.
        window: entries before the last prompt token that stay, and whose queries are asked too.
        kernel_size: odd width of the pooling.
        sparse: how long prompts are read; ``None`` for dense attention at any length.
    """

    budget: int
    lookahead_tokens: int | None = None
    window: int = 32
    kernel_size: int = 7
    sparse: SparsePrefill | None = _SPARSE
    reduction = "max"

    def __post_init__(self) -> None:
        """Raise `BudgetError` unless there is room besides the window."""
        super().__post_init__()
        if self.lookahead_tokens is not None and self.lookahead_tokens < 1:
            raise UsageError(
                f"the number of look-ahead tokens must be at least 1, not {self.lookahead_tokens}"
            )

    def sparse_for(self, layout: BatchLayout) -> SparsePrefill | None:
        """How a batch is read, if sparsely: there must be as many columns to choose from."""
        sparse, real = self.sparse, layout.real
        if sparse is None or not sparse.applies(real.device, real.shape[1]):
            return None
        return sparse if sparse.columns + self.window <= layout.keys else None

    def columns(self, attention: LayerAttention, layout: BatchLayout, count: int) -> Tensor:
        """Keys ``[batch, kv_heads, count]`` outside the window that any query attends to most."""
        both = self.choose(attention, layout, count + self.window, layout.first)
        return both[..., :count]


def method_of(name: str, budget: int) -> Method:
    """The way in which a method of `specpc.kv.settings.METHODS` cuts caches."""
    if name == "snapkv":
        return SnapKV(budget)
    return StreamingLLM(budget) if name == "streaming" else SpecKV(budget)


def _check_budget(budget: int, least: int, what: str) -> None:
    if budget <= least:
        raise BudgetError(
            f"a KV budget of {budget} leaves no room besides the {least} {what}: "
            f"use at least {least + 1}"
        )

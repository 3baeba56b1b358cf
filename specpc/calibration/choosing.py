"""Which heads together rank the evidence highest: forward selection on observations."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import torch

from specpc.scorers.retrieval_heads import signed_root
from specpc.text.pieces import pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from specpc.calibration.collecting import Observation

# Evidence outranked by this share of the tokens or more is worth nothing: ratios of 0.1 to 0.3 are
# what texts are compressed to.
_REACH: Final = 0.3
# Figures below: how high chosen heads of the default draft rank the evidence of 30 questions of 11
# public sets (`quality`), for two seeds of 160 generated examples; the heads it ships with,
# chosen on such sets, reach .70.
#
# Heads of the first third match words, at which generated names are too easy, and BM25 does that
# already. With 12 candidates it makes no difference (.70 and .70; of all layers .71 and .70).
_FIRST_PART: Final = 3
# Candidates are the best heads alone: a head that helps only in company fits the examples by
# chance (40 candidates: .67 and .64).
_CANDIDATES: Final = 12
_FEWEST: Final = 8
# Parts of the layers that are tried, least first: the forward ends after the deepest head. Two
# thirds of them do as well on generated texts and worse on real ones (.66 and .65).
_DEPTHS: Final = (0.8, 1.0)
# Deeper layers must be better by more than this.
_SLACK: Final = 0.01
_FOLDS: Final = 4


def quality(units: Tensor, gold: Tensor, share: Tensor) -> Tensor:
    """How high the evidence ranks, 0 to 1, for each row of ``[n, units]``.

    A gold unit outranked by the share ``c`` of the text's tokens counts ``1 - c / 0.3``, not less
    than 0: evidence recall averaged over the ratios up to 0.3, units taken as points. ``gold`` and
    ``share`` ``[units]`` say whether a unit is evidence, and its share of the text's tokens.
    """
    above = (units[:, None, :] > units[:, gold][:, :, None]).float() @ share
    return (1 - above / _REACH).clamp_(min=0).mean(dim=1)


Head: TypeAlias = tuple[int, int]
"""Layer and head."""


@dataclass(frozen=True)
class Choice:
    """The heads chosen, in that order, and what is expected of them."""

    heads: tuple[Head, ...]
    quality: float  # of heads so chosen, on examples of kinds that had no say


class Bench:
    """Observations, ready to try sets of heads on.

    Every kind of example counts the same however many examples it has; where the user's own are
    among them, those count as much as all generated ones together.
    """

    def __init__(self, observations: Sequence[Observation]) -> None:
        """Pack the observations; there must be one at least."""
        self.observations = observations
        self.units = [_of_units(o) for o in observations]
        self._gold = [torch.from_numpy(o.gold) for o in observations]
        sizes = (np.bincount(o.unit_of, minlength=len(o.gold)) for o in observations)
        self._share = [torch.from_numpy(own / own.sum()).float() for own in sizes]

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of layers and heads."""
        layers, heads, _ = self.observations[0].scores.shape
        return layers, heads

    @cached_property
    def alone(self) -> Tensor:
        """``[observations, layers, heads]`` quality of each head by itself."""
        rows = [self._quality(index, units.flatten(0, 1)) for index, units in enumerate(self.units)]
        return torch.stack(rows).reshape(-1, *self.shape)

    def together(self, chosen: Sequence[Head], others: Sequence[Head], index: int) -> Tensor:
        """``[others]`` quality, on one observation, of the chosen heads and each other head."""
        total = self._scores(index, others)
        if chosen:
            total = total + self._scores(index, chosen).sum(dim=0)
        return self._quality(index, total)

    def growing(self, heads: Sequence[Head], index: int) -> Tensor:
        """``[heads]`` quality, on one observation, of the first head, the first two, ..."""
        return self._quality(index, self._scores(index, heads).cumsum(dim=0))

    def weights(self, subset: Sequence[int]) -> Tensor:
        """``[subset]`` how much each observation counts; they add up to one."""
        seen = [self.observations[index] for index in subset]
        kinds = Counter((o.own, o.kind) for o in seen)
        sides = Counter(own for own, _ in kinds)
        return torch.tensor([1 / (kinds[o.own, o.kind] * sides[o.own] * len(sides)) for o in seen])

    def folds(self, count: int) -> list[list[int]]:
        """Observations split such that no two parts share a kind; the user's own go in turn."""
        kinds = list(dict.fromkeys(o.kind for o in self.observations if not o.own))
        parts: list[list[int]] = [[] for _ in range(count)]
        for index, o in enumerate(self.observations):
            parts[(index if o.own else kinds.index(o.kind)) % count].append(index)
        return [part for part in parts if part]

    def _quality(self, index: int, units: Tensor) -> Tensor:
        return quality(units, self._gold[index], self._share[index])

    def _scores(self, index: int, heads: Sequence[Head]) -> Tensor:
        """``[heads, units]`` of one observation."""
        layers, numbers = zip(*heads, strict=True)
        return self.units[index][list(layers), list(numbers)]


def _of_units(seen: Observation) -> Tensor:
    """``[layers, heads, units]`` scores, as the scorer adds them up."""
    pooled = pool(seen.scores.astype(np.float64), seen.unit_of, len(seen.gold))
    return signed_root(torch.from_numpy(pooled)).float()


def choose_heads(bench: Bench) -> Choice:
    """The heads that rank evidence highest, from as few layers as that takes.

    How deep to go and how many heads to take is decided on kinds of example that had no say in
    which heads they are: heads are to serve texts that no generator wrote.
    """
    layers = bench.shape[0]
    folds = bench.folds(_FOLDS)
    tried: list[tuple[float, int, int]] = []  # held-out quality, depth, number of heads
    for depth in dict.fromkeys(math.ceil(share * layers) for share in _DEPTHS):
        held_out = _held_out(bench, folds, depth)
        fewest = min(_FEWEST, len(held_out))
        count = fewest + int(held_out[fewest - 1 :].argmax())
        tried.append((float(held_out[count - 1]), depth, count))
    best = max(quality for quality, _, _ in tried)
    quality, depth, count = next(entry for entry in tried if entry[0] >= best - _SLACK)
    everything = range(len(bench.observations))
    return Choice(tuple(forward_selection(bench, depth, count, everything)), quality)


def _held_out(bench: Bench, folds: Sequence[Sequence[int]], depth: int) -> Tensor:
    """``[heads]`` quality of 1, 2, ... heads on the folds that had no say in which they are."""
    curves = []
    for fold in folds:
        others = [i for part in folds if part is not fold or len(folds) == 1 for i in part]
        heads = forward_selection(bench, depth, _CANDIDATES, others)
        qualities = torch.stack([bench.growing(heads, index) for index in fold])
        curves.append(bench.weights(fold) @ qualities)
    return torch.stack(curves).mean(dim=0)


def forward_selection(bench: Bench, depth: int, count: int, subset: Sequence[int]) -> list[Head]:
    """``count`` heads, or all, of the layers below ``depth``: what each adds decides their order.

    ``subset`` are the indices of the observations that count.
    """
    weights = bench.weights(subset)
    left = _candidates(torch.einsum("o,olh->lh", weights, bench.alone[list(subset)]), depth)
    chosen: list[Head] = []
    for _ in range(min(count, len(left))):
        qualities = torch.stack([bench.together(chosen, left, index) for index in subset])
        chosen.append(left.pop(int((weights @ qualities).argmax())))
    return chosen


def _candidates(quality: Tensor, depth: int) -> list[Head]:
    """The best heads of the layers below ``depth``, best first, by ``[layers, heads]``."""
    first = min(quality.shape[0] // _FIRST_PART, depth - 1)
    order = quality[first:depth].flatten().argsort(descending=True, stable=True)
    heads = quality.shape[1]
    return [(first + i // heads, i % heads) for i in order[:_CANDIDATES].tolist()]

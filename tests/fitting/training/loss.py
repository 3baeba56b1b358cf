"""What is to be made small: evidence that does not stand first, and what stands above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

# Evidence below this share of the text is lost at any budget that is asked for.
_SLACK: Final = 0.05


def listwise(scores: Tensor, gold: Tensor) -> Tensor:
    """Every gold piece against all that are not gold, ``[questions, pieces]``.

    Pieces whose score is minus infinity have no part in it.
    """
    others = scores.masked_fill(gold, -torch.inf).logsumexp(dim=1, keepdim=True)
    each = functional.softplus(others - scores.masked_fill(~gold, 0.0))
    return ((each * gold).sum(dim=1) / gold.sum(dim=1)).mean()


def budgeted(scores: Tensor, gold: Tensor, sizes: Tensor) -> Tensor:
    """Mean log share of the tokens that rank above evidence: recall at small budgets, softened."""
    losses = []
    for row, own in zip(scores, gold, strict=True):
        rest = ~own & row.isfinite()
        above = torch.sigmoid(row[rest][None] - row[own][:, None])
        share = (above * sizes[rest]).sum(dim=1) / sizes.sum()
        losses.append(torch.log(_SLACK + share).mean())
    return torch.stack(losses).mean()


def measures(
    scores: Tensor, gold: Tensor, sizes: Tensor, ratio: float = 0.1
) -> tuple[float, float]:
    """Share of best pieces that are right, and of gold in the best ``ratio`` of the tokens."""
    order = scores.argsort(dim=1, descending=True)
    held = sizes[order].cumsum(dim=1) <= ratio * sizes.sum()
    held[:, 0] = True
    ranked = gold.gather(1, order)
    recall = (ranked & held).sum(dim=1) / gold.sum(dim=1)
    return float(ranked[:, 0].float().mean()), float(recall.mean())

"""SpecPC computed slowly and independently: eager attention maps, loops, no shared code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def slow_importance(
    eager: PreTrainedModel, ids: list[int], window: int, skip_layers: int
) -> list[float]:
    """``max over l, h, i of w_i * A[l, h, i, t]`` from full attention maps."""
    with torch.no_grad():
        maps = eager(torch.tensor([ids]), output_attentions=True, use_cache=False).attentions
    window = min(window, len(ids))
    scores = [0.0] * len(ids)
    for attention in maps[skip_layers:]:
        for head in attention[0]:
            for i in range(window):
                weight = i / (window - 1) if window > 1 else 1.0
                row = head[len(ids) - window + i]
                for t, value in enumerate(row.tolist()):
                    scores[t] = max(scores[t], weight * value)
    return scores


def slow_selection(
    scores: list[float], count: int, kernel: int, neighbors: int, last: int
) -> list[int]:
    """Pooling, neighbours, forced window and the first-distinct rule, step by step."""
    n = len(scores)
    pooled = []
    for t in range(n):
        low, high = t - (kernel - 1) // 2, t + (kernel - 1 - (kernel - 1) // 2)
        reach = [scores[u] if 0 <= u < n else 0.0 for u in range(low, high + 1)]
        pooled.append(max(reach))
    best = sorted(range(n), key=lambda t: (-pooled[t], t))[:count]
    first, end = -((neighbors - 1) // 2), neighbors - 1 - (neighbors - 1) // 2
    offsets = sorted(range(first, end + 1), key=lambda o: (abs(o), o))
    kept: list[int] = []
    seen: set[int] = set()
    candidates = list(range(max(0, n - last), n))
    candidates += [min(max(t + o, 0), n - 1) for t in best for o in offsets]
    for position in candidates:
        if position not in seen and len(kept) < min(count, n):
            seen.add(position)
            kept.append(position)
    return sorted(kept)

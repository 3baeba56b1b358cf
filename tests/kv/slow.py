"""SpecKV and its baselines computed slowly and independently: eager attention maps, loops."""

from __future__ import annotations

import torch
from transformers import PreTrainedModel

from specpc.kv import FullCache, SnapKV, SpecKV, StreamingLLM


def slow_kept(
    eager: PreTrainedModel, prompt: list[int], guess: list[int], method: object
) -> list[list[list[int]]]:
    """Indices kept of one prompt without padding, by layer and KV head."""
    with torch.no_grad():
        found = eager(torch.tensor([prompt + guess]), output_attentions=True, use_cache=False)
    config = eager.config
    kinds = getattr(config, "layer_types", None) or ["full_attention"] * len(found.attentions)
    if getattr(config, "sliding_window", None) and not getattr(config, "layer_types", None):
        kinds = ["sliding_attention"] * len(found.attentions)
    group = config.num_attention_heads // config.num_key_value_heads
    kept = []
    for kind, maps in zip(kinds, found.attentions, strict=True):
        reach = config.sliding_window if kind == "sliding_attention" else None
        heads = maps[0].tolist()
        layer = []
        for kv in range(config.num_key_value_heads):
            rows = [row for head in heads[kv * group : (kv + 1) * group] for row in [head]]
            layer.append(_head(rows, len(prompt), reach, method))
        kept.append(layer)
    return kept


def _head(heads: list, prompt: int, reach: int | None, method: object) -> list[int]:
    keys = prompt - 1
    lowest = 0 if reach is None else max(0, prompt - reach)
    seen = list(range(lowest, keys))
    if isinstance(method, FullCache) or method.budget >= len(seen):
        return seen
    if isinstance(method, StreamingLLM):
        sinks = [t for t in seen if t < method.sinks]
        recent = [t for t in seen if t not in sinks]
        return sinks + recent[len(recent) - (method.budget - len(sinks)) :]
    outside = max(0, keys - method.window)
    queries = range(max(0, keys - method.window), len(heads[0]))
    scores = []
    for t in range(outside):
        values = [head[q][t] for head in heads for q in queries]
        scores.append(max(values) if isinstance(method, SpecKV) else sum(values) / len(values))
    assert isinstance(method, (SpecKV, SnapKV))
    half = method.kernel_size // 2
    pooled = [max(scores[max(0, t - half) : t + half + 1]) for t in range(outside)]
    window = [t for t in seen if t >= outside]
    best = sorted((t for t in seen if t < outside), key=lambda t: (-pooled[t], t))
    return sorted(best[: method.budget - len(window)] + window)

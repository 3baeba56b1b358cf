"""Random adapters of tiny models, and what they compute, slowly and obviously."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from specpc.drafts.load import load_draft
from specpc.models.lean.adapted import PROJECTIONS, Adapter
from specpc.models.lean.load import view_of
from tests.tiny_models import byte_tokenizer, tiny_model

if TYPE_CHECKING:
    from pathlib import Path

    from specpc.models.draft import Draft
    from specpc.models.lean.decoder import LeanModel


def lean_of(draft: Draft) -> LeanModel:
    model = view_of(draft.model)
    assert model is not None
    return model


def loaded(folder: Path, family: str = "llama", dtype: str = "float32") -> LeanModel:
    """A tiny model of a family, saved and read again."""
    tiny_model(family).save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return lean_of(load_draft(str(folder), device="cpu", dtype=dtype, lean=True))


def tiny_adapter(model: LeanModel, layers: int = 3, probes: int = 2, rank: int = 2) -> Adapter:
    dice = torch.Generator().manual_seed(layers + probes)
    shapes = {name: model.layers[0][f"{name}.weight"].shape for name in PROJECTIONS}
    return Adapter(
        {n: torch.randn(layers, rank, into, generator=dice) / 5 for n, (_, into) in shapes.items()},
        {n: torch.randn(layers, out, rank, generator=dice) / 5 for n, (out, _) in shapes.items()},
        torch.randn(probes, model.config.hidden_size, generator=dice) / 5,
        torch.randn(layers, model.config.num_attention_heads, generator=dice),
    )


def rotated(states: torch.Tensor, position: int, frequencies: torch.Tensor) -> torch.Tensor:
    """One head of one token, as a rotation of pairs of numbers."""
    half = len(states) // 2
    pairs = torch.complex(states[:half], states[half:])
    turned = pairs * torch.polar(torch.ones(half), position * frequencies)
    return torch.cat((turned.real, turned.imag))


def slow_attention(
    model: LeanModel, adapter: Adapter, context: list[int], question: list[int]
) -> list[list[torch.Tensor]]:
    """``[layers][heads]`` mean attention ``[context]`` of the question's tokens and the probes."""
    config = model.config
    group = config.num_attention_heads // config.num_key_value_heads
    rows = [model.embedding[token] for token in context + question] + list(adapter.probe)
    asked = range(len(context), len(rows))

    def norm(row: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return weight * row / (row.pow(2).mean() + config.rms_norm_eps).sqrt()

    def project(layer: int, name: str, place: int, row: torch.Tensor) -> torch.Tensor:
        weight = model.layers[layer][f"{name}.weight"]
        if place in asked and name in adapter.inner:
            weight = weight + adapter.outer[name][layer] @ adapter.inner[name][layer]
        bias = model.layers[layer].get(f"{name}.bias")
        return weight @ row + (0 if bias is None else bias)

    found = []
    for layer in range(adapter.last_layer + 1):
        weights = model.layers[layer]
        queries, keys, values = [], [], []
        for place, row in enumerate(rows):
            normed = norm(row, weights["input_layernorm.weight"])
            states = [
                project(layer, f"self_attn.{one}_proj", place, normed).split(config.head_dim)
                for one in "qkv"
            ]
            if "self_attn.q_norm.weight" in weights:
                for number, one in enumerate("qk"):
                    weight = weights[f"self_attn.{one}_norm.weight"]
                    states[number] = [norm(head, weight) for head in states[number]]
            turn = config.inverse_frequencies
            queries.append([rotated(head, place, turn) for head in states[0]])
            keys.append([rotated(head, place, turn) for head in states[1]])
            values.append(states[2])
        heads: list[torch.Tensor] = []
        mixed: list[list[torch.Tensor]] = [[] for _ in rows]
        for head in range(config.num_attention_heads):
            total = torch.zeros(len(context))
            for place in range(len(rows)):
                seen = [keys[other][head // group] for other in range(place + 1)]
                logits = torch.stack([queries[place][head] @ key for key in seen])
                attention = (logits / config.head_dim**0.5).softmax(dim=0)
                own = [values[other][head // group] for other in range(place + 1)]
                mixed[place].append(sum(a * v for a, v in zip(attention, own, strict=True)))
                if place in asked:
                    total += attention[: len(context)] / len(asked)
            heads.append(total)
        found.append(heads)
        for place, row in enumerate(rows):
            between = row + project(layer, "self_attn.o_proj", place, torch.cat(mixed[place]))
            normed = norm(between, weights["post_attention_layernorm.weight"])
            gate = project(layer, "mlp.gate_proj", place, normed)
            gate = gate * gate.sigmoid() * project(layer, "mlp.up_proj", place, normed)
            rows[place] = between + project(layer, "mlp.down_proj", place, gate)
    return found


def slow_pieces(
    adapter: Adapter, attention: list[list[torch.Tensor]], of_key: list[int]
) -> torch.Tensor:
    """``[pieces]`` scores."""
    scores = torch.zeros(max(of_key) + 1)
    for layer, heads in enumerate(attention):
        for head, seen in enumerate(heads):
            for piece in range(len(scores)):
                most = max((float(seen[k]) for k, p in enumerate(of_key) if p == piece), default=0)
                scores[piece] += float(adapter.heads[layer, head]) * (most + 1e-6) ** 0.5
    return scores


def saved_adapter(adapter: Adapter, path: Path) -> str:
    """Write it; the digest of the file."""
    import hashlib

    from safetensors.torch import save

    path.parent.mkdir(parents=True, exist_ok=True)
    data = save({name: tensor.contiguous() for name, tensor in adapter.tensors().items()})
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()

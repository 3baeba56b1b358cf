"""A decoder of the Llama family in plain torch: what transformers computes, and nothing else.

It has no logits for training, no generation and no hooks, so it needs no second of imports. It is
called as ``base_model`` of a transformers model is; texts that share a beginning can also be read
in one pass (`LeanModel.read_pieces`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

import torch
from torch.nn import functional

from specpc.models.attention import LayerAttention, StopForward
from specpc.models.instructions import has_instructions
from specpc.models.lean.packing import Packed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from torch import Tensor

    from specpc.models.attention import Observer
    from specpc.models.lean.config import LeanConfig
    from specpc.models.lean.packing import PackedText, Template

    Attend: TypeAlias = Callable[[int, Tensor, Tensor, Tensor], Tensor]
    Linear: TypeAlias = Callable[[int, str, Tensor], Tensor]

_BLOCK: Final = 128


@dataclass
class LeanCache:
    """Keys and values of each layer, ``[batch, kv_heads, tokens, head_dim]``."""

    keys: list[Tensor] = field(default_factory=list)
    values: list[Tensor] = field(default_factory=list)

    def __len__(self) -> int:
        """Number of tokens."""
        return self.keys[0].shape[2] if self.keys else 0

    def update(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Append to one layer and give all of it."""
        if layer == len(self.keys):
            self.keys.append(key)
            self.values.append(value)
        else:
            self.keys[layer] = torch.cat((self.keys[layer], key), dim=2)
            self.values[layer] = torch.cat((self.values[layer], value), dim=2)
        return self.keys[layer], self.values[layer]


@dataclass(frozen=True)
class LeanOutput:
    """What `LeanModel` returns: ``[batch, tokens, hidden]`` and the cache, if it was wanted."""

    last_hidden_state: Tensor
    past_key_values: LeanCache | None


@dataclass(frozen=True, eq=False)
class LeanModel:
    """A decoder with its weights.

    Those of a layer go by the names that transformers has; biases, and norms of queries and keys,
    are there where the family has them.
    """

    config: LeanConfig
    embedding: Tensor = field(repr=False)  # [vocabulary, hidden]
    layers: tuple[dict[str, Tensor], ...] = field(repr=False)
    norm: Tensor = field(repr=False)  # the last one
    head: Tensor = field(repr=False)  # [vocabulary, hidden], by which states become logits
    name_or_path: str  # the folder it was loaded from
    _templates: dict[tuple[int, ...], Template] = field(default_factory=dict, repr=False)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.embedding.device

    @property
    def dtype(self) -> torch.dtype:
        """Their number format."""
        return self.embedding.dtype

    @property
    def base_model(self) -> LeanModel:
        """Itself."""
        return self

    def get_input_embeddings(self) -> torch.nn.Embedding:
        """The embedding as a module."""
        return torch.nn.Embedding(
            self.config.vocab_size, self.config.hidden_size, _weight=self.embedding, _freeze=True
        )

    def get_output_embeddings(self) -> Callable[[Tensor], Tensor]:
        """Hidden states to logits."""
        return partial(functional.linear, weight=self.head)

    def __call__(
        self,
        input_ids: Tensor,
        *,
        observer: Observer | None = None,
        past_key_values: LeanCache | None = None,
        use_cache: bool = False,
    ) -> LeanOutput:
        """Read ``[batch, tokens]`` as a transformers ``base_model`` does."""
        cache = past_key_values or (LeanCache() if use_cache else None)
        past, count = len(cache or ()), input_ids.shape[1]
        positions = torch.arange(past, past + count, device=input_ids.device)[None]
        mask = _mask(past, count, input_ids.device) if past else None

        def attend(layer: int, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
            if cache is not None:
                key, value = cache.update(layer, key, value)
            if observer is not None:
                scale = query.shape[-1] ** -0.5
                observer(LayerAttention(layer, query, key, mask, scale, value))
            return attention(query, key, value, mask)

        embedded = functional.embedding(input_ids, self.embedding)
        return LeanOutput(self.run(embedded, positions, attend), cache)

    def read_pieces(
        self, before: Sequence[int], pieces: Sequence[PackedText], depth: int | None = None
    ) -> None:
        """`specpc.models.forward.read_pieces` in one pass, each weight met once.

        What the layers make of the template is kept, and not computed again.
        """
        depth = self.config.num_hidden_layers - 1 if depth is None else depth
        key = tuple(before)
        known = self._templates.get(key)
        if known is not None and len(known) <= depth:
            known = None
        packed = Packed(pieces, key, known, depth)
        embedded, positions = packed.embed(self.embedding), packed.positions.to(self.device)
        attend = partial(packed.attend, attention=attention)
        linear = partial(packed.linear, plain=self.linear)
        with suppress(StopForward):
            self.run(embedded, positions[None], attend, linear)
        if known is None:
            self._templates[key] = packed.template

    def run(
        self, hidden: Tensor, positions: Tensor, attend: Attend, linear: Linear | None = None
    ) -> Tensor:
        """``[batch, tokens, hidden]`` after the last norm, from embeddings.

        ``attend`` mixes positions; ``linear`` takes the place of the method of that name.
        """
        frequencies = self.config.inverse_frequencies.to(hidden.device)
        angles = (positions[..., None].float() * frequencies).repeat(1, 1, 2)[:, None]
        rotary = angles.cos().to(hidden.dtype), angles.sin().to(hidden.dtype)
        for number in range(len(self.layers)):
            hidden = self._layer(number, hidden, rotary, attend, linear or self.linear)
        return self._norm(hidden, self.norm)

    def linear(self, layer: int, name: str, states: Tensor) -> Tensor:
        """What a projection of a layer makes of states."""
        weights = self.layers[layer]
        return functional.linear(states, weights[f"{name}.weight"], weights.get(f"{name}.bias"))

    def _layer(
        self,
        number: int,
        hidden: Tensor,
        rotary: tuple[Tensor, Tensor],
        attend: Attend,
        linear: Linear,
    ) -> Tensor:
        weights = self.layers[number]
        project = partial(linear, number)
        shape = (*hidden.shape[:-1], -1, self.config.head_dim)
        normed = self._norm(hidden, weights["input_layernorm.weight"])
        query, key, value = (project(f"self_attn.{one}_proj", normed).view(shape) for one in "qkv")
        if "self_attn.q_norm.weight" in weights:
            query = self._norm(query, weights["self_attn.q_norm.weight"])
            key = self._norm(key, weights["self_attn.k_norm.weight"])
        query, key = _rotate(query.transpose(1, 2), rotary), _rotate(key.transpose(1, 2), rotary)
        mixed = attend(number, query, key, value.transpose(1, 2)).transpose(1, 2)
        hidden = hidden + project("self_attn.o_proj", mixed.reshape(*hidden.shape[:-1], -1))
        normed = self._norm(hidden, weights["post_attention_layernorm.weight"])
        gate = functional.silu(project("mlp.gate_proj", normed), inplace=True)
        return hidden + project("mlp.down_proj", gate.mul_(project("mlp.up_proj", normed)))

    def _norm(self, hidden: Tensor, weight: Tensor) -> Tensor:
        """Root mean square norm, computed in float32."""
        wide = hidden.float()
        scale = torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.config.rms_norm_eps)
        return (wide * scale).to(hidden.dtype).mul_(weight)


def attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Attention of the last positions to all, causal unless a mask says which see which.

    Queries are ``[batch, heads, queries, head_dim]``, keys and values ``[batch, kv_heads, keys,
    head_dim]``, shared by heads in groups; a mask is boolean ``[1, 1, queries, keys]``.
    """
    queries, keys = query.shape[2], key.shape[2]
    if mask is None and query.device.type == "cpu":
        coarse, few = query.dtype == torch.bfloat16, queries <= _BLOCK < keys
        # A question beside its context: no keys are copied, in .6 of the time.
        if (few or coarse) and not (coarse and _has_amx()):
            return attention_in_blocks(query, key, value)
    attend: Any = functional.scaled_dot_product_attention
    if mask is None and queries == keys:
        return attend(query, key, value, is_causal=True, enable_gqa=True)  # type: ignore[no-any-return]
    if mask is None and queries > keys - queries:
        # Rows for what came before, thrown away, cost less than kernels that take a mask.
        padded = functional.pad(query, (0, 0, keys - queries, 0))
        mixed: Tensor = attend(padded, key, value, is_causal=True, enable_gqa=True)
        return mixed[:, :, keys - queries :]
    if mask is None:
        mask = _mask(keys - queries, queries, query.device)
    group = query.shape[1] // key.shape[1]  # with a mask, shared heads have slow kernels only
    key, value = (states.repeat_interleave(group, dim=1) for states in (key, value))
    return attend(query, key, value, attn_mask=mask)  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _has_amx() -> bool:
    """Whether the processor multiplies tiles of bfloat16, as torch's own kernel then does.

    That takes a quarter of the time of blocks there (2.8 against 11.9 ms for a window of 1,024
    tokens, 9 heads and 3 of keys).
    """
    return has_instructions("amx_bf16")


def attention_in_blocks(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """`attention` without a mask, by plain matrix products.

    In bfloat16 on a CPU without AMX they take two thirds of the time of torch's own kernel, which
    converts to float32 and back inside. Logits are rounded to bfloat16, as the eager attention of
    transformers does. No more than ``[heads, 128, keys]`` is held.
    """
    batch, heads, queries, size = query.shape
    kv_heads, keys = key.shape[1], key.shape[2]
    shared = batch, kv_heads, heads // kv_heads
    grouped, flipped = (query * size**-0.5).view(*shared, queries, size), key.transpose(2, 3)
    mixed = query.new_empty(*shared, queries, size)
    for low in range(0, queries, _BLOCK):
        count = min(_BLOCK, queries - low)
        seen = keys - queries + low + count
        rows = grouped[:, :, :, low : low + count].flatten(2, 3)
        logits = torch.matmul(rows, flipped[..., :seen]).view(*shared, count, seen)
        later = torch.ones(count, count, dtype=torch.bool).triu(1)
        logits[..., seen - count :].masked_fill_(later, -torch.inf)
        weights = logits.softmax(dim=-1).flatten(2, 3)
        block = torch.matmul(weights, value[:, :, :seen])
        mixed[:, :, :, low : low + count] = block.view(*shared, count, size)
    return mixed.flatten(1, 2)


def _mask(past: int, count: int, device: torch.device) -> Tensor:
    """Which of ``past + count`` keys the last ``count`` queries see."""
    return torch.ones(count, past + count, dtype=torch.bool, device=device).tril(past)[None, None]


def _rotate(states: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
    """Rotary positions on ``[batch, heads, tokens, head_dim]``."""
    (low, high), (cosine, sine) = states.chunk(2, dim=-1), rotary
    rotated = states * cosine
    half = low.shape[-1]
    rotated[..., :half].addcmul_(high, sine[..., :half], value=-1)
    rotated[..., half:].addcmul_(low, sine[..., half:])
    return rotated

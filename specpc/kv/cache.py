"""A KV cache that holds fewer entries than tokens were read, and still counts all of them.

`transformers` derives positions and masks from what a cache layer says of itself. A layer here
says how many tokens were *read*, so decoding goes on at the original positions, and shows the
entries it *holds* as the most recent ones: all of them may be seen by what comes after, and
padding stays on the left, where the padding mask expects it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from transformers import Cache, DynamicCache
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

from specpc.errors import UnsupportedModelError
from specpc.kv.scores import pick

if TYPE_CHECKING:
    from torch import Tensor


class KeptLayer(DynamicLayer):  # type: ignore[no-untyped-call] # as it registers itself
    """Entries of one layer, ``[batch, kv_heads, entries, head_dim]``, and how many were read.

    Attributes:
        sliding_window: tokens that a query of this layer sees, itself included; ``None`` for all.
        read: tokens read so far; positions go on from here.
        indices: ``[batch, kv_heads, entries]``, which of the prompt's tokens were kept; ``None``
            until `keep`.
    """

    def __init__(self, sliding_window: int | None) -> None:
        """An empty layer."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.sliding_window = sliding_window
        self.is_sliding = sliding_window is not None
        self.read = 0
        self.indices: Tensor | None = None

    @property
    def entries(self) -> int:
        """How many entries a head holds."""
        return 0 if self.keys is None else int(self.keys.shape[-2])

    def update(
        self, key_states: Tensor, value_states: Tensor, *_args: Any, **_kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Add entries, and give all that the layer's attention may look at."""
        self.read += key_states.shape[-2]
        if self.keys is None or self.values is None:
            # Taken as they are: concatenating with nothing would copy a whole layer.
            self.dtype, self.device = key_states.dtype, key_states.device
            self.keys, self.values = key_states, value_states
            self.is_initialized = True
            return key_states, value_states
        keys = torch.cat((self.keys, key_states), dim=-2)
        values = torch.cat((self.values, value_states), dim=-2)
        self.keys, self.values = keys, values
        if self.sliding_window is not None:
            # The next query sees one fewer besides itself.
            least = max(0, keys.shape[-2] - (self.sliding_window - 1))
            self.keys, self.values = keys[:, :, least:], values[:, :, least:]
        return keys, values

    def keep(self, whole: KeptLayer, indices: Tensor, read: int) -> None:
        """Hold some entries ``[batch, kv_heads, kept]`` of a layer, perhaps of this one.

        Of the tokens only the first ``read`` count as read.
        """
        assert whole.keys is not None  # a layer is cut while its attention is under way
        assert whole.values is not None
        self.dtype, self.device, self.is_initialized = whole.dtype, whole.device, True
        # Copied, so that the rest can be freed.
        self.keys, self.values = pick(whole.keys, indices), pick(whole.values, indices)
        self.indices, self.read = indices, read

    def get_seq_length(self) -> int:
        """Tokens read, dropped ones included."""
        return self.read

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Length of the keys that a query meets, and the position of the first of them."""
        return self.entries + query_length, self.read - self.entries

    def crop(self, *_args: Any, **_kwargs: Any) -> None:
        """Refuse: entries of one index are different tokens in different heads."""
        raise NotImplementedError("a trimmed cache cannot be cropped")


class KeptCache(Cache):
    """One `KeptLayer` for every layer of a model.

    Attributes:
        layers: the layers.
        prompt_bytes: what they held when the prompt had been read.
    """

    layers: list[Any]
    prompt_bytes: int = 0

    @classmethod
    def of(cls, model: Any) -> KeptCache:
        """An empty cache for a causal language model.

        Raises:
            UnsupportedModelError: it has layers whose memory is not keys and values of tokens.
        """
        layers: list[Any] = []
        for layer in DynamicCache(config=model.config.get_text_config()).layers:
            if type(layer) is DynamicLayer:
                layers.append(KeptLayer(None))
            elif type(layer) is DynamicSlidingWindowLayer:
                layers.append(KeptLayer(layer.sliding_window))
            else:
                raise UnsupportedModelError(
                    f"the cache of this target ({model.config.model_type}) cannot be trimmed: "
                    "use a Llama, Qwen, Mistral, Phi-3, Granite or Gemma 3 style model"
                )
        return cls(layers=layers)


def cache_bytes(cache: Cache) -> int:
    """Bytes of all keys and values that a cache holds."""
    layers: list[Any] = cache.layers  # of other kinds where there is linear attention
    names = ("keys", "values")
    tensors = [getattr(layer, name, None) for layer in layers for name in names]
    return sum(t.numel() * t.element_size() for t in tensors if t is not None)

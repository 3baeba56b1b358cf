"""Generate with a target whose KV cache keeps only what matters: SpecKV and its baselines.

>>> from specpc.kv import ATTENTION, SpecKV, generate
>>> output = generate(target, input_ids, SpecKV(budget=256), draft=draft, max_new_tokens=64)

Target and draft are ``transformers`` models; the target's attention must be observable (load it
with ``attn_implementation=ATTENTION``). Nothing is patched or left behind.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from specpc.kv.cache import KeptCache, cache_bytes
    from specpc.kv.generation import generate
    from specpc.kv.lookahead import greedy_lookahead, retokenised_lookahead
    from specpc.kv.methods import FullCache, Method, SnapKV, SpecKV, StreamingLLM
    from specpc.kv.prefilling import prefill
    from specpc.kv.sparse import SparsePrefill
    from specpc.models.observed import ATTENTION

__all__ = [
    "ATTENTION",
    "FullCache",
    "KeptCache",
    "Method",
    "SnapKV",
    "SparsePrefill",
    "SpecKV",
    "StreamingLLM",
    "cache_bytes",
    "generate",
    "greedy_lookahead",
    "prefill",
    "retokenised_lookahead",
]

_HOMES = ("methods", "cache", "lookahead", "prefilling", "generation")


def __getattr__(name: str) -> object:
    """Load public names on first use, so that wrong settings are told before torch is read."""
    if name in __all__:
        for home in _HOMES:
            found: object = getattr(import_module(f"specpc.kv.{home}"), name, None)
            if found is not None:
                return found
    raise AttributeError(f"module 'specpc.kv' has no attribute {name!r}")

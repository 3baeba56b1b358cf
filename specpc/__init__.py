"""Compress long prompts: a small draft model reads the text and keeps what it attends to.

>>> from specpc import Compressor
>>> compressor = Compressor.from_pretrained("smollm2-135m")
>>> result = compressor.compress(text, question="When was it built?", ratio=0.2)
>>> print(result.text)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from specpc.version import __version__

if TYPE_CHECKING:
    from specpc.errors import SpecPCError
    from specpc.pipeline.compressor import Compressor
    from specpc.results import CompressionResult, Span

__all__ = ["CompressionResult", "Compressor", "Span", "SpecPCError", "__version__"]

_HOMES = {
    "CompressionResult": "specpc.results",
    "Compressor": "specpc.pipeline.compressor",
    "Span": "specpc.results",
    "SpecPCError": "specpc.errors",
}


def __getattr__(name: str) -> object:
    """Load public names on first use, so that ``import specpc`` does not import torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'specpc' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

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
    from specpc.options import Protection
    from specpc.output.locate import locate, locate_position
    from specpc.output.picture import paint
    from specpc.pipeline.compressor import Compressor
    from specpc.pipeline.documents import Document
    from specpc.results import CompressionResult, QuerySource, Span

__all__ = [
    "CompressionResult",
    "Compressor",
    "Document",
    "Protection",
    "QuerySource",
    "Span",
    "SpecPCError",
    "__version__",
    "locate",
    "locate_position",
    "paint",
]

_HOMES = {
    "CompressionResult": "results",
    "Compressor": "pipeline.compressor",
    "Document": "pipeline.documents",
    "Protection": "options",
    "QuerySource": "results",
    "Span": "results",
    "SpecPCError": "errors",
    "locate": "output.locate",
    "locate_position": "output.locate",
    "paint": "output.picture",
}


def __getattr__(name: str) -> object:
    """Load public names on first use, so that ``import specpc`` does not import torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'specpc' has no attribute {name!r}")
    return getattr(import_module(f"specpc.{_HOMES[name]}"), name)

"""Syntax trees, which count bytes of UTF-8 where layouts count characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tree_sitter import Node, Parser


@lru_cache
def parser(module: str, function: str = "language") -> Parser:
    """A parser for the grammar that a function of a package gives."""
    from tree_sitter import Language, Parser

    return Parser(Language(getattr(import_module(module), function)()))


def names(listed: str) -> frozenset[str]:
    """The names in a list of them."""
    return frozenset(listed.split())


@dataclass(frozen=True)
class Offsets:
    """Characters of a text by the bytes of its syntax tree (a lone surrogate is one byte)."""

    text: str

    @property
    def data(self) -> bytes:
        """What is parsed."""
        return self.text.encode("utf-8", "replace")

    @cached_property
    def _characters(self) -> NDArray[np.int64] | None:
        if self.text.isascii():
            return None
        data = np.frombuffer(self.data, dtype=np.uint8)
        return np.append(0, np.cumsum((data & 0xC0) != 0x80))

    def start(self, node: Node) -> int:
        """First character of a node."""
        return self._character(node.start_byte)

    def end(self, node: Node) -> int:
        """One past its last."""
        return self._character(node.end_byte)

    def _character(self, byte: int) -> int:
        if self._characters is None:
            return byte
        # The number of characters that begin in the bytes before.
        return int(self._characters[byte])

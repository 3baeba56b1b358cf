"""Syntax trees, which count bytes of UTF-8 where layouts count characters."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tree_sitter import Node, Parser, Point, Tree

# A parser says now and then how far it is. Whatever is well written takes it so many bytes from one
# time to the next, or more; where it looks for a way around errors, it stands still.
_BYTES: Final = 8
# So often it may, beyond that: at least, and once in so many bytes of a text.
_FEWEST_STILL: Final = 500
_STILL: Final = 50
# Its processor time in seconds: at least, and for each byte. Large headers of C and C++ take .4e-6.
_SHORTEST: Final = 0.06
_SECONDS: Final = 1.5e-6
_READ: Final = 1 << 15
_TRIED: Final = 7000
# What is well written takes a third of this time, or less.
_FIRST_TRIED: Final = 1750
_LONGEST_TRIED: Final = 0.01
_SECONDS_TRIED: Final = 1.2 * _SECONDS


@lru_cache
def parser(module: str, function: str = "language") -> Parser:
    """A parser for the grammar that a function of a package gives."""
    from tree_sitter import Language, Parser

    return Parser(Language(getattr(import_module(module), function)()))


def parsed(grammar: Parser, data: bytes, seconds: float = _SECONDS) -> Tree | None:
    """The syntax tree of some bytes; ``None`` if there are so many errors that it would take long.

    Going around errors can take the square of a text, or worse. So much processor time may be
    spent on each byte.
    """
    # What is open makes each step take longer: whether a text is hopeless, its beginning tells.
    if len(data) > 2 * _TRIED and _parsed(grammar, data[:_TRIED], seconds) is None:
        return None
    return _parsed(grammar, data, seconds)


def _parsed(grammar: Parser, data: bytes, seconds: float = _SECONDS) -> Tree | None:
    still = _FEWEST_STILL + len(data) // _STILL
    latest = time.thread_time() + _SHORTEST + seconds * len(data)
    calls = 0

    def read(start: int, place: Point) -> bytes:
        return data[start : start + _READ]

    def too_long(offset: int, has_error: bool) -> bool:
        nonlocal calls
        calls += 1
        return calls - offset // _BYTES > still or time.thread_time() > latest

    try:
        return grammar.parse(read, encoding="utf8", progress_callback=too_long)
    except ValueError:  # it was told to end
        grammar.reset()
        return None


def is_hopeless(grammar: Parser, data: bytes) -> bool:
    """Whether going around errors in some bytes takes the square of their number, and memory so.

    A parser cannot be stopped in the midst of that: with ten thousand bytes without a bracket that
    closes, it takes seconds and gigabytes. So it is given first a little, then twice as much, up to
    a half: all of it takes at most four times as long as that.
    """
    size = min(_FIRST_TRIED, len(data))
    while True:
        begun = time.thread_time()
        if _parsed(grammar, data[:size]) is None:
            return True
        if time.thread_time() - begun > max(_LONGEST_TRIED, _SECONDS_TRIED * size):
            return True
        size *= 2
        if 2 * size > len(data):
            return False


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
        return self.character(node.start_byte)

    def end(self, node: Node) -> int:
        """One past its last."""
        return self.character(node.end_byte)

    def character(self, byte: int) -> int:
        """The character that begins at a byte."""
        if self._characters is None:
            return byte
        # The number of characters that begin in the bytes before.
        return int(self._characters[byte])

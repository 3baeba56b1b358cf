"""How far a run over many files has come, with its speed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Show = Callable[[str, float, float], None]
"""Shows what is being done, how much of it is, and how much that is in all."""


@dataclass
class FilesProgress:
    """A bar over bytes, of which the time left follows best.

    Attributes:
        files: how many there are.
        size: bytes of all of them, or whatever else tells their sizes.
        noun: what they are called.
        show: draws the bar; ``None`` for none.
        done: how many are done.
        tokens: read so far.
    """

    files: int
    size: int
    noun: str = "files"
    show: Show | None = None
    done: int = 0
    tokens: int = 0
    _name: str = ""
    _bytes: int = 0
    _size: int = 0
    _started: float = field(default_factory=time.monotonic)

    def start(self, name: str, size: int) -> None:
        """A file of ``size`` bytes is being read."""
        self._name, self._size = name, size
        self.window(0, 1)

    def window(self, read: int, total: int) -> None:
        """``read`` of its ``total`` tokens are read."""
        if self.show is not None:
            speed = (self.tokens + read) / max(time.monotonic() - self._started, 1e-9)
            told = f"{self.done}/{self.files} {self.noun}, {speed:,.0f} tokens/s {self._name}"
            self.show(told, self._bytes + self._size * read / max(1, total), max(1, self.size))

    def finish(self, tokens: int) -> None:
        """It is done, and had so many tokens."""
        self.done += 1
        self.tokens += tokens
        self._bytes += self._size
        self.start("", 0)

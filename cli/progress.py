"""How far a run over many files has come, with its speed and the time left."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID


@dataclass
class FilesProgress:
    """A bar over bytes, of which the time left follows best; silent without a bar.

    Attributes:
        files: how many there are.
        noun: what they are called.
        done: how many are done.
        tokens: read so far.
    """

    files: int
    noun: str = "files"
    bar: Progress | None = None
    task: TaskID | None = None
    done: int = 0
    tokens: int = 0
    _bytes: int = 0
    _size: int = 0
    _started: float = field(default_factory=time.monotonic)

    def start(self, name: str, size: int) -> None:
        """A file of ``size`` bytes is being read."""
        self._size = size
        self._show(name=name)

    def window(self, read: int, total: int) -> None:
        """``read`` of its ``total`` tokens are read."""
        self._show(completed=self._bytes + self._size * read / max(1, total), extra=read)

    def finish(self, tokens: int) -> None:
        """It is done, and had so many tokens."""
        self.done += 1
        self.tokens += tokens
        self._bytes += self._size
        self._show(completed=self._bytes)

    def _show(self, *, extra: int = 0, **fields: Any) -> None:
        if self.bar is not None and self.task is not None:
            seconds = max(time.monotonic() - self._started, 1e-9)
            done, speed = f"{self.done}/{self.files}", (self.tokens + extra) / seconds
            told = f"{done} {self.noun}, {speed:,.0f} tokens/s"
            self.bar.update(self.task, told=told, **fields)


@contextmanager
def files_bar(files: int, size: int, noun: str = "files") -> Iterator[FilesProgress]:
    """A bar on stderr, gone when done.

    Args:
        files: how many.
        size: bytes of all of them, or whatever else tells their sizes.
        noun: what they are called.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        BarColumn(),
        "{task.fields[told]}",
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("", total=max(1, size), told="", name="")
        yield FilesProgress(files, noun, bar, task)

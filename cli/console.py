"""What goes to stderr: progress, the summary line, and nothing the user did not ask for."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from specpc_cli.progress import FilesProgress
from specpc_cli.screen import in_line, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specpc import CompressionResult
    from specpc_cli.progress import Show


# What a terminal takes for: back to the beginning of the line, of which nothing is left.
_CLEARED: Final = "\r\x1b[2K"


class Console:
    """Messages on stderr at one of three levels: quiet, normal, verbose."""

    def __init__(self, *, verbose: bool, quiet: bool) -> None:
        """``quiet`` silences all but errors; ``verbose`` tells how results came about."""
        self.verbose = verbose
        self.quiet = quiet
        self.interactive = sys.stderr.isatty() and not quiet
        self._waits = False  # whether the line says what is waited for

    def tell(self, message: str) -> None:
        """Print one line, unless quiet."""
        if not self.quiet:
            self._clear()
            tell(message)

    def error(self, message: str) -> None:
        """Print one line about a failure, always."""
        self._clear()
        tell(f"specpc: {message}")

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Say at once what takes seconds, on a terminal only; it is gone when that is done."""
        self._waits = self.interactive and os.environ.get("TERM") != "dumb"
        if self._waits:
            _write(f"{what} ...")
        try:
            yield
        finally:
            self._clear()

    def _clear(self) -> None:
        if self._waits:
            _write(_CLEARED)
        self._waits = False

    def summary(self, result: CompressionResult, name: str = "") -> None:
        """One line on a terminal; with ``-v``, anywhere, also how it came about."""
        if not (self.interactive or self.verbose):
            return
        if sys.stdout.isatty() and not result.text.endswith("\n"):
            self.tell("")  # the text just printed ends in mid-line on the same screen
        head = f"{name}: " if name else ""
        self.tell(
            f"{head}{result.original_tokens:,} -> {result.compressed_tokens:,} {_counted(result)} "
            f"({result.ratio:.1%}) in {result.timings.total:.1f} s"
        )
        details = _details(result) if self.verbose else _unasked(result)
        for line in details:
            self.tell(f"  {line}")

    @contextmanager
    def bar(self, what: str = "") -> Iterator[Show | None]:
        """What draws a bar, on a terminal only; it is gone when all is done."""
        if not self.interactive:
            yield None
            return
        from rich import progress
        from rich.console import Console as RichConsole

        told = progress.TextColumn("{task.description}", markup=False)
        figures = (progress.TaskProgressColumn(), progress.TimeRemainingColumn())
        screen = RichConsole(stderr=True)
        with progress.Progress(
            progress.BarColumn(), *figures, told, console=screen, transient=True
        ) as bar:
            task = bar.add_task(what, total=None)
            yield lambda what, done, total: bar.update(
                task, description=in_line(what), completed=done, total=total
            )

    @contextmanager
    def progress(self, what: str) -> Iterator[Callable[[int, int], None] | None]:
        """A bar over tokens read."""
        with self.bar(what) as show:
            yield show and partial(show, what)

    @contextmanager
    def files(self, count: int, size: int, noun: str = "files") -> Iterator[FilesProgress]:
        """A bar over ``count`` files of ``size`` bytes together."""
        with self.bar() as show:
            yield FilesProgress(count, size, noun, show)


def _write(said: str) -> None:
    """Write within the line; where nobody can read it, the work goes on without."""
    with suppress(OSError, ValueError):
        sys.stderr.write(said)
        sys.stderr.flush()


def _counted(result: CompressionResult) -> str:
    """What was counted, in words."""
    if result.tokenizer in {"characters", "words"}:
        return result.tokenizer
    return "tokens" if result.tokenizer == "draft" else f"{result.tokenizer} tokens"


def _details(result: CompressionResult) -> Iterator[str]:
    windows = "1 window" if result.windows == 1 else f"{result.windows} windows"
    yield f"draft {result.draft}, scorer {result.scorer}, unit {result.unit}, {windows}"
    if result.cached:
        yield "scores from the cache"
    if result.runtime is not None:
        threads = "1 thread" if result.runtime.threads == 1 else f"{result.runtime.threads} threads"
        yield f"on {result.runtime.device} in {result.runtime.dtype}, {threads}"
    yield from _unasked(result) or (f"question: {_shorten(result.query)}",)
    times = result.timings
    yield (
        f"tokenize {times.tokenize:.2f} s, score {times.score:.2f} s, select {times.select:.2f} s; "
        f"budget {result.budget:,} {_counted(result)}, kept in {len(result.spans):,} pieces"
    )
    yield from result.notes


def _unasked(result: CompressionResult) -> list[str]:
    """What was done where no question was given."""
    asked = _shorten(result.query)
    told = {
        "tail": f"no question: the text's own last lines were asked, and are kept: {asked}",
        "neutral": f"no question: the text was cut as if this were asked: {asked}",
        "none": "no question: what together tells most was kept; -q QUESTION does better",
    }.get(result.query_source.value)
    return [] if told is None else [told]


def _shorten(text: str, width: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 3] + "..."

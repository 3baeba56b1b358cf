"""What a worker does, whatever engine runs it: one draft, block after block, row by row."""

from __future__ import annotations

import os
import traceback
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from specpc.batch.blocks import Bad, RowBlock
from specpc.batch.json_rows import JsonLines, JsonRows
from specpc.batch.table_rows import Parquet, TableRows
from specpc.errors import InputError, SpecPCError, UsageError
from specpc.machine.journal import json_line
from specpc.machine.reporting import first_line
from specpc.output.fields import batch_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.batch.blocks import Made
    from specpc.batch.output import OutputFolder
    from specpc.batch.settings import BatchSettings
    from specpc.batch.storage import Location
    from specpc.pipeline.elsewhere import ProcessCompressor

Format: TypeAlias = JsonLines | Parquet
Rows: TypeAlias = JsonRows | TableRows


@dataclass(frozen=True)
class Work:
    """What a worker needs to know; can be pickled.

    Attributes:
        source: the input, for its file system.
        form: how its files hold rows.
        output: where parts go.
        settings: what is done with every row.
    """

    source: Location
    form: Format
    output: OutputFolder
    settings: BatchSettings


@dataclass(frozen=True)
class Done:
    """A part that is in place.

    Attributes:
        name: of its file.
        rows: how many were compressed.
        bad: how many could not be.
        original_tokens: of the rows compressed.
        compressed_tokens: what is left of them.
        seconds: spent on compressing them, in one worker.
    """

    name: str
    rows: int
    bad: int
    original_tokens: int
    compressed_tokens: int
    seconds: float


@dataclass(frozen=True)
class Failed:
    """An attempt that came to nothing; the worker lives on."""

    error: SpecPCError


@dataclass(frozen=True)
class Died:
    """The worker is no more."""

    reason: str


@dataclass(frozen=True)
class Ready:
    """The worker has loaded its draft."""


class Cursor:
    """Reads forward in one file, so that the blocks of a file cost one pass over it.

    Only a block that lies before the last one, or far behind it, makes it enter anew.
    """

    def __init__(self, root: Location, form: Format) -> None:
        """Begin nowhere; the root is any place on the file system, whose files are of this form."""
        self._root = root
        self._form = form
        self._enter("", 0, iter(()))

    def take(self, block: RowBlock) -> list[Any]:
        """The rows of a block, as chunks.

        Raises:
            InputError: the file has fewer rows than it had.
        """
        rows = block.rows
        try:
            if block.path != self._path or not rows.entry_row <= self._row <= rows.start:
                file = replace(self._root, path=block.path)
                self._enter(block.path, rows.entry_row, self._form.chunks(file, rows.entry))
            deque(self._pull(rows.start - self._row, block.name), maxlen=0)
            return list(self._pull(rows.count, block.name))
        except BaseException:
            self._enter("", 0, iter(()))
            raise

    def _enter(self, path: str, row: int, chunks: Iterator[Any]) -> None:
        self._path, self._row, self._chunks = path, row, chunks
        self._chunk: Any = ()

    def _pull(self, count: int, name: str) -> Iterator[Any]:
        """The next rows."""
        while count:
            if not len(self._chunk):
                chunk = next(self._chunks, None)
                if chunk is None:
                    raise InputError(f"{name} is shorter than it was when the run began")
                self._chunk = chunk
            piece, self._chunk = self._chunk[:count], self._chunk[count:]
            count -= len(piece)
            self._row += len(piece)
            yield piece


class Worker:
    """Compresses blocks with one draft; its methods tell errors instead of raising them."""

    def __init__(self, work: Work) -> None:
        """Load nothing yet."""
        self._work = work
        self._cursor = Cursor(work.source, work.form)

    def load(self, device: str | None = None) -> Ready | Failed:
        """Load the draft."""
        try:
            self._compressor = self._work.settings.load(device)
        except Exception as error:
            return _failed(error)
        return Ready()

    def attempt(self, block: RowBlock, *, last: bool) -> Done | Failed:
        """Write the part of a block; on the last attempt, rows are bad rather than the block."""
        try:
            return self._do(block, lenient=last)
        except Exception as error:
            return _failed(error)

    def _do(self, block: RowBlock, *, lenient: bool) -> Done:
        work = self._work
        rows = work.form.gather(self._cursor.take(block), work.settings.fields)
        made = compress_rows(self._compressor, work.settings, rows, lenient=lenient)
        name = work.output.write_part(block.index, rows.encode(made), _bad_lines(block, rows, made))
        good = [fields for fields in made if not isinstance(fields, Bad)]
        numbers = ("original_tokens", "compressed_tokens", "seconds")
        sums = (sum(fields[number] for fields in good) for number in numbers)
        return Done(name, len(good), len(made) - len(good), *sums)


def compress_rows(
    compressor: ProcessCompressor, settings: BatchSettings, rows: Rows, *, lenient: bool
) -> list[Made]:
    """Compress every row: a bad one stops no other.

    If lenient, errors that are not the row's own (memory ran out, or nobody foresaw it) make it bad
    too. Otherwise they are raised: another attempt may go well.
    """
    made: list[Made] = []
    for index in range(len(rows)):
        try:
            made.append(batch_fields(settings.compress(compressor, rows.row(index))))
        except Exception as error:
            if not (lenient or isinstance(error, (InputError, UsageError))):
                raise
            made.append(Bad(settings.wording(_foreseen(error))))
    return made


def _bad_lines(block: RowBlock, rows: Rows, made: list[Made]) -> bytes:
    """The bad rows of a block as JSON lines: where they stand, why, and their other fields."""
    return b"".join(
        json_line(
            {
                "file": block.name,
                "row": block.rows.start + index + 1,
                "error": row.error,
                "fields": rows.rest(index),
            },
            default=str,  # dates and the like, of Parquet
        )
        for index, row in enumerate(made)
        if isinstance(row, Bad)
    )


def _failed(error: Exception) -> Failed:
    if os.environ.get("SPECPC_DEBUG") == "1":
        traceback.print_exception(error)
    # Errors of other packages may not survive the way to another process.
    return Failed(_foreseen(error))


def _foreseen(error: Exception) -> SpecPCError:
    """The error itself, or one that tells in one line of another, which nobody foresaw."""
    if isinstance(error, SpecPCError):
        return error
    return SpecPCError(f"unexpected {type(error).__name__}: {first_line(error)}")

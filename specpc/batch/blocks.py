"""What a corpus is cut into, and how a worker gets at the rows of a piece."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from specpc.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from specpc.batch.settings import Fields
    from specpc.batch.storage import Location


@dataclass(frozen=True)
class Stretch:
    """Rows of a file that are compressed together.

    Attributes:
        start: number of the first, from 0.
        count: how many.
        entry: where reading can begin without what comes before: an offset in bytes, or the
            number of a row group.
        entry_row: number of the row there, at most ``start``.
    """

    start: int
    count: int
    entry: int
    entry_row: int


@dataclass(frozen=True)
class Block:
    """A piece of a corpus.

    Attributes:
        index: number of its part, from 0.
        path: of the file, on the file system of the input.
        name: of the file, for messages.
        rows: which rows of it.
    """

    index: int
    path: str
    name: str
    rows: Stretch

    def __str__(self) -> str:
        """Which rows of which file, for messages."""
        first = self.rows.start + 1
        return f"rows {first:,}-{self.rows.start + self.rows.count:,} of {self.name}"


@dataclass(frozen=True)
class Bad:
    """A row that could not be compressed, and why."""

    error: str


Made: TypeAlias = dict[str, Any] | Bad
"""What became of a row: the fields of `output.fields.batch_fields`, or the reason of none."""


class Rows(Protocol):
    """The rows of one block."""

    def __len__(self) -> int:
        """How many there are."""

    def row(self, index: int) -> Mapping[str, Any]:
        """The fields of a row that texts are read from.

        Raises:
            InputError: the row cannot be read.
        """

    def rest(self, index: int) -> Mapping[str, Any]:
        """All fields of a row but the context, as far as they can be read."""

    def encode(self, made: Sequence[Made]) -> bytes:
        """The file of the output that holds the good rows, in order."""


class Format(Protocol):
    """A way to hold rows in a file; a *chunk* is some rows that can be sliced."""

    @property
    def ending(self) -> str:
        """Of the names of parts."""

    def plan(
        self, file: Location, fields: Fields, most_rows: int, most_bytes: int
    ) -> Iterator[Stretch]:
        """Cut a file into stretches of at most so many rows, and about so many bytes.

        Raises:
            InputError: the file cannot be read, or has no column of texts by the given name.
        """

    def chunks(self, file: Location, entry: int) -> Iterator[Any]:
        """The rows of a file from an entry on."""

    def gather(self, chunks: list[Any], fields: Fields) -> Rows:
        """The rows of a block."""


class Cursor:
    """Reads forward in one file, so that the blocks of a file cost one pass over it.

    Only a block that lies before the last one, or far behind it, makes it enter anew.
    """

    def __init__(self, root: Location, form: Format) -> None:
        """Begin nowhere; the root is any place on the file system, whose files are of this form."""
        self._root = root
        self._form = form
        self._enter("", 0, iter(()))

    def take(self, block: Block) -> list[Any]:
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

"""What a corpus is cut into, and what becomes of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


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
class RowBlock:
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

"""Rows as JSON lines, plain or compressed."""

from __future__ import annotations

import io
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from specpc.batch.blocks import Bad, Stretch
from specpc.errors import InputError
from specpc.machine.journal import json_line, parse_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from specpc.batch.blocks import Made
    from specpc.batch.settings import Fields
    from specpc.batch.storage import Location

_BUFFER = 1 << 20
_COMPRESSED = (".gz", ".bz2", ".zst", ".lz4")
ENDINGS = tuple(name + more for name in (".jsonl", ".ndjson") for more in ("", *_COMPRESSED))


@dataclass(frozen=True)
class JsonLines:
    """One object a line; blank lines are no rows."""

    ending: str = ".jsonl"

    def plan(
        self, file: Location, fields: Fields, most_rows: int, most_bytes: int
    ) -> Iterator[Stretch]:
        """Cut a file into stretches of at most so many rows, and about so many bytes.

        That is a pass over the lines, which reads no more of them than their ends.
        """
        plain = not file.path.endswith(_COMPRESSED)
        start = count = offset = entry = 0
        for line in _lines(file, 0):
            offset += len(line)
            if not line.strip():
                continue
            count += 1
            if count == most_rows or offset - entry >= most_bytes:
                yield Stretch(start, count, entry if plain else 0, start if plain else 0)
                start, count, entry = start + count, 0, offset
        if count:
            yield Stretch(start, count, entry if plain else 0, start if plain else 0)

    def chunks(self, file: Location, entry: int) -> Iterator[list[bytes]]:
        """The rows of a file from an offset on, line by line."""
        for line in _lines(file, entry):
            if line.strip():
                yield [line]

    def gather(self, chunks: list[Any], fields: Fields) -> JsonRows:
        """The rows of a block."""
        return JsonRows([line for chunk in chunks for line in chunk], fields)


@dataclass
class JsonRows:
    """The lines of a block."""

    lines: list[bytes]
    fields: Fields
    _parsed: dict[int, dict[str, Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.lines)

    def row(self, index: int) -> Mapping[str, Any]:
        """The object on a line."""
        if index not in self._parsed:
            self._parsed[index] = parse_line(self.lines[index])
        return self._parsed[index]

    def rest(self, index: int) -> dict[str, Any]:
        """All fields but the context; none if the line is no object."""
        try:
            row = self.row(index)
        except InputError:
            return {}
        return {name: value for name, value in row.items() if name != self.fields.context}

    def encode(self, made: Sequence[Made]) -> bytes:
        """JSON lines of the good rows."""
        return b"".join(
            json_line(self.rest(index) | fields)
            for index, fields in enumerate(made)
            if not isinstance(fields, Bad)
        )


def _lines(file: Location, offset: int) -> Iterator[bytes]:
    if offset:
        source = file.filesystem.open_input_file(file.path)
        source.seek(offset)
    else:
        source = file.filesystem.open_input_stream(file.path, compression="detect")
    with closing(source), io.BufferedReader(source, _BUFFER) as lines:
        yield from lines

"""What became of each file of a run, as JSON lines that are added to as it goes.

The first line tells the settings. A run that was killed can go on: a file is finished if its
record says so and neither it nor its output has changed since.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from specpc.errors import InputError, UsageError
from specpc.machine.journal import json_line
from specpc_cli.outputs import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from specpc import CompressionResult

NAME = "manifest.jsonl"

Record = dict[str, Any]
"""``path``, and ``error`` or the counts, hashes and seconds of a finished file."""


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def finished(
    place: str, output: str, source: bytes, data: bytes, made: CompressionResult
) -> Record:
    """The record of a file that was compressed.

    Args:
        place: its path in the tree.
        output: path of what was written, in the output folder.
        source: what was read.
        data: what was written.
        made: how it came about.
    """
    return {
        "path": place,
        "output": output,
        "original_tokens": made.original_tokens,
        "compressed_tokens": made.compressed_tokens,
        "source_sha256": sha256(source),
        "output_sha256": sha256(data),
        "seconds": round(made.timings.total, 4),
    }


@dataclass
class Manifest:
    """The manifest of an output folder.

    Attributes:
        folder: the output folder.
        settings: what a run that goes on must share.
        records: the last record of each path.
    """

    folder: Path
    settings: dict[str, Any]
    records: dict[str, Record] = field(default_factory=dict)
    _file: BinaryIO | None = None

    @property
    def path(self) -> Path:
        """``manifest.jsonl`` in the folder."""
        return self.folder / NAME

    @property
    def _header(self) -> bytes:
        line: bytes = json_line({"specpc": self.settings})
        return line

    def load(self) -> None:
        """Read what an earlier run left, if anything; a line it was writing is not counted.

        Raises:
            UsageError: it was made with other settings.
            InputError: it is no manifest.
        """
        if not self.path.exists():
            return
        header, *lines = self.path.read_bytes().split(b"\n")[:-1] or [b""]
        if header + b"\n" != self._header:
            raise UsageError(
                f"{self.path} was made with other settings: repeat them, or leave out --resume to "
                "start anew"
            )
        for line in lines:
            try:
                record = json.loads(line)
                self.records[record["path"]] = record
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(
                    f"{self.path} is damaged: leave out --resume to start anew"
                ) from error

    def has(self, place: str, read: Path | None) -> bool:
        """Whether a file was finished, and it and its output are still the same."""
        record = self.records.get(place, {})
        if "error" in record or "output" not in record or read is None:
            return False
        try:
            source, output = read.read_bytes(), (self.folder / record["output"]).read_bytes()
        except OSError:
            return False
        same = (sha256(source), sha256(output))
        return same == (record["source_sha256"], record["output_sha256"])

    def begin(self, kept: Iterable[str]) -> None:
        """Open for adding, with the records of these paths alone."""
        self.records = {place: self.records[place] for place in kept}
        self._write()
        self._file = self.path.open("ab")

    def add(self, record: Record) -> None:
        """Add one record, safely on its way to the disk when this returns."""
        assert self._file is not None
        self.records[record["path"]] = record
        self._file.write(json_line(record))
        self._file.flush()

    def end(self, order: Iterable[str]) -> None:
        """Close, and put the records in order, as a run without interruptions leaves them."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.records = {place: self.records[place] for place in order if place in self.records}
        self._write()

    def _write(self) -> None:
        lines = [self._header, *map(json_line, self.records.values())]
        replace_file(self.path, io.BytesIO(b"".join(lines)))

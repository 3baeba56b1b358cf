"""What became of each file of a run: a journal (see `specpc.machine.journal`), one line a file.

A file is finished if its record says so and neither it nor its output has changed since.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import InputError
from specpc.machine.files import alone
from specpc.machine.journal import json_line, parse_line, writing
from specpc_cli.inputs import STDIN
from specpc_cli.outputs import ANEW, go_on, write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.machine.journal import Journal
    from specpc_cli.compress.stats import Totals
    from specpc_cli.compress.tree import InputFile

NAME = "manifest.jsonl"

Record = dict[str, Any]
"""``path``, and ``error`` or the counts, hashes and seconds of a finished file."""


_COUNTS: Final = ("original_tokens", "compressed_tokens", "seconds")
_HASHES: Final = ("source_sha256", "output_sha256")


def _checked(record: Record) -> Record:
    """A record as it was written.

    Raises:
        KeyError: a field is missing.
        TypeError: one is of another type.
    """
    texts = ("path", "error") if "error" in record else ("path", "output", *_HASHES)
    numbers = () if "error" in record else _COUNTS
    for names, kind in ((texts, str), (numbers, (int, float))):
        for name in names:
            if not isinstance(record[name], kind):
                raise TypeError(name)
    return record


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


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
    _left: Journal | None = None

    @property
    def path(self) -> Path:
        """``manifest.jsonl`` in the folder."""
        return self.folder / NAME

    def unfinished(self, files: Sequence[InputFile], totals: Totals) -> list[InputFile]:
        """The files that an earlier run did not finish; those that it did are counted."""
        self._left = go_on(self.path, self.settings)
        for line in self._left.lines() if self._left else ():
            try:
                record = _checked(parse_line(line))
            except (InputError, KeyError, TypeError) as error:
                raise InputError(f"{self.path} is damaged: {ANEW}") from error
            self.records[record["path"]] = record
        waiting = []
        for file in files:
            record = self.records.get(file.place, {})
            if self._is_finished(file, record):
                totals.add(*(record[name] for name in _COUNTS))
            else:
                waiting.append(file)
        return waiting

    def _is_finished(self, file: InputFile, record: Record) -> bool:
        """Whether the record says so, and the file and its output are still the same."""
        if file.name == STDIN or "error" in record or not record:
            return False
        try:
            source = Path(file.name).read_bytes()
            output = (self.folder / record["output"]).read_bytes()
        except OSError:
            return False
        same = (sha256(source), sha256(output))
        return same == (record["source_sha256"], record["output_sha256"])

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only run that writes into the folder, which is made, and gone if nothing is in it.

        Raises:
            UsageError: another run does.
        """
        made = not self.folder.exists()
        self.folder.mkdir(exist_ok=True)
        try:
            with alone(self.path):
                yield
        finally:
            if made:
                with suppress(OSError):  # something is in it
                    self.folder.rmdir()

    @contextmanager
    def writing(self, files: Sequence[InputFile]) -> Iterator[Callable[[Record], None]]:
        """Gives what adds a record.

        In the end, all records are those of these files, in this order, as if the run had never
        been interrupted.
        """
        with writing(self.path, self.settings, self._left) as add_line:

            def add(record: Record) -> None:
                self.records[record["path"]] = record
                add_line(record)

            yield add
        records = [self.records[file.place] for file in files]
        write_file(self.path, b"".join(map(json_line, [{"specpc": self.settings}, *records])))

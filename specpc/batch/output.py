"""The folder a corpus is written into."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from specpc.batch.storage import TEMPORARY
from specpc.errors import Argument, InputError, UsageError
from specpc.machine.journal import changed, json_text, other_settings, parse_line

if TYPE_CHECKING:
    from specpc.batch.storage import Location

SETTINGS: Final = "_specpc.json"
"""The settings and the input of the run, as it began."""

BAD: Final = "_bad-rows"
"""Folder of the rows that could not be compressed, one file of JSON lines a part."""

_PART: Final = re.compile(r"part-(\d+)\.\w+")


@dataclass(frozen=True)
class OutputFolder:
    """Parts, bad rows and settings; the names of the latter hide them from readers of data sets.

    Attributes:
        place: the folder.
        ending: of the parts' names.
    """

    place: Location
    ending: str

    def is_new(self, *, resume: bool) -> bool:
        """Whether nothing is in the folder.

        Raises:
            UsageError: something is that cannot be gone on with.
        """
        names = [name for name in self.place.names() if name != TEMPORARY]
        if names and not resume:
            raise UsageError(
                f"{self.place.path} is not empty: go on with ",
                Argument("resume=True"),
                ", or name another folder",
            )
        if names and SETTINGS not in names:
            raise UsageError(f"{self.place.path} holds no run to go on with: name another folder")
        return not names

    def begin(self, header: dict[str, Any]) -> None:
        """Write down what the run is made with."""
        self.place.write(SETTINGS, json_text(header, indent=" "))

    def finished(self, header: dict[str, Any]) -> set[int]:
        """Which parts an earlier run left.

        Raises:
            UsageError: its settings or its input were others.
            InputError: what it wrote down cannot be read.
        """
        path = self.place.below(SETTINGS)
        try:
            before = parse_line(path.read())
            changes = changed(before["specpc"], header["specpc"])
            same_files = before["files"] == header["files"]
        except (InputError, KeyError, TypeError) as error:
            raise InputError(f"{path.path} is damaged: name another folder") from error
        if changes:
            raise other_settings(self.place.path, "name another folder", changes)
        if not same_files:
            raise UsageError(
                f"the input has changed since {self.place.path} was begun: name another folder"
            )
        return {int(found[1]) for found in map(_PART.fullmatch, self.place.names()) if found}

    def write_part(self, index: int, data: bytes, bad: bytes) -> str:
        """Write a part and its bad rows, and tell the part's name.

        The part comes last, for it says that all is done.
        """
        part = f"part-{index:05d}"
        if bad:
            self.place.write(f"{BAD}/{part}.jsonl", bad)
        else:  # of an earlier attempt
            self.place.remove(f"{BAD}/{part}.jsonl")
        self.place.write(part + self.ending, data)
        return part + self.ending

    def count_bad(self) -> int:
        """How many bad rows there are, of all runs."""
        folder = self.place.below(BAD)
        return sum(folder.below(name).read().count(b"\n") for name in folder.names())

    def end(self) -> None:
        """Remove what killed workers were writing."""
        self.place.remove(TEMPORARY)

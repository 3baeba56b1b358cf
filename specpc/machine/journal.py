"""JSON lines: as bytes, back to objects, and in files that runs add to, are killed, and go on.

The first line of such a file tells the settings of the run. One that was killed leaves whole lines
and perhaps the beginning of one more, which does not count; another goes on if its settings are the
same. Of runs that keep their records elsewhere, only the settings are compared here.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from specpc.errors import InputError, UsageError
from specpc.machine.files import naming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

_KEY = "specpc"


def json_line(fields: Mapping[str, Any], default: Callable[[Any], Any] | None = None) -> bytes:
    """One object on one line of UTF-8; ``default`` makes JSON of a value that is none."""
    return json_text(fields, default=default)


def json_text(
    value: Any, indent: str | None = None, default: Callable[[Any], Any] | None = None
) -> bytes:
    """A value as UTF-8 and a line break at its end; on one line unless indented.

    Raises:
        InputError: it is nested too deeply; of JSON that could be read, that is a matter of luck.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, indent=indent, default=default)
    except RecursionError as error:
        raise InputError("it is nested too deeply to be written as JSON") from error
    try:
        return (text + "\n").encode()
    except UnicodeEncodeError:  # a lone surrogate passed through from the input
        return (json.dumps(value, indent=indent, default=default) + "\n").encode()


def parse_json(text: str | bytes) -> Any:
    """A value from JSON that somebody else may have written, or damaged.

    Raises:
        ValueError: it is none, or nested too deeply to be read.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def parse_line(line: bytes) -> dict[str, Any]:
    """The object on a line.

    Raises:
        InputError: there is none; says why.
    """
    try:
        value = parse_json(line)
    except UnicodeDecodeError as error:
        raise InputError(f"not valid UTF-8 (offset {error.start} in the line)") from error
    except ValueError as error:
        raise InputError(f"not valid JSON ({error})") from error
    if not isinstance(value, dict):
        raise InputError("not a JSON object")
    return value


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Names of the settings that differ between two runs, as far as JSON tells them apart."""
    plain = json.loads(json_line(now))
    return [name for name in {**before, **plain} if before.get(name) != plain.get(name)]


def other_settings(where: Path | str, otherwise: str, changes: Iterable[str] = ()) -> UsageError:
    """The error for a run that cannot go on where another one was, and what to do otherwise."""
    told = f" ({', '.join(changes)})" if changes else ""
    return UsageError(f"{where} was made with other settings{told}: repeat them, or {otherwise}")


@dataclass(frozen=True)
class Journal:
    """What a run left in its file, whose lines are read when they are asked for.

    Attributes:
        path: of the file.
        settings: of that run; ``None`` if the first line tells none.
        first: where the other lines begin.
        size: where the last of them ends.
        count: how many there are.
        last: the last of them; empty if there is none.
    """

    path: Path
    settings: dict[str, Any] | None
    first: int
    size: int
    count: int
    last: bytes

    def lines(self) -> Iterator[bytes]:
        """The lines after the first."""
        with self.path.open("rb") as file:
            file.seek(self.first)
            yield from islice(file, self.count)

    @classmethod
    def read(cls, path: Path, key: str = _KEY) -> Journal | None:
        """What is in a file; ``None`` if that is not even a first line, or there is no file.

        The settings have a name in the first line, which is the key.
        """
        if not path.exists():
            return None
        with path.open("rb") as file:
            head = file.readline()
            size, count, last = len(head), 0, b""
            for line in file:
                if line.endswith(b"\n"):
                    size, count, last = size + len(line), count + 1, line
        if not head.endswith(b"\n"):
            return None
        try:
            settings = parse_line(head).get(key)
        except InputError:
            settings = None
        told = settings if isinstance(settings, dict) else None
        return cls(path, told, len(head), size, count, last)


@contextmanager
def writing(
    path: Path, settings: Mapping[str, Any], left: Journal | None = None, key: str = _KEY
) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Go on with what is left in a file, or begin it anew.

    Gives a function that adds one line, which is on its way to the disk when that returns.
    """
    with naming(path):
        file = path.open("ab" if left else "wb")

    def add(fields: Mapping[str, Any]) -> None:
        with naming(path):
            file.write(json_line(fields))
            file.flush()

    try:
        if left:
            file.truncate(left.size)  # the beginning of a line
        else:
            add({key: settings})
        yield add
    finally:
        with naming(path):
            file.close()

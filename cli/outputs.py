"""Writing results: whole or not at all, and never over what they are made of."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import UsageError
from specpc.machine import files
from specpc.machine.files import naming
from specpc.machine.journal import Journal, changed, other_settings
from specpc_cli.inputs import STDIN, text_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ANEW: Final = "leave out --resume to start anew"


def check_apart(sources: Iterable[str | Path], targets: Iterable[str | Path | None]) -> None:
    """Raise `UsageError` where what is written would replace what is read, by whatever link."""
    there = {file: source for source in sources if (file := _identity(source)) is not None}
    for target in targets:
        file = None if target is None else _identity(target)
        if file is not None and (source := there.get(file)) is not None:
            shown = "standard input" if source == STDIN else source
            raise UsageError(
                f"{shown} would be overwritten by its own output: name another place after -o"
            )


def _identity(name: str | Path) -> tuple[int, int] | None:
    """Which ordinary file goes by a name; ``None`` if none does."""
    try:
        status = os.fstat(sys.stdin.fileno()) if name == STDIN else Path(name).stat()
    except (OSError, ValueError, AttributeError):  # it is not there, or standard input is no file
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def write_stdout(data: bytes) -> None:
    """Write bytes to standard output, exactly these."""
    with naming("standard output"):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def write_file(path: Path | None, data: bytes) -> None:
    """Replace a file's contents, whole or not at all; without one, write to standard output."""
    if path is None:
        write_stdout(data)
    else:
        replace_file(path, [data])


def output_file(source: str, output: Path | None) -> Path | None:
    """The file that what is made of one source goes into; ``None`` for standard output."""
    name = "stdin.txt" if source == STDIN else text_name(Path(source).name)
    return output / name if output is not None and output.is_dir() else output


def write_through(part: Path, path: Path, data: bytes) -> None:
    """Replace a file's contents by way of one that is left behind, if at all, in a known place.

    For a run over many files: what was being written when it was killed is overwritten by the
    next. ``part`` must be in the same file system.
    """
    path = _real(path)
    with naming(path):
        part.write_bytes(data)
        part.chmod(_mode(path))
        part.replace(path)


def replace_file(path: Path, parts: Iterable[bytes]) -> None:
    """Replace a file by one rename, so that no reader or crash sees half of it.

    Symbolic links are followed; what is no regular file (a device, a pipe) is written into.
    """
    path = _real(path)
    if path.exists() and not path.is_file():
        with naming(path), path.open("wb") as file:
            file.writelines(parts)
        return
    files.replace_file(path, parts, _mode(path))


def _real(path: Path) -> Path:
    """Where links lead; one that leads nowhere, itself."""
    return Path(os.path.realpath(path))


def _mode(path: Path) -> int:
    """The mode the file has, or would get if it were opened in the ordinary way."""
    if path.exists():
        return path.stat().st_mode & 0o7777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def go_on(path: Path, settings: Mapping[str, Any]) -> Journal | None:
    """What an interrupted run with the same settings left in its journal, if anything."""
    left = Journal.read(path)
    if left is not None and changed(left.settings or {}, settings):
        raise other_settings(path, ANEW)
    return left

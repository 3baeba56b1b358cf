"""Writing results: whole or not at all."""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from specpc.machine import files
from specpc.machine.journal import Journal, changed, other_settings
from specpc_cli.inputs import STDIN

if TYPE_CHECKING:
    from collections.abc import Mapping

ANEW: Final = "leave out --resume to start anew"


def write_stdout(data: bytes) -> None:
    """Write bytes to standard output, exactly these."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_file(path: Path | None, data: bytes) -> None:
    """Replace a file's contents, whole or not at all; without one, write to standard output."""
    if path is None:
        write_stdout(data)
    else:
        replace_file(path, io.BytesIO(data))


def write_output(source: str, output: Path | None, data: bytes) -> None:
    """Write what was made of one source to a file, into a folder, or to standard output."""
    name = "stdin.txt" if source == STDIN else Path(source).name
    write_file(output / name if output is not None and output.is_dir() else output, data)


def write_through(part: Path, path: Path, data: bytes) -> None:
    """Replace a file's contents by way of one that is left behind, if at all, in a known place.

    For a run over many files: what was being written when it was killed is overwritten by the
    next. ``part`` must be in the same file system.
    """
    path = path.resolve()
    part.write_bytes(data)
    part.chmod(_mode(path))
    part.replace(path)


def replace_file(path: Path, source: BinaryIO) -> None:
    """Replace a file by one rename, so that no reader or crash sees half of it.

    Symbolic links are followed; what is no regular file (a device, a pipe) is written into.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            shutil.copyfileobj(source, file)
        return
    files.replace_file(path, source, _mode(path))


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

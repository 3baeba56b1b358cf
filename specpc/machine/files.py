"""Files and folders of this machine: written whole or not at all, by one run, and the cache."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from specpc.errors import DraftError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def cache_folder(kind: str) -> Path:
    """Where things of a kind are kept: below ``SPECPC_CACHE``, else the user's cache folder.

    Raises:
        UsageError: the variable names the home of a user who is not there.
    """
    root = os.environ.get("SPECPC_CACHE")
    if not root:
        import platformdirs

        root = platformdirs.user_cache_dir("specpc", appauthor=False)
    # Absolute, because a child process may run in another folder.
    return expanded(Path(root), "SPECPC_CACHE").absolute() / kind


def expanded(path: Path, what: str) -> Path:
    """A path with ``~`` read as a home.

    Raises:
        UsageError: it names nobody's; says what it was.
    """
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise UsageError(f"{what} is {path}, and there is no such user: name a folder") from error


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn what the file system refuses into one sentence that names the folder."""
    try:
        yield
    except OSError as error:
        raise DraftError(
            f"Cannot write to the cache folder {folder}: {error.strerror or error}; make room or "
            "set SPECPC_CACHE to another folder."
        ) from error


@contextmanager
def naming(name: Path | str) -> Iterator[None]:
    """Have what the system refuses name what is written, and no temporary file nor nothing."""
    try:
        yield
    except OSError as error:
        error.filename = str(name)
        raise


def replace_file(path: Path, parts: Iterable[bytes], mode: int = 0o600) -> None:
    """Put bytes in a file's place by one rename, so that nobody sees half of it.

    Raises:
        OSError: it cannot be written; what was there before is still there.
    """
    prefix = f".{path.name[:50]}."
    with naming(path):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=".tmp")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(parts)
            part.chmod(mode)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Be the only process that writes a file, which need not be there yet.

    The lock is another file beside it, gone in the end. That of a process which was killed stays,
    but locks nothing.

    Raises:
        UsageError: another run writes it.
    """
    import filelock

    beside = path.with_name(f".{path.name}.lock")
    lock = filelock.FileLock(beside)
    try:
        with naming(path):
            lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise UsageError(
            f"another run is writing {path}: wait until it is done, or write to another place"
        ) from error
    try:
        yield
    finally:
        with suppress(OSError):  # not while it is open, on Windows
            beside.unlink()
        lock.release()

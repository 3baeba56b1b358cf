"""Files and folders of this machine: written whole or not at all, and where the cache is."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from specpc.errors import DraftError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO


def cache_folder(kind: str) -> Path:
    """Where things of a kind are kept: below ``SPECPC_CACHE``, else the user's cache folder."""
    root = os.environ.get("SPECPC_CACHE")
    if not root:
        import platformdirs

        root = platformdirs.user_cache_dir("specpc", appauthor=False)
    # Absolute, because a child process may run in another folder.
    return Path(root).expanduser().absolute() / kind


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


def replace_file(path: Path, source: BinaryIO, mode: int = 0o600) -> None:
    """Put what a stream holds in a file's place by one rename, so that nobody sees half of it.

    Raises:
        OSError: it cannot be written; what was there before is still there.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:50]}.", suffix=".tmp")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(source, file)
        part.chmod(mode)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise

"""The cache of converted drafts: one folder each, complete or absent.

Layout: ``CACHE/drafts/KEY/`` is a finished draft; ``.KEY.lock`` is held while KEY is prepared;
``.KEY.tmp-*`` is work in progress, or what a killed process left behind.
"""

from __future__ import annotations

import json
import shutil
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specpc.errors import DraftError
from specpc.machine.files import cache_folder, disk_errors
from specpc.models.folder import folder_bytes, has_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from specpc.machine.reporting import Report

SOURCE_FILE = "source.json"


@dataclass(frozen=True)
class CacheEntry:
    """A finished draft in the cache.

    Attributes:
        key: name of its folder.
        folder: the folder.
        source: what it was made from, as written in its ``source.json``.
    """

    key: str
    folder: Path
    source: dict[str, Any]

    @property
    def bytes(self) -> int:
        """Size on disk."""
        return folder_bytes(self.folder)


def drafts_folder() -> Path:
    """Where converted drafts lie."""
    return cache_folder("drafts")


def find_entry(key: str) -> Path | None:
    """Give the folder of a finished draft, or ``None``."""
    folder = drafts_folder() / key
    complete = (folder / SOURCE_FILE).is_file() and (folder / "config.json").is_file()
    return folder if complete and has_weights(folder) else None


def entries() -> list[CacheEntry]:
    """List the finished drafts."""
    root = drafts_folder()
    try:
        names = sorted(path.name for path in root.iterdir() if not path.name.startswith("."))
    except OSError:
        return []
    folders = [folder for folder in map(find_entry, names) if folder is not None]
    return [CacheEntry(folder.name, folder, _read_source(folder)) for folder in folders]


def prepare_entry(key: str, name: str, build: Callable[[Path], Path], report: Report) -> Path:
    """Give the folder of a finished draft, building it first if need be.

    Args:
        key: the entry.
        name: of the draft, for messages.
        build: works in the scratch folder it is given and returns the finished folder inside.
            It runs in one process at a time for each key.
        report: is told when another process has to be waited for.

    Raises:
        DraftError: the cache cannot be written.
    """
    found = find_entry(key)
    if found is not None:
        return found
    root = drafts_folder()
    final = root / key
    with disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        with _locked(key, name, report):
            if find_entry(key) is not None:  # another process built it while this one waited
                return final
            _clear_leftovers(root, key)
            scratch = root / f".{key}.tmp-{uuid.uuid4().hex}"
            scratch.mkdir()
            try:
                build(scratch).replace(final)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    return final


def remove_entry(key: str, name: str) -> int:
    """Delete one finished draft and return the number of bytes freed.

    Raises:
        DraftError: it is not there, is being prepared right now, or cannot be deleted.
    """
    root = drafts_folder()
    folder = root / key
    if not folder.is_dir():
        raise DraftError(f"{name} is not in the cache ({root}).")
    with disk_errors(root), _locked(key, name, None):
        freed = folder_bytes(folder)
        # Renamed first: whoever looks while files go away sees all of it or none.
        doomed = folder.rename(root / f".{key}.tmp-{uuid.uuid4().hex}")
        shutil.rmtree(doomed)
    return freed


@contextmanager
def _locked(key: str, name: str, report: Report | None) -> Iterator[None]:
    """Hold the lock of one entry; without a report, refuse to wait for it."""
    import filelock

    lock = filelock.FileLock(drafts_folder() / f".{key}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        if report is None:
            raise DraftError(
                f"{name} is being prepared by another process; try again when it is done."
            ) from None
        report(f"Waiting for another process that is preparing {name} ...")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _clear_leftovers(root: Path, key: str) -> None:
    """Delete what killed processes left of this entry; call with its lock held."""
    for stale in root.glob(f".{key}.tmp-*"):
        shutil.rmtree(stale, ignore_errors=True)
    if (root / key).exists():  # incomplete: somebody deleted files in it
        shutil.rmtree(root / key)


def _read_source(folder: Path) -> dict[str, Any]:
    try:
        source = json.loads((folder / SOURCE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return source if isinstance(source, dict) else {}

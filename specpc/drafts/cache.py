"""The cache of converted drafts: one folder each, complete or absent.

Layout: ``CACHE/drafts/KEY/`` is a finished draft; ``.KEY.lock`` is held while KEY is prepared;
``.KEY.tmp-*`` is work in progress, or what a killed process left behind.
"""

from __future__ import annotations

import shutil
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from specpc.errors import DraftError
from specpc.machine.files import cache_folder, disk_errors
from specpc.machine.journal import parse_json
from specpc.models.folder import folder_bytes, has_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from specpc.machine.reporting import Report

SOURCE_FILE = "source.json"


def drafts_folder() -> Path:
    """Where converted drafts lie."""
    return cache_folder("drafts")


def find_entry(key: str) -> Path | None:
    """Give the folder of a finished draft, or ``None``."""
    folder = drafts_folder() / key
    complete = (folder / SOURCE_FILE).is_file() and (folder / "config.json").is_file()
    return folder if complete and has_weights(folder) else None


def entries() -> dict[Path, dict[str, Any]]:
    """The folders of the finished drafts, each with what it was made from (``source.json``)."""
    root = drafts_folder()
    try:
        names = sorted(path.name for path in root.iterdir() if not path.name.startswith("."))
    except OSError:
        return {}
    return {folder: _read_source(folder) for folder in map(find_entry, names) if folder is not None}


def prepare_entry(key: str, name: str, build: Callable[[Path], Path], report: Report) -> Path:
    """Give the folder of a finished draft, building it first if need be.

    ``build`` works in the scratch folder it is given and returns the finished folder inside. It
    runs in one process at a time for each key; ``report`` is told when another is waited for.

    Raises:
        DraftError: the cache cannot be written.
    """
    if (found := find_entry(key)) is not None:
        return found
    root = drafts_folder()
    final = root / key
    with disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        with _locked(key, name, report):
            if find_entry(key) is not None:  # another process built it while this one waited
                return final
            for stale in root.glob(f".{key}.tmp-*"):  # of processes that were killed
                shutil.rmtree(stale, ignore_errors=True)
            if final.exists():  # incomplete: somebody deleted files in it
                shutil.rmtree(final)
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
        shutil.rmtree(folder.rename(root / f".{key}.tmp-{uuid.uuid4().hex}"))
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


def _read_source(folder: Path) -> dict[str, Any]:
    try:
        source = parse_json((folder / SOURCE_FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return source if isinstance(source, dict) else {}

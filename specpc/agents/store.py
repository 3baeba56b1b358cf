"""What tools printed, as it was: a file from which all can be had again that was cut."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from specpc.errors import InputError, SpecPCError, UsageError
from specpc.machine.files import cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LIMIT: Final = 200_000_000
_DAYS: Final = 14.0
_DAY_SECONDS: Final = 86_400.0
_BUSY_SECONDS: Final = 20.0
_KEY: Final = 12
_PAGE: Final = 4096
# Of a page that goes on from another; and what a row and the two indexes take beside its data.
_OF_A_PAGE: Final = _PAGE - 16
_BESIDE: Final = 8
_TRIES: Final = 3
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS outputs (
    key TEXT PRIMARY KEY, saved REAL NOT NULL, told TEXT NOT NULL, data BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS by_age ON outputs (saved);
"""


@dataclass(frozen=True)
class StoredOutput:
    """An output as it was.

    Attributes:
        data: itself.
        told: what printed it, such as a command line.
        saved: when, in seconds since 1970.
    """

    data: bytes
    told: str
    saved: float


def _folder() -> Path:
    return cache_folder("outputs")


@dataclass(frozen=True)
class OutputStore:
    """Outputs by a short key, in one file that only its owner can read; the oldest make room.

    Several processes may use it at once.

    Attributes:
        folder: where the file is.
        limit: most bytes of the file.
        days: how long an output is kept.
    """

    folder: Path = field(default_factory=_folder)
    limit: int = _LIMIT
    days: float = _DAYS

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / "outputs.sqlite"

    def save(self, data: bytes, told: str = "") -> str:
        """Keep an output, and give the key to have it again, the same for the same bytes.

        Raises:
            InputError: it is larger than all that may be kept.
            SpecPCError: it cannot be written.
        """
        key = hashlib.sha256(data).hexdigest()[:_KEY]
        packed, written = zlib.compress(data, 1), told.encode("utf-8", "replace")
        with self._open() as db:
            known = db.execute("UPDATE outputs SET saved = ? WHERE key = ?", (time.time(), key))
            for left in reversed(range(0 if known.rowcount else _TRIES)):
                self._make_room(db, _pages(len(packed) + len(written)))
                row = (key, time.time(), written.decode(), packed)
                try:
                    db.execute("INSERT OR REPLACE INTO outputs VALUES (?, ?, ?, ?)", row)
                    break
                except sqlite3.OperationalError as error:
                    # Somebody else may have taken the room.
                    if not left or "full" not in str(error):
                        raise
        return key

    def load(self, key: str) -> StoredOutput:
        """The output of a key.

        Raises:
            UsageError: there is none, or no longer.
            SpecPCError: it cannot be read.
        """
        found = None
        if self.path.exists():
            with self._open() as db:
                oldest = time.time() - self.days * _DAY_SECONDS
                query = "SELECT data, told, saved FROM outputs WHERE key = ? AND saved >= ?"
                found = db.execute(query, (key, oldest)).fetchone()
                data = b"" if found is None else zlib.decompress(found[0])
        if found is None:
            raise UsageError(
                f"there is no output {key!r}: it was never kept, or made room for others, or is "
                f"over {self.days:g} days old; run the command again"
            )
        return StoredOutput(data, *found[1:])

    def _make_room(self, db: sqlite3.Connection, pages: int) -> None:
        """Delete what is too old, and the oldest until so many pages are free.

        It is gone for good before anything takes its place: until then it also stands in a journal
        beside the file.
        """
        most = self.limit // _PAGE
        if pages > most:
            raise InputError(
                f"an output is larger than all that is kept of outputs ({self.limit:,} bytes)"
            )
        db.execute("BEGIN IMMEDIATE")
        past = time.time() - self.days * _DAY_SECONDS
        db.execute("DELETE FROM outputs WHERE saved < ?", (past,))
        free = most - _pragma(db, "page_count") + _pragma(db, "freelist_count")
        rows = db.execute("SELECT key, length(data) FROM outputs ORDER BY saved")
        going = []
        while free < pages and (row := rows.fetchone()) is not None:
            going.append(row[:1])
            free += max(_pages(row[1]) - _BESIDE, 0)
        db.executemany("DELETE FROM outputs WHERE key = ?", going)
        db.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection to the file, which is made if it is not there."""
        db = None
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # SQLite would make it readable by all, and gives its journal the rights of the file.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            db = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            if _pragma(db, "user_version") == 0:
                db.execute(f"PRAGMA page_size = {_PAGE}")
                db.executescript(_TABLE)
                db.execute("PRAGMA user_version = 1")
            db.execute(f"PRAGMA max_page_count = {self.limit // _PAGE}")
            yield db
        except (sqlite3.Error, zlib.error, OSError) as error:
            raise SpecPCError(
                f"the outputs in {self.path} cannot be read or written ({error}): make room, or "
                "delete the file"
            ) from error
        finally:
            if db is not None:
                db.close()


def _pages(size: int) -> int:
    return size // _OF_A_PAGE + _BESIDE


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])

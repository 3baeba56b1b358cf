"""Scores kept on disk, so that another budget for the same text and question costs no forward.

Layout: ``CACHE/scores/KEY.scores``, safetensors after a digest of key and data. The key is a digest
of all that the scores depend on; no text is stored. A file that is damaged counts as absent, and
can be deleted at any time, as can all of them.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import DraftError, UsageError
from specpc.machine.files import cache_folder, replace_file
from specpc.scorers.profile import fingerprint
from specpc.text.pieces import Scores
from specpc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from specpc.models.reader import Reader
    from specpc.scorers.base import Context, Scorer

# Part of every key: raise it when the same inputs give other scores.
_FORMAT: Final = 3
_LIMIT: Final = 256_000_000
_BLOCK: Final = 4096  # what the smallest file takes on most disks
_LIBRARIES: Final = ("PyStemmer", "torch", "transformers")


class ScoreCache:
    """A folder of scores of bounded size; what was not used for the longest time goes first.

    Attributes:
        folder: where they lie.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        limit: int = _LIMIT,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Choose a folder.

        Args:
            folder: by default ``scores`` below ``SPECPC_CACHE`` or the user's cache folder.
            limit: most bytes all files together may have.
            tell: called with one line where the cache is of no use.
        """
        self.folder = folder or cache_folder("scores")
        self._limit = limit
        self._tell = tell
        self._unchecked: int | None = None  # bytes written since the size was last looked at

    def find(self, key: str) -> Scores | None:
        """Scores stored under a `score_key`, or ``None``."""
        from safetensors.numpy import load

        path = self._path(key)
        if not path.exists():
            return None
        try:
            whole = path.read_bytes()
            data = whole[hashlib.sha256().digest_size :]
            if whole != _sealed(key, data):
                raise ValueError("it is damaged")
            arrays = load(data)
            scores = Scores(arrays["tokens"], arrays.get("pieces"))
            path.touch()  # what was used last is dropped last
        except (OSError, ValueError) as error:
            self._tell(f"the stored scores {path} cannot be used ({error}): computing them again")
            return None
        return scores

    def store(self, key: str, scores: Scores) -> None:
        """Keep scores, whole or not at all."""
        from safetensors.numpy import save

        named = {"tokens": scores.tokens, "pieces": scores.pieces}
        arrays = {name: array for name, array in named.items() if array is not None}
        data = _sealed(key, save(arrays))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_file(self._path(key), [data])
            self._bound(len(data))
        except OSError as error:
            told = error.strerror or error
            self._tell(f"scores cannot be kept in {self.folder} ({told}): going on without")

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.scores"

    def _bound(self, written: int) -> None:
        """Drop the oldest files where all of them have grown too large; look now and then only."""
        first = self._unchecked is None
        self._unchecked = (self._unchecked or 0) + max(written, _BLOCK)
        if not first and self._unchecked < self._limit // 20:
            return
        self._unchecked = 0
        files = sorted(_entries(self.folder))
        total = sum(size for _, size, _ in files)
        target = total if total <= self._limit else self._limit * 9 // 10
        for _, size, path in files:
            if total <= target:
                break
            with suppress(OSError):  # another process was faster
                path.unlink()
            total -= size


def score_key(reader: Reader, scorer: Scorer, question: str, context: Context) -> str:
    """A SHA-256 of all that scores depend on: draft, template, scorer, question, tokens, pieces.

    Raises:
        DraftError: the draft was not loaded from files, by which it could be known again.
        UsageError: the scorer does not tell what its scores depend on.
    """
    draft, key = reader.draft, scorer.cache_key()
    if draft.folder is None:
        raise DraftError(
            f"scores of draft {draft.name} cannot be kept: it was not loaded from files, or they "
            "are gone; leave out the cache"
        )
    if key is None:
        raise UsageError(f"scores of {scorer.name}, a scorer of your own, cannot be kept: no cache")
    told: list[Any] = [
        _FORMAT,
        __version__,
        *map(version, _LIBRARIES),
        fingerprint(draft.folder),
        (draft.folder / "config.json").read_text(encoding="utf-8"),
        reader.template,
        draft.placement,
        key,
        question,
        list(context.windows),
    ]
    arrays: list[NDArray[Any]] = [context.ids]
    if (pieces := context.pieces) is not None:
        told.append(pieces.text)
        arrays += [pieces.of_token, pieces.edges, pieces.layout.units]
    digest = hashlib.sha256()
    for part in (*(repr(value).encode() for value in told), *(a.tobytes() for a in arrays)):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _sealed(key: str, data: bytes) -> bytes:
    """Data after a digest by which damage, or the file of another key, is told."""
    return hashlib.sha256(key.encode() + data).digest() + data


def _entries(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """When each file was last used, the bytes it takes, and its path."""
    for path in folder.iterdir():
        with suppress(OSError):
            status = path.stat()
            yield status.st_mtime_ns, max(status.st_size, _BLOCK), path

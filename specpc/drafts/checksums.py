"""Digests beside the drafts that were converted here: a damaged weight gives other text in silence.

``digests.json`` in the folder of a draft names every other file with its XXH3, which tells damage,
no malice: whoever may write one file may write both. A folder that was made before there were
digests gets them when it is loaded for the first time.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from specpc.drafts.cache import drafts_folder
from specpc.machine.files import replace_file
from specpc.machine.journal import parse_json
from specpc.models.folder import damaged, weight_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DIGESTS: Final = "digests.json"
_BLOCK: Final = 1 << 22


def write_digests(folder: Path) -> None:
    """Write down what the files of a folder are."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    whole = [name for name in names if name != DIGESTS and not name.startswith(".")]
    _write(folder, {name: file_digest(folder / name) for name in whole})


def add_digest(folder: Path, name: str) -> None:
    """Write down what one more file of a folder is.

    Raises:
        DraftError: what was written down before cannot be read.
    """
    _write(folder, {**read_digests(folder), name: file_digest(folder / name)})


def read_digests(folder: Path) -> dict[str, str]:
    """What is written down of the files of a folder; nothing where nobody wrote it down.

    Raises:
        DraftError: it cannot be read.
    """
    path = folder / DIGESTS
    try:
        return dict(parse_json(path.read_bytes())) if path.exists() else {}
    except (OSError, ValueError, TypeError) as error:
        raise damaged(folder.name, f"{path} cannot be read ({error})") from error


def _write(folder: Path, digests: dict[str, str]) -> None:
    data = json.dumps(digests, indent=1).encode()
    replace_file(folder / DIGESTS, [data], (folder / "config.json").stat().st_mode & 0o666)


def check_digests(folder: Path, name: str, *, weights: Sequence[str] | None = None) -> None:
    """Raise `DraftError` where a file of a draft in the cache is not what was written there.

    Of the weights, only those files are read that are named; without, those it was converted to.
    """
    if folder.parent != drafts_folder():
        return
    if not (folder / DIGESTS).exists():
        with suppress(OSError):  # a cache that is only read
            write_digests(folder)
        return
    digests = read_digests(folder)
    read = weight_files(digests) if weights is None else weights
    for file, digest in digests.items():
        if file.endswith(".safetensors") and file not in read:
            continue
        try:
            same = file_digest(folder / file) == digest
        except OSError as error:
            raise damaged(name, f"{folder / file} cannot be read ({error.strerror})") from error
        if not same:
            raise damaged(name, f"{folder / file} has changed since it was written")


def file_digest(path: Path) -> str:
    """XXH3 of a file, read in blocks."""
    import xxhash

    digest, block = xxhash.xxh3_128(), memoryview(bytearray(_BLOCK))
    with path.open("rb", buffering=0) as file:
        while read := file.readinto(block):
            digest.update(block[:read])
    return str(digest.hexdigest())

"""Files and folders the user names, as a list of files and where each belongs in the output."""

from __future__ import annotations

import os
import stat
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from specpc.errors import UsageError
from specpc_cli.inputs import STDIN, check_file, text_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc_cli.console import Console


# Folders in folders; each is walked inside the one it is in.
_DEEPEST: Final = 200


@dataclass(frozen=True)
class InputFile:
    """One file to be read.

    Attributes:
        name: as `specpc_cli.inputs.read_text` takes it.
        place: its path in the output tree, with forward slashes.
        size: in bytes; 0 if unknown.
    """

    name: str
    place: str
    size: int = 0


@dataclass(frozen=True)
class Found:
    """What the named files and folders hold.

    Attributes:
        files: in order, folders by name.
        skipped: paths that are left out, each with the reason.
        failed: what is told of folders that cannot be listed.
    """

    files: list[InputFile] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def has_folder(names: Sequence[str]) -> bool:
    """Whether any of the names is a folder's."""
    return any(name != STDIN and Path(name).is_dir() for name in names)


def find_files(names: Sequence[str], output: Path | None) -> Found:
    """All files, those in folders included; hidden ones, the output and circles of links left out.

    A folder named alone becomes the root of the output tree; of several names each keeps its own.
    No two files may be written to one place.
    """
    found = Found()
    avoid = None if output is None else output.resolve()
    for name in names:
        path = Path(name)
        if name == STDIN:
            found.files.append(InputFile(STDIN, "stdin.txt"))
        elif path.is_dir():
            if path.resolve() == avoid:
                raise UsageError(
                    f"{name} cannot be written into itself: name another folder after -o"
                )
            root = "" if len(names) == 1 else path.resolve().name
            _walk(path, PurePosixPath(root), (path.resolve(),), avoid, found)
        else:
            check_file(name)
            found.files.append(InputFile(name, text_name(path.name), _size(path)))
    if output is not None:
        _check_places(found.files, output)
    return found


def tell_skipped(found: Found, console: Console) -> None:
    """One line on what was left out of folders; with ``-v``, all of it."""
    if not found.skipped:
        return
    counts = ", ".join(
        f"{count} ({reason})" for reason, count in Counter(why for _, why in found.skipped).items()
    )
    console.tell(
        f"files and folders skipped: {counts}{'' if console.verbose else '; -v lists them'}"
    )
    if console.verbose:
        for path, reason in found.skipped:
            console.tell(f"  {path}: {reason}")


def _walk(
    folder: Path, place: PurePosixPath, above: tuple[Path, ...], avoid: Path | None, found: Found
) -> None:
    """Add what a folder holds; ``above`` are the real paths of it and all folders it is in."""
    for entry in _entries(folder, found):
        path = folder / entry.name
        kind = _kind(path)
        if entry.name.startswith("."):
            found.skipped.append((str(path), "hidden"))
        elif kind == stat.S_IFDIR:
            real = path.resolve()
            if real in above:
                found.skipped.append((str(path), "a link to a folder it is in"))
            elif real == avoid:
                found.skipped.append((str(path), "the output"))
            elif len(above) > _DEEPEST:
                found.skipped.append((str(path), "too deep"))
            else:
                _walk(path, place / entry.name, (*above, real), avoid, found)
        elif kind in {stat.S_IFREG, None}:
            # A broken link, or one to itself, is a file that cannot be read, and is told as such.
            found.files.append(
                InputFile(str(path), text_name(str(place / entry.name)), _size(path))
            )
        else:
            found.skipped.append((str(path), "neither file nor folder"))


def _kind(path: Path) -> int | None:
    """What a path leads to, as `stat` has it; ``None`` if nothing that can be looked at."""
    try:
        return stat.S_IFMT(path.stat().st_mode)
    except OSError:
        return None


def _entries(folder: Path, found: Found) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        found.failed.append(f"cannot read {folder}: {error.strerror}")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _check_places(files: Sequence[InputFile], output: Path) -> None:
    twice = [place for place, count in Counter(f.place for f in files).items() if count > 1]
    if twice:
        raise UsageError(
            f"several of the files are called {twice[0]} and would overwrite each other in "
            f"{output}: compress them in separate runs, or use --json"
        )

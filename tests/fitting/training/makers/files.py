"""Files of installed packages whose licences allow any use."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.fitting.training.documents import is_held_out

if TYPE_CHECKING:
    from random import Random

_PERMISSIVE: Final = ("mit", "bsd", "apache", "isc", "psf", "python software foundation")
_RESTRICTED: Final = ("gpl", "proprietary", "mozilla", "mpl", "other/")
# Bytes: long enough to hold more than one function, short enough to be read.
_SIZES: Final = range(4_000, 60_000)
_MOST: Final = 200


def permissive(distribution: Distribution) -> bool:
    """Whether all that a package says of its licence allows any use."""
    stated = [value for key, value in distribution.metadata.items() if _tells_licence(key, value)]
    texts = [text.lower() for text in stated]
    return any(name in text for text in texts for name in _PERMISSIVE) and not any(
        name in text for text in texts for name in _RESTRICTED
    )


def _tells_licence(key: str, value: str) -> bool:
    if key == "Classifier":
        return value.startswith("License ::")
    return key in {"License", "License-Expression"} and len(value) < _MOST


@lru_cache(maxsize=8)
def files_of(ending: str) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Those of an ending that may be trained on, and those that are for measuring only."""
    parts: tuple[list[Path], list[Path]] = ([], [])
    for distribution in sorted(distributions(), key=lambda one: str(one.metadata["Name"])):
        if not permissive(distribution):
            continue
        for file in distribution.files or ():
            if file.suffix != ending or "test" in str(file):
                continue
            path = Path(str(distribution.locate_file(file)))
            if path.is_file() and path.stat().st_size in _SIZES:
                # A package at a time: its files are alike.
                parts[is_held_out(str(distribution.metadata["Name"]))].append(path)
    return tuple(parts[0]), tuple(parts[1])


def choose(rng: Random, ending: str, held_out: bool) -> tuple[Path, str]:
    """A file and what is in it.

    Raises:
        ValueError: there is none.
    """
    paths = files_of(ending)[held_out]
    if not paths:
        raise ValueError(f"no package that may be used has files {ending}")
    path = rng.choice(paths)
    return path, path.read_text(encoding="utf-8", errors="replace")

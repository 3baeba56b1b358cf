"""Files of installed packages whose licences allow any use."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.fitting.training.documents import is_held_out

if TYPE_CHECKING:
    from importlib.metadata import PackagePath
    from random import Random

_PERMISSIVE: Final = re.compile(r"\b(?:mit|bsd|apache|isc|psf|python software foundation)\b")
_RESTRICTED: Final = re.compile(r"gpl|proprietary|mozilla|\bmpl\b|\bother/")
# Bytes: long enough to hold more than one function, short enough to be read.
_SIZES: Final = range(4_000, 60_000)
_MOST: Final = 200


@lru_cache(maxsize=1)
def packages() -> tuple[Distribution, ...]:
    """Those installed all of whose statements on their licence allow any use, by name."""
    found = {str(one.metadata["Name"]): one for one in distributions() if permissive(one)}
    return tuple(found[name] for name in sorted(found))


def permissive(distribution: Distribution) -> bool:
    """Whether all that a package says of its licence allows any use."""
    told = distribution.metadata.json
    stated = [text for text in told.get("classifier", ()) if text.startswith("License ::")]
    stated += [str(told.get(name, "")) for name in ("license", "license_expression")]
    texts = [text.lower() for text in stated if len(text) < _MOST]
    return any(map(_PERMISSIVE.search, texts)) and not any(map(_RESTRICTED.search, texts))


@lru_cache(maxsize=8)
def _files(ending: str, held_out: bool) -> tuple[tuple[PackagePath, ...], ...]:
    """Those of an ending, by package: some folders are for measuring only."""
    found = []
    for distribution in packages():
        own = [
            file
            for file in distribution.files or ()
            if str(file).endswith(ending)
            and (file.size or 0) in _SIZES
            and "test" not in str(file)
            and is_held_out(str(file.parent)) == held_out
        ]
        if own:
            found.append(tuple(own))
    return tuple(found)


def choose(rng: Random, ending: str, held_out: bool) -> tuple[Path, str]:
    """A file and what is in it; small packages must not be lost for large ones.

    Raises:
        IndexError: there is none.
    """
    groups = _files(ending, held_out)
    file = rng.choice(rng.choices(groups, [math.sqrt(len(group)) for group in groups])[0])
    path = Path(str(file.locate()))
    return path, path.read_text(encoding="utf-8", errors="replace")

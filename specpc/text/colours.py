"""What terminals show and nobody reads: the codes of colours, of links and of erased lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import regex

if TYPE_CHECKING:
    from numpy.typing import NDArray

# "ESC [ 31 m", "ESC [ K"; of a link "ESC ] 8 ; ; address ESC \", whatever ends it.
COLOUR: Final = regex.compile(
    r"\x1b(?:\[[0-9;:?]*+[@-~]|\][^\x07\x1b\r\n]{0,2000}+(?:\x07|\x1b\\)|[()][0-9A-B])"
)


def uncoloured(text: str) -> tuple[str, NDArray[np.int64]]:
    """A text without such codes, and the ``[characters + 1]`` offsets of its characters.

    A code belongs to the character after it, and at the end to the last one.
    """
    kept = np.ones(len(text), dtype=bool)
    for match in COLOUR.finditer(text):
        kept[match.start() : match.end()] = False
    # Each character begins where the one before it ends.
    ends = np.flatnonzero(kept) + 1
    offsets = np.concatenate(([0], ends)).astype(np.int64)
    offsets[-1] = len(text)
    return COLOUR.sub("", text), offsets

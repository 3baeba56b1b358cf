"""A text without what stands in it and is not read, and the way back to where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import regex
    from numpy.typing import NDArray

_LINE: Final = lazy_regex(r"[^\r\n]++")


def without(text: str, ranges: Sequence[tuple[int, int]]) -> tuple[str, NDArray[np.int64]]:
    """A text without ascending ranges, and the ``[characters + 1]`` offsets of its characters.

    What is left out belongs to the character after it, and at the end to the last one.
    """
    import numpy as np  # 0.1 s, which a hook that only looks for alarms need not wait

    left = np.ones(len(text), dtype=bool)
    for start, end in ranges:
        left[start:end] = False
    # Each character begins where the one before it ends.
    offsets = np.concatenate(([0], np.flatnonzero(left) + 1)).astype(np.int64)
    offsets[-1] = len(text)
    starts, ends = (end for _, end in ranges), (start for start, _ in ranges)
    kept = zip([0, *starts], [*ends, len(text)], strict=True)
    return "".join(text[start:end] for start, end in kept), offsets


def without_marks(text: str, mark: regex.Pattern[str]) -> tuple[str, NDArray[np.int64]]:
    """Lines without what stands before each of them, as `without` has it."""
    marks = (mark.match(text, *line.span()) for line in _LINE.finditer(text))
    return without(text, [found.span() for found in marks if found is not None])

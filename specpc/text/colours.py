"""What nobody reads: codes of colours, links and erased lines, marks where files were joined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.text.hidden import without
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# "ESC [ 31 m", "ESC [ K"; of a link "ESC ] 8 ; ; address ESC \", whatever ends it.
COLOUR: Final = lazy_regex(
    r"\x1b(?:\[[0-9;:?]*+[@-~]|\][^\x07\x1b\r\n]{0,2000}+(?:\x07|\x1b\\)|[()][0-9A-B])"
    r"|(?<=[\r\n])[\ufeff\u200b]++"  # a byte order mark, in the middle of several files
)


def uncoloured(text: str) -> tuple[str, NDArray[np.int64]]:
    """A text without such codes, and the ``[characters + 1]`` offsets of its characters."""
    return without(text, [match.span() for match in COLOUR.finditer(text)])

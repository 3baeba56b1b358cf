"""What a text is made of: looked at, and laid out in pieces by the best library for its kind.

Every kind has a module with one function ``lay_out_KIND(text) -> Layout`` (see `specpc.layout`),
and where it has to be recognised, one that tells whether a text is of that kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc.layout import tiles
from specpc.segmentation import segment

if TYPE_CHECKING:
    from specpc.layout import Layout


def lay_out(text: str, name: str | None = None) -> Layout:
    """The pieces of a text of any kind.

    Args:
        text: any text that is not blank.
        name: name of the file it comes from, if there is one: its ending is a hint.
    """
    return tiles(segment(text, "sentence"))

"""The pieces of a text in units of one kind, whatever it holds."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

from specpc.text.layout import Layout, LayoutBuilder, telling, tiles
from specpc.text.pieces import Pieces
from specpc.text.units import segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from specpc.text.joined import JoinedTexts


def cut_into_units(text: str, bounds: NDArray[np.int64], unit: str) -> Pieces:
    """A text with the ``[tokens + 1]`` offsets of its tokens, in units of one kind."""
    return Pieces(text, bounds, lay_out_units(text, unit))


def lay_out_joined(source: JoinedTexts, unit: str, end: int) -> Layout:
    """The layout of joined texts up to an offset, each by itself, in units of one kind.

    What is said of their kind is said of all of them.
    """
    layouts = source.layouts if unit == "structure" and source.layouts else repeat(None)
    builder, kinds = LayoutBuilder(), set[str]()
    for (start, stop), name, known in zip(source.ranges, source.names, layouts):  # noqa: B905
        if start > builder.position:
            builder.support(start)  # between two texts: nothing needs it
        text = source.text[start : min(stop, end)]
        layout = lay_out_units(text, unit, name) if known is None else telling(text, known)
        if source.alone:
            return layout
        builder.append(layout)
        kinds.add(layout.kind)
    return builder.build(kinds.pop() if len(kinds) == 1 else unit)


def lay_out_units(text: str, unit: str, name: str | None = None) -> Layout:
    """The layout of a text in units of one kind; a file's name is a hint at what is in it."""
    if unit == "structure":
        from specpc.structure import lay_out  # the parsers behind it cost time to import

        return telling(text, lay_out(text, name))
    return telling(text, tiles(segment(text, unit), unit))

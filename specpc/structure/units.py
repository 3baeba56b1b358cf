"""The pieces of a text in units of one kind, whatever it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc.text.layout import Layout, LayoutBuilder, tiles
from specpc.text.pieces import Pieces
from specpc.text.units import segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from specpc.text.joined import JoinedTexts


def cut_into_units(text: str, bounds: NDArray[np.int64], unit: str) -> Pieces:
    """A text in units of one kind, whatever it holds.

    Args:
        text: the context.
        bounds: ``[tokens + 1]`` character offsets of the tokens.
        unit: ``sentence``, ``line``, ``paragraph``, ``word`` or ``structure``.
    """
    return Pieces(text, bounds, lay_out_units(text, unit))


def lay_out_units(
    text: str, unit: str, parts: JoinedTexts | None = None, name: str | None = None
) -> Layout:
    """The layout of a text in units of one kind; of several joined texts, each by itself.

    The name of a file is a hint at what is in it.
    """
    if parts is None:
        return _lay_out(text, unit, name)
    builder = LayoutBuilder()
    for number, (start, end) in enumerate(parts.ranges):
        if start > builder.position:
            builder.support(start)  # between two texts: nothing needs it
        name = parts.names[number] if parts.names else None
        builder.append(_lay_out(text[start:end], unit, name))
    return builder.build(unit)


def _lay_out(text: str, unit: str, name: str | None) -> Layout:
    if unit == "structure":
        from specpc.structure import lay_out  # the parsers behind it cost time to import

        return lay_out(text, name)
    return tiles(segment(text, unit), unit)

"""What stands inside a code fence, by the language it names."""

from __future__ import annotations

from typing import Final

from specpc.layout import Layout, LayoutBuilder, tiles
from specpc.segmentation import segment
from specpc.structure.json_values import lay_out_json

# Up to this size the inside of a fence stays whole.
_WHOLE: Final = 300


def lay_out_embedded(text: str, info: str) -> Layout:
    """The pieces of the inside of a fence.

    Args:
        text: whole lines.
        info: what stands behind the opening of the fence: a language, if anything.
    """
    words = info.split()
    language = words[0].casefold() if words else ""
    if len(text) > _WHOLE:
        if language == "json" and (layout := lay_out_json(text)) is not None:
            return layout
        return tiles(segment(text, "line"), "code", prose=False)
    builder = LayoutBuilder()
    builder.unit(len(text), whole=True)
    return builder.build("code")

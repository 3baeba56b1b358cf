"""A kind of text that does not exist: cards between lines of ``%%``, below a title.

This module and a row in `specpc.structure.kinds` are all it takes.
"""

from __future__ import annotations

from specpc.structure.parts.lines import OWN_LINE, lines
from specpc.text.layout import Layout, LayoutBuilder


def lay_out_cards(text: str) -> Layout | None:
    """A card is kept whole, and with it the title."""
    if "\n%%\n" not in text:
        return None
    builder = LayoutBuilder()
    title: int | None = None
    for start, end in lines(text):
        if text[start:end].strip() != "%%" and end < len(text):
            continue
        if title is None:
            title = builder.support(end, gap=OWN_LINE)
        else:
            builder.unit(end, [title], whole=True, gap=OWN_LINE)
    return builder.build("cards")

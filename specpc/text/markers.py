"""How a cut is marked: by the user's marker, written as the text around it demands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from specpc.text.layout import Layout


@dataclass(frozen=True)
class Marker:
    """A marker that is written differently before some pieces (see `Layout.gaps`).

    Attributes:
        text: the marker itself.
        source: the text that is cut.
        layout: its pieces.
    """

    text: str
    source: str
    layout: Layout

    def before(self, start: int) -> str:
        """What marks the cut before a kept range that starts there."""
        piece = self.layout.piece_from(start)
        # White space from before the piece may have been kept along with it.
        if piece == len(self.layout) or self.source[start : self.layout.edges[piece]].strip():
            return self.text
        written = self.layout.gaps.get(piece)
        if written is None:
            return self.text
        return written.replace("{}", " ".join(self.text.split()))


def marker_for(source: str, layout: Layout, gap: str) -> str | Marker:
    """The user's marker, written as the pieces of a text want it; nothing where there is none."""
    return Marker(gap, source, layout) if gap and layout.gaps else gap

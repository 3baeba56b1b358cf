"""Blocks of lines with heads: what all kinds of text are made of that stand in records or levels.

A block has a *head* (the line or lines that say who, when, which, under what), a *body*, and maybe
a *tail* that closes it. Whatever is kept of the body brings the head, and the heads of all blocks
around it. A kind of text finds the blocks; what is cut, and what comes along, is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from specpc.structure.lines import OWN_LINE
from specpc.text.layout import LayoutBuilder, Nested
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.text.layout import Layout

Body = Literal["lines", "prose", "text", "whole"]
"""What a body without blocks in it is made of: ``lines``, sentences of ``prose``, a ``text`` of any
kind, or what only says something as a ``whole``."""

# A record or block up to this size stays whole where a budget can hold it. Measured on tools'
# answers in JSON: recall of evidence rises from 160 to 400 characters and no further.
_WHOLE: Final = 400
# In a short text, blocks that are no records are cut from this share of it on, or a budget could
# hold nothing of it.
_SHARE: Final = 10
# What is nested deeper is not cut further.
_DEEPEST: Final = 50


@dataclass(frozen=True)
class Block:
    """Whole lines that belong together.

    Attributes:
        start: first character.
        end: one past the last; blank lines belong to the block before them.
        head: where the head ends, which any part of the body brings; ``start`` if there is none.
        tail: where what closes the block begins, which any part brings; ``end`` if nothing does.
        inside: blocks in the body, in order; what is between them is lines.
        body: what it is made of, where there are no blocks inside.
        record: whether it says something only as a whole, as far as a budget can hold it.
        names: whether the block around it is known by it: whatever is kept of that brings it, or
            of it what names it inside, where there is such a block.
        gap: how a cut in it is marked, if not as in the text.
    """

    start: int
    end: int
    head: int
    tail: int
    inside: tuple[Block, ...] = ()
    body: Body = "lines"
    record: bool = False
    names: bool = False
    gap: str | None = None

    @property
    def divisible(self) -> bool:
        """Whether there is a body that can be cut."""
        return self.head < self.tail and (bool(self.inside) or self.body != "whole")

    def moved(self, by: int) -> Block:
        """The same block of a text that begins elsewhere."""
        inside = tuple(block.moved(by) for block in self.inside)
        start, end, head, tail = (n + by for n in (self.start, self.end, self.head, self.tail))
        return replace(self, start=start, end=end, head=head, tail=tail, inside=inside)


def block(
    start: int,
    end: int,
    head: int | None = None,
    *,
    tail: int | None = None,
    inside: Sequence[Block] = (),
    body: Body = "lines",
) -> Block:
    """A block, without a head or tail unless they are said."""
    head, tail = start if head is None else head, end if tail is None else tail
    return Block(start, end, head, tail, tuple(inside), body)


def record(start: int, end: int, head: int | None = None, *, body: Body = "lines") -> Block:
    """A block that says something only as a whole: an address, a commit, a caption."""
    return replace(block(start, end, head, body=body), record=True)


def small_size(text: str) -> int:
    """Most characters of a part of a text that stays whole without being a record."""
    return min(_WHOLE, len(text) // _SHARE)


def lay_out_blocks(
    text: str,
    blocks: Sequence[Block],
    kind: str,
    *,
    gap: str = OWN_LINE,
    loose: Body = "lines",
    small: int | None = None,
) -> Layout:
    """The pieces of a text made of blocks.

    Args:
        text: the text.
        blocks: in order; what is between and around them is ``loose``.
        kind: what the text was found to be, in a word.
        gap: how a cut is marked (see `Layout.gaps`).
        loose: what is between the blocks.
        small: most characters of a block that stays whole, no record: a share of the text's.
    """
    pieces = _Pieces(LayoutBuilder(), text, small_size(text) if small is None else small, gap)
    pieces.add_all(blocks, len(text), (), loose)
    return pieces.builder.build(kind)


@dataclass(frozen=True)
class _Pieces:
    """Adds the pieces of blocks to a builder."""

    builder: LayoutBuilder
    text: str
    small: int
    gap: str

    def add_all(
        self, blocks: Sequence[Block], end: int, needs: Sequence[int], loose: Body, depth: int = 0
    ) -> list[int]:
        """Add blocks and what is between them, up to ``end``; the pieces that name them all."""
        names: list[int] = []
        for inner in blocks:
            self.add_body(loose, inner.start, needs)
            names += self.add(inner, needs, depth)
        self.add_body(loose, end, needs)
        return names

    def add(self, own: Block, needs: Sequence[int], depth: int) -> list[int]:
        """Add one block: as a unit, or its head and tail as supports of what is inside.

        Returns:
            The pieces that name the block around it.
        """
        whole = own.end - own.start <= (_WHOLE if own.record else self.small)
        whole = whole and not (own.names and own.inside)
        if whole or not own.divisible or depth >= _DEEPEST:
            piece = self.builder.unit(own.end, needs, whole=True, gap=self.gap)
            if own.divisible:
                finer = partial(_opened, own=own.moved(-own.start), gap=self.gap)
                self.builder.refinable(piece, finer)
            return [piece] if own.names else []
        names = self.open(own, needs, depth)
        return names if own.names else []

    def open(self, own: Block, needs: Sequence[int], depth: int) -> list[int]:
        """Add the head of a block, all that is inside, and its tail; the pieces that name it."""
        builder, first = self.builder, self.builder.next_piece
        if own.head > own.start:
            needs = (builder.support(own.head, needs, gap=self.gap),)
        inner = self if own.gap is None else replace(self, gap=own.gap)
        names: list[int] = []
        if own.inside:
            names = inner.add_all(own.inside, own.tail, needs, "lines", depth + 1)
        else:
            inner.add_body(own.body, own.tail, needs)
        inside = range(first, builder.next_piece)
        along = list(names)
        if own.tail < own.end:
            along.append(builder.support(own.end, gap=self.gap))
        for piece in inside[:1] if own.head > own.start else inside:
            builder.require(piece, *(other for other in along if other != piece))
        return names

    def add_body(self, body: Body, end: int, needs: Sequence[int]) -> None:
        """Add what is without blocks up to ``end``."""
        builder, start = self.builder, self.builder.position
        if start >= end:
            return
        if not self.text[start:end].strip():
            builder.support(end, gap=self.gap)
        elif body == "whole":
            builder.unit(end, needs, whole=True, gap=self.gap)
        elif body == "text":
            builder.nest(builder.unit(end, needs, gap=self.gap), Nested())
        else:
            unit = "sentence" if body == "prose" else "line"
            gap: str | None = self.gap
            for bound in segment(self.text[start:end], unit)[1:]:
                builder.unit(start + bound, needs, prose=body == "prose", gap=gap)
                gap = None if body == "prose" else gap


def _opened(text: str, own: Block, gap: str) -> Layout:
    """The pieces of a block that is a unit elsewhere."""
    pieces = _Pieces(LayoutBuilder(), text, small_size(text), gap)
    pieces.open(own, (), 0)
    return pieces.builder.build("block")

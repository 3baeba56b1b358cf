"""Blocks of lines with heads: what all kinds of text are made of that stand in records or levels.

A block has a *head* (the line or lines that say who, when, which, under what), a *body*, and maybe
a *tail* that closes it. Whatever is kept of the body brings the head, and the heads of all blocks
around it. A kind of text finds the blocks; what is cut, and what comes along, is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from specpc.structure.parts.lines import OWN_LINE, one_piece
from specpc.text.items import lay_out_items
from specpc.text.layout import LayoutBuilder, Nested
from specpc.text.patterns import lazy_re
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.text.layout import Layout

Body = Literal["lines", "prose", "text", "whole", "nothing"]
"""What a body without blocks in it is made of: ``lines``, sentences of ``prose``, a ``text`` of any
kind, what only says something as a ``whole``, or ``nothing`` that is worth keeping by itself."""

# A record or block up to this size stays whole where a budget can hold it. Measured on tools'
# answers in JSON: recall of evidence rises from 160 to 400 characters and no further.
_WHOLE: Final = 400
# In a short text, blocks that are no records are cut from this share of it on, or a budget could
# hold nothing of it.
_SHARE: Final = 10
_BREAK: Final = lazy_re(r"[ \t]*(?:\r\n|\n|\r)")
# What is nested deeper is not cut further.
_DEEPEST: Final = 50
# A line that nobody wrote, and that may list many things.
_LONG_LINE: Final = 300
# No more than so many parts of a block come along with the others.
_MOST_TOLD: Final = 12


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
        told: whether any part of the block around it brings it (a title, a name), or what in it is
            told, where something is.
        gap: how a cut just before it is marked, if not as in the rest of the text.
        spare: whether its head is done without where a budget cannot hold what answers with it.
        says: whether its head says something by itself: an error with its place.
        nested: how a body is read that is a ``text``.
    """

    start: int
    end: int
    head: int
    tail: int
    inside: tuple[Block, ...] = ()
    body: Body = "lines"
    record: bool = False
    told: bool = False
    gap: str | None = None
    spare: bool = False
    says: bool = False
    nested: Nested | None = None

    @property
    def divisible(self) -> bool:
        """Whether there is a body that can be cut."""
        finest = self.body in {"whole", "nothing"}
        return self.head < self.tail and (bool(self.inside) or not finest)

    def until(self, end: int) -> Block:
        """The same block, cut off there."""
        inside = tuple(block for block in self.inside if block.start < end)
        if inside:
            inside = (*inside[:-1], inside[-1].until(end))
        head, tail = min(self.head, end), min(self.tail, end)
        return replace(self, end=min(self.end, end), head=head, tail=tail, inside=inside)

    def moved(self, by: int) -> Block:
        """The same block of a text that begins elsewhere."""
        inside = tuple(block.moved(by) for block in self.inside)
        start, end, head, tail = self.start + by, self.end + by, self.head + by, self.tail + by
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


def record(
    start: int,
    end: int,
    head: int | None = None,
    *,
    tail: int | None = None,
    inside: Sequence[Block] = (),
    body: Body = "lines",
) -> Block:
    """A block that says something only as a whole: an address, a commit, a caption."""
    return replace(block(start, end, head, tail=tail, inside=inside, body=body), record=True)


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
        """Add blocks and what is between them, up to ``end``; the pieces that are told of them."""
        told: list[int] = []
        first = self.builder.next_piece
        for inner in blocks:
            self.add_body(loose, inner.start, needs)
            if inner.body == "nothing":
                self.add_body("nothing", inner.end, needs)
            elif inner.told and inner.inside:
                told += self.open(inner, needs, depth)
            elif inner.told:
                gap = self.gap if inner.gap is None else inner.gap
                told.append(self.builder.unit(inner.end, needs, whole=True, gap=gap))
            else:
                self.add(inner, needs, depth)
        self.add_body(loose, end, needs)
        told = told[:_MOST_TOLD]
        for piece in range(first, self.builder.next_piece) if told else ():
            self.builder.require(piece, *(other for other in told if other != piece))
        return told

    def add(self, own: Block, needs: Sequence[int], depth: int) -> None:
        """Add one block: as a unit, or its head and tail as supports of what is inside."""
        first = self.builder.next_piece
        whole = own.end - own.start <= (_WHOLE if own.record else self.small)
        if whole or not own.divisible or depth >= _DEEPEST:
            self.builder.unit(own.end, needs, whole=True, gap=self.gap)
            if own.divisible:
                finer = partial(_opened, own=own.moved(-own.start), gap=self.gap)
                self.builder.refinable(first, finer)
            elif own.end - own.start > _LONG_LINE and lay_out_items(self.text[own.start : own.end]):
                self.builder.refinable(first, _items)
        else:
            self.open(own, needs, depth)
        if own.gap is not None:
            self.builder.mark(first, own.gap)

    def open(self, own: Block, needs: Sequence[int], depth: int) -> list[int]:
        """Add the head of a block, all that is inside, and its tail; the pieces that are told."""
        builder, first = self.builder, self.builder.next_piece
        if own.record:
            own = self._parted(own)
        if own.head > own.start:
            needs = (builder.support(own.head, needs, gap=self.gap, spare=own.spare),)
            if own.says:
                builder.make_unit(needs[0], whole=True)
        told: list[int] = []
        if own.inside:
            told = self.add_all(own.inside, own.tail, needs, "lines", depth + 1)
        else:
            self.add_body(own.body, own.tail, needs, own.nested)
        if own.tail < own.end:
            inside = range(first, builder.next_piece)
            tail = builder.support(own.end, gap=self.gap)
            for piece in inside[:1] if own.head > own.start else inside:
                builder.require(piece, tail)
        return told

    def _parted(self, own: Block) -> Block:
        """The record with the blank lines that part it from the next as its tail."""
        said = self.text[own.start : own.end].rstrip()
        after = _BREAK.match(self.text, own.start + len(said))
        tail = after.end() if after is not None else own.end
        if not said or tail >= own.tail:
            return own
        return replace(own.until(tail), end=own.end, tail=tail)

    def add_body(
        self, body: Body, end: int, needs: Sequence[int], nested: Nested | None = None
    ) -> None:
        """Add what is without blocks up to ``end``."""
        builder, start = self.builder, self.builder.position
        if start >= end:
            return
        if body == "nothing" or not self.text[start:end].strip():
            builder.support(end, gap=self.gap)
        elif body == "whole":
            builder.unit(end, needs, whole=True, gap=self.gap)
        elif body == "text":
            builder.nest(builder.unit(end, needs, gap=self.gap), nested or Nested())
        else:
            unit = "sentence" if body == "prose" else "line"
            for bound in segment(self.text[start:end], unit)[1:]:
                at_line = self.text[builder.position - 1 : builder.position] in {"", "\n", "\r"}
                gap = self.gap if at_line else None
                builder.unit(start + bound, needs, prose=body == "prose", gap=gap)


def _items(text: str) -> Layout:
    """The pieces of a list in one line."""
    return lay_out_items(text) or one_piece(len(text), "line")


def _opened(text: str, own: Block, gap: str) -> Layout:
    """The pieces of a block that is a unit elsewhere."""
    pieces = _Pieces(LayoutBuilder(), text, small_size(text), gap)
    pieces.open(own, (), 0)
    return pieces.builder.build("block")

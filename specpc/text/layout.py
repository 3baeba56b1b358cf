"""A text in pieces: which may be kept, and what has to be kept along with them.

Pieces tile the text. A *unit* is kept for its own score; a *support* (a heading, a table's header
row, a function's signature, the brackets and keys on the path to a JSON value) is kept whenever
something that needs it is; a *separator* (the comma between two JSON values) is kept where
something on both of its sides is.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from specpc.text.colours import COLOUR
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    LayOut: TypeAlias = Callable[[str], "Layout"]
    """Lays out a text of a kind that is known."""


_BREAK: Final = lazy_re(r"\\[fnrt](?![a-z])")
# Where a reader is in a document: a page, a line of its contents, a link back to them.
_PLACE: Final = lazy_re(
    r"\W*(?:page|seite|pag\.?|p\.)[ ]?\d{1,4}(?:[ ]?(?:/|of|von|sur|de)[ ]?\d{1,4})?\W*"
    r"|[-–—][ ]?\d{1,4}[ ]?[-–—]|[^\r\n]{0,100}\[Page \d+\]"
    r"|\W*(?:this page (?:is )?intentionally left blank|table of contents|back to top)\W*"
    r"|(?:[-*+]|\d+\.)?[ \t]*\[[^][\r\n]{1,100}\]\(#[^()\s]*\)",
    re.IGNORECASE,
)


_LONGEST_PLACE: Final = 250


@dataclass(frozen=True)
class Nested:
    """How a unit is read that is a text of its own, of whatever kind.

    Attributes:
        name: of a file, as a hint at what is in it.
        decode: gives the text that is meant (of an escaped string, a quotation) and the
            ``[characters + 1]`` offsets of its characters in the unit; the unit itself if
            ``None``.
        gap: how markers are written in it, if not as its own kind wants them.
        tidy: given the unit and its pieces, what else holds of them.
        fence: what stands behind the opening of a fence, where the unit is what is inside one.
        other: its pieces in that place, where it is of no known kind of data.
    """

    name: str | None = None
    decode: Callable[[str], tuple[str, NDArray[np.int64]]] | None = None
    gap: str | None = None
    tidy: Callable[[str, Layout], Layout] | None = None
    fence: str | None = None
    other: LayOut | None = None


@dataclass(frozen=True)
class Layout:
    """Pieces of one text.

    Attributes:
        edges: ``[pieces + 1]`` ascending character offsets: piece ``i`` is
            ``text[edges[i]:edges[i + 1]]``.
        supports: pieces that are never kept for their own sake (separators among them).
        needs: the supports each piece needs directly; a support may need others.
        separators: for each separator, the range of pieces ``first..end - 1`` around it: it is
            kept if both some piece before and some piece after it in there are kept.
        whole: units that are never cut inside, even if they alone exceed the budget.
        prose: units of running text, which may be cut into clauses or words.
        heads: for some units of prose, the offset in the text where it begins: what is before
            that (a speaker's name) comes along with any part of it.
        gaps: how the marker of a cut just before a piece is written, ``{}`` for the marker
            itself; the marker alone where nothing is said, no marker if empty.
        tight: pieces that follow what is kept before them as they are: nothing of what was cut
            keeps them apart.
        finer: for some whole units, what lays out their text where a budget cannot hold them; for
            others, what cuts it into words.
        nested: units that are texts of their own and still to be laid out (`Nested`).
        kind: what the text was found to be, in a word.
        spare: what is done without, the longest first, where a budget cannot hold the best unit
            with all it needs.
        bodies: for units that say in short what follows them (a function's signature), the piece
            where that ends: any part of it alone says little.
    """

    edges: NDArray[np.int64]
    supports: frozenset[int] = frozenset()
    needs: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    separators: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    whole: frozenset[int] = frozenset()
    prose: frozenset[int] = frozenset()
    heads: Mapping[int, int] = field(default_factory=dict)
    gaps: Mapping[int, str] = field(default_factory=dict)
    tight: frozenset[int] = frozenset()
    finer: Mapping[int, LayOut] = field(default_factory=dict)
    nested: Mapping[int, Nested] = field(default_factory=dict)
    kind: str = "sentence"
    spare: frozenset[int] = frozenset()
    bodies: Mapping[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of pieces."""
        return len(self.edges) - 1

    @cached_property
    def units(self) -> NDArray[np.bool_]:
        """``[pieces]`` true where a piece may be kept for its own sake."""
        mask = np.ones(len(self), dtype=bool)
        mask[list(self.supports)] = False
        return mask

    @cached_property
    def all_needs(self) -> dict[int, tuple[int, ...]]:
        """The supports each piece needs, directly or through other supports."""
        found: dict[int, tuple[int, ...]] = {}
        # Most pieces need what others do.
        known: dict[tuple[int, ...], tuple[set[int], tuple[int, ...]]] = {}
        for piece, own in self.needs.items():
            if own not in known:
                seen: set[int] = set()
                waiting = [*own]
                while waiting:
                    support = waiting.pop()
                    if support not in seen:
                        seen.add(support)
                        waiting += self.needs.get(support, ())
                known[own] = seen, tuple(sorted(seen))
            seen, ordered = known[own]
            found[piece] = tuple(sorted(seen - {piece})) if piece in seen else ordered
        return found

    @cached_property
    def referred(self) -> frozenset[int]:
        """Units that others are only told from: they head nothing."""
        return self.spare - self.supports

    def with_needs(self, chosen: Iterable[int]) -> set[int]:
        """The chosen pieces and all they need, without separators."""
        kept = set(chosen)
        for piece in tuple(kept):
            kept.update(self.all_needs.get(piece, ()))
        return kept

    @cached_property
    def _starts(self) -> list[int]:
        starts: list[int] = self.edges[:-1].tolist()
        return starts

    def piece_from(self, offset: int) -> int:
        """Number of the first piece that starts at an offset or behind it."""
        return bisect_left(self._starts, offset)

    def is_tight(self, start: int) -> bool:
        """Whether what is kept from an offset on is a tight piece."""
        piece = self.piece_from(start)
        return piece in self.tight and self._starts[piece] == start

    def without(self, supports: Collection[int]) -> Layout:
        """The same pieces, of which none needs some supports, but what those need."""
        dropped = frozenset(supports)
        needs = {
            piece: tuple(one for one in self.all_needs[piece] if one not in dropped)
            for piece, own in self.needs.items()
            if not dropped.isdisjoint(own)
        }
        return replace(self, needs={**self.needs, **needs})

    def complete(self, chosen: Iterable[int]) -> list[int]:
        """All pieces to be kept with the chosen ones, separators among them, in text order."""
        kept = self.with_needs(chosen)
        if not self.separators:
            return sorted(kept)
        mask = np.zeros(len(self) + 1, dtype=np.int64)
        mask[1:][list(kept)] = 1
        before = np.cumsum(mask)  # before[i]: kept pieces below i
        for separator, (first, end) in self.separators.items():
            left = before[separator] - before[first]
            right = before[end] - before[separator + 1]
            if left and right:
                kept.add(separator)
        return sorted(kept)


def tiles(bounds: Sequence[int], kind: str = "sentence", *, prose: bool = True) -> Layout:
    """Units alone, of running text or not: ``bounds`` as `specpc.text.units.segment` gives."""
    running = frozenset(range(len(bounds) - 1)) if prose else frozenset[int]()
    return Layout(np.asarray(bounds, dtype=np.int64), prose=running, kind=kind)


def telling(text: str, layout: Layout) -> Layout:
    """The layout in which no unit is without a letter or digit, if any has one.

    A rule, a lone mark or an image's bracket is nothing to spend a budget on, nor is the number of
    a page, or a line break as it is written in a string.
    """
    edges = layout.edges.tolist()
    empty = {
        unit
        for unit in np.flatnonzero(layout.units).tolist()
        if _is_empty(text[edges[unit] : edges[unit + 1]])
    }
    if not empty or len(empty) == layout.units.sum():
        return layout
    return replace(layout, supports=layout.supports | empty, prose=layout.prose - empty)


def _is_empty(said: str) -> bool:
    said = COLOUR.sub("", said)
    if not any(map(str.isalnum, _BREAK.sub("", said))):
        return True
    return len(said) < _LONGEST_PLACE and _PLACE.fullmatch(said.strip()) is not None


class LayoutBuilder:
    """Makes a layout piece by piece, from left to right."""

    def __init__(self) -> None:
        """Start at offset 0 without pieces."""
        self._edges = [0]
        self._supports: set[int] = set()
        self._needs: dict[int, list[int]] = {}
        self._separators: dict[int, tuple[int, int]] = {}
        self._whole: set[int] = set()
        self._prose: set[int] = set()
        self._heads: dict[int, int] = {}
        self._gaps: dict[int, str] = {}
        self._tight: set[int] = set()
        self._finer: dict[int, LayOut] = {}
        self._nested: dict[int, Nested] = {}
        self._spare: set[int] = set()
        self._bodies: dict[int, int] = {}

    @property
    def position(self) -> int:
        """Where the next piece starts."""
        return self._edges[-1]

    @property
    def next_piece(self) -> int:
        """Number of the next piece."""
        return len(self._edges) - 1

    def unit(
        self,
        end: int,
        needs: Iterable[int] = (),
        *,
        whole: bool = False,
        prose: bool = False,
        head: int | None = None,
        gap: str | None = None,
    ) -> int:
        """Add a unit up to ``end`` and return its number; ``needs`` may name later pieces.

        ``head`` is where its prose begins, if not at its start.
        """
        piece = self._add(end, needs, gap)
        if whole:
            self._whole.add(piece)
        if prose:
            self._prose.add(piece)
            if head is not None:
                self._heads[piece] = head
        return piece

    def support(
        self, end: int, needs: Iterable[int] = (), *, gap: str | None = None, spare: bool = False
    ) -> int:
        """Add a support up to ``end`` and return its number."""
        piece = self._add(end, needs, gap)
        self._supports.add(piece)
        if spare:
            self._spare.add(piece)
        return piece

    def units(
        self, ends: Iterable[int], needs: Iterable[int] = (), *, whole: bool, prose: bool
    ) -> None:
        """Add units that are alike, one after the other."""
        first, own = self.next_piece, list(needs)
        self._edges += ends
        added = range(first, self.next_piece)
        if own:
            self._needs.update((piece, [*own]) for piece in added)
        if whole:
            self._whole.update(added)
        if prose:
            self._prose.update(added)

    def mark(self, piece: int, gap: str) -> None:
        """Say how a cut before a piece is marked."""
        self._gaps[piece] = gap

    def tighten(self, pieces: Iterable[int]) -> None:
        """Have pieces follow whatever is kept before them as they are."""
        self._tight.update(pieces)

    def refinable(self, piece: int, finer: LayOut) -> None:
        """Have a whole unit be cut where a budget cannot hold it."""
        self._finer[piece] = finer

    def nest(self, piece: int, nested: Nested) -> None:
        """Have a unit be laid out as a text of its own."""
        self._nested[piece] = nested

    def piece_at(self, position: int) -> int:
        """Number of the piece in which a character stands."""
        return bisect_right(self._edges, position) - 1

    def is_unit(self, piece: int) -> bool:
        """Whether a piece may be kept for its own sake."""
        return piece not in self._supports

    def is_text(self, piece: int) -> bool:
        """Whether a piece is still to be laid out as a text of its own."""
        return piece in self._nested

    def make_unit(self, support: int, *, whole: bool = False) -> None:
        """Have a support be kept for its own sake too."""
        self._supports.discard(support)
        if whole:
            self._whole.add(support)

    def end_body(self, head: int, end: int | None = None) -> None:
        """Have all pieces from a unit to here, or to ``end``, be what it says in short."""
        self._bodies[head] = self.next_piece if end is None else end

    def end_heading(self, heading: int | None) -> None:
        """Have a heading, if there is one, be a unit if it is the last piece: it heads nothing."""
        if heading is not None and heading == self.next_piece - 1:
            self._supports.discard(heading)

    def require(self, piece: int, *supports: int) -> None:
        """Have a piece need supports, which may have been added after it."""
        self._needs.setdefault(piece, []).extend(supports)

    def spare(self, pieces: Iterable[int]) -> None:
        """Have pieces be done without where a budget cannot hold what needs them."""
        self._spare.update(pieces)

    def surround(self, separator: int, first: int, end: int) -> None:
        """Make a support a separator between the pieces ``first..end - 1`` around it."""
        self._separators[separator] = (first, end)

    def append(self, layout: Layout, needs: Iterable[int] = ()) -> None:
        """Add all pieces of the layout of the text that follows; each also needs ``needs``."""
        shift, offset = self.next_piece, self.position
        own = tuple(needs)
        self._edges += (layout.edges[1:] + offset).tolist()
        self._supports |= {piece + shift for piece in layout.supports}
        self._spare |= {piece + shift for piece in layout.spare}
        self._whole |= {piece + shift for piece in layout.whole}
        self._prose |= {piece + shift for piece in layout.prose}
        self._heads |= {piece + shift: head + offset for piece, head in layout.heads.items()}
        self._gaps |= {piece + shift: gap for piece, gap in layout.gaps.items()}
        self._tight |= {piece + shift for piece in layout.tight}
        self._finer |= {piece + shift: finer for piece, finer in layout.finer.items()}
        self._nested |= {piece + shift: nested for piece, nested in layout.nested.items()}
        self._bodies |= {piece + shift: end + shift for piece, end in layout.bodies.items()}
        self._separators |= {
            piece + shift: (first + shift, end + shift)
            for piece, (first, end) in layout.separators.items()
        }
        for piece, supports in layout.needs.items():
            self._needs.setdefault(piece + shift, []).extend(s + shift for s in supports)
        if own:
            for piece in range(shift, self.next_piece):
                if piece - shift not in layout.separators:
                    self._needs.setdefault(piece, []).extend(own)

    def build(self, kind: str) -> Layout:
        """The layout of all pieces so far, named by what the text is."""
        return Layout(
            np.asarray(self._edges, dtype=np.int64),
            frozenset(self._supports),
            {piece: tuple(supports) for piece, supports in self._needs.items() if supports},
            dict(self._separators),
            frozenset(self._whole),
            frozenset(self._prose),
            dict(self._heads),
            dict(self._gaps),
            frozenset(self._tight),
            dict(self._finer),
            dict(self._nested),
            kind,
            frozenset(self._spare),
            dict(self._bodies),
        )

    def _add(self, end: int, needs: Iterable[int], gap: str | None) -> int:
        if end <= self.position:
            raise ValueError(f"a piece must end after {self.position}, not at {end}")
        piece = self.next_piece
        self._edges.append(end)
        if own := list(needs):
            self._needs[piece] = own
        if gap is not None:
            self._gaps[piece] = gap
        return piece


def expand(layout: Layout, inside: Mapping[int, Layout]) -> Layout:
    """Put the layouts of units' own texts in their places; what a unit needed, all in it needs."""
    if not inside:
        return layout

    def add(builder: LayoutBuilder, piece: int) -> bool:
        if piece in inside:
            builder.append(inside[piece])
        return piece in inside

    return _expanded(layout, add, {piece: own.separators for piece, own in inside.items()})


def _expanded(
    layout: Layout,
    add: Callable[[LayoutBuilder, int], bool],
    separators: Mapping[int, Collection[int]],
) -> Layout:
    """The layout with other pieces in place of some: those that are added for them.

    Given are also the separators among what is added for a piece, counted from its first part.
    """
    builder = LayoutBuilder()
    renamed: list[int] = []
    for piece, end in enumerate(layout.edges.tolist()[1:]):
        renamed.append(builder.next_piece)
        gap = layout.gaps.get(piece)
        if add(builder, piece):
            if gap is not None:
                builder.mark(renamed[piece], gap)
        elif piece in layout.supports:
            builder.support(end, gap=gap, spare=piece in layout.spare)
        else:
            whole, prose = piece in layout.whole, piece in layout.prose
            builder.unit(end, whole=whole, prose=prose, head=layout.heads.get(piece), gap=gap)
            if piece in layout.finer:
                builder.refinable(renamed[piece], layout.finer[piece])
    renamed.append(builder.next_piece)
    builder.spare(renamed[one] for one in layout.spare if renamed[one + 1] - renamed[one] == 1)
    for piece in layout.tight:
        builder.tighten(range(renamed[piece], renamed[piece + 1]))
    for piece, supports in layout.needs.items():
        # What is needed and has been cut is needed in all its parts.
        needs = [n for one in supports for n in range(renamed[one], renamed[one + 1])]
        parting = separators.get(piece, ())
        for part in range(renamed[piece], renamed[piece + 1]):
            if part - renamed[piece] not in parting:
                builder.require(part, *needs)
    for separator, (first, stop) in layout.separators.items():
        builder.surround(renamed[separator], renamed[first], renamed[stop])
    for head, end in layout.bodies.items():
        builder.end_body(renamed[head], renamed[end])
    return builder.build(layout.kind)


def refine(layout: Layout, cut: Mapping[int, Sequence[int]]) -> Layout:
    """Cut units at offsets inside them, ascending; what a unit needed, each of its parts needs.

    Where a unit has a head (see `Layout.heads`), that becomes a support of the parts.
    """
    if not any(cut.values()):
        return layout
    edges = layout.edges.tolist()

    def add(builder: LayoutBuilder, unit: int) -> bool:
        cuts = cut.get(unit)
        if not cuts or unit in layout.supports:
            return False
        _add_parts(builder, layout, unit, (*cuts, edges[unit + 1]))
        return True

    return _expanded(layout, add, {})


def part(layout: Layout, unit: int, cuts: Sequence[int]) -> Layout:
    """The layout of a unit's own text, cut at offsets in it, ascending; see `refine`."""
    start, end = layout.edges[unit : unit + 2].tolist()
    builder = LayoutBuilder()
    _add_parts(builder, layout, unit, (*cuts, end - start), start)
    return builder.build(layout.kind)


def _add_parts(
    builder: LayoutBuilder, layout: Layout, unit: int, ends: Sequence[int], start: int = 0
) -> None:
    """Add the parts of a unit, given where they end, counted from ``start``."""
    needs = list[int]()
    if (head := layout.heads.get(unit)) is not None:
        needs = [builder.support(head - start)]
        ends = [stop for stop in ends if stop > head - start]
    whole, prose = unit in layout.whole and not needs, unit in layout.prose
    builder.units(ends, needs, whole=whole, prose=prose)

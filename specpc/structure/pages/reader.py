"""What is shown of a page, as slices of its source."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from specpc.structure.markup.html import BLOCKS
from specpc.structure.pages.layout import HEADINGS, ROWS, PageBlock
from specpc.structure.pages.tags import VOID, Tag, hides
from specpc.structure.parts.trees import names
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specpc.text.spans import Range

_BLOCKS: Final = BLOCKS | names("label legend button optgroup")
_NOT_SHOWN: Final = names(
    "script style template noscript noembed noframes svg iframe object video audio canvas datalist"
)
# Elements that end where one of these begins, without an end tag.
_ENDS: Final = {
    **dict.fromkeys(BLOCKS - names("html head body title option"), names("p")),
    **dict.fromkeys(("dt", "dd"), names("dt dd p")),
    **dict.fromkeys(("td", "th"), names("td th p")),
    **dict.fromkeys(("thead", "tbody", "tfoot"), names("td th tr thead tbody p")),
    "li": names("li p"),
    "tr": names("td th tr p"),
    "option": names("option"),
    "body": names("head"),
}
# What stands beside the content has nothing to do with the headings before it.
_APART: Final = names("nav footer aside")
# What may have been announced by the line before: "We take:".
_LED_TO: Final = names("ul ol dl table pre blockquote")
_SCOPES: Final = _LED_TO | _APART | names("li details fieldset")
# Where one of these ends, even its main heading does.
_SECTIONS: Final = _APART | names("article section main")
# Headings in these count beyond them.
_LASTING: Final = names("header hgroup head title dt caption tr thead tbody tfoot")
# Without these tags, the text says what it does not: a price that is valid no more; 10<sup>6</sup>.
_TELLING: Final = names("del s strike")
_RAISED: Final = names("sup sub")
_NUMBER_SOON: Final = lazy_re(r"(?:<[^<>]{0,300}>){0,5}[\w+−-]")
# Parts of words and sentences: no blank is to be seen between two of them.
_INLINE: Final = names(
    "abbr b bdi bdo big cite code data del dfn em font i ins kbd mark q rb rt ruby s samp small "
    "span strike strong sub sup time tt u var"
)
_SILENT: Final = names("wbr meta link base col param source track area")
_WORDS: Final = lazy_re(r"\S+(?:[ \t]\S+)*")
_BREAK: Final = lazy_re(r"\r\n|\n|\r")
_BLANK: Final = lazy_re(r"[^\S\r\n]")
_NO_WORD: Final = lazy_re(r"(?:&(?:nbsp|#160|#xa0);)+", re.IGNORECASE)
_SPANS: Final = lazy_re(r"\scolspan\s*=\s*[\"']?(?!1\b)\d", re.IGNORECASE)
_LONGEST_CELL_TAG: Final = 60

# What lists in lists bring, they bring to this depth.
_DEEPEST: Final = 20
# Most rows of a header, or terms of one definition, that a line brings.
_MOST_HEADS: Final = 8

# How far apart two words are: a blank; lines of the same block; blocks.
_WORD, _LINE, _BLOCK = 1, 2, 3


@dataclass
class _Between:
    """What stands between two words: how far apart they are, and what may keep them so."""

    apart: int = 0
    blank: Range | None = None
    line: Range | None = None
    tag: Tag | None = None
    rank: int = 0
    cells: list[Tag] = field(default_factory=list)

    def space(self, text: str, start: int, end: int) -> None:
        """Note white space."""
        if self.line is None and (found := _BREAK.search(text, start, end)):
            self.line = found.span()
        if self.blank is None and (found := _BLANK.search(text, start, end)):
            self.blank = found.span()

    def note(self, tag: Tag, apart: int, rank: int) -> None:
        """Note a tag; of those of the highest rank, the last one counts."""
        self.apart = max(self.apart, apart)
        if rank >= self.rank:
            self.tag, self.rank = tag, rank


@dataclass
class _Element:
    """An element that is open.

    Attributes:
        name: of it.
        kind: of the blocks in it (see `PageBlock`).
        row: number of the row they are in.
        heads: the headings before it: level, and number of the block.
        needs: numbers of the blocks besides, that what came before it needed.
        hidden: whether it is not shown.
        told: where in the shown text its tag stands, if it is there.
        headed: of an item, whether it has any text yet.
    """

    name: str = ""
    kind: str = "text"
    row: int = -1
    heads: tuple[tuple[int, int], ...] = ()
    needs: tuple[int, ...] = ()
    hidden: bool = False
    told: int | None = None
    headed: bool = False


class PageReader:
    """Goes through a page from left to right; then has its slices and blocks.

    Attributes:
        slices: of the source, in order, disjoint.
        blocks: what they make together, which they tile.
    """

    def __init__(self, text: str, rows: Mapping[int, str], *, titled: bool) -> None:
        """Begin.

        Args:
            text: the page.
            rows: kinds of its rows, as `specpc.structure.pages.tables` gives them.
            titled: whether it has a better title than ``<title>``.
        """
        self.text = text
        self.slices: list[Range] = []
        self.blocks: list[PageBlock] = []
        self._rows = rows
        self._titled = titled
        self._length = 0
        self._between = _Between()
        self._open = [_Element()]
        self._items: list[_Element] = []
        self._counts = Counter[str]()
        self._hidden = 0
        self._heads: tuple[tuple[int, int], ...] = ()
        self._needs: tuple[int, ...] = ()
        self._last = Tag(0, 0, "")

    def read_text(self, start: int, end: int) -> None:
        """Read what stands between two tags."""
        if self._hidden or start >= end:
            return
        text, position = self.text, start
        if self._open[-1].kind == "pre":
            begins = self._last.opens("pre", "textarea") and self._last.end == start
            first = _BREAK.match(text, start, end) if begins else None
            start = first.end() if first else start
            inside = bool(self.blocks) and self.blocks[-1].kind == "pre"
            if (inside and self._between.apart < _BLOCK) or text[start:end].strip():
                self._show(start, end)
                return
        for match in _WORDS.finditer(text, start, end):
            self._between.space(text, position, match.start())
            position = match.end()
            if _NO_WORD.fullmatch(match.group()):
                self._between.blank = self._between.blank or match.span()
            else:
                self._show(*match.span())
        self._between.space(text, position, end)

    def read_tag(self, tag: Tag) -> None:
        """Read a tag."""
        if not tag.name:
            return
        if tag.name in VOID:
            if self._hidden:
                pass
            elif tag.name in {"br", "hr"}:
                self._between.note(tag, _LINE if tag.name == "br" else _BLOCK, 2)
            elif tag.name not in _SILENT:
                self._between.note(tag, _WORD, 1)
        elif tag.closing:
            self._end(tag)
        else:
            self._begin(tag)
        self._last = tag

    def finish(self) -> None:
        """Let the last block end with a line break, if there is one."""
        if self.blocks and self._between.line is not None and not self._at_line_end():
            self._add(self._between.line)
            self.blocks[-1].end = self._length

    def _begin(self, tag: Tag) -> None:
        name, last = tag.name, self._last
        while self._open[-1].name in _ENDS.get(name, ()):
            self._pop()
        hidden = name in _NOT_SHOWN or hides(self.text, tag)
        element = _Element(name, *self._kind_in(tag), self._heads, self._needs, hidden)
        self._hidden += hidden
        if not self._hidden:
            cell = name in {"td", "th"}
            if name in _BLOCKS:
                self._between.note(tag, _BLOCK, 2 if cell else 3)
            elif last.closing and last.name == name and name not in _INLINE:
                self._between.note(tag, _WORD, 1)
            if cell:
                self._between.cells.append(tag)
            elif name == "tr":
                self._between.cells = []
        if name in _APART:
            self._heads = self._needs = ()
        elif name in _LED_TO and self._is_announced():
            self._needs = (len(self.blocks) - 1,)
        if not self._hidden and (name in _TELLING or (name in _RAISED and self._is_raised(tag))):
            self._show(tag.start, tag.end)
            element.told = self._length - (tag.end - tag.start)
        if name == "li":
            self._items.append(element)
        self._open.append(element)
        self._counts[name] += 1

    def _kind_in(self, tag: Tag) -> tuple[str, int]:
        """Kind of the blocks in an element, and number of their row."""
        name, around = tag.name, self._open[-1]
        if name == "tr":
            kind = self._rows.get(tag.start, "text")
            return kind, tag.start if kind in ROWS else -1
        if around.row >= 0:
            return around.kind, around.row
        if name in {"pre", "textarea"} or around.kind == "pre":
            return "pre", -1
        if name in {"summary", "legend"}:
            return "caption", -1
        if name in HEADINGS or name in {"caption", "dt"}:
            return name, -1
        in_head = around.kind in {*HEADINGS, "caption", "dt"}
        own = name == "button" or name in _LED_TO or (name in BLOCKS and not in_head)
        return "text" if own else around.kind, -1

    def _end(self, tag: Tag) -> None:
        if tag.name in _BLOCKS and not self._hidden:
            self._between.note(tag, _BLOCK, 1)
        if not self._counts[tag.name]:
            return
        while self._open[-1].name != tag.name:
            self._pop()
        told = self._open[-1].told
        self._pop()
        if told is not None:
            self._add((tag.start, tag.end))
            block = self.blocks[-1]
            block.end = self._length
            block.fixed.append((max(told, block.begins), block.end))

    def _pop(self) -> None:
        element = self._open.pop()
        self._counts[element.name] -= 1
        self._hidden -= element.hidden
        if element.name == "li":
            self._items.pop()
        if element.name in _SCOPES:
            self._needs = element.needs
        # A heading in a box of its own heads what comes after the box.
        alone = self.blocks and self.blocks[-1].kind in HEADINGS
        box = (element.name in BLOCKS or "-" in element.name) and element.name not in _LASTING
        if element.name in _APART or (box and not alone):
            main = () if element.name in _SECTIONS else self._heads[:1]
            new = main and main[0][0] == 1 and main[0] not in element.heads
            self._heads = main if new else element.heads

    def _is_announced(self) -> bool:
        deep = sum(self._counts[name] for name in _LED_TO) > _DEEPEST
        return bool(self.slices) and not deep and self.text[self.slices[-1][1] - 1] in ":："

    def _is_raised(self, tag: Tag) -> bool:
        """Whether a number would be read as a part of what is before it."""
        if not self.slices or self.slices[-1][1] != tag.start:
            return False
        before = self.text[tag.start - 1]
        glued = before.isdigit() if tag.name == "sub" else before.isalnum()
        return glued and _NUMBER_SOON.match(self.text, tag.end) is not None

    def _show(self, start: int, end: int) -> None:
        """Add a slice of the source, and before it what keeps it apart from the last one."""
        between, self._between = self._between, _Between()
        row = self._open[-1].row
        first_of_row = row >= 0 and not (self.blocks and self.blocks[-1].row == row)
        if first_of_row:
            between.apart = _BLOCK
        elif row >= 0:  # whatever is in its cells
            between.apart = min(between.apart, _WORD)
            between.tag = between.cells[-1] if between.cells else between.tag
        cells = self._cells(between, first_of_row=first_of_row)
        if not self.blocks:
            self._start_block(0)
        elif between.apart == _BLOCK:
            limit = cells[0][0] if cells else start
            begun, apart = self._length, self._apart(between, limit)
            self._add(*apart)
            if apart and self.text[apart[0][0]] not in "\r\n":
                self._start_block(begun)
            else:
                self.blocks[-1].end = self._length
                self._start_block(self._length)
        elif not cells:
            self._add(*self._apart(between, start))
        self._add(*cells, (start, end))
        self.blocks[-1].end = self._length

    def _start_block(self, start: int) -> None:
        """Start a block, with the tag from there that keeps it apart."""
        around, number = self._open[-1], len(self.blocks)
        kind = "text" if around.kind == "title" and self._titled else around.kind
        level = HEADINGS.get(kind)
        if kind in {"dt", *ROWS}:
            self._replace_heads(kind)
        heads = tuple(head for head in self._heads if level is None or head[0] < level)
        needs = (*self._needs, *(head for _, head in heads[-1:]))
        if kind in {"dt", "header", "group"}:  # side by side: none of them heads the other
            needs = tuple(need for need in needs if self.blocks[need].kind != kind)
        self.blocks.append(PageBlock(kind, start, self._length, self._length, around.row, needs))
        if level is not None:
            self._heads = (*heads, (level, number))
        if kind in {"dt", "header", "group", "caption"}:
            self._needs = (*self._needs[-_MOST_HEADS:], number)
        elif 0 < len(self._items) <= _DEEPEST and not self._items[-1].headed:
            self._items[-1].headed = True
            self._needs = (number,)

    def _replace_heads(self, kind: str) -> None:
        """Forget what headed the rows or definitions before."""
        gone = {"dt": {"dt"}, "group": {"group"}, "header": {"header", "group"}}.get(kind, set())
        if self.blocks and self.blocks[-1].kind != kind:
            self._needs = tuple(n for n in self._needs if self.blocks[n].kind not in gone)

    def _cells(self, between: _Between, *, first_of_row: bool) -> list[Range]:
        """The tags of cells that must be seen: those without text, and wide ones."""
        if self._open[-1].row < 0 or self._open[-1].kind == "group":
            return []
        cells = between.cells
        wide = [self._is_wide(cell) for cell in cells]
        # Nothing stands in the corner above the names of the rows.
        corner = first_of_row and self._open[-1].kind == "header" and len(cells) == 2
        if not any(wide) and (len(cells) < 2 or corner):
            return []
        both = zip(cells, wide, strict=True)
        return [p for c, as_is in both for p in ([(c.start, c.end)] if as_is else self._bare(c))]

    def _is_wide(self, cell: Tag) -> bool:
        short = cell.end - cell.start <= _LONGEST_CELL_TAG
        return short and _SPANS.search(self.text, cell.start, cell.end) is not None

    def _apart(self, between: _Between, start: int) -> list[Range]:
        """Slices, before ``start``, that keep what comes next apart from the last one."""
        if self._at_line_end():
            return []
        if between.apart >= _LINE:
            line = between.line if between.line and between.line[1] <= start else None
            if line is None and (found := _BREAK.search(self.text, self.slices[-1][1], start)):
                line = found.span()
            if line is not None:
                return [line]
        elif between.blank is not None:
            return [between.blank]
        if between.apart:
            return self._bare(between.tag) if between.tag is not None else []
        return [between.line] if between.line is not None else []

    def _bare(self, tag: Tag) -> list[Range]:
        """A tag without its attributes."""
        if tag.closing:
            return [(tag.start, tag.end)]
        name = tag.start + 1 + len(tag.name)
        return [(tag.start, name), (tag.end - 1, tag.end)] if name < tag.end else []

    def _at_line_end(self) -> bool:
        return self.text[self.slices[-1][1] - 1] in "\r\n"

    def _add(self, *slices: Range) -> None:
        for start, end in slices:
            self._length += end - start
            if self.slices and self.slices[-1][1] == start:
                self.slices[-1] = (self.slices[-1][0], end)
            else:
                self.slices.append((start, end))

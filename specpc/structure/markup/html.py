"""HTML by its text blocks: what is kept stands between the tags it stood between.

Headings stay with what they head, a table's header row with its rows. Scripts, styles, comments
and what else shows no text are never kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.lines import OWN_LINE, line_pattern, one_piece
from specpc.structure.parts.trees import Offsets, names, parsed, parser
from specpc.text.layout import Layout, LayoutBuilder
from specpc.text.patterns import lazy_re
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node, Tree


BLOCKS: Final = names(
    "html head body title div section article main header footer nav aside p ul ol menu li dl dt "
    "dd table caption thead tbody tfoot tr td th blockquote pre h1 h2 h3 h4 h5 h6 form fieldset "
    "figure figcaption address details summary dialog hgroup search center select option "
    "textarea"
)
# What heads the elements after it, up to one that is as high: headings, terms, what is folded.
_HEADINGS: Final = {**{f"h{level}": level for level in range(1, 7)}, "dt": 7, "summary": 7}
# A tree takes fifty times as much memory as its text.
_KEPT: Final = 200_000
_LISTS: Final = names("ul ol menu dl table")
_SECTIONS: Final = names("thead tbody tfoot")
_VOID: Final = names("area base br col embed hr img input link meta param source track wbr")
_NO_TEXT: Final = names("script style template noscript svg colgroup")
_NO_TEXT_NODES: Final = frozenset(
    {"script_element", "style_element", "comment", "erroneous_end_tag"}
)
# In these are no others.
_LEAVES: Final = names("start_tag end_tag self_closing_tag text doctype") | _NO_TEXT_NODES
# A table with a longer row is there for the sake of the page's looks.
_LONGEST_ROW: Final = 1000
_DEEPEST: Final = 60
# No more rows at the head of a table come along with the others.
_MOST_HEADS: Final = 12
# Of a processor for each byte, which is six times what well-formed pages take.
_SECONDS: Final = 2e-6
_LEADS: Final = lazy_re(r"[:：](?:</\w+>)+\Z")
_LONGEST_LEAD: Final = 100
_SPACE: Final = lazy_re(r"\s*")

# A question in a heading; an answer up to this size, its question included, stays with it.
_ASKS: Final = lazy_re(r"[?？؟][\s*\"'”’»)]{0,5}</")
_ANSWERED: Final = 400
_HEADING: Final = lazy_re(r"<(?:h[1-6]|dt|summary)\b", re.IGNORECASE)

_DOCUMENT: Final = lazy_re(
    r"\ufeff?\s*(?:<\?xml[^>]*>\s*|<!--(?:[^-]|-(?!->))*-->\s*)*(?:<!doctype\s+html|<html[\s>])",
    re.IGNORECASE,
)
_BLOCK_END: Final = lazy_re(r"</(?:p|div|li|ul|ol|dl|t[rdh]|table|h[1-6]|section)>", re.I)
_FEWEST_BLOCKS: Final = 3
_FENCE: Final = line_pattern(r"^[ \t>]*+(?:```|~~~)")  # of Markdown


def is_html(text: str) -> bool:
    """Whether a text is a page, or a part of one from the first tag to the last."""
    if _DOCUMENT.match(text):
        return True
    inside = text.strip()
    if not (inside.startswith("<") and inside.endswith(">")) or _FENCE.search(inside):
        return False
    return len(_BLOCK_END.findall(inside)) >= _FEWEST_BLOCKS


def lay_out_html(text: str, *, sure: bool = False, whole: bool = True) -> Layout | None:
    """The pieces of a page, or of a part of one; ``sure`` says it is one, whatever it looks like.

    The sentences of a text block are units, which need its tags; the rows of a table are, too. A
    question that is a heading is one ``whole`` with a short answer.

    Returns:
        ``None`` if it is not, or shows no text, or has too many errors.
    """
    if not (sure or is_html(text)):
        return None
    page = _Page(text, whole=whole)
    tree = _parsed(text)
    if tree is None:
        return None
    page.find_blocks(tree.root_node)
    page.content(tree.root_node.children, len(text), [], _DEEPEST)
    layout = page.builder.build("html")
    return layout if layout.units.any() else None


def lay_out_parted(text: str) -> Layout:
    """The pieces of a question and its answer that are one elsewhere."""
    return lay_out_html(text, sure=True, whole=False) or one_piece(len(text), "html", "")


def _parsed(text: str) -> Tree | None:
    return _read(text) if len(text) <= _KEPT else _read.__wrapped__(text)


@lru_cache(maxsize=1)  # what is no page is asked again as what it would be in Markdown
def _read(text: str) -> Tree | None:
    return parsed(parser("tree_sitter_html"), Offsets(text).data, _SECONDS)


@dataclass(frozen=True)
class _Page(Offsets):
    builder: LayoutBuilder = field(default_factory=LayoutBuilder)
    with_blocks: set[int] = field(default_factory=set)
    with_code: set[int] = field(default_factory=set)
    tags: dict[int, str] = field(default_factory=dict)
    whole: bool = True
    """Whether a question is one piece with its answer."""

    def find_blocks(self, root: Node) -> None:
        """Note all nodes that are text blocks or hold some, or hold what must not be kept."""
        nodes, parents = [root], [0]  # asking a node for its parent takes long in deep trees
        for number, node in enumerate(nodes):
            inside = () if node.type in _LEAVES else node.children
            nodes += inside
            parents += [number] * len(inside)
        ids = [node.id for node in nodes]
        for number, own, node in reversed([*zip(parents, ids, nodes, strict=True)]):
            kind, tag, parent = node.type, self._tag(node), ids[number]
            if own in self.with_code or (
                kind != "comment" and (kind in _NO_TEXT_NODES or tag in _NO_TEXT)
            ):
                self.with_code.add(parent)
                self.with_blocks.add(parent)
            if tag in BLOCKS or own in self.with_blocks:
                self.with_blocks.update((own, parent))

    def content(self, nodes: Sequence[Node], end: int, needs: list[int], depth: int) -> None:
        """Add all up to ``end``: text blocks, and runs of text between them."""
        headings: list[tuple[int, int]] = []  # levels, and the pieces
        lead: int | None = None  # text that a list follows
        run: list[Node] = []
        flat = list(self._flat(nodes))
        for number, node in enumerate(flat):
            hidden, tag = self._is_hidden(node), self._tag(node)
            if not hidden and node.id not in self.with_blocks:
                run.append(node)
                continue
            own = self._headed(needs, headings)
            lead, run = self._run(run, self.start(node), own) or lead, []
            start, stop = self.builder.next_piece, self._after_space(self.end(node), end)
            if stop <= self.builder.position:
                continue
            if hidden:
                self.builder.support(stop)
            elif tag in _HEADINGS and (asked := self._answered(flat, number, end)):
                while headings and headings[-1][0] >= _HEADINGS[tag]:
                    self._end_heading(headings.pop()[1])
                piece = self.builder.unit(asked, self._headed(needs, headings), whole=True, gap="")
                self.builder.refinable(piece, lay_out_parted)
                lead = None
            elif tag in _HEADINGS and node.id not in self.with_code:
                while headings and headings[-1][0] >= _HEADINGS[tag]:
                    self._end_heading(headings.pop()[1])
                above = self._headed(needs, headings)
                headings.append((_HEADINGS[tag], self.builder.support(stop, above)))
                lead = None
            else:
                leads = [lead] if lead is not None and tag in _LISTS else []
                self._element(node, stop, [*own, *leads], depth)
                lead = self._last(node, start)
        self._run(run, end, self._headed(needs, headings))
        for _, heading in headings:
            self._end_heading(heading)

    def _answered(self, nodes: Sequence[Node], number: int, end: int) -> int:
        """Where a short answer ends to the question that a heading is; 0 of what is none."""
        start, stop = self.start(nodes[number]), self.end(nodes[number])
        if not self.whole or _ASKS.search(self.text, start, stop) is None:
            return 0
        for node in nodes[number + 1 :]:
            if self._tag(node) in _HEADINGS:
                break
            if self._is_hidden(node) or node.id in self.with_code:
                return 0
            stop = self.end(node)
            if stop - start > _ANSWERED:
                return 0
        answer = self.text[self.end(nodes[number]) : stop]
        heads = _HEADING.search(answer) is not None
        return 0 if heads or not answer.strip() else self._after_space(stop, end)

    def _headed(self, needs: list[int], headings: Sequence[tuple[int, int]]) -> list[int]:
        return [*needs, headings[-1][1]] if headings else needs

    def _last(self, node: Node, first: int) -> int | None:
        """The last unit of a paragraph that leads to what follows: "these:"."""
        if self._tag(node) != "p":
            return None
        end = self.end(node)
        if not _LEADS.search(self.text[max(self.start(node), end - _LONGEST_LEAD) : end].rstrip()):
            return None
        pieces = range(self.builder.next_piece - 1, first, -1)
        return next((piece for piece in pieces if self.builder.is_unit(piece)), None)

    def _end_heading(self, heading: int | None) -> None:
        """Have a heading, tags and all, be a unit if it is the last piece: it heads nothing."""
        if heading is not None and heading == self.builder.next_piece - 1:
            self.builder.make_unit(heading, whole=True)

    def _run(self, nodes: Sequence[Node], end: int, needs: Sequence[int]) -> int | None:
        """Add the sentences of text without blocks in it, of which tags are not parted; the last.

        That leads to what follows.
        """
        if self.builder.position >= end:
            return None
        if not any(_shows(node) for node in nodes):
            self.builder.support(end)
            return None
        for bound in self._bounds(nodes, end, "sentence"):
            prose = "<" not in self.text[self.builder.position : bound]
            self.builder.unit(bound, needs, whole=not prose, prose=prose)
        return self.builder.next_piece - 1

    def _bounds(self, nodes: Sequence[Node], end: int, unit: str) -> list[int]:
        """Where units up to ``end`` end, but for ends inside a tag."""
        start = self.builder.position
        inside = iter([(self.start(n), self.end(n)) for n in nodes if n.type != "text"])
        low = high = start
        bounds: list[int] = []
        for bound in segment(self.text[start:end], unit)[1:]:
            while high <= start + bound and (span := next(inside, None)):
                low, high = span
            if start + bound == end or not low < start + bound < high:
                bounds.append(start + bound)
        return bounds

    def _element(self, node: Node, stop: int, needs: list[int], depth: int) -> None:
        """Add a block with its tags."""
        tag = self._tag(node) if node.id not in self.with_code else ""
        if tag == "tr" or depth == 0:
            self.builder.unit(stop, needs, whole=True, gap="")
            return
        opening, children, closing = _parts(node)
        while len(children) == 1 and children[0].type == "element" and closing is not None:
            inner = _parts(children[0])
            if children[0].id in self.with_blocks or inner[2] is None or not inner[1]:
                break
            _, children, closing = inner
            opening = inner[0]
        begun = self._after_space(self.end(opening), stop) if opening else -1
        if begun == stop:  # nothing in it
            self.builder.support(stop)
            return
        opened = self.builder.support(begun, needs) if begun > self.builder.position else None
        needs = needs if opened is None else [opened]
        last = self.start(closing) if closing is not None else stop
        if tag == "table" and self._has_rows(children):
            self._table(children, last, needs)
        elif tag == "pre":
            for bound in self._bounds(children, last, "line"):
                marked = "<" in self.text[self.builder.position : bound]
                self.builder.unit(bound, needs, whole=marked, gap=OWN_LINE)
        else:
            self.content(children, last, needs, depth - 1)
        if stop > self.builder.position:
            closed = self.builder.support(stop)
            if opened is not None:
                self.builder.require(opened, closed)

    def _table(self, nodes: Sequence[Node], end: int, needs: list[int]) -> None:
        """Add the rows of a table, all of which need those that head it."""
        header: list[int] = []
        if not self._sections(nodes, end, needs, header, "table"):
            for piece in header:
                self.builder.make_unit(piece)

    def _sections(
        self, nodes: Sequence[Node], end: int, needs: list[int], header: list[int], around: str
    ) -> int:
        """Add what is in a table or a section of it; how many rows that are no header."""
        rows = 0
        for node in nodes:
            tag = self._tag(node)
            stop = self._after_space(self.end(node), end)
            if stop <= self.builder.position:
                continue
            if tag in _SECTIONS:
                opening, children, closing = _parts(node)
                begun = self._after_space(self.end(opening), stop) if opening else stop
                section = self.builder.support(begun, needs)
                last = self.start(closing) if closing is not None else stop
                rows += self._sections(children, last, [section], header, tag)
                if stop > self.builder.position:
                    self.builder.require(section, self.builder.support(stop))
            elif tag == "caption" or (tag == "tr" and not rows and self._is_header(node, around)):
                header.append(self.builder.support(stop, needs))
            elif tag == "tr":
                rows += 1
                heads = header[:_MOST_HEADS]
                self.builder.unit(stop, [*needs, *heads], whole=True, gap="")
            else:
                self.builder.support(stop)
        if end > self.builder.position:
            self.builder.support(end)
        return rows

    def _after_space(self, position: int, end: int) -> int:
        match = _SPACE.match(self.text, position)
        return min(match.end(), end) if match else position

    def _tag(self, node: Node) -> str:
        """Name of an element; nothing for all else."""
        if node.type != "element":
            return ""
        if (known := self.tags.get(node.id)) is None:
            known = self.tags[node.id] = self._read_tag(node)
        return known

    def _read_tag(self, node: Node) -> str:
        opening = node.child(0)
        for place in range(opening.child_count if opening else 0):
            name = opening.child(place) if opening else None
            if name is not None and name.type == "tag_name":
                return self.text[self.start(name) : self.end(name)].casefold()
        return ""

    def _is_hidden(self, node: Node) -> bool:
        return node.type in _NO_TEXT_NODES or self._tag(node) in _NO_TEXT

    def _flat(self, nodes: Sequence[Node]) -> Iterator[Node]:
        """The nodes; those that the grammar puts into a ``<br>`` after it."""
        waiting = list(reversed(nodes))
        while waiting:
            node = waiting.pop()
            if self._tag(node) in _VOID:
                children = node.children
                yield children[0]
                waiting += reversed(children[1:])
            else:
                yield node

    def _has_rows(self, nodes: Sequence[Node]) -> bool:
        """Whether a table's rows are short, and its sections not in one another without end."""
        waiting = [(node, 0) for node in nodes]
        while waiting:
            node, depth = waiting.pop()
            tag = self._tag(node)
            if tag == "tr" and self.end(node) - self.start(node) > _LONGEST_ROW:
                return False
            if tag in _SECTIONS:
                if depth == _DEEPEST:
                    return False
                waiting += [(child, depth + 1) for child in node.children]
        return True

    def _is_header(self, row: Node, around: str) -> bool:
        """Whether a row stands in the table's head or all of its cells are headers."""
        if around == "thead":
            return True
        return {self._tag(child) for child in row.children} - {""} == {"th"}


def _parts(node: Node) -> tuple[Node | None, list[Node], Node | None]:
    """Opening tag, what is between, and closing tag of an element."""
    children = list(node.children)
    opening = children.pop(0) if children and children[0].type == "start_tag" else None
    closing = children.pop() if children and children[-1].type == "end_tag" else None
    return opening, children, closing


def _shows(node: Node) -> bool:
    """Whether there is any text in a node."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if found.type in {"text", "entity", "ERROR"}:
            return True
        waiting += found.children
    return False

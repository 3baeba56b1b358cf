"""The syntax tree of a program in characters and lines: what its blocks are, and where."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from specpc.structure.parts.trees import Offsets
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from specpc.structure.code.languages import Language

# Functions and statements up to this size stay whole; in short texts, smaller ones are cut too,
# or a budget could hold nothing of them.
_SMALL: Final = 400
_SMALLEST: Final = 80
_SHARE: Final = 10
# A smaller block is not worth cutting.
_WORTH: Final = 100
# Nodes in one another, not blocks: so many operators or branches make no program.
_DEEPEST: Final = 1000
_INDENTATION: Final = lazy_re(r"\s*(?<![^\n])[ \t]*")
_BLANKS: Final = lazy_re(r"[^\S\n]*")
_BLANK_LINE: Final = lazy_re(r"[ \t\r]*\n[ \t\r]*\n")
# Nobody writes such a line: a program made it, of a program or of data.
_LONG_LINE: Final = lazy_re(r"[^\n]{300,}")
_STATEMENT: Final = ("_statement", "_definition")
_FUNCTION: Final = lazy_re("function|method|constructor|closure|lambda")
_BRACKETS: Final = {"{": "}", "(": ")", "[": "]", "jsx_opening_element": "jsx_closing_element"}
_TEXT: Final = "jsx_text"


@dataclass(frozen=True)
class Program(Offsets):
    """A text and its language."""

    language: Language

    @cached_property
    def small(self) -> int:
        """Most characters of a statement that is not cut."""
        return min(_SMALL, max(_SMALLEST, len(self.text) // _SHARE))

    def line_start(self, position: int) -> int | None:
        """Where the line begins, if there is only white space between."""
        start = position
        while start and self.text[start - 1] != "\n":
            if not self.text[start - 1].isspace():
                return None
            start -= 1
        return start

    def next_line(self, position: int) -> int | None:
        """Where the next line begins, if there is at most a comment before it."""
        blanks = _BLANKS.match(self.text, position)
        place = blanks.end() if blanks else position
        if self.text.startswith(self.language.comment, place):
            return self.text.find("\n", place) + 1 or None
        return place + 1 if self.text.startswith("\n", place) else None

    @cached_property
    def _long_lines(self) -> tuple[list[int], list[int]]:
        """Where lines begin, and where they end, that are too long to be kept whole."""
        spans = [found.span() for found in _LONG_LINE.finditer(self.text)]
        return [start for start, _ in spans], [end for _, end in spans]

    def is_in_long_line(self, position: int) -> bool:
        """Whether what stands there need not stand on lines of its own to be a piece."""
        starts, ends = self._long_lines
        line = bisect_right(starts, position) - 1
        return line >= 0 and position < ends[line]

    def piece_start(self, node: Node) -> int | None:
        """Where a piece that begins with a node begins; ``None`` if it shares its line."""
        start = self.start(node)
        begins = self.line_start(start)
        if begins is not None or is_comment(node) or not self.is_in_long_line(start):
            return begins
        indented = self.language.indented and node.type.endswith(_STATEMENT)
        return None if indented else start

    def gap(self, position: int) -> str:
        """How a cut before a piece is marked."""
        line = _INDENTATION.match(self.text, position)
        indentation = line.group().rpartition("\n")[2] if line else ""
        return f"{indentation}{self.language.comment} {{}}\n"


@dataclass
class Group:
    """Whole lines with one statement, or several that share a line, and their comments.

    Attributes:
        start: first character.
        end: one past the last.
        nodes: what is in it.
        doc_end: where the comments before the first statement end.
        inner: where blocks are that are cut, and what is in them.
        complete: whether what opens and closes those blocks can stand without what is in them,
            but for ``filler`` and ``names``.
        filler: a statement in them that keeps an indented block from being empty.
        names: members in them by which an object is known, which come along anyway.
        function: whether it is a function, of which they are the body.
    """

    start: int
    end: int
    nodes: list[Node]
    doc_end: int
    inner: list[tuple[int, int, list[Group]]] = field(default_factory=list)
    complete: bool = False
    filler: Group | None = None
    names: list[Group] = field(default_factory=list)
    function: bool = False


def is_comment(node: Node) -> bool:
    """Whether a node is a comment, of any of the grammars' kinds."""
    return node.type.endswith("comment")


def is_function_body(block: Node) -> bool:
    """Whether a block is what a function does."""
    return block.parent is not None and _FUNCTION.search(block.parent.type) is not None


def detached(source: Program, comment: Node) -> bool:
    """Whether a blank line follows."""
    end = source.end(comment)
    if source.text[end - 1] == "\n":  # some grammars count the line break in
        end -= 1
    return _BLANK_LINE.match(source.text, end) is not None


def trailing(source: Program, nodes: Sequence[Node]) -> set[int]:
    """Numbers of comments indented more than what follows them: those end what is before."""
    found: set[int] = set()
    if not source.language.indented:
        return found
    following: Node | None = None
    for number in range(len(nodes) - 1, -1, -1):
        node = nodes[number]
        if node.type != "comment":
            following = node if node.is_named else following
        elif following is not None and following.start_point[1] < node.start_point[1]:
            found.add(number)
    return found


def statements(source: Program, block: Node) -> list[Node]:
    """What is in a block: all between its brackets, or up to the next directive."""
    children: list[Node] = []
    for child in block.children:
        flat = child.type in source.language.wrappers or child.is_error
        children += child.children if flat else [child]
    opening = _opening(block)
    if opening is None:
        ending = _branch_end(block)
        return [c for c in children if ending is None or c.start_byte < ending.start_byte]
    first = next(i for i, child in enumerate(children) if child.start_byte == opening.start_byte)
    return [child for child in children[first + 1 : -1] if child.type != _TEXT]


def _says(child: Node) -> bool:
    """Whether text between elements is more than white space."""
    return bool((child.text or b"").strip())


def _opening(block: Node) -> Node | None:
    """The bracket that opens a block, if its last child closes it."""
    children = block.children
    if not children or children[-1].type not in _BRACKETS.values():
        return None
    return next((c for c in children if _BRACKETS.get(c.type) == children[-1].type), None)


def blocks(source: Program, group: Group) -> Iterator[tuple[Node, int, int]]:
    """The outermost blocks of a group that can be cut by lines, and the lines inside them."""
    nodes = [node for node in group.nodes if node.type not in source.language.leading]
    waiting = [_Placed(node) for node in reversed(nodes)]
    position = group.doc_end
    while waiting:
        placed = waiting.pop()
        node = placed.node
        if node.end_byte - node.start_byte < _WORTH or node.type in source.language.opaque:
            continue
        if node.type in source.language.blocks and (lines := _inside(source, placed, group)):
            start, end = lines
            if start > position and end - start >= _WORTH:
                yield node, start, end
                position = end
                continue
        if placed.depth < _DEEPEST:
            waiting += reversed(placed.children())


class _Placed(NamedTuple):
    """A node, and what stands beside it: a tree takes long to find the siblings of one.

    Attributes:
        node: the node.
        colon: the last one before it in its parent.
        following: what comes next that is no comment, in its parent or, where it is the last
            there, beside that; nothing where it ends what is looked at.
        depth: how many nodes are around it.
    """

    node: Node
    colon: Node | None = None
    following: Node | None = None
    depth: int = 0

    def children(self) -> list[_Placed]:
        """Its children, in order."""
        placed: list[_Placed] = []
        nodes, colon = self.node.children, None
        following = self.following
        after: list[Node | None] = []
        for node in reversed(nodes):
            after.append(following)
            last = len(after) == 1
            following = (None if last else following) if is_comment(node) else node
        for node in nodes:
            placed.append(_Placed(node, colon, after.pop(), self.depth + 1))
            colon = node if node.type == ":" else colon
        return placed


def _inside(source: Program, placed: _Placed, group: Group) -> tuple[int, int] | None:
    """The whole lines, or in a long one all, between what opens a block and what closes it."""
    block = placed.node
    if source.language.indented and block.type == "block":
        return _indented(source, placed, group)
    opening = _opening(block)
    if opening is None:
        return _guarded(source, block)
    if any(_says(child) for child in block.children if child.type == _TEXT):
        return None
    start = source.next_line(source.end(opening))
    if start is None and source.is_in_long_line(source.end(opening)):
        start = source.end(opening)
    closing = block.children[-1]
    if closing.is_missing:  # an excerpt
        end = None if source.text[source.end(block) : group.end].strip() else group.end
    else:
        end = source.piece_start(closing)
    return (start, end) if start is not None and end is not None and start < end else None


_CONDITIONS: Final = ("name", "condition")


def _branch_end(block: Node) -> Node | None:
    """The child that ends what stands under an ``#if``; ``None`` if the block is no such."""
    children = block.children
    if not children or children[-1].type != "#endif":
        return None
    return next(child for child in children if child.type.startswith(("preproc_el", "#end")))


def _guarded(source: Program, block: Node) -> tuple[int, int] | None:
    """The whole lines between an ``#if`` and what ends it, without the mark of an include guard."""
    ending = _branch_end(block)
    heads = [block.child_by_field_name(field) for field in _CONDITIONS]
    head = next((one for one in heads if one is not None), None)
    if ending is None or head is None or ending.is_missing:
        return None
    start = source.next_line(source.end(head))
    end = source.line_start(source.start(ending))
    inside = (c for c in block.children if c.start_byte >= head.end_byte and c.is_named)
    first = next((child for child in inside if not is_comment(child)), None)
    if start is not None and first is not None and first.type == "preproc_def":
        mark = first.child_by_field_name("name")
        if mark is not None and mark.text == head.text:
            after = source.end(first)
            start = after if source.text[after - 1] == "\n" else source.next_line(after)
    return (start, end) if start is not None and end is not None and start < end else None


def _indented(source: Program, placed: _Placed, group: Group) -> tuple[int, int] | None:
    colon = placed.colon
    start = None if colon is None else source.next_line(source.end(colon))
    if start is None or start > source.start(placed.node):
        return None
    # It ends where the next clause begins, or the statement it belongs to.
    if placed.following is None:
        return start, group.end
    end = source.line_start(source.start(placed.following))
    return (start, end) if end is not None and start < end else None

"""The syntax tree of a program in characters and lines: what its blocks are, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.trees import Offsets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from specpc.structure.code.languages import Language

# Functions and statements up to this size stay whole; in short texts, smaller ones are cut too,
# or a budget could hold nothing of them.
_SMALL: Final = 400
_SMALLEST: Final = 80
_SHARE: Final = 10
# A smaller block is not worth cutting.
_WORTH: Final = 100
_INDENTATION: Final = re.compile(r"\s*^[ \t]*", re.MULTILINE)
_BLANK_LINE: Final = re.compile(r"[ \t\r]*\n[ \t\r]*\n")
_FUNCTION: Final = re.compile("function|method|constructor|closure|lambda")
_BRACKETS: Final = {"{": "}", "(": ")", "[": "]"}


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
        start = self.text.rfind("\n", 0, position) + 1
        return start if not self.text[start:position].strip() else None

    def next_line(self, position: int) -> int | None:
        """Where the next line begins, if there is at most a comment before it."""
        end = self.text.find("\n", position) + 1
        rest = self.text[position:end].strip()
        return end if end and (not rest or rest.startswith(self.language.comment)) else None

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
            but for ``filler``.
        filler: a statement in them that keeps an indented block from being empty.
        function: whether it is a function, of which they are the body.
    """

    start: int
    end: int
    nodes: list[Node]
    doc_end: int
    inner: list[tuple[int, int, list[Group]]] = field(default_factory=list)
    complete: bool = False
    filler: Group | None = None
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


def trails(source: Program, comment: Node) -> bool:
    """Whether a comment is indented more than what follows it: then it ends what is before."""
    if not source.language.indented:
        return False
    following = comment.next_named_sibling
    while following is not None and following.type == "comment":
        following = following.next_named_sibling
    return following is not None and following.start_point[1] < comment.start_point[1]


def statements(source: Program, block: Node) -> list[Node]:
    """What is in a block: all between its brackets."""
    children: list[Node] = []
    for child in block.children:
        flat = child.type in source.language.wrappers or child.is_error
        children += child.children if flat else [child]
    opening = _opening(block)
    if opening is None:
        return children
    first = next(i for i, child in enumerate(children) if child.start_byte == opening.start_byte)
    return children[first + 1 : -1]


def _opening(block: Node) -> Node | None:
    """The bracket that opens a block, if its last child closes it."""
    children = block.children
    if not children or children[-1].type not in _BRACKETS.values():
        return None
    return next((c for c in children if _BRACKETS.get(c.type) == children[-1].type), None)


def blocks(source: Program, group: Group) -> Iterator[tuple[Node, int, int]]:
    """The outermost blocks of a group that can be cut by lines, and the lines inside them."""
    waiting = [node for node in reversed(group.nodes) if node.type not in source.language.leading]
    position = group.doc_end
    while waiting:
        node = waiting.pop()
        if node.end_byte - node.start_byte < _WORTH or node.type in source.language.opaque:
            continue
        if node.type in source.language.blocks and (lines := _inside(source, node, group)):
            start, end = lines
            if start > position and end - start >= _WORTH:
                yield node, start, end
                position = end
                continue
        waiting += reversed(node.children)


def _inside(source: Program, block: Node, group: Group) -> tuple[int, int] | None:
    """The whole lines between what opens a block and what closes it."""
    if source.language.indented and block.type == "block":
        return _indented(source, block, group)
    opening = _opening(block)
    if opening is None:
        return None
    start = source.next_line(source.end(opening))
    closing = block.children[-1]
    if closing.is_missing:  # an excerpt
        end = None if source.text[source.end(block) : group.end].strip() else group.end
    else:
        end = source.line_start(source.start(closing))
    return (start, end) if start is not None and end is not None and start < end else None


def _indented(source: Program, block: Node, group: Group) -> tuple[int, int] | None:
    colon = block.prev_sibling
    while colon is not None and colon.type != ":":
        colon = colon.prev_sibling
    start = None if colon is None else source.next_line(source.end(colon))
    if start is None or start > source.start(block):
        return None
    # It ends where the next clause begins, or the statement it belongs to.
    node: Node | None = block
    while node is not None and node.next_sibling is None and node not in group.nodes:
        node = node.parent
    following = None if node is None or node in group.nodes else node.next_sibling
    while following is not None and is_comment(following):
        following = following.next_sibling
    if following is None:
        return start, group.end
    end = source.line_start(source.start(following))
    return (start, end) if end is not None and start < end else None

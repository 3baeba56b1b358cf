"""Source code: statements are kept or dropped whole, with all that they stand in.

Whatever is kept parses again if the source does: a statement needs the lines that open and close
the blocks around it. Pieces begin where lines begin, so what shares a line stays together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.layout import Layout, LayoutBuilder
from specpc.structure.languages import LANGUAGES, Language, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from tree_sitter import Node

# Functions and statements up to this size stay whole; in short texts, smaller ones are cut too,
# or a budget could hold nothing of them.
_SMALL: Final = 400
_SMALLEST: Final = 80
_SHARE: Final = 10
# A smaller block is not worth cutting.
_WORTH: Final = 100
# A doc comment or docstring up to this size comes with every statement of its function.
_SHORT_DOC: Final = 160
# Where more than this share of a statement would come with any part of it, it stays whole.
_MOST_SKELETON: Final = 0.8
_DEEPEST: Final = 40
_INDENTATION: Final = re.compile(r"\s*^[ \t]*", re.MULTILINE)
_BRACKETS: Final = {"{": "}", "(": ")", "[": "]"}


def lay_out_code(text: str, language: str) -> Layout:
    """The pieces of a program.

    Args:
        text: the source, with or without errors.
        language: one of `specpc.structure.languages.LANGUAGES`.
    """
    source = _Source(text, LANGUAGES[language])
    root = parse(text, language).root_node
    builder = LayoutBuilder()
    for group in _plan(source, _statements(source, root), (0, len(text)), _DEEPEST):
        _emit(builder, source, group, [])
    return builder.build("code")


@dataclass(frozen=True)
class _Source:
    """A text, its language, and characters by the bytes of the syntax tree."""

    text: str
    language: Language

    @cached_property
    def small(self) -> int:
        """Most characters of a statement that is not cut."""
        return min(_SMALL, max(_SMALLEST, len(self.text) // _SHARE))

    @cached_property
    def _characters(self) -> NDArray[np.int64] | None:
        if self.text.isascii():
            return None
        data = np.frombuffer(self.text.encode("utf-8", "replace"), dtype=np.uint8)
        return np.append(0, np.cumsum((data & 0xC0) != 0x80))

    def start(self, node: Node) -> int:
        """First character of a node."""
        return self._character(node.start_byte)

    def end(self, node: Node) -> int:
        """One past its last."""
        return self._character(node.end_byte)

    def _character(self, byte: int) -> int:
        if self._characters is None:
            return byte
        # The number of characters that begin in the bytes before.
        return int(self._characters[byte])

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
class _Group:
    """Whole lines with one statement, or several that share a line, and their comments.

    Attributes:
        start: first character.
        end: one past the last.
        nodes: what is in it.
        doc_end: where the comments before the first statement end.
        inner: where blocks are that are cut, and what is in them.
    """

    start: int
    end: int
    nodes: list[Node]
    doc_end: int
    inner: list[tuple[int, int, list[_Group]]] = field(default_factory=list)


def _emit(builder: LayoutBuilder, source: _Source, group: _Group, needs: Sequence[int]) -> None:
    """Add a group: one unit, or what opens and closes its blocks as supports of what is inside."""
    if not group.inner:
        builder.unit(group.end, needs, whole=True, gap=source.gap(group.start))
        return
    # An indented block must not be empty: there, comments come with what opens it.
    if group.doc_end - group.start > _SHORT_DOC and not source.language.indented:
        header = builder.next_piece + 1
        builder.unit(group.doc_end, [header], whole=True, gap=source.gap(group.start))
    header = builder.support(group.inner[0][0], needs, gap=source.gap(builder.position))
    for position, (start, end, groups) in enumerate(group.inner):
        if position:
            between = builder.support(start, gap=source.gap(builder.position))
            builder.require(header, between)
        for inner in groups:
            _emit(builder, source, inner, [header])
        assert builder.position == end
    if builder.position < group.end:
        builder.require(header, builder.support(group.end, gap=source.gap(builder.position)))


def _plan(
    source: _Source,
    nodes: Sequence[Node],
    region: tuple[int, int],
    depth: int,
    *,
    alone: bool = True,
) -> list[_Group]:
    """Groups that tile a region, each with those of its blocks that are to be cut.

    Args:
        source: the text.
        nodes: what is in the region.
        region: first character, and one past the last: whole lines.
        depth: how many more levels of blocks may be cut.
        alone: whether a comment may be kept without anything else.
    """
    groups = _grouped(source, nodes, region, alone)
    for group in groups:
        if depth and group.end - group.start > source.small and not _is_import(source, group):
            _split(source, group, depth - 1)
    return groups


def _is_import(source: _Source, group: _Group) -> bool:
    kinds = {node.type for node in group.nodes if node.is_named} - source.language.leading
    return bool(kinds) and kinds <= source.language.imports


def _grouped(
    source: _Source, nodes: Sequence[Node], region: tuple[int, int], alone: bool
) -> list[_Group]:
    """Groups that tile a region: each statement with its comments, consecutive imports as one."""
    groups: list[_Group] = []
    leading: list[Node] = []
    for node in nodes:
        if source.end(node) <= region[0] or node.start_byte == node.end_byte:
            continue
        own_line = source.line_start(source.start(node)) is not None
        if node.type in source.language.leading and own_line and not _trails(source, node):
            leading.append(node)
            if alone and _detached(source, node):
                groups.append(_group(source, leading))
                leading = []
            continue
        first = leading[0] if leading else node
        start = source.line_start(source.start(first))
        punctuation = not node.is_named and not node.type.isalpha()
        glued = punctuation or node.type in source.language.glued
        follows = node.type in source.language.leading
        if groups and (glued or follows or start is None):
            groups[-1].nodes += [*leading, node]
        elif not follows:
            groups.append(_group(source, [*leading, node]))
        leading = []
    if leading and (alone or not groups):
        groups.append(_group(source, leading))
    return _tiled(source, groups, region)


def _group(source: _Source, nodes: list[Node]) -> _Group:
    start = source.line_start(source.start(nodes[0]))
    first = next((node for node in nodes if not _is_comment(node)), nodes[0])
    doc_end = source.line_start(source.start(first))
    begin = source.start(nodes[0]) if start is None else start
    return _Group(begin, begin, list(nodes), begin if doc_end is None else doc_end)


def _is_comment(node: Node) -> bool:
    return node.type.endswith("comment")


def _detached(source: _Source, comment: Node) -> bool:
    """Whether a blank line follows."""
    after = re.compile(r"[ \t\r]*\n?[ \t\r]*\n").match(source.text, source.end(comment))
    return after is not None and after.group().count("\n") > (
        not source.text[: source.end(comment)].endswith("\n")
    )


def _trails(source: _Source, comment: Node) -> bool:
    """Whether a comment is indented more than what follows it: then it ends what is before."""
    if not source.language.indented:
        return False
    following = comment.next_named_sibling
    while following is not None and following.type == "comment":
        following = following.next_named_sibling
    return following is not None and following.start_point[1] < comment.start_point[1]


def _tiled(source: _Source, groups: list[_Group], region: tuple[int, int]) -> list[_Group]:
    """Have each group reach to the next, and merge imports."""
    if not groups:
        return [_Group(*region, [], region[0])] if region[0] < region[1] else []
    tiled: list[_Group] = []
    for group in groups:
        imports = tiled and _is_import(source, group) and _is_import(source, tiled[-1])
        if imports or (tiled and group.start <= tiled[-1].start):
            tiled[-1].nodes += group.nodes
        else:
            tiled.append(group)
    tiled[0].start = region[0]
    ends = [group.start for group in tiled[1:]] + [region[1]]
    for group, end in zip(tiled, ends, strict=True):
        group.end = end
    return tiled


def _split(source: _Source, group: _Group, depth: int) -> None:
    """Find the blocks of a group that are to be cut, if that leaves more than one choice."""
    blocks = list(_blocks(source, group))
    inner: list[tuple[int, int, list[_Group]]] = []
    for block, start, end in blocks:
        indented = source.language.indented and block.type == "block"
        groups = _plan(source, _statements(source, block), (start, end), depth, alone=not indented)
        if indented and _first_stays(source, groups, several=len(blocks) > 1):
            start = groups.pop(0).end  # noqa: PLW2901
        elif indented and len(blocks) > 1:
            continue
        if groups:
            inner.append((start, end, groups))
    cut = sum(end - start for start, end, _ in inner)
    size = group.end - max(group.start, group.doc_end)
    if sum(map(_choices, (g for *_, groups in inner for g in groups))) < 2:
        return
    if size - cut <= _MOST_SKELETON * size:
        group.inner = inner


def _choices(group: _Group) -> int:
    return sum(_choices(inner) for *_, groups in group.inner for inner in groups) or 1


def _first_stays(source: _Source, groups: list[_Group], *, several: bool) -> bool:
    """Whether an indented block's first statement always comes with the line that opens it.

    It does where another block can be kept without anything else of this one, and where it is a
    short docstring.
    """
    if not groups:
        return False
    first = groups[0]
    size = first.end - first.start
    if several:
        return not first.inner and size <= source.small
    node = first.nodes[0] if first.nodes else None
    return (
        size <= _SHORT_DOC
        and node is not None
        and node.type == "expression_statement"
        and node.child_count == 1
        and node.children[0].type == "string"
    )


def _statements(source: _Source, block: Node) -> list[Node]:
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


def _blocks(source: _Source, group: _Group) -> Iterator[tuple[Node, int, int]]:
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


def _inside(source: _Source, block: Node, group: _Group) -> tuple[int, int] | None:
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


def _indented(source: _Source, block: Node, group: _Group) -> tuple[int, int] | None:
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
    while following is not None and _is_comment(following):
        following = following.next_sibling
    if following is None:
        return start, group.end
    end = source.line_start(source.start(following))
    return (start, end) if end is not None and start < end else None

"""Program code: statements are kept or dropped whole, with all that they stand in.

Whatever is kept parses again if the source does: a statement needs the lines that open and close
the blocks around it. Pieces begin where lines begin, so what shares a line stays together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.structure.code.languages import LANGUAGES, parse, sound_part
from specpc.structure.code.scopes import taken_names
from specpc.structure.code.syntax import (
    Group,
    Program,
    blocks,
    detached,
    is_comment,
    is_function_body,
    statements,
    trailing,
)
from specpc.structure.parts.lines import add_sentences
from specpc.structure.parts.names import KINDS, WHAT, WHICH
from specpc.structure.parts.trees import names
from specpc.text.layout import Layout, LayoutBuilder
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

# A doc comment or docstring up to this size comes with every statement of its function.
_SHORT_DOC: Final = 160
# Where a function begins with something longer, a statement up to this size is its stand-in.
_SHORT_STATEMENT: Final = 80
# Where more than this share of a statement would come with any part of it, it stays whole.
_MOST_SKELETON: Final = 0.8
_DEEPEST: Final = 40
# Where statements have fewer characters, they are the marks of something else.
_SHORTEST: Final = 3
_SEVERAL: Final = 500
# Parts of objects that have a key and a value.
_MEMBERS: Final = names("pair keyed_element field_initializer initializer_pair")
# What a member is called that says which object it is of, and of which kind that is.
_NAMING: Final = (WHICH.keys() | WHAT.keys(), KINDS.keys())


def lay_out_code(text: str, language: str, *, torn: bool = True) -> Layout:
    """The pieces of a program, with errors or not, in one of `LANGUAGES`.

    It may be an excerpt that is ``torn`` inside a docstring or comment.
    """
    source = Program(text, LANGUAGES[language])
    tree, builder = parse(text, language), LayoutBuilder()
    if torn:
        start, stop = sound_part(text, language, tree)
        if stop - start < len(text):
            return _lay_out_torn(text, language, start, stop)
    nodes = statements(source, tree.root_node) if tree is not None else []
    if tree is None or len(nodes) > max(_SEVERAL, len(text) / _SHORTEST):
        for end in segment(text, "line")[1:]:
            builder.unit(end, whole=True, gap=source.gap(builder.position))
        return builder.build("code")
    groups = _plan(source, nodes, (0, len(text)), _DEEPEST)
    if len(groups) == 1 and not groups[0].inner:  # a minified program: all in one line
        builder.unit(len(text))
        return builder.build("code")
    for group in groups:
        _emit(builder, source, group, [])
    if language == "python" and "nonlocal" in text:
        _bring_bindings(builder, source, tree.root_node)
    return builder.build("code")


def _lay_out_torn(text: str, language: str, start: int, stop: int) -> Layout:
    """An excerpt with half a docstring or comment at an end, which is prose.

    Where that is open, it comes with the line above, which says of what.
    """
    builder = LayoutBuilder()
    if start:
        add_sentences(builder, text, start)
    builder.append(lay_out_code(text[start:stop], language, torn=False))
    if stop < len(text):
        heads = text[start:stop].rstrip().endswith(":")
        add_sentences(builder, text, len(text), [builder.next_piece - 1] if heads else ())
    return builder.build("code")


def _bring_bindings(builder: LayoutBuilder, source: Program, root: Node) -> None:
    """Have ``nonlocal`` come with what binds the name: without it, nothing compiles."""
    for place, binding in taken_names(root):
        piece, bound = (builder.piece_at(source.character(byte)) for byte in (place, binding))
        if piece != bound:
            builder.require(piece, bound)


def _emit(builder: LayoutBuilder, source: Program, group: Group, needs: Sequence[int]) -> None:
    """Add a group: one unit, or what opens and closes its blocks as supports of what is inside."""
    if not group.inner:
        builder.unit(group.end, needs, whole=True, gap=source.gap(group.start))
        return
    # An indented block must not be empty: there, comments come with what opens it.
    if group.doc_end - group.start > _SHORT_DOC and not source.language.indented:
        header = builder.next_piece + 1
        builder.unit(group.doc_end, [header], whole=True, gap=source.gap(group.start))
    header = builder.support(group.inner[0][0], needs, gap=source.gap(builder.position))
    if group.complete:
        builder.make_unit(header, whole=True)
    for position, (start, end, groups) in enumerate(group.inner):
        if position:
            between = builder.support(start, gap=source.gap(builder.position))
            builder.require(header, between)
        for inner in groups:
            if inner is group.filler:
                gap = source.gap(inner.start)
                builder.require(header, builder.support(inner.end, [header], gap=gap))
                continue
            if any(inner is name for name in group.names):
                builder.require(header, builder.next_piece)
            _emit(builder, source, inner, [header])
        assert builder.position == end
    if builder.position < group.end:
        builder.require(header, builder.support(group.end, gap=source.gap(builder.position)))
    if group.function and group.complete:
        builder.end_body(header)


def _plan(
    source: Program,
    nodes: Sequence[Node],
    region: tuple[int, int],
    depth: int,
    *,
    alone: bool = True,
) -> list[Group]:
    """Groups that tile a region of whole lines, each with those of its blocks that are to be cut.

    So many more levels of blocks may be cut as ``depth`` says; unless ``alone``, no comment is kept
    without anything else.
    """
    groups = _grouped(source, nodes, region, alone)
    for group in groups:
        long = depth and group.end - group.start > source.small
        if long and not _is_import(source, _kinds(group)):
            _split(source, group, depth - 1)
    return groups


def _is_import(source: Program, kinds: set[str]) -> bool:
    kinds = kinds - source.language.leading
    return bool(kinds) and kinds <= source.language.imports


def _kinds(group: Group) -> set[str]:
    return {node.type for node in group.nodes if node.is_named}


def _grouped(
    source: Program, nodes: Sequence[Node], region: tuple[int, int], alone: bool
) -> list[Group]:
    """Groups that tile a region: each statement with its comments, consecutive imports as one."""
    groups: list[Group] = []
    leading: list[Node] = []
    ending = trailing(source, nodes)
    for number, node in enumerate(nodes):
        if source.end(node) <= region[0] or node.start_byte == node.end_byte:
            continue
        follows = node.type in source.language.leading
        own_line = follows and source.line_start(source.start(node)) is not None
        if own_line and number not in ending:
            leading.append(node)
            if alone and detached(source, node):
                groups.append(_group(source, leading, source.piece_start(leading[0])))
                leading = []
            continue
        punctuation = not node.is_named and not node.type.isalpha()
        glued = follows or punctuation or node.type in source.language.glued
        joins = glued and bool(groups)
        start = None if joins else source.piece_start(leading[0] if leading else node)
        # Or it is on no line of its own, or on that of the bracket that closes the region.
        if groups and (start is None or start >= region[1]):
            groups[-1].nodes += [*leading, node]
        elif not follows:
            groups.append(_group(source, [*leading, node], start))
        leading = []
    if leading and (alone or not groups):
        groups.append(_group(source, leading, source.piece_start(leading[0])))
    return _tiled(source, groups, region)


def _group(source: Program, nodes: list[Node], start: int | None) -> Group:
    """The group of some nodes, given where a piece that begins with the first begins."""
    first = next((node for node in nodes if not is_comment(node)), nodes[0])
    doc_end = start if first is nodes[0] else source.piece_start(first)
    begin = source.start(nodes[0]) if start is None else start
    return Group(begin, begin, list(nodes), begin if doc_end is None else doc_end)


def _tiled(source: Program, groups: list[Group], region: tuple[int, int]) -> list[Group]:
    """Have each group reach to the next, and merge imports."""
    if not groups:
        return [Group(*region, [], region[0])] if region[0] < region[1] else []
    tiled: list[Group] = []
    last: set[str] = set()  # kinds of what is in the last one so far
    for group in groups:
        own = _kinds(group)
        imports = tiled and _is_import(source, own) and _is_import(source, last)
        if imports or (tiled and group.start <= tiled[-1].start):
            tiled[-1].nodes += group.nodes
            last |= own
        else:
            tiled.append(group)
            last = own
    tiled[0].start = region[0]
    ends = [group.start for group in tiled[1:]] + [region[1]]
    for group, end in zip(tiled, ends, strict=True):
        group.end = end
    return tiled


def _split(source: Program, group: Group, depth: int) -> None:
    """Find the blocks of a group that are to be cut, if that leaves more than one choice."""
    found = list(blocks(source, group))
    inner: list[tuple[int, int, list[Group]]] = []
    complete, filler = True, None
    known: list[Group] = []
    for block, start, end in found:
        indented = source.language.indented and block.type == "block"
        groups = _plan(source, statements(source, block), (start, end), depth, alone=not indented)
        if indented and _first_stays(source, groups, several=len(found) > 1):
            start = groups.pop(0).end  # noqa: PLW2901
        elif indented and len(found) > 1:
            continue
        elif indented:
            filler = _shortest(groups)
            complete = filler is not None
        else:
            known += _naming(source, groups)
        if groups:
            inner.append((start, end, groups))
    cut = sum(end - start for start, end, _ in inner)
    size = group.end - max(group.start, group.doc_end)
    if sum(map(_choices, (g for *_, groups in inner for g in groups))) < 2:
        return
    if size - cut <= _MOST_SKELETON * size:
        group.inner, group.complete, group.filler, group.names = inner, complete, filler, known
        group.function = any(is_function_body(block) for block, *_ in found)


def _shortest(groups: list[Group]) -> Group | None:
    """The shortest statement, if it is so short that it can always come with its function."""
    small = [g for g in groups if not g.inner and g.end - g.start <= _SHORT_STATEMENT]
    return min(small, key=lambda group: group.end - group.start, default=None)


def _naming(source: Program, groups: list[Group]) -> list[Group]:
    """The short members of an object that say which it is, and of which kind."""
    found: list[Group] = []
    for known in _NAMING:
        found += [
            group
            for group in groups
            if not group.inner
            and group.end - group.start <= _SHORT_STATEMENT
            and _key(source, group) in known
        ][:1]
    return found


def _key(source: Program, group: Group) -> str:
    """The key of the first member in a group; nothing if it has none, or holds several values."""
    member = next((node for node in group.nodes if not is_comment(node)), None)
    if member is None or member.type not in _MEMBERS:
        return ""
    key, value = member.named_children[0], member.named_children[-1]
    if value.type in source.language.blocks:
        return ""
    return source.text[source.start(key) : source.end(key)].strip("\"'.[] ").casefold()


def _choices(group: Group) -> int:
    return sum(_choices(inner) for *_, groups in group.inner for inner in groups) or 1


def _first_stays(source: Program, groups: list[Group], *, several: bool) -> bool:
    """Whether an indented block's first statement always comes with the line that opens it.

    It does where another block can be kept without anything else of this one, and where it is
    short: then the line and it can stand alone, as a function's signature and docstring.
    """
    most = source.small if several else _SHORT_DOC
    return bool(groups) and not groups[0].inner and groups[0].end - groups[0].start <= most

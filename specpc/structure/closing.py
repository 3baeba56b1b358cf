"""What closes a text: a question about it, or a line of the data that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.structure import kinds
from specpc.structure.code.languages import ending, language_of, language_of_file, parse
from specpc.structure.json.tree import is_container
from specpc.structure.parts.trees import names

if TYPE_CHECKING:
    from tree_sitter import Node

# Files of these kinds are texts that somebody reads, and may close with a question.
_READ: Final = names(
    "tex latex ltx rst adoc asciidoc asc org mediawiki wiki html htm xhtml eml mbox srt vtt sbv "
    "chat transcript help man"
)
_DATA: Final = {name for kind in kinds.DATA for name in kind.names + kind.endings} - _READ


def is_data(text: str, start: int, name: str | None = None) -> bool:
    """Whether what closes a text, from ``start`` on, is part of the data or program that it is.

    Args:
        text: the whole text.
        start: where its last line or paragraph begins.
        name: of the file it comes from, if there is one.
    """
    if ending(name) in _DATA or language_of_file(name) is not None:
        return True
    tail = text[start:].strip()
    if any(tail.count(closing) > tail.count(opening) for opening, closing in ("[]", "{}")):
        return True
    if tail.startswith("</") or is_container(tail):
        return True
    language = language_of(name, text)
    return language is not None and _is_sound(text, start, language)


def _is_sound(text: str, start: int, language: str) -> bool:
    """Whether the grammar reads all from ``start`` on."""
    tree = parse(text, language)
    if tree is None:
        return False
    at = len(text[:start].encode("utf-8", "replace"))
    waiting: list[Node] = [tree.root_node]
    while waiting:
        node = waiting.pop()
        if node.end_byte > at and (node.is_error or node.is_missing):
            return False
        waiting += [child for child in node.children if child.end_byte > at and child.has_error]
    return True

"""Block scalars of YAML: texts of their own, each line of which is indented."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.indents import indented, lines_below
from specpc.structure.parts.lines import OWN_LINE, one_piece
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from specpc.text.layout import Layout, Nested

# Up to this size, a condition or command of several lines is whole where a budget can hold it.
_WHOLE: Final = 400
_SENTENCE: Final = lazy_re(r"\w[.!?…][\"')\]]?[ \t]*$")
_SENTENCES: Final = lazy_re(r"\w[.!?…][\"')\]]?(?:[ \t]+[A-Z]|[ \t]*[\r\n]+[ \t]*[A-Z])")
_GOES_ON: Final = lazy_re(
    r"[^\s.!?:;\\][ \t]*(?:\r\n|\n|\r)[ \t]*"
    r"(?:(?:and|or|unless|on|by|ignoring|from|where|join|left|inner|order|group|having|union)\b"
    r"|[+*/=<>|&,?)]|-(?=\d)|--?\w)",
    re.IGNORECASE,
)
# Of no kind of data: what is wrapped.
_FOLDED: Final = "text"
_MARKDOWN: Final = ("md", "markdown")


def scalar(column: int, key: str, *, folded: bool) -> Nested:
    """How the lines of a block scalar are read, of which the first is indented by some columns.

    It is what its ``key`` says by its ending ("nginx.conf"), or what it looks like.
    """
    prefix = " " * column
    ending = key.rpartition(".")[2].casefold() if "." in key else ""
    if ending in _MARKDOWN:
        return replace(indented(prefix), name=key, fence=None)
    return indented(prefix, _FOLDED if folded else ending, _folded if folded else _lines)


def _folded(text: str) -> Layout:
    """What is one line when it is read: all of it if it is short, or its sentences."""
    lines = text.rstrip().splitlines()
    running = sum(_SENTENCE.search(line) is not None for line in lines)
    return _lines(text, whole=2 * running < len(lines) and not _SENTENCE.search(lines[-1]))


def _lines(text: str, *, whole: bool = False) -> Layout:
    """Lines, all together if they are few and one goes on with the one above: a condition.

    Of what is said in sentences, any does.
    """
    layout = lines_below(text)
    whole = whole or (_GOES_ON.search(text) is not None and not _SENTENCES.search(text))
    if not whole or len(text) > _WHOLE or layout.units.sum() < 2:
        return layout
    return replace(one_piece(len(text), "lines", OWN_LINE), finer={0: lines_below})

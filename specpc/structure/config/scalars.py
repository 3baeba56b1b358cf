"""Block scalars of YAML: texts of their own, each line of which is indented."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.indents import indented, lines_below

if TYPE_CHECKING:
    from specpc.text.layout import Nested

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
    return indented(prefix, _FOLDED if folded else ending, lines_below)

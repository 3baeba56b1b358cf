"""What stands inside a code fence, by the language it names, or else by what it looks like."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from specpc.structure import kinds
from specpc.structure.code.languages import LANGUAGES, fence_language, language_of
from specpc.structure.code.programs import lay_out_code
from specpc.structure.markdown.output import lay_out_output
from specpc.structure.parts.indents import lines_below
from specpc.structure.parts.lines import OWN_LINE, each_line, one_piece
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from specpc.text.layout import LayOut, Layout

# How a fence is called in which there is what a tool printed, of whatever kind.
_PRINTED: Final = frozenset(
    [
        "console",
        "log",
        "none",
        "output",
        "plain",
        "plaintext",
        "sh-session",
        "shell-session",
        "shellsession",
        "terminal",
        "text",
        "txt",
    ]
)
# Up to this size the inside of a fence stays whole.
_WHOLE: Final = 300
_BREAK: Final = lazy_re(r"[\r\n]")
_INDENTED: Final = lazy_re(r"[\r\n][ \t]+\S")


def lay_out_embedded(text: str, info: str, prefix: str = "", other: LayOut | None = None) -> Layout:
    """The pieces of the lines inside a fence, or of what is told as clearly from what is around it.

    ``info`` is what stands behind the opening of the fence, ``prefix`` what stands before its lines
    because of the quotation that the fence is in: ``>``. What is of no known kind has ``other``
    pieces.
    """
    if len(text) <= _WHOLE and other is None:
        whole = one_piece(len(text), "code", prefix + OWN_LINE)
        if _BREAK.search(text.strip()):
            return replace(whole, finer={0: partial(_lay_out_longer, info=info, prefix=prefix)})
        return whole
    return _lay_out_longer(text, info, prefix, other)


def _lay_out_longer(text: str, info: str, prefix: str, other: LayOut | None = None) -> Layout:
    """The pieces of lines inside a fence that are cut."""
    layout = None if prefix else _by_language(text, info)
    if layout is None:
        return lay_out_lines(text, prefix) if other is None else other(text)
    return layout


def closing_gap(info: str, prefix: str = "") -> str:
    """How a cut before the closing line of a fence is marked."""
    language = None if prefix.strip() else fence_language(info)
    return prefix + (f"{LANGUAGES[language].comment} {OWN_LINE}" if language else OWN_LINE)


def lay_out_lines(text: str, prefix: str = "") -> Layout:
    """Lines as units; without the mark of a quotation, a part of one would be no part of that."""
    if not prefix and _INDENTED.search(text):
        return lines_below(text)
    return each_line(text, "code", whole=bool(prefix), gap=prefix + OWN_LINE)


def _by_language(text: str, info: str) -> Layout | None:
    language = fence_language(info)
    words = info.split()
    named = words[0].casefold() if words else ""
    words = [] if named in _PRINTED else words
    named = "" if named in _PRINTED else named
    if language is None:
        for kind in kinds.likely(text):
            fits = not named or named in kind.names
            if fits and (layout := kind.lay_out(text)) is not None:
                return layout
        language = None if words else language_of(None, text)
        if language is None:
            loose = (*(kind.lay_out for kind in kinds.LOOSE), lay_out_output)
            return next((layout for own in loose if (layout := own(text)) is not None), None)
    return lay_out_code(text, language) if language else None

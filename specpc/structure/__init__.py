"""What a text is made of: looked at, and laid out in pieces by the best library for its kind.

Kinds of data are the rows of `specpc.structure.kinds`. What is of no one kind is a program, or read
as Markdown, of which plain prose is a case, with data in it or not.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from specpc.structure import kinds
from specpc.structure.code.languages import ending, language_of, language_of_file
from specpc.structure.code.programs import lay_out_code
from specpc.structure.markdown.embedded import lay_out_embedded
from specpc.structure.markdown.fenced import tagged_until
from specpc.structure.markdown.output import lay_out_output
from specpc.structure.markdown.prose import lay_out_markdown
from specpc.structure.tables.dense import is_dense, lay_out_dense
from specpc.structure.talk.transcripts import lay_out_transcript
from specpc.text.colours import COLOUR, uncoloured
from specpc.text.items import led
from specpc.text.layout import LayoutBuilder, Nested, expand, tiles
from specpc.text.references import referring
from specpc.text.words import as_parts, as_words

if TYPE_CHECKING:
    from specpc.text.layout import LayOut, Layout


_MARKDOWN: Final = kinds.Kind(
    lay_out_markdown,
    endings=("md", "markdown"),
    named=lambda text: lay_out_transcript(text) or lay_out_markdown(text),
)


# Texts in texts (a log in a string in a log ...) are looked at to this depth.
_DEEPEST: Final = 8
_BYTE_ORDER_MARK: Final = "\ufeff"
_COLOURED: Final = Nested(decode=uncoloured)


def lay_out(text: str, name: str | None = None) -> Layout:
    """The pieces of a text of any kind.

    Args:
        text: any text that is not blank.
        name: name of the file it comes from, if there is one: its ending decides, where the text
            can be what it says.
    """
    return led(text, referring(text, _lay_out(text, name, 0)))


def _lay_out(text: str, name: str | None, depth: int) -> Layout:
    """The pieces of a text that stands so deep in others."""
    marks = len(text) - len(text.lstrip(_BYTE_ORDER_MARK))
    if marks and text[marks:].strip():
        layout = _lay_out(text[marks:], name, depth)
        builder = LayoutBuilder()
        # No piece needs them: they say nothing, and some readers stumble over them.
        builder.support(marks)
        builder.append(layout)
        return builder.build(layout.kind)
    if COLOUR.search(text) and language_of_file(name) is None:
        # What a terminal shows in colours is what it is without them.
        return _read(text, _COLOURED, partial(_lay_out, name=name, depth=depth))
    return _with_nested(text, _of_kind(text, name), depth)


def _of_kind(text: str, name: str | None) -> Layout:
    is_program = language_of_file(name) is not None
    if not is_program and is_dense(text):
        for kind in kinds.DATA:
            if kind.whole and (dense := kind.lay_out(text)) is not None:
                return dense
        return lay_out_dense(text)
    if not is_program:
        known, end = (*kinds.DATA, _MARKDOWN), ending(name)
        told = [kind for kind in known if end in kind.names + kind.endings]
        tries = [kind.named or kind.lay_out for kind in told]
        for lay_out_kind in (*tries, _as_data):
            if (layout := lay_out_kind(text)) is not None:
                return layout
    if language := language_of(name, text):
        return lay_out_code(text, language)
    return lay_out_output(text) or lay_out_markdown(text)


def _tagged(text: str, end: int) -> Layout:
    """The pieces of what stands in tags up to an offset, and of a chat that may follow it."""
    chat = lay_out_transcript(text[end:])
    if chat is None:
        return lay_out_markdown(text)
    builder = LayoutBuilder()
    builder.nest(builder.unit(end), Nested())
    builder.append(chat)
    return builder.build("transcript")


def _as_data(text: str) -> Layout | None:
    """The pieces of a text of a kind of data, or of what stands in tags and is of many."""
    looked = False
    for kind in kinds.likely(text):
        if not kind.whole and not looked:
            looked, end = True, tagged_until(text)
            if end is not None:
                return _tagged(text, end)
        if (layout := kind.lay_out(text)) is not None:
            return layout
    return None


def _with_nested(text: str, layout: Layout, depth: int) -> Layout:
    """The layout with the texts in it laid out, now or, of what may be cut finer, when it is."""
    waiting = layout.nested
    finer = {piece: partial(_finer, lay=lay, depth=depth) for piece, lay in layout.finer.items()}
    layout = replace(layout, finer=finer, nested={})
    if depth >= _DEEPEST:
        return layout
    inside: dict[int, Layout] = {}
    for piece, nested in waiting.items():
        start, end = layout.edges[piece : piece + 2]
        lay: LayOut = partial(_lay_out, name=nested.name, depth=depth + 1)
        if nested.fence is not None:
            fenced = partial(lay_out_embedded, info=nested.fence)
            lay = partial(_finer, lay=partial(fenced, other=nested.other), depth=depth)
        inside[piece] = _read(text[start:end], nested, lay)
    return expand(layout, inside)


def _finer(text: str, lay: LayOut, depth: int) -> Layout:
    return _with_nested(text, lay(text), depth + 1)


def _read(text: str, nested: Nested, lay: LayOut) -> Layout:
    """The pieces of a unit, or of a part of one, that is a text of its own."""
    meant, offsets = nested.decode(text) if nested.decode else (text, None)
    if not meant.strip():
        return tiles([0, len(text)], prose=False)
    layout = lay(meant)
    if layout.edges[-1] != len(meant):  # of a part that was trimmed
        layout = as_words(meant)
    if offsets is not None:
        # What is meant cannot be told from what is written but by decoding it again.
        finer = dict.fromkeys(set(range(len(layout))) - layout.whole - layout.supports, as_parts)
        finer |= layout.finer
        layout = replace(
            layout,
            edges=offsets[layout.edges],
            prose=frozenset(),
            heads={},
            finer={piece: partial(_read, nested=nested, lay=own) for piece, own in finer.items()},
        )
    if nested.tidy is not None:
        layout = nested.tidy(text, layout)
    if nested.gap is not None:
        layout = replace(layout, gaps=dict.fromkeys(range(len(layout)), nested.gap))
    return layout

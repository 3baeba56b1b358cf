"""What a text is made of: looked at, and laid out in pieces by the best library for its kind.

Kinds of data are the rows of `specpc.structure.kinds`. What is of no one kind is a program, or read
as Markdown, of which plain prose is a case, with data in it or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.structure import kinds
from specpc.structure.code import lay_out_code
from specpc.structure.languages import ending, language_of, language_of_file
from specpc.structure.markdown import lay_out_markdown
from specpc.structure.transcripts import lay_out_transcript

if TYPE_CHECKING:
    from specpc.text.layout import Layout


_TRANSCRIPT: Final = kinds.Kind(
    lay_out_transcript,
    endings=("md", "markdown"),
    named=lambda text: lay_out_transcript(text) or lay_out_markdown(text),
)


def lay_out(text: str, name: str | None = None) -> Layout:
    """The pieces of a text of any kind.

    Args:
        text: any text that is not blank.
        name: name of the file it comes from, if there is one: its ending decides, where the text
            can be what it says.
    """
    language = language_of_file(name)
    if language is None:
        known, end = (*kinds.DATA, _TRANSCRIPT), ending(name)
        told = [kind for kind in known if end in kind.names + kind.endings]
        tries = [kind.named or kind.lay_out for kind in told] + [kind.lay_out for kind in known]
        for lay_out_kind in tries:
            if (layout := lay_out_kind(text)) is not None:
                return layout
        language = language_of(name, text)
    return lay_out_code(text, language) if language else lay_out_markdown(text)

"""What a text is made of: looked at, and laid out in pieces by the best library for its kind.

Every kind has a module with one function ``lay_out_KIND(text) -> Layout`` (see
`specpc.text.layout`), and where it has to be recognised, one that tells whether a text is of that
kind. What is of no one kind is read as Markdown, of which plain prose is a case, with data in it or
not.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from specpc.structure.code import lay_out_code
from specpc.structure.html import lay_out_html
from specpc.structure.json_values import lay_out_json, lay_out_json_lines
from specpc.structure.languages import ending, language_of, language_of_file
from specpc.structure.logs import lay_out_log
from specpc.structure.markdown import lay_out_markdown
from specpc.structure.tables import lay_out_csv
from specpc.structure.transcripts import lay_out_transcript

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc.text.layout import Layout

    LayOut = Callable[[str], Layout | None]

# The surest first: what is JSON is nothing else.
_KINDS: Final = (
    lay_out_json,
    lay_out_json_lines,
    lay_out_html,
    lay_out_csv,
    lay_out_log,
    lay_out_transcript,
)
# What the name of a file says, if the text agrees.
_TABLE: Final = (partial(lay_out_csv, named=True),)
_PAGE: Final = (partial(lay_out_html, sure=True),)
_BY_ENDING: Final[dict[str, tuple[LayOut, ...]]] = {
    "json": (lay_out_json, lay_out_json_lines),
    "jsonl": (lay_out_json_lines, lay_out_json),
    "ndjson": (lay_out_json_lines, lay_out_json),
    "csv": _TABLE,
    "tsv": _TABLE,
    "log": (lay_out_log,),
    "md": (lay_out_transcript, lay_out_markdown),
    "markdown": (lay_out_transcript, lay_out_markdown),
    "html": _PAGE,
    "htm": _PAGE,
    "xhtml": _PAGE,
}


def lay_out(text: str, name: str | None = None) -> Layout:
    """The pieces of a text of any kind.

    Args:
        text: any text that is not blank.
        name: name of the file it comes from, if there is one: its ending decides, where the text
            can be what it says.
    """
    language = language_of_file(name)
    if language is None:
        for lay_out_kind in (*_BY_ENDING.get(ending(name), ()), *_KINDS):
            if (layout := lay_out_kind(text)) is not None:
                return layout
        language = language_of(name, text)
    return lay_out_code(text, language) if language else lay_out_markdown(text)

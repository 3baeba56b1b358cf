"""What a text is made of: looked at, and laid out in pieces by the best library for its kind.

Every kind has a module with one function ``lay_out_KIND(text) -> Layout`` (see `specpc.layout`),
and where it has to be recognised, one that tells whether a text is of that kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc.structure.code import lay_out_code
from specpc.structure.json_values import lay_out_json, lay_out_json_lines
from specpc.structure.languages import language_of
from specpc.structure.logs import lay_out_log
from specpc.structure.markdown import lay_out_markdown
from specpc.structure.tables import lay_out_csv
from specpc.structure.transcripts import lay_out_transcript

if TYPE_CHECKING:
    from specpc.layout import Layout

# The surest first: what is JSON is nothing else.
_KINDS = (lay_out_json, lay_out_json_lines, lay_out_csv, lay_out_log, lay_out_transcript)


def lay_out(text: str, name: str | None = None) -> Layout:
    """The pieces of a text of any kind.

    Args:
        text: any text that is not blank.
        name: name of the file it comes from, if there is one: its ending is a hint.
    """
    for lay_out_kind in _KINDS:
        if (layout := lay_out_kind(text)) is not None:
            return layout
    language = language_of(name, text)
    return lay_out_code(text, language) if language else lay_out_markdown(text)

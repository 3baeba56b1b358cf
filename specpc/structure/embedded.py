"""What stands inside a code fence, by the language it names, or else by what it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.structure.code import lay_out_code
from specpc.structure.html import lay_out_html
from specpc.structure.json_values import lay_out_json, lay_out_json_lines
from specpc.structure.languages import LANGUAGES, fence_language, language_of
from specpc.structure.logs import lay_out_log
from specpc.structure.tables import lay_out_csv
from specpc.text.layout import Layout, LayoutBuilder
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Callable

# Up to this size the inside of a fence stays whole.
_WHOLE: Final = 300
# The marker of a cut stands on a line of its own.
_MARKER: Final = "{}\n"

_DATA: Final[dict[str, tuple[Callable[[str], Layout | None], ...]]] = {
    "json": (lay_out_json, lay_out_json_lines),
    "jsonl": (lay_out_json_lines,),
    "ndjson": (lay_out_json_lines,),
    "csv": (lay_out_csv,),
    "tsv": (lay_out_csv,),
    "log": (lay_out_log,),
    "html": (lay_out_html,),
    "": (lay_out_json, lay_out_json_lines, lay_out_csv, lay_out_log, lay_out_html),
}


def lay_out_embedded(text: str, info: str, prefix: str = "") -> Layout:
    """The pieces of the inside of a fence.

    Args:
        text: whole lines.
        info: what stands behind the opening of the fence: a language, if anything.
        prefix: what stands before the lines because of what the fence is in: indentation, ``>``.
    """
    if len(text) <= _WHOLE:
        builder = LayoutBuilder()
        builder.unit(len(text), whole=True, gap=prefix + _MARKER)
        return builder.build("code")
    layout = None if prefix.strip() else _by_language(text, info, indented=bool(prefix))
    return lay_out_lines(text, prefix) if layout is None else layout


def closing_gap(info: str, prefix: str = "") -> str:
    """How a cut before the closing line of a fence is marked."""
    language = None if prefix.strip() else fence_language(info)
    return prefix + (f"{LANGUAGES[language].comment} {_MARKER}" if language else _MARKER)


def lay_out_lines(text: str, prefix: str = "") -> Layout:
    """Lines as units."""
    builder = LayoutBuilder()
    for end in segment(text, "line")[1:]:
        builder.unit(end, gap=prefix + _MARKER)
    return builder.build("code")


def _by_language(text: str, info: str, *, indented: bool) -> Layout | None:
    language = fence_language(info)
    words = info.split()
    named = words[0].casefold() if words else ""
    # A marker at the start of a line would end the item that an indented fence is in.
    if language is None and (named == "json" or not indented):
        for lay_out_kind in _DATA.get(named, ()):
            if (layout := lay_out_kind(text)) is not None:
                return layout
        language = None if words else language_of(None, text)
    return lay_out_code(text, language) if language else None

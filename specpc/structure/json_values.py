"""JSON and JSON lines: what is kept is JSON again, and says of what it is said.

Each piece needs the bracket (and key) that opens what it stands in, that needs the closing bracket,
and commas are separators. A record is whole, or brings the members that tell it from others; a long
string is a text of its own. NaN and Infinity, which Python writes although the standard has no
such values, count as values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.structure.blocks import small_size
from specpc.structure.json_pieces import NO_MARKER, JsonPieces, Role
from specpc.structure.json_records import identifying
from specpc.structure.json_tree import SPACE, is_container, read
from specpc.structure.lines import lines
from specpc.text.layout import LayoutBuilder

if TYPE_CHECKING:
    from specpc.text.layout import Layout

_FEWEST_LINES: Final = 2


def lay_out_json(text: str, small: int | None = None) -> Layout | None:
    """The pieces of one JSON array or object; white space around it belongs to its brackets.

    Containers of at most ``small`` characters stay whole: 400, or a tenth of a short text.

    Returns:
        ``None`` if Python's ``json`` does not read the text or it holds a lone string or number.
    """
    if not is_container(text):
        return None
    pieces = JsonPieces(LayoutBuilder(), text, small_size(text) if small is None else small)
    value = read(text)
    if value.inside:
        pieces.cut(value, (), end=len(text))
    else:
        pieces.builder.unit(len(text), whole=True, gap=NO_MARKER)
    return pieces.built("json")


def lay_out_json_lines(text: str) -> Layout | None:
    """The pieces of a text of which each line is a JSON array or object.

    A line is a record. Of lines that repeat the one before, the first counts and the others are
    never kept.

    Returns:
        ``None`` if a line is anything else, or if there are not at least two.
    """
    spans = lines(text)
    if len(spans) < _FEWEST_LINES or not all(is_container(text[slice(*span)]) for span in spans):
        return None
    records = [read(text, start, end) for start, end in spans]
    role = Role(record=True, paths=identifying(records, text))
    pieces, last = JsonPieces(LayoutBuilder(), text, small_size(text)), ""
    for record, (start, end) in zip(records, spans, strict=True):
        line = text[start:end].strip(SPACE)
        if line == last:
            pieces.builder.support(end, gap=NO_MARKER)
        else:
            pieces.add(record, (), role, end=end)
        last = line
    return pieces.built("json lines")

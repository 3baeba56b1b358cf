"""JSON and JSON lines: what is kept is JSON again, and says of what it is said.

Each piece needs the bracket (and key) that opens what it stands in, that needs the closing bracket,
and commas are separators. A record is whole, or brings the members that tell it from others; a long
string is a text of its own. NaN and Infinity, which Python writes although the standard has no
such values, count as values.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.json.dialects import BARE, as_json, in_json
from specpc.structure.json.pieces import NO_MARKER, JsonPieces, Role
from specpc.structure.json.records import identifying
from specpc.structure.json.tree import SPACE, is_container, read
from specpc.structure.parts.blocks import small_size
from specpc.text.layout import LayoutBuilder
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from specpc.text.layout import Layout

_FEWEST_LINES: Final = 2
_FIELD: Final = lazy_re(r'[ ]?"[^"]*":')
_START: Final = lazy_re(r"[ \t\r\n]*(?=[{\[])")
# A rule may stand between two that a program prints one after the other.
_BREAK: Final = r"(?>\r\n|\n|\r)"
_RULE: Final = r"[-=]{3,}+[ \t]*+"
_LINE_BREAKS: Final = lazy_regex(
    rf"[ \t]*+(?:{_BREAK}(?:[ \t]*+(?:{_RULE})?+{_BREAK})*+(?:{_RULE}\Z)?+|\Z)"
)


def lay_out_json(text: str, small: int | None = None) -> Layout | None:
    """The pieces of one JSON array or object; white space around it belongs to its brackets.

    Containers of at most ``small`` characters stay whole: 400, or a tenth of a short text.

    Returns:
        ``None`` if Python's ``json`` does not read the text, nor what it stands for in JSON (see
        `as_json`), or it holds a lone string or number.
    """
    source = None
    if not is_container(text):
        source, written = text, as_json(text)
        if written is None:
            return None
        text = written
    small = small_size(text) if small is None else small
    pieces = JsonPieces(LayoutBuilder(), text, small, source)
    value = read(text, source=source)
    if value.inside:
        pieces.cut(value, (), end=len(text))
    else:
        pieces.builder.unit(len(text), whole=True, gap=NO_MARKER)
    return pieces.built("json")


def lay_out_json_lines(text: str) -> Layout | None:
    """The pieces of a text of JSON arrays or objects, each of which begins on a line of its own.

    Each is a record. Of those that repeat the one before, the first counts and the others are
    never kept.

    Returns:
        ``None`` if there is anything else, or if there are not at least two.
    """
    source, spans = None, _documents(text)
    several = len(text.splitlines()) >= _FEWEST_LINES
    if several and not spans and (written := as_json(text, lines=True)) is not None:
        source, text = text, written
        spans = _documents(text)
    if len(spans) < _FEWEST_LINES:
        return None
    records = [read(text, start, end, source) for start, end in spans]
    role = Role(record=True, paths=identifying(records, text))
    pieces, last = JsonPieces(LayoutBuilder(), text, small_size(text), source), ""
    for record, (start, end) in zip(records, spans, strict=True):
        line = text[start:end].strip(SPACE)
        if line == last:
            pieces.builder.support(end, gap=NO_MARKER)
        else:
            pieces.add(record, (), role, end=end)
        last = line
    pieces.pair(records)
    return pieces.built("json lines")


def lay_out_fields(text: str) -> Layout | None:
    """The pieces of an object of Python that is printed as its fields: content='No.' id='a1'.

    Returns:
        ``None`` unless there is nothing but such fields on one line, of which one holds others.
    """
    if not BARE.match(text) or len(text.splitlines()) > 1:
        return None
    written = in_json(text)
    starts, end = [0], 0
    parse = json.JSONDecoder().raw_decode
    while key := _FIELD.match(written, end):
        try:
            _, end = parse(written, key.end())
        except (ValueError, RecursionError):
            return None
        starts.append(end)
    starts[-1] = len(text)
    spans = list(pairwise(starts))
    if written[end:].strip() or len(spans) < _FEWEST_LINES:
        return None
    fields = [read(written, *span, text) for span in spans]
    if not any(written[field.value] in "[{" for field in fields):
        return None
    pieces = JsonPieces(LayoutBuilder(), written, small_size(text), text)
    for field, (_, stop) in zip(fields, spans, strict=True):
        pieces.add(field, (), end=stop)
    return pieces.built("json")


def _documents(text: str) -> list[tuple[int, int]]:
    """Where each container in a text begins and ends, with the line breaks after it.

    None at all if anything else is in the text, or two on one line.
    """
    spans: list[tuple[int, int]] = []
    parse = json.JSONDecoder().raw_decode
    start, found = 0, _START.match(text)
    while found is not None:
        try:
            _, stop = parse(text, found.end())
        except (ValueError, RecursionError):
            return []
        rest = _LINE_BREAKS.match(text, stop)
        if rest is None:
            return []
        spans.append((start, rest.end()))
        start, found = rest.end(), _START.match(text, rest.end())
    return spans if start == len(text) else []

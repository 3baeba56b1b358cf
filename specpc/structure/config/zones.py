"""Zones of DNS: a record is kept with the name it is of, its origin and the comment above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.parts.blocks import lay_out_blocks
from specpc.structure.parts.nesting import LineLevel, nested
from specpc.structure.parts.rows import rows
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.text.layout import Layout

_FEWEST: Final = 3
_KNOWN: Final = 0.9
_TYPE: Final = (
    r"(?:SOA|NS|A|AAAA|CNAME|DNAME|MX|TXT|SPF|SRV|PTR|CAA|DS|CDS|DNSKEY|CDNSKEY|RRSIG|NSEC3?"
    r"|NSEC3PARAM|TLSA|SSHFP|NAPTR|HINFO|LOC|HTTPS|SVCB|ALIAS)"
)
_RECORD: Final = lazy_regex(
    r"(?P<name>[^\s;$()\"]++)?+[ \t]++(?:(?:\d++[smhdw]?|(?P<class>IN|CH|HS))[ \t]++){0,2}"
    rf"{_TYPE}[ \t]++\S",
    regex.IGNORECASE,
)
# In any zone that is not called one, and soon found.
_CLASSED: Final = lazy_regex(rf"[ \t](?:IN|CH|HS)[ \t]++{_TYPE}[ \t]")
_DIRECTIVE: Final = lazy_regex(r"\$(?P<origin>ORIGIN)?[A-Z]*+[ \t]++\S", regex.IGNORECASE)
_COMMENT: Final = lazy_regex(r"[ \t]*+;+")
# What a bracket is not in: a string, a comment.
_BRACKETS: Final = lazy_regex(r"\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"|;[^\r\n]*+|[()]")
# By what rows are nested: below an origin, a comment, the name of a record.
_ORIGIN, _HEAD, _NAME, _SAME = range(4)


def lay_out_zone(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of a zone: its records, each with what it is of.

    One without a name is of that above it. A comment heads what follows up to a blank line.

    Returns:
        ``None`` unless nearly all lines are records, directives and comments. That the text is
        ``named`` so allows for records of no class and for few.
    """
    if not named and not _CLASSED.search(text):
        return None
    found = list(_rows(text))
    records = [kind for _, kind in found if kind in {"name", "same", "class"}]
    known = sum(kind != "other" for _, kind in found)
    classed = sum(kind == "class" for kind in records)
    if not records or known < _KNOWN * len(found):
        return None
    if not named and (len(records) < _FEWEST or 2 * classed < len(records)):
        return None
    return lay_out_blocks(text, nested(row for row, _ in found), "zone", gap="; {}\n")


def _rows(text: str) -> Iterator[tuple[LineLevel, str]]:
    """Lines that belong together, how they are nested, and what they are."""
    found = rows(text)
    place, headed = 0, False
    while place < len(found):
        end = place + 1
        record = _RECORD.match(found[place].said)
        comment = _COMMENT.match(found[place].said)
        directive = _DIRECTIVE.match(found[place].said)
        if record:
            depth = _depth(found[place].said)
            while depth > 0 and end < len(found):
                depth += _depth(found[end].said)
                end += 1
            same = record["name"] is None
            level = _SAME if same else _NAME if headed else _HEAD
            kind = "class" if record["class"] else "same" if same else "name"
        elif comment and _RECORD.match(found[place].said, comment.end()):
            level, kind = (_NAME if headed else _HEAD), "out"
        elif comment:
            while not found[end - 1].ends_block and end < len(found) and _is_said(found[end].said):
                end += 1
            level, kind, headed = _HEAD, "comment", True
        else:
            level = _ORIGIN if directive and directive["origin"] else _HEAD
            kind, headed = "directive" if directive else "other", False
        opens = kind not in {"out", "other"}
        last = found[end - 1]
        says = kind in {"name", "same", "class"}
        yield LineLevel(found[place].start, last.end, level, opens, says=says), kind
        headed = headed and not last.ends_block
        place = end


def _is_said(line: str) -> bool:
    """Whether a line is a comment, and no record that is left out."""
    comment = _COMMENT.match(line)
    return comment is not None and _RECORD.match(line, comment.end()) is None


def _depth(line: str) -> int:
    """How many more brackets open in a line than close."""
    marks = [match.group() for match in _BRACKETS.finditer(line)]
    return marks.count("(") - marks.count(")")

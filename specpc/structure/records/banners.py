"""Texts below lines that name them: ``==> notes.txt <==``, ``=== Ticket 12 ===``."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.parts.blocks import lay_out_blocks, record
from specpc.structure.parts.rows import FENCE, rows
from specpc.structure.records.armours import is_edge
from specpc.text.alarms import tells_failure
from specpc.text.layout import Nested
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_BANNER: Final = lazy_regex(r"(?P<mark>[-=*_+~])(?P=mark){2,}+ ?[^\W_]")
_FEWEST: Final = 2
# "# File: src/a.py", "// web/main.ts", "<!-- docs/index.html -->": a remark that names a file.
_FILE: Final = r"(?:[\w.@+~-]++/)*+(?:[\w@+-][\w@+.-]*\.[A-Za-z]\w{0,9}|Makefile|Dockerfile)"
_REMARK: Final = lazy_regex(
    rf"[ \t]*+(?:\#{{1,3}}+|//++|--++|;++|%++|/\*++|<!--)[ \t]*+"
    rf"(?P<said>(?:file|filename|file name|path|source|datei|fichier)[ ]?:[ ]?)?+(?P<file>{_FILE})"
    r"(?:[ ]\([^()\r\n]{1,30}+\))?+[ \t]*+(?:\*/|-->|--++|\#++)?+[ \t]*+",
    regex.IGNORECASE,
)
_ITS_FILE: Final = lazy_regex(rf"(?<!\S){_FILE}(?!\S)")
# What stands above the first of them takes so much of the text at most.
_ABOVE: Final = 0.25
# A text of files begins with the name of one.
_LONGEST_NAME: Final = 200
# Tools draw them across a screen, as pytest does; nobody types them so long.
_SCREEN: Final = 60
_RULE: Final = lazy_regex(r"(?P<mark>[-=*_+~#])(?P=mark){2,}+[ \t]*+")
# What is named between two rules takes so many lines at most.
_LONGEST_TITLE: Final = 3


def is_banner(line: str) -> bool:
    """Whether a line, without what ends it, names what follows it."""
    if line.startswith("==> "):  # of head and tail
        return line.endswith(" <==")
    match = _BANNER.match(line)
    if match is not None and is_edge(line):
        return False
    return match is not None and line.endswith(3 * match["mark"]) and line[-4:-3] != ""


def is_drawn(line: str) -> bool:
    """Whether a line is a rule across the screen."""
    return len(line.rstrip()) >= _SCREEN and _RULE.fullmatch(line) is not None


def title_end(found: Sequence[Row], place: int) -> int:
    """The number of the row after a title that stands between two rules of different marks.

    ``place``, that of the first rule, if there is none.
    """
    rule = _RULE.fullmatch(found[place].said)
    for end in range(place + 1, min(place + _LONGEST_TITLE + 2, len(found))):
        if rule is None or found[end - 1].ends_block:
            break
        if other := _RULE.fullmatch(found[end].said):
            titled = end > place + 1 and other["mark"] != rule["mark"]
            return end + 1 if titled else place
    return place


def _names_file(line: str) -> bool:
    """Whether a line is a remark that names the file which follows it."""
    match = _REMARK.fullmatch(line)
    return match is not None and (match["said"] is not None or "/" in match["file"])


def lay_out_files(text: str) -> Layout | None:
    """The pieces of files, each below a remark that names it.

    Returns:
        ``None`` unless the text begins with one, and has another with a blank line above it.
    """
    first = text[:_LONGEST_NAME].lstrip().splitlines()[:1]
    if not first or not _names_file(first[0]):
        return None
    found = rows(text)
    heads = [
        row
        for before, row in pairwise([None, *found])
        if row is not None and (before is None or before.ends_block) and _names_file(row.said)
    ]
    if len({row.said.strip() for row in heads}) < _FEWEST or heads[0].start:
        return None
    return _below(text, heads)


def lay_out_banners(text: str) -> Layout | None:
    """The pieces of texts of any kind, each with the line that names it.

    Returns:
        ``None`` unless there are two such lines, and they begin the text, or nearly; nor are they
        texts where a tool tells of errors between lines across the screen.
    """
    found = rows(text)
    heads = [row for row in found if is_banner(row.said.rstrip())]
    if len(heads) < _FEWEST or heads[0].start > _ABOVE * len(text):
        return None
    drawn = all(len(row.said.rstrip()) >= _SCREEN for row in heads)
    if drawn and tells_failure(text):
        return None
    if any(FENCE.match(row.said) for row in found):
        return None
    return _below(text, heads)


def _below(text: str, heads: Sequence[Row]) -> Layout:
    """The pieces of texts, each below the line that names it; it may say of which kind it is."""
    ends = [*(row.start for row in heads), len(text)]
    blocks = []
    for row, (start, end) in zip(heads, pairwise(ends), strict=True):
        file = _ITS_FILE.search(row.said)
        nested = Nested(name=file[0]) if file is not None else None
        blocks.append(replace(record(start, end, row.end, body="text"), nested=nested))
    return lay_out_blocks(text, blocks, "named texts", loose="text")

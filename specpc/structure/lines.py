"""Lines of a text as character spans."""

from __future__ import annotations

import re
from typing import Final

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


def lines(text: str) -> list[tuple[int, int]]:
    """``(start, end)`` of every line with its line break and any blank lines after it.

    Blank lines at the very start belong to the first line, so that the spans tile the text; a
    text without anything but white space is one line.
    """
    spans: list[tuple[int, int]] = []
    leading = True  # nothing but blank lines so far
    for match in _LINE.finditer(text):
        start, end = match.span()
        blank = match.group().isspace()
        if spans and (blank or leading):
            start = spans.pop()[0]
        leading = leading and blank
        spans.append((start, end))
    return spans

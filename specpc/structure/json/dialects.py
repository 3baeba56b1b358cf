"""What is almost JSON, written as JSON: Python's dictionaries and lists, JSON with comments, JSON5.

What is written so has as many characters as its source, each in the place of that for which it
stands: pieces of the one are pieces of the other.
"""

from __future__ import annotations

import json
from typing import Final

import regex

NOTE: Final = regex.compile(r"[ \t]*+(?://[^\r\n]*+|/\*[^*\r\n]*+\*/[ \t]*+(?=[\r\n]))")
"""A comment on what stands before it in its line."""
LAST_COMMA: Final = regex.compile(r"[ \t\r\n]*+,")
"""The comma behind the last value, if there is one."""

_DIALECT: Final = regex.compile(
    r"""
    (?P<string>'(?:[^'\\\r\n]|\\[^\r\n])*+' | "(?:[^"\\\r\n]|\\[^\r\n])*+")
        (?P<key>(?=[ \t\r\n]*+:))?+
    | (?P<comment>//[^\r\n]*+ | /\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))
    | (?P<unclosed>["'][^\r\n]*+)
    | ,(?P<last>(?:[ \t\r\n]|//[^\r\n]*+)*+(?=[\]})]))
    | (?P<short>(?<![\w$])[A-Za-z_$]:[ \t])
    | (?P<bare>(?<![\w$])[A-Za-z_$][\w$]++)(?=[ \t]*+:)
    | (?P<call>(?<![\w.])[A-Za-z_][\w.]{0,60}+
        \((?:[^()'"\r\n]|'[^'\\\r\n]*+'|"[^"\\\r\n]*+"){0,200}+\))
    | (?P<word>(?<![\w.])[A-Za-z_][\w.]*+)
    | (?P<mark>[()])
    """,
    regex.VERBOSE,
)
_WORDS: Final = {
    "True": "true",
    "False": "false",
    "None": "null",
    "nan": "NaN",
    "undefined": '"ndefine"',
}
_MARKS: Final = {"(": "[", ")": "]"}
_OPENING: Final = ("{", "[", "(")
# A shorter list without an object, "(2200, 2)", is one value.
_SHORT: Final = 300
_CODED: Final = regex.compile(r'\\[^"\\/bfnrtu]|\\u(?![\da-fA-F]{4})|"')


def as_json(text: str, *, lines: bool = False) -> str | None:
    """An array or object of a dialect as JSON; ``None`` if it is none, or JSON itself.

    Whether ``lines`` of several are is not looked at.
    """
    if not text.lstrip(" \t\r\n")[:1].startswith(_OPENING):
        return None
    if not lines and len(text) <= _SHORT and "{" not in text:
        return None
    written = in_json(text)
    if written == text or lines:
        return None if written == text else written
    try:
        json.loads(written)
    except (ValueError, RecursionError):
        return None
    return written


def in_json(text: str) -> str:
    """A part of a text in a dialect, as `as_json` writes it there."""
    made: list[str] = []
    position = 0
    for match in _DIALECT.finditer(text):
        start, end = match.span()
        if start < position:
            continue
        made.append(text[position:start])
        own, kind = match.group(), match.lastgroup
        if kind == "comment":
            own = " " * len(own)
        elif kind == "last":
            own = _blank(own)
        elif kind in {"string", "key"}:
            own = f'"{_CODED.sub(_hidden, own[1:-1])}"'
        elif kind == "short":
            own = '"":'
        elif kind == "bare":
            own = f'"{own[1:-1]}"'
        elif kind == "call":
            own = f'"{"x" * (len(own) - 2)}"'
        elif kind == "word":
            own = _WORDS.get(own, own)
        elif kind == "mark":
            own = _MARKS[own]
        made.append(own)
        position = end
    made.append(text[position:])
    return "".join(made)


def _hidden(match: regex.Match[str]) -> str:
    """As many characters that mean nothing in JSON."""
    return "'" * len(match.group())


def _blank(text: str) -> str:
    """White space as it is, and as much for anything else."""
    return "".join(mark if mark in " \t\r\n" else " " for mark in text)

"""What is almost JSON, written as JSON: what Python prints, JSON with comments, JSON5.

An object that Python prints, ``Order(id=1, paid=True)``, is one of JSON, too.

What is written so has as many characters as its source, each in the place of that for which it
stands: pieces of the one are pieces of the other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import regex

from specpc.text.patterns import lazy_regex

NOTE: Final = lazy_regex(r"[ \t]*+(?://[^\r\n]*+|/\*[^*\r\n]*+\*/[ \t]*+(?=[\r\n]))")
"""A comment on what stands before it in its line."""
LAST_COMMA: Final = lazy_regex(r"[ \t\r\n]*+,")
"""The comma behind the last value, if there is one."""
# A name and a bracket, and a key in that: an object that is printed.
_OPENS: Final = r"[A-Za-z_][\w.]{0,60}+\((?=[ \t\r\n]*+[A-Za-z_]\w*+=(?!=))"
PRINTED: Final = lazy_regex(rf"(?<![^\s:=])(?:[\[{{]{{1,2}}+(?=')|(?:\[[ ]?)?+{_OPENS})")
"""How what Python prints begins in the middle of other text: ``[{'no': ...``, ``Trip(no=...``."""

_DIALECT: Final = lazy_regex(
    r"""
    (?P<string>'(?:[^'\\\r\n]|\\[^\r\n])*+' | "(?:[^"\\\r\n]|\\[^\r\n])*+")
        (?P<key>(?=[ \t\r\n]*+:))?+
    | (?P<comment>//[^\r\n]*+ | /\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))
    | (?P<unclosed>["'][^\r\n]*+)
    | ,(?P<last>(?:[ \t\r\n]|//[^\r\n]*+)*+(?=[\]})]))
    | (?P<short>(?<![\w$])[A-Za-z_$]:[ \t])
    | (?P<bare>(?<![\w$])[A-Za-z_$][\w$]++)(?=[ \t]*+:)
    | (?P<call>(?<![\w.])[A-Za-z_][\w.]{0,60}+\((?:[^()'"\r\n]
        |'[^'\\\r\n]{0,60}+'|"[^"\\\r\n]{0,60}+"){0,100}+\))
    | (?P<object>(?<![\w.])[A-Za-z_][\w.]{0,60}+\((?=[ \t\r\n]*+[A-Za-z_]\w++=(?!=)))
    | (?P<list>(?<![\w.])[A-Za-z_][\w.]{0,60}+\()
    | (?P<keyword>(?<![\w.])[A-Za-z_]\w++=(?!=)|[ \t][A-Za-z_]=(?!=))
    | (?P<other><[A-Za-z_][^<>\r\n]{0,200}+>)
    | (?P<coded>(?<!\w)[bu](?=['"]) | (?<=\d)\.(?![\w.]))
    | (?P<word>(?<![\w.])[A-Za-z_][\w.]*+)
    | (?P<mark>[()[\]{}])
    """,
    regex.VERBOSE,
)
_WORDS: Final = {
    "True": "true",
    "False": "false",
    "None": "null",
    "nan": "NaN",
    "inf": '"n"',
    "undefined": '"ndefine"',
}
_LITERALS: Final = frozenset({"true", "false", "null", "NaN", "Infinity"})
_OBJECT: Final = "object"
_LIST: Final = "list"
_PRINTING: Final = frozenset({_OBJECT, _LIST})
_STRINGS: Final = frozenset({"string", "key"})
_NAMELESS: Final = frozenset({"call", "other"})
_SPACED: Final = frozenset({"comment", "last", "coded"})
_OPENING: Final = ("{", "[", "(")
_CLOSING: Final = {"{": "}", "[": "]"}
_NAMED: Final = lazy_regex(rf"(?<![\w.]){_OPENS}")
BARE: Final = lazy_regex(r"[ \t\r\n]*+[A-Za-z_]\w*+=(?!=)")
"""How a member of what Python prints begins, or all of them without a bracket."""
_NOTHING_MORE: Final = lazy_regex(
    r"(?:[ \t\r\n]++|//[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))*+\Z"
)
# What is nested deeper is read by nobody.
_DEEPEST: Final = 500
# A shorter list without an object, "(2200, 2)", is one value.
_SHORT: Final = 300
_CODED: Final = lazy_regex(r'\\[^"\\/bfnrtu]|\\u(?![\da-fA-F]{4})|"')


def as_json(text: str, *, lines: bool = False) -> str | None:
    """An array or object of a dialect as JSON; ``None`` if it is none, or JSON itself.

    Whether ``lines`` of several are is not looked at.
    """
    begun = text.lstrip(" \t\r\n")[:_SHORT]
    if not begun.startswith(_OPENING) and not PRINTED.match(begun):
        return None
    if not lines and len(text) <= _SHORT and "{" not in text and not _NAMED.search(text):
        return None
    written = _whole_in_json(text, None if lines else _NOTHING_MORE)
    if written == text or lines:
        return None if written == text else written
    try:
        value = json.loads(written)
    except (ValueError, RecursionError):
        return None
    return written if isinstance(value, (dict, list)) else None


def printed(text: str, start: int) -> tuple[bool, int]:
    """Whether what a bracket opens, at the start or behind a name, is a value of Python.

    Given is also where it ends, or else how far it was looked at.
    """
    depth, end = 0, start
    for match in _DIALECT.finditer(text, start):
        kind, end = match.lastgroup, match.end()
        if kind == "unclosed":
            break
        if kind in _PRINTING or match.group() in _OPENING:
            depth += 1
        elif kind == "mark":
            depth -= 1
        if depth <= 0:
            return kind == "mark" and as_json(text[start:end]) is not None, end
    return False, end


def in_json(text: str, *, named: bool = False) -> str:
    """A part of a text in a dialect, as `as_json` writes it there; as it is if it is too deep.

    It may be a member, or all members of an object that has a name.
    """
    return _in_json(text, _Bracket(_OBJECT if BARE.match(text) else "", "", named))


@lru_cache(maxsize=2)  # each kind of text asks for it
def _whole_in_json(text: str, after: regex.Pattern[str] | None) -> str:
    return _in_json(text, _Bracket("", ""), after)


def _in_json(text: str, around: _Bracket, after: regex.Pattern[str] | None = None) -> str:
    """See `in_json`; as it is, too, if something else stands ``after`` the first value."""
    made: list[str] = []
    opened, position = [around], 0
    for match in _DIALECT.finditer(text):
        start, end = match.span()
        if start < position:
            continue
        made += text[position:start], _written(match.group(), match.lastgroup or "", opened)
        closed = len(opened) == 1 and match.lastgroup == "mark"
        more = closed and after is not None and after.match(text, end) is None
        if len(opened) > _DEEPEST or more:
            return text
        position = end
    made.append(text[position:])
    return "".join(made)


@dataclass(frozen=True)
class _Bracket:
    """A bracket that is open.

    Attributes:
        kind: what it opens, if a name stands before it.
        closing: what closes it in JSON.
        named: whether it, or one around it, has a name.
    """

    kind: str
    closing: str
    named: bool = False


def _written(own: str, kind: str, opened: list[_Bracket]) -> str:
    """A mark, word or string as JSON, given what brackets are open, of which that may be one."""
    inside = opened[-1].kind
    if kind in _PRINTING or own in _OPENING:
        bracket = "{" if kind == _OBJECT else own if own in _CLOSING else "["
        named = opened[-1].named or kind in _PRINTING
        opened.append(_Bracket(kind, _CLOSING[bracket], named))
        made = " " * (len(own) - 1) + bracket
    elif kind == "mark":
        closing = opened.pop().closing if len(opened) > 1 else own
        made = closing if own == ")" else own
    elif kind in _STRINGS:
        made = f'"{_CODED.sub(_hidden, own[1:-1])}"'
    elif kind in _NAMELESS:
        made = (inside != _OBJECT and _printed(own)) or f'"{"x" * (len(own) - 2)}"'
    elif kind in _SPACED or (kind == "keyword" and inside == _LIST):
        made = _blank(own)
    elif kind == "word":
        made = _word(own, named=opened[-1].named)
    elif kind == "bare":
        made = f'"{own[1:-1]}"'
    else:
        made = f'"{own[1:-2]}":' if kind == "short" or inside == _OBJECT else own
    return made


def _printed(own: str) -> str | None:
    """A printed object without brackets in it, if it is one."""
    if not (head := _NAMED.match(own)):
        return None
    made = "{" + in_json(own[head.end() : -1], named=True) + "}"
    try:
        json.loads(made)
    except (ValueError, RecursionError):
        return None
    return " " * (head.end() - 1) + made


def _word(own: str, *, named: bool) -> str:
    """A word of Python; any other, where objects are printed: what it stands for has no literal."""
    if named and own not in _LITERALS and own not in _WORDS and len(own) > 1:
        return f'"{own[1:-1]}"'
    return _WORDS.get(own, own)


def _hidden(match: regex.Match[str]) -> str:
    """As many characters that mean nothing in JSON."""
    return "'" * len(match.group())


def _blank(text: str) -> str:
    """White space as it is, and as much for anything else."""
    return "".join(mark if mark in " \t\r\n" else " " for mark in text)

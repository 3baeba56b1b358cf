"""Kinds of things that may be kept in any case, wherever they stand in a text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import regex

from specpc.text.alarms import find_alarms
from specpc.text.negations import negations
from specpc.text.patterns import lazy_regex
from specpc.text.scripts import UNSPACED_SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specpc.options import Kind
    from specpc.text.spans import Range

_MONTHS: Final = "|".join((
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?",
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?",
    r"januar|februar|märz|mai|juni|juli|oktober|dezember",  # German
    r"janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre",
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
))  # fmt: skip
_TIME: Final = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
# In scripts without spaces a number stands between letters.
_LETTER: Final = rf"[\w--[{UNSPACED_SCRIPTS}]]"
_DATE: Final = lazy_regex(
    rf"(?<!{_LETTER}|\.)(?:\d{{4}}[-/]\d{{2}}[-/]\d{{2}}{_TIME}"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2}(?:\d{2})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?[ \t](?:of[ \t]|de[ \t])?(?:{_MONTHS})\b\.?"
    r"(?:,?[ \t](?:de[ \t])?\d{4}\b)?"
    rf"|(?:{_MONTHS})\b\.?[ \t](?:\d{{1,2}}(?:st|nd|rd|th)?\b(?:,[ \t]\d{{4}}\b)?|\d{{4}}\b)"
    rf"|\d{{4}}年(?:\d{{1,2}}月(?:\d{{1,2}}日)?)?|\d{{1,2}}月\d{{1,2}}日)(?!{_LETTER})",
    regex.IGNORECASE | regex.VERSION1,
)
_NUMBER: Final = lazy_regex(
    rf"(?<!{_LETTER}|\.|\d,)[-+]?[$€£¥]?\.?\d++(?:[.,:]\d++)*+(?:[%‰°]|[a-zA-Zµ]{{1,3}})?"
    rf"(?!{_LETTER})",
    regex.VERSION1,
)
# Capitals tell names where a sentence goes on, or in a row.
_WORD: Final = r"\p{Lu}[\p{L}\p{M}]*+(?:['’-]\p{L}[\p{L}\p{M}]*+)*+"
_NAME: Final = lazy_regex(
    rf"(?<![\p{{L}}\p{{N}}]|[\p{{L}}\p{{M}}]['’-]){_WORD}(?:[ \t]{_WORD})++"
    rf"|(?<=[\p{{Ll}}\p{{N}},;()][ \t])(?:[(\"'“‘]?+){_WORD}"
)
_ID: Final = lazy_regex(
    r"(?<![\w-])(?:[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?=[\w-]*\d)(?=[\w-]*\p{L})[\p{L}\p{N}]++(?:[_-][\p{L}\p{N}]++)*+|\#\d++)(?![\w-])"
)
_SHORTEST_ID: Final = 4
_URL: Final = lazy_regex(
    r"\b(?:[a-z][a-z0-9+.-]{1,15}://|www\.)[^\s<>\"'`\])}]++|[\w.+-]{1,64}@[\w-]++(?:\.[\w-]++)++",
    regex.IGNORECASE,
)
_LINE: Final = lazy_regex(r"[^\r\n]++")


def _matches(pattern: regex.Pattern[str], text: str, *, shortest: int = 1) -> Iterator[Range]:
    for match in pattern.finditer(text):
        if match.end() - match.start() >= shortest:
            yield match.span()


def _errors(text: str) -> Iterator[Range]:
    """Lines in which a tool says what went wrong."""
    lines = [match.span() for match in _LINE.finditer(text)]
    alarms = find_alarms([text[start:end] for start, end in lines], printed=True)
    for line, urgency in zip(lines, alarms.urgency, strict=True):
        if urgency:
            yield line


_FINDERS: Final[dict[Kind, Callable[[str], Iterator[Range]]]] = {
    "numbers": partial(_matches, _NUMBER),
    "dates": partial(_matches, _DATE),
    "names": partial(_matches, _NAME),
    "ids": partial(_matches, _ID, shortest=_SHORTEST_ID),
    "errors": _errors,
    "urls": partial(_matches, _URL),
    "negations": lambda text: (place for place, _ in negations(text)),
}


def find_kind(kind: Kind, text: str) -> list[Range]:
    """Where things of a kind stand in a text, in order."""
    return [*_FINDERS[kind](text)]

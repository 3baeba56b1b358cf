"""What lines look like: digits are alike, words are alike, marks are what they are."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN: Final = lazy_regex(r"(?P<number>\d+)|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*+)|\s++|.")
_WORDS: Final = lazy_re(r"a(?: a)+")
# A shape is told by its beginning.
_LOOKED_AT: Final = 120
_LONGEST: Final = 6
# So many lines, which are no longer, are remembered.
_KNOWN: Final = 4096
_LONGEST_KNOWN: Final = 400
# Marks that prose has too.
_PROSE: Final = lazy_re(r"[a .,;!?'’\"“”()…—–-]*")
# "Ticket 12", "Order no. #5", "Name: ...": the same words before a mark or number.
_NAMED: Final = lazy_regex(
    r"\W{0,4}(?P<name>[^\W\d_]+(?:[ .][^\W\d_]+){0,2}+)\.?[ \t]*+(?P<mark>[:=#№]|-?\d|[\[(]\d)"
)
# What stands below these is running text, if it is not data.
_TEXTS: Final = lazy_re(
    r"\W{0,4}(?:document|passage|paragraph|source|chapter|section|article|part|page|context|text)s?\b",
    re.IGNORECASE,
)
# What shows the state of a unit or a test is alike: "● ssh.service", "× nginx.service".
_STATES: Final = str.maketrans("○×✓✔✗✘↻", "●●●●●●●")
_SENTENCE: Final = lazy_re(r"(?:\S+\s+){7}.*[.!?]\W*$")
_LONG: Final = 50
_PAUSES: Final = frozenset(".:;!?|")
_RUNS_ON: Final = lazy_re(r"\s*[^\W\d_A-Z]")
_PLAIN: Final = lazy_regex(r"[(\"'“‘]?[^\W\d_]+(?:['’-][^\W\d_]+)*+[,;.!?)\"'”’]*+")
_ENDED: Final = lazy_re(r"(?:[^\W\d_][^\W\d_][.!?]|[。！？])[\"'”’)\]]*$")
_CLAUSE_END: Final = lazy_regex(r"\p{L}{2}[.!?;,][\"'”’)]?\Z")
_FEWEST_OTHER: Final = 2
_STATEMENT: Final = lazy_re(r"(?:[;{}(]|\)[:,])$")
_MOSTLY: Final = 0.85


def key_of(line: str) -> str | None:
    """What the first lines of like records have in common: words with a number, or a shape."""
    if named := name_of(line):
        return named
    if _TEXTS.match(line) or _SENTENCE.match(line[:_LOOKED_AT]):
        return None
    whole = _shape(line[:_LOOKED_AT])
    shape = whole[:_LONGEST]
    return None if "a" not in whole or _PROSE.fullmatch(shape) else shape


def name_of(line: str) -> str | None:
    """The words with which a line begins, if a number or mark follows them."""
    return _known_name(line) if len(line) <= _LONGEST_KNOWN else _name_of(line)


def _name_of(line: str) -> str | None:
    named = _NAMED.match(line)
    if named is None or _TEXTS.match(line):
        return None
    mark = named["mark"]
    return f"{named['name'].casefold()} {'0' if mark[-1].isdigit() else mark}"


_known_name = lru_cache(_KNOWN)(_name_of)  # each kind asks for those of the same lines


def shape_of(line: str) -> str | None:
    """The same for any line, whose beginning need not be the same; ``None`` if it tells nothing."""
    if named := name_of(line):
        return named
    if _TEXTS.match(line) or _SENTENCE.match(line[:_LOOKED_AT]):
        return None
    shape = _shape(line[:_LOOKED_AT])
    return None if _PROSE.fullmatch(shape) else shape


@lru_cache(_KNOWN)
def _shape(line: str) -> str:
    made = []
    for match in _TOKEN.finditer(line.strip().translate(_STATES)):
        said = match.group()
        made.append("0" if match["number"] else "a" if match["word"] else said[0])
    return _WORDS.sub("a", "".join(" " if one.isspace() else one for one in made))


def is_running(lines: Sequence[str]) -> bool:
    """Whether most lines that do not end with a sentence are prose that goes on in the next."""
    said = [line for line in lines if any(map(str.isalnum, line))]
    unended = [pair for pair in pairwise(said) if pair[0].rstrip()[-1:] not in _PAUSES]
    on = sum(len(line) >= _LONG and _goes_on(line, after) for line, after in unended)
    return 2 * on > len(unended) and 3 * on > len(said) - 1


def _goes_on(line: str, after: str) -> bool:
    shouted = line.isupper() and after.isupper()
    return (shouted or _RUNS_ON.match(after) is not None) and is_plain(line)


def is_told(lines: Sequence[str]) -> bool:
    """Whether most of some lines is sentences, and next to nothing else is said in them."""
    ended = [_ENDED.search(_end(line)) is not None for line in lines]
    told = sum(
        len(line) for line, ends in zip(lines, ended, strict=True) if ends and not name_of(line)
    )
    other = sum(
        shape_of(line) is not None and not ends
        for line, ends in zip(lines[1:], ended[1:], strict=True)
    )
    return 2 * told > sum(map(len, lines)) and other < _FEWEST_OTHER


def is_code(lines: Sequence[str]) -> bool:
    """Whether half of some lines end as statements do."""
    return 2 * sum(_STATEMENT.search(_end(line)) is not None for line in lines) >= len(lines)


def _end(line: str) -> str:
    return line.rstrip()[-_LOOKED_AT:]


def is_plain(line: str) -> bool:
    """Whether nearly all of a line is words, with the marks of sentences."""
    words = line.split()
    return sum(_PLAIN.fullmatch(word) is not None for word in words) >= _MOSTLY * len(words)


def ends_clause(said: str) -> bool:
    """Whether a line ends as a sentence or a part of one does, which no title or entry does."""
    return _CLAUSE_END.search(said) is not None

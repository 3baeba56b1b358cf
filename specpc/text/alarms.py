"""Pieces in which a tool says what went wrong, where, and how it ended."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Final

import regex

from specpc.text.colours import COLOUR
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What the system says of a call that failed.
_SYSTEM: Final = (
    r"(?:[Nn]o such file or directory|[Pp]ermission denied|(?:Is|[Nn]ot) a directory|File exists"
    r"|[Nn]o space left on device|Connection (?:refused|reset|timed out)|Operation not permitted"
    r"|(?:Resource|Device)[^:\r\n]{1,20}(?:busy|unavailable)|Broken pipe|command not found)\b"
)
_RAISED: Final = r"(?:Error|Exception)"
_CANNOT: Final = r"(?i:cannot|can't|could not|couldn't|unable to|failed to)"
# As tools write it; in prose an error has neither capitals throughout nor a colon.
_FAILURE: Final = lazy_regex(
    # Nothing else begins with what this looks at first: most characters are passed by at once.
    r"^(?:"
    r"E {2,}\S| ! \[\w|[ \t]*+(?:not ok\b|[✖✗✘✕×] )|[^\w\r\n]{0,12}Failed\b"
    r"|(?:[EF]\d{3,4}|invalid-syntax:) (?:\[\*\] )?[A-Z`]"
    rf"|(?:\[?[\w.+/-]{{1,60}}\]?: ){{1,3}}+(?:\(\d+\) )?{_CANNOT}\b)"
    r"|(?=[A-Zefpnbc])(?:"
    r"\b(?:error|Error|fatal|Fatal|panic)(?:\[\w+\])?(?: \w+\d+)?: "
    r"|\b[Ff]ailure: "
    r"|\b(?:ERROR|FATAL|CRITICAL|SEVERE|PANIC|EMERG|FAILED|FAIL|FAILURE|CONFLICT)\b"
    r"|\bUNMET (?!OPTIONAL)"
    r"|npm (?:ERR!|error)"
    r"|\bError (?:at|in) \S+:\d"
    rf"|{_RAISED}\b(?=(?: \[\w+\])?: \S)(?<=(?<!\w)[A-Za-z_.]{{0,60}}{_RAISED})"
    rf"|{_RAISED}(?<=^(?:[ \t>|]{{0,40}}|E[ \t]{{1,9}}|\S{{1,200}}:\d{{1,9}}: "
    rf"|Caused by: )[\w.$]{{0,80}}{_RAISED})[^\S\r\n]*+(?=[\r\n]|\Z)"
    r"|\bpanicked at |Segmentation fault|core dumped"
    r"|\bInvalid (?:read|write|free)|\bboth modified: "
    r"|\b[Ee]xit(?:ed)?(?: with)? (?:code|status):? [1-9])"
    r"|\[(?i:error|fatal|failed|failure)\]|\*{3} ?(?:Error|Failed|\[)|\(Failed\)"
    rf"|:(?:\d+(?::\d+)?:? (?:[EF]\d{{3,4}}\b|(?:error|fatal)\b)| {_SYSTEM}"
    r"| undefined reference to )"
    r"|[ \t](?=\d)\d+:\d+[ \t]+error[ \t]",
    regex.MULTILINE,
)
_OUTCOME: Final = lazy_regex(
    r"^(?:[^\w\r\n]{0,9}(?:\w{1,30}: )?"
    r"(?i:build|configuring|compilation|installation|tests?)(?: run)? "
    r"(?:aborted|failed|incomplete|stopped|terminated)\b"
    r"|[#ℹ] (?:tests|pass|fail) \d|\w{0,9}make(?:\[\d+\])?: \*\*\*"
    r"|Errors? (?:while|during|occurred)\b|Successfully \w+|Success: |Result: |TOTAL\b)"
    r"|(?=[\dBERSTt])\b(?:"
    r"\d+ (?:failed|failures?|failing|errors?|problems?|passed|passing)\b"
    r"(?=[ \t]*(?:[^\w \t]|in \d|generated\b|\Z))|Tests run: \d|BUILD [A-Z]+"
    r"|(?:ERROR )?SUMMARY: |test result: |Ran \d+ tests?\b)",
    regex.MULTILINE,
)
_WARNING: Final = lazy_regex(
    r"\b(?:\w{0,60}W|w)arning(?:\[\w+\])?: |\bWARN(?:ING)?\b"
    r"|(?:^|:\d+:\d+: )[A-Z]{1,4}\d{3,4}:? (?:\[\*\] )?[A-Z`]",
    regex.MULTILINE,
)
_SURE: Final = 1.0
_PLACE: Final = 0.7
_PERHAPS: Final = 0.2

# Where something is in a file: "tests/fares.py:12", "line 12", a frame.
_WHERE: Final = lazy_regex(r"[\w)\]>]\.\w{1,10}:\d|\(\d+,\d+\)|(?:, |\bat \S{1,200} )line \d")
_FRAME: Final = lazy_regex(r"[ \t|]*File \"")
_LIBRARY: Final = lazy_regex(
    r"[/\\](?:(?:site|dist)-packages|node_modules|lib[/\\]python[\d.]{1,9}|usr[/\\](?:lib|include)|rustc)[/\\]"
    r"|\.\.[/\\]\.\.[/\\]|\bnode:|\bjava\.base/"
)
_FRAMES: Final = 40
# So many pieces after an error say where it is, or else so many before.
_AFTER: Final = 30
_BEFORE: Final = 2
_NEAR: Final = 3
# So many errors of a kind come before all else.
_OF_A_KIND: Final = 12
# Of two errors of a kind, names, places and numbers differ.
_DIFFERS: Final = lazy_regex(
    r"'[^'\r\n]{0,200}'|\"[^\"\r\n]{0,200}\"|`[^`\r\n]{0,200}`|\S{0,200}[/\\.:_\d]\S{0,200}|\s+"
)
_LOOKED_AT: Final = 300


@dataclass(frozen=True)
class Alarms:
    """What pieces tell of what went wrong.

    Attributes:
        levels: for each, from 0 to 1, how much: an error or how it ended, its place, a warning.
        kinds: for each piece what errors or warnings of its kind have in common, if it is one.
        urgency: for each 2 for errors and how it ended, 1 for where and what more, else 0.
    """

    levels: Sequence[float]
    kinds: Sequence[str | None]
    urgency: Sequence[int]


def tells_outcome(line: str) -> bool:
    """Whether a line says how something ended."""
    return _OUTCOME.search(_plain(line)) is not None


def _plain(text: str) -> str:
    """What is looked at: without colours, and with line ends as patterns know them."""
    return COLOUR.sub("", text).replace("\r", "\n")


def tells_failure(text: str) -> bool:
    """Whether something in what a tool printed is urgent: an error, or how it ended."""
    said = _plain(text)
    return _FAILURE.search(said) is not None or _OUTCOME.search(said) is not None


def find_alarms(texts: Sequence[str], *, printed: bool) -> Alarms:
    """The alarms of pieces that follow one another.

    What a tool ``printed`` ends with how it went, and says where errors are; in other texts, of
    which some speak of errors, none is urgent.
    """
    texts = [_plain(text) for text in texts]
    # Nothing that is looked for goes on in the next line.
    together, levels = "\n".join(texts), [0.0] * len(texts)
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    kinds: list[str | None] = [None] * len(texts)
    errors: set[int] = set()
    for pattern, level in ((_WARNING, _PERHAPS), (_FAILURE, _SURE), (_OUTCOME, _SURE)):
        for match in pattern.finditer(together):
            piece = bisect_right(starts, match.start()) - 1
            if levels[piece] < level or pattern is _OUTCOME:
                levels[piece], kinds[piece] = level, _kind(together, match.start())
            if pattern is _FAILURE:
                errors.add(piece)
    if not printed:
        return Alarms(levels, [None] * len(texts), [0] * len(texts))
    if _SURE in levels:
        levels[_last(texts)] = _SURE
        for piece in {*_places(texts, levels, sorted(errors))}:
            levels[piece] = _PLACE
    return Alarms(levels, kinds, _urgency(levels, kinds))


def _urgency(levels: Sequence[float], kinds: Sequence[str | None]) -> list[int]:
    """Of very many errors of one kind, the first are urgent."""
    seen = Counter[str]()
    found = [0] * len(levels)
    for piece, (level, kind) in enumerate(zip(levels, kinds, strict=True)):
        if level < _PLACE:
            continue
        if kind is not None:
            seen[kind] += 1
        if kind is None or seen[kind] <= _OF_A_KIND:
            found[piece] = 2 if level == _SURE else 1
    return found


def _kind(text: str, position: int) -> str:
    """What is left of the line of an error without what differs in others of its kind."""
    first = max(0, position - _LOOKED_AT)
    low = max(text.rfind("\n", first, position), text.rfind("\r", first, position), first - 1) + 1
    said = text[low : position + _LOOKED_AT].splitlines()[0]
    return _DIFFERS.sub(" ", said).strip()


def _last(texts: Sequence[str]) -> int:
    """The last piece that is not blank: it tells how it ended."""
    return next((n for n in range(len(texts) - 1, -1, -1) if texts[n].strip()), 0)


def _places(texts: Sequence[str], levels: Sequence[float], errors: Sequence[int]) -> Iterator[int]:
    """Pieces that say where errors are that do not say so themselves, and what goes on with those.

    Where: the frame before it, or else the first place after it, or one just before.
    """
    for piece in errors:
        near = range(piece + 1, min(piece + 1 + _NEAR, len(texts)))
        after = next((n for n in near if _tells(texts[n])), piece)
        if levels[after] < _SURE and _indent(texts[after]) > _indent(texts[piece]):
            yield after
        if _says_where(texts[piece]):
            continue
        if piece and _FRAME.match(texts[piece - 1]):
            yield from _frames(texts, piece - 1)
            continue
        around = [*range(piece + 1, min(piece + 1 + _AFTER, len(texts)))]
        ends = (n for n, other in enumerate(around) if levels[other] == _SURE)
        around = around[: next(ends, len(around))]
        around += range(piece - 1, max(piece - 1 - _BEFORE, -1), -1)
        where = [n for n in around if levels[n] < _SURE and _says_where(texts[n])]
        own = (n for n in where if not _is_library(texts[n]))
        yield from {*where[:1], *islice(own, 1)}


def _frames(texts: Sequence[str], last: int) -> Iterator[int]:
    """The frame that an error is raised in, and the last that is of no library."""
    yield last
    for piece in range(last, max(last - _FRAMES, -1), -1):
        if not _FRAME.match(texts[piece]):
            return
        if not _is_library(texts[piece]):
            yield piece
            return


def _tells(text: str) -> bool:
    return any(map(str.isalnum, text[:_LOOKED_AT]))


def _indent(text: str) -> int:
    said = text.lstrip("\r\n")
    return len(said) - len(said.lstrip())


def _is_library(text: str) -> bool:
    return _LIBRARY.search(text[:_LOOKED_AT]) is not None


def _says_where(text: str) -> bool:
    return _WHERE.search(text[:_LOOKED_AT]) is not None

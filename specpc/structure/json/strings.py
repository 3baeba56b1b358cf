"""Strings of JSON: what they mean, where each meant character is written, and which are texts."""

from __future__ import annotations

import json
import sys
from collections import Counter
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.text.layout import LayoutBuilder, Nested
from specpc.text.patterns import lazy_regex
from specpc.text.scripts import UNSPACED

if TYPE_CHECKING:
    import regex
    from numpy.typing import NDArray

    from specpc.structure.json.tree import JsonValue
    from specpc.text.layout import Layout

LONG: Final = 120
"""From this many characters on a string that is running text is cut like one."""

# Two halves of one character; any other escape; what parts strings that are lines of one text.
_ESCAPE: Final = lazy_regex(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
    r'|(?P<joint>(?:"[ \t\r\n]*+,[ \t\r\n]*+")++)'
)
# Of strings of Python, which may hold quotation marks.
_OTHER_ESCAPE: Final = lazy_regex(
    r"\\x[0-9a-fA-F]{2}|\\U[0-9a-fA-F]{8}|\\u[0-9a-fA-F]{4}|\\.(?P<joint>(?!))?"
)
_JOINT_BEFORE: Final = lazy_regex(r'(?r)(?:"[ \t\r\n]*+,[ \t\r\n]*+")++')
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
# Text has words; addresses, hashes and encoded images have none, and say nothing in part.
_LONGEST_WORDS: Final = 25
_UNSPACED: Final = lazy_regex(UNSPACED)
_SIMPLE: Final[dict[str, str]] = {
    f"\\{mark}": json.loads(f'"\\{mark}"') for mark in '"\\/bfnrt'
} | {"\\'": "'"}
_SPACES: Final = ("\\n", "\\r", "\\t")
# Breaks between paragraphs.
_PARAGRAPHS: Final = 2
# How what a line goes on from ends, and how what goes on with one begins: ":8080" and "./src" do
# not, nor does what has no words go on.
_CARRIED: Final = lazy_regex(r"[^ .!?][ ]\Z")
_CARRIES: Final = lazy_regex(r"[ ][(“«„‘'\"\\]{0,2}+\p{L}|[,.;:!?)]{1,3}+(?:[ ]|\\n|\Z)")
_LETTER: Final = lazy_regex(r"\p{L}")
_MOST_RUNS: Final = 200
_LINE_END: Final = '\\n"'
_BREAK: Final = lazy_regex(r"\s|\\[nrt]")


def is_text(written: str) -> bool:
    """Whether what stands between two quotes is made of words, or is JSON itself."""
    words = 1 + sum(1 for _ in _BREAK.finditer(written))
    words += sum(1 for _ in _UNSPACED.finditer(written))
    return words * _LONGEST_WORDS >= len(written) or written[:1] in "{["


def are_lines(value: JsonValue, text: str) -> bool:
    """Whether an array holds the lines of one text: strings that end with line breaks."""
    strings = value.inside
    return (
        len(strings) > 1
        and value.size >= LONG
        and all(text[one.value] == '"' and one.key is None for one in strings)
        and all(text.endswith(_LINE_END, one.value, one.end) for one in strings[:-1])
    )


def are_runs(value: JsonValue, text: str) -> bool:
    """Whether an array holds the parts of one line: objects whose strings go on with each other.

    So rich text is written: what is bold, or a link, is an object of its own.
    """
    objects = value.inside
    if not 1 < len(objects) <= _MOST_RUNS or any(text[one.value] != "{" for one in objects):
        return False
    told = [said for said in (_strings(one, text) for one in objects) if said]
    # It is one member that goes on, the same in all.
    joined = Counter(
        path
        for before, after in pairwise(told)
        for path in before.keys() & after.keys()
        if _goes_on(before[path], after[path])
    )
    return max(joined.values(), default=0) * 2 >= max(2, len(told) - 1)


def _goes_on(before: str, after: str) -> bool:
    """Whether what a string says goes on in the next."""
    carried = _CARRIED.search(before, max(0, len(before) - 2)) or _CARRIES.match(after)
    return carried is not None and _LETTER.search(before) is not None


def _strings(value: JsonValue, text: str) -> dict[tuple[str | None, ...], str]:
    """The strings of an object that may be running text, and of the objects in it."""
    found = {}
    for member in value.inside:
        for path, one in [
            ((member.key,), member),
            *(((member.key, inner.key), inner) for inner in member.inside),
        ]:
            if text[one.value] == '"' and one.size > len('""'):
                found[path] = text[one.value + 1 : one.end - 1]
    return found


def as_text(name: str | None = None, *, dialect: bool = False) -> Nested:
    """How what stands between two quotes is read, or from the first of some strings to the last."""
    if dialect:
        return Nested(name, partial(decode, escape=_OTHER_ESCAPE), gap="", tidy=_separated)
    return Nested(name, decode, gap="", tidy=_separated)


def decode(written: str, escape: regex.Pattern[str] = _ESCAPE) -> tuple[str, NDArray[np.int64]]:
    r"""The text that is meant by what stands between quotes, and where its characters are written.

    Half a character (a lone ``\ud83d``) is read as one that cannot be shown. What stands between
    the strings of a list (``", "``) means nothing, and belongs to the character before it.
    """
    if "\\" not in written and '"' not in written:
        return written, np.arange(len(written) + 1)
    meant: list[str] = []
    offsets: list[int] = []
    position = 0
    for match in escape.finditer(written):
        start, end = match.span()
        meant.append(written[position:start])
        offsets += range(position, start)
        if match["joint"] is None:
            meant.append(_unescaped(match.group()))
            offsets.append(start)
        position = end
    meant.append(written[position:])
    offsets += range(position, len(written) + 1)
    offsets[0] = 0  # what parts strings may come first
    return "".join(meant), np.asarray(offsets)


def _unescaped(escape: str) -> str:
    if (meant := _SIMPLE.get(escape)) is not None:
        return meant
    if escape[1] in "xU":
        return chr(min(int(escape[2:], 16), sys.maxunicode))
    try:
        meant = str(json.loads(f'"{escape}"'))
    except ValueError:
        return _REPLACEMENT
    return meant if len(meant) == 1 and not "\ud800" <= meant <= "\udfff" else _REPLACEMENT


def _gap_before(written: str, start: int, end: int) -> int:
    """Where the white space, and what parts two strings, begins before ``end``."""
    while end > start:
        if written[end - 1] == " ":
            end -= 1
        elif written.endswith(_SPACES, start, end) and not _is_escaped(written, start, end - 2):
            end -= 2
        elif joint := _JOINT_BEFORE.match(written, start, end):
            end = joint.start()
        else:
            break
    return end


def _is_escaped(written: str, start: int, backslash: int) -> bool:
    """Whether a backslash is the second half of an escaped one."""
    first = backslash
    while first > start and written[first - 1] == "\\":
        first -= 1
    return (backslash - first) % 2 == 1


def _separated(written: str, layout: Layout) -> Layout:
    """The layout in which what parts two pieces is kept where something on both sides is.

    So a string begins and ends with what was kept of it, and where paragraphs or lines go, one of
    their breaks stays between what was in different ones.
    """
    builder, renamed, separators = LayoutBuilder(), list[int](), dict[int, int]()
    for piece, (start, end) in enumerate(pairwise(layout.edges.tolist())):
        renamed.append(builder.next_piece)
        gap = end
        if piece not in layout.separators and piece < len(layout) - 1:
            gap = _gap_before(written, start, end)
        parts = start == gap < end and piece not in layout.supports
        stop = gap if gap > start else end
        if parts:  # nothing but what parts the pieces around it
            separators[builder.support(end)] = _breaks(written[start:end])
        elif piece in layout.supports:
            builder.support(stop)
        else:
            builder.unit(stop, whole=piece in layout.whole)
            if piece in layout.finer:
                builder.refinable(renamed[piece], layout.finer[piece])
        if stop < end:
            separators[builder.support(end)] = _breaks(written[stop:end])
    renamed.append(builder.next_piece)
    for piece, supports in layout.needs.items():
        builder.require(renamed[piece], *(renamed[support] for support in supports))
    for piece, (first, end) in layout.separators.items():
        builder.surround(renamed[piece], renamed[first], renamed[end])
    for separator, around in _around(separators, builder.next_piece).items():
        builder.surround(separator, *around)
    return builder.build(layout.kind)


def _breaks(written: str) -> int:
    """How far what stands between two pieces parts them: words, lines or paragraphs."""
    return min(_PARAGRAPHS, max(written.count("\\n"), written.count("\\r")))


def _around(separators: dict[int, int], pieces: int) -> dict[int, tuple[int, int]]:
    """The range around each separator: what it parts is what no stronger one does."""
    ranges: dict[int, tuple[int, int]] = {}
    waiting: list[int] = []
    for separator, breaks in separators.items():
        while waiting and separators[waiting[-1]] <= breaks:
            ended = waiting.pop()
            ranges[ended] = (ranges[ended][0], separator)
        ranges[separator] = (waiting[-1] + 1 if waiting else 0, pieces)
        waiting.append(separator)
    return ranges

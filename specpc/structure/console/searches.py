"""What a search prints (grep, ripgrep, ag, git grep): lines with the file they are in.

A file stands before each line, or above its lines; what is around a match is told from it by the
mark behind the number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.rows import mostly, rows, runs_of
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import regex

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_FEWEST: Final = 3
_SEPARATOR: Final = "--"
# "kiosk/fares.py:14:def fare(to):", and of the lines around that "kiosk/fares.py-15-".
_PLACED: Final = lazy_regex(
    r"(?P<path>(?:[A-Za-z]:)?+[^\s:-][^:\r\n]{0,300}+):(?P<number>\d{1,7}+):"
)
_NUMBER: Final = lazy_re(r"[-=](\d{1,7})[-=]")
_MOST_NUMBERS: Final = 8
# The same below the name of the file, or where there is one alone.
_NUMBERED: Final = lazy_regex(r"(?P<number>\d{1,7}+)(?P<mark>[:=-])(?P<said>.*)")
_PATH: Final = lazy_regex(
    r"(?:[A-Za-z]:)?+(?:[^\s:/\\][^:/\\\r\n]{0,100}+)?+(?:[/\\][^:/\\\r\n]{1,100}+)*+"
)
_ENDING: Final = lazy_re(r"[\w)\]-]\.\w{1,10}$")
_TIME: Final = lazy_re(r"\d\d?:\d\d(?!\d)")
# "kiosk/fares.py:def fare(to):", without numbers; a name that a space follows may be a speaker.
_NAMED: Final = lazy_regex(
    r"(?P<path>[^\s:]{0,300}[/.]\w[^\s:]{0,100}+):(?!:|//|\d[\w.-]*+(?::|$))"
    r"(?P<said>(?:\S|[ ]{2}|\t)?+)"
)


def lay_out_search(text: str) -> Layout | None:
    """The pieces of what a search found.

    A line is kept with its file, be that before or above it. What is shown around a match is one
    piece with it if it is short.

    Returns:
        ``None`` unless at least half of the text is that; lines that have a place before them and
        nothing around are left to what knows messages of compilers.
    """
    found = rows(text)
    blocks = _matches(found)
    if not mostly(text, found, blocks):
        return None
    return lay_out_blocks(text, blocks, "search", loose="text")


def search_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be such in a text (see `Kind.runs`)."""
    return runs_of(_matches(rows(text)), spans)


@dataclass(frozen=True)
class _FoundLine:
    """A line that was found, or is around one.

    Attributes:
        number: of the line in its file.
        matches: whether it was found.
        said: what it says.
    """

    number: int
    matches: bool
    said: str


def _matches(found: Sequence[Row]) -> list[Block]:
    placed = [_PLACED.match(row.said) for row in found]
    paths = {match["path"] for match in placed if match is not None}
    blocks: list[Block] = []
    place = 0
    while place < len(found):
        after = place + 1
        for read in (_with_paths, _below_path, _without_path, _named):
            end, own = read(found, place, paths)
            after = max(after, end)
            if own:
                blocks += own
                break
        place = after
    return blocks


def _with_paths(found: Sequence[Row], place: int, paths: set[str]) -> tuple[int, Sequence[Block]]:
    """Lines with a file before each, some of which are around others.

    This returns, as the next do, the number of the row after all that was looked at, and
    blocks, if it is what was looked for.
    """
    if not paths:
        return place, ()
    lines: list[_FoundLine | None] = []
    while place + len(lines) < len(found):
        said = found[place + len(lines)].said
        line = _placed_line(said, paths)
        if line is None and (said != _SEPARATOR or not lines):
            break
        lines.append(line)
    end = place + len(lines)
    own = [line for line in lines if line is not None]
    matches = sum(line.matches for line in own)
    if not 0 < matches < len(own) or len(own) < _FEWEST:
        return end, ()
    return end, _groups(found[place:end], lines)


def _placed_line(said: str, paths: set[str]) -> _FoundLine | None:
    match = _PLACED.match(said)
    if match is not None:
        return _FoundLine(int(match["number"]), True, said[match.end() :])
    for found, _ in zip(_NUMBER.finditer(said), range(_MOST_NUMBERS), strict=False):
        if said[: found.start()] in paths:
            return _FoundLine(int(found[1]), False, said[found.end() :])
    return None


def _below_path(found: Sequence[Row], place: int, paths: set[str]) -> tuple[int, Sequence[Block]]:
    """A file above its lines."""
    row = found[place]
    if place + 1 == len(found) or not found[place + 1].said[:1].isdecimal():
        return place, ()
    if row.ends_block or not _is_path(row.said) or _NUMBERED.match(row.said):
        return place, ()
    lines = _numbered_lines(found, place + 1, blank=False)
    own = [line for line in lines if line is not None]
    if not any(line.matches for line in own) or not _ascend(own):
        return place, ()
    end = place + 1 + len(lines)
    if all(_TIME.match(one.said) for one in found[place + 1 : end]):
        return place, ()
    inside = _groups(found[place + 1 : end], lines)
    return end, [block(row.start, found[end - 1].end, row.end, inside=inside)]


def _without_path(found: Sequence[Row], place: int, paths: set[str]) -> tuple[int, Sequence[Block]]:
    """Lines of the only file there is, some of which are around others."""
    lines = _numbered_lines(found, place, blank=True)
    end = place + len(lines)
    own = [line for line in lines if line is not None]
    matches = sum(line.matches for line in own)
    if not 0 < matches < len(own) or len(own) <= _FEWEST or not _ascend(own):
        return end, ()
    # What is around a line stands next to it.
    pairs = [(one, other) for one, other in pairwise(lines) if one and other]
    apart = any(other.number != one.number + 1 for one, other in pairs)
    return end, () if apart else _groups(found[place:end], lines)


def _numbered_lines(found: Sequence[Row], place: int, *, blank: bool) -> list[_FoundLine | None]:
    """Lines with a number, and what parts them, up to a blank one or, maybe, across those."""
    if place < len(found) and not found[place].said[:1].isdecimal():
        return []
    lines: list[_FoundLine | None] = []
    while place + len(lines) < len(found):
        row = found[place + len(lines)]
        match = _NUMBERED.fullmatch(row.said)
        if match is None and (row.said != _SEPARATOR or not lines):
            break
        line = match and _FoundLine(int(match["number"]), match["mark"] == ":", match["said"])
        lines.append(line)
        if row.ends_block and not blank:
            break
    return lines


def _ascend(own: Sequence[_FoundLine]) -> bool:
    return all(one.number < other.number for one, other in pairwise(own))


def _is_path(said: str) -> bool:
    said = said.rstrip()
    if _PATH.fullmatch(said) is None:
        return False
    return _ENDING.search(said) is not None or (" " not in said and "/" in said)


def _groups(found: Sequence[Row], lines: Sequence[_FoundLine | None]) -> list[Block]:
    """Blocks of lines that stand together; what parts them is none."""
    blocks: list[Block] = []
    own: list[Block] = []
    for row, line in zip(found, lines, strict=True):
        if line is None:
            blocks += [*_group(own), replace(block(row.start, row.end), body="nothing")]
            own = []
        else:
            says = any(map(str.isalnum, line.said))
            own.append(replace(block(row.start, row.end), body="lines" if says else "nothing"))
    return [*blocks, *_group(own)]


def _group(own: Sequence[Block]) -> list[Block]:
    return [record(own[0].start, own[-1].end, inside=own)] if own else []


def _named(found: Sequence[Row], place: int, paths: set[str]) -> tuple[int, Sequence[Block]]:
    """Lines that each begin with a file, without a number."""
    if ":" not in found[place].said:
        return place, ()
    matches: list[regex.Match[str]] = []
    while place + len(matches) < len(found):
        match = _NAMED.match(found[place + len(matches)].said)
        if match is None:
            break
        matches.append(match)
    end = place + len(matches)
    if len(matches) < _FEWEST or not any(match["said"] for match in matches):
        return end, ()
    names = [match["path"] for match in matches]
    if len({*names}) == len(names) and not all("/" in name for name in names):
        return end, ()  # keys with dots
    return end, [block(row.start, row.end) for row in found[place:end]]

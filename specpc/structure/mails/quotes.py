"""Quoted history of mails: what is quoted brings the line that says whom, at every level."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.structure.parts.lines import OWN_LINE
from specpc.text.layout import Nested
from specpc.text.patterns import lazy_regex
from specpc.text.units import segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from specpc.text.layout import LayoutBuilder

_LINE: Final = lazy_regex(r"[^\r\n]*+(?:\r\n|\n|\r)|[^\r\n]++\Z")
# As mails and newsgroups quote: "> ", "|> ", ": ", "AL> "; no prompt of a shell.
_PREFIX: Final = lazy_regex(
    r"\A(?![ \t]++:)(?:[ \t]{0,3}+(?:\|?+>|(?!PS)[A-Z]{2}>|:(?=[ \t]\S|[ \t]*+[\r\n]|\Z)))++[ \t]?"
)
_MARK: Final = lazy_regex(r"[>:]")
_BARE: Final = "|:> \t\r\n"
# "On 1 May 2024 at 10:12, Ada Lovelace <ada@example.org> wrote:", perhaps in two lines.
ATTRIBUTION: Final = lazy_regex(
    r"[> \t]*+[^\s>][^\r\n]{2,200}(?:(?:\r\n|\n|\r)[> \t]*+[^\s>][^\r\n]{0,120})?"
    r"(?:\b(?:wrote|writes|schrieb[^\r\n:]{0,100}|geschrieben|a écrit|escribió|ha scritto|escreveu"
    r"|schreef|skrev|napisał\w*|пишет|написала?|写道|寫道)|\d:\d\d[^\r\n<>]{1,60}+<[^\s<>@]{1,60}+@[^\s<>]{1,60}+>)"
    r"[ \u00a0]?[:：][*_]*[ \t]*(?:\r\n|\n|\r|\Z)"
)
# Of a patch that is quoted, every line is another's without its file and place.
_HUNK: Final = lazy_regex(r"@@ -\d[\d,]{0,20} \+\d[\d,]{0,20} @@")
# A longer answer says itself what it answers.
LONGEST_ANSWER: Final = 500
# A longer stretch is cut in its lines where no sentence ends with one.
_LONGEST: Final = 600


def level(line: str) -> int:
    """How many times a line is quoted."""
    prefix = _PREFIX.match(line)
    return len(_MARK.findall(prefix.group())) if prefix else 0


def add_quote(builder: LayoutBuilder, text: str, end: int, needs: Sequence[int]) -> None:
    """Add quoted lines up to an offset, in whole lines that are whole sentences.

    A line that says who wrote what is quoted below it, one level deeper or as deep, is needed by
    that. A patch is laid out as one.
    """
    start, first = builder.position, builder.next_piece
    found = [match.span() for match in _LINE.finditer(text, start, end)]
    heads: dict[int, int] = {}
    waiting: int | None = None
    deeper: tuple[int, int, int] | None = None  # the quotation above: its depth, end and size
    depths: list[int] = []
    for low, high in found:
        blank = text[low:high].isspace() and depths
        depths.append(depths[-1] if blank else level(text[low:high]))
    for depth, own in groupby(zip(depths, found, strict=True), lambda pair: pair[0]):
        lines = [span for _, span in own]
        heads = {deep: head for deep, head in heads.items() if deep <= depth}
        if waiting is not None:
            heads[depth] = waiting
        above = [head for deep, head in heads.items() if deep <= depth]
        told = [above[-1]] if above else list(needs)
        if depth and (begin := _said_from(text, lines)):
            told = [builder.support(lines[begin][0], told, gap=OWN_LINE)]
            lines = lines[begin:]
        last = lines[-1][1]
        said_end, waiting = _attribution(text, lines, last < end)
        size = last - lines[0][0]
        if deeper and depth < deeper[0] and max(size, deeper[2]) <= LONGEST_ANSWER:
            told = [*told, deeper[1]]  # it answers that
        _add_lines(builder, text, lines, said_end, told)
        unit = builder.next_piece - 1
        deeper = (depth, unit, size) if unit >= first and builder.is_unit(unit) else None
        if waiting is not None:
            waiting = builder.support(last, told, gap=OWN_LINE)


def _unquoted(text: str) -> tuple[str, NDArray[np.int64]]:
    """What is quoted, in which a line begins where its mark does, and where its characters are."""
    said: list[str] = []
    offsets: list[int] = []
    for match in _LINE.finditer(text):
        prefix = _PREFIX.match(match.group())
        start = match.start() + (prefix.end() if prefix else 0)
        if start < match.end():
            said.append(text[start : match.end()])
            offsets += [match.start(), *range(start + 1, match.end())]
    return "".join(said), np.asarray([*offsets, len(text)], dtype=np.int64)


def _said_from(text: str, lines: Sequence[tuple[int, int]]) -> int:
    """The first line of what is quoted below a line, as far quoted, that says whom; 0 if none."""
    filled = (n for n, span in enumerate(lines) if text[span[0] : span[1]].strip(_BARE))
    first = next(filled, None)
    match = None if first is None else ATTRIBUTION.match(text, lines[first][0], lines[-1][1])
    if match is None:
        return 0
    return next((n for n in filled if lines[n][0] >= match.end()), 0)


def _attribution(
    text: str, lines: Sequence[tuple[int, int]], deeper: bool
) -> tuple[int, int | None]:
    """Where the line begins that says whom the next ones quote; the end if there is none."""
    last = lines[-1][1]
    if deeper:
        filled = [n for n, span in enumerate(lines) if text[span[0] : span[1]].strip(_BARE)]
        for n in reversed(filled[-2:]):
            match = ATTRIBUTION.match(text, lines[n][0], last)
            if match and not text[match.end() : last].strip(_BARE):
                return lines[n][0], n
    return last, None


def _add_lines(
    builder: LayoutBuilder,
    text: str,
    lines: Sequence[tuple[int, int]],
    end: int,
    needs: Sequence[int],
) -> None:
    """Add lines of one level: units end where both a sentence and a line do."""
    own = [span for span in lines if span[1] <= end]
    said = [_PREFIX.sub("", text[start:stop], count=1) for start, stop in own]
    if any(_HUNK.match(line) for line in said):
        patch = builder.unit(own[-1][1], needs, gap=OWN_LINE)
        builder.nest(patch, Nested("quoted.diff", decode=_unquoted, gap=OWN_LINE))
        return
    ends = set(segment("".join(said), "sentence"))
    done = 0
    for (_, stop), line in zip(own, said, strict=True):
        done += len(line)
        fits = done in ends or stop - builder.position > _LONGEST or stop == own[-1][1]
        if not fits:
            continue
        if text[builder.position : stop].strip(_BARE):
            builder.unit(stop, needs, gap=OWN_LINE)
        else:
            builder.support(stop, gap=OWN_LINE)

"""Data in the middle of other text: JSON, tables and logs, each with what announces it."""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from specpc.structure import kinds
from specpc.structure.json.dialects import PRINTED, printed
from specpc.structure.json.values import lay_out_json, lay_out_json_lines
from specpc.structure.parts.blocks import small_size
from specpc.structure.parts.lines import line_start, lines, one_piece
from specpc.structure.tables.csv import DELIMITERS, lay_out_csv
from specpc.text.layout import LayoutBuilder
from specpc.text.patterns import lazy_re, lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.text.layout import Layout

# What announces data is short: "[tool] ", "Observation: ", "JSON data:" on a line before.
_LONGEST_LABEL: Final = 120
_SENTENCE_END: Final = lazy_re(r"[.!?。！？]\s+")
# A line that ends so says something by itself: "The isle is 4.8 km long.[7]".
_ENDED: Final = lazy_regex(r"[.!?。！？][\"'”’)\]]{0,3}+(?:\[\d{1,3}\])*+\s*+\Z")
_ANNOUNCES: Final = lazy_regex(r"[:：=][*_`\"']*+\s*+\Z")

# An object or array that may be JSON, at the start of a line or after a space or mark.
_JSON_START: Final = lazy_regex(r"(?<![^\s:：=>(])(?:\{(?=\s*[\"}])|\[(?=\s*[\"\[{\]\dtfn-]))")
# The same, or what Python prints; and what is in any of that, soon found.
_START: Final = lazy_regex(f"{_JSON_START.pattern}|{PRINTED.pattern}")
_PRINTS: Final = lazy_regex(r"\([ \t\r\n]*+[A-Za-z_]\w*+=(?!=)|[\[{]'")
# What may follow it on its line; longer JSON may be followed by anything.
_JSON_END: Final = lazy_regex(
    r"[ \t]*+(?P<marks>[.,;:)\]}*_`\"'>]{0,3}+)(?:(?:[ \t]*+(?>\r\n|\n|\r))++|[ \t]*+\Z)"
)
_LONG_JSON: Final = 200
_DECODER: Final = json.JSONDecoder()
_LOOKED_AT: Final = 2000
# So near the end of what was looked at, what is wrong may be that it was cut.
_TOKEN: Final = 20
_MOST_VAIN: Final = 8
# JSON up to this size stays whole, with what announces it.
_SMALL_JSON: Final = 80
# Arrays of whole numbers up to this size may be references: "[1, 2]".
_REFERENCE: Final = 40
_FEWEST_ROWS: Final = 3
_BREAK: Final = lazy_re(r"[\r\n]")
# Lines that may stand above a table without announcing it.
_MOST_ABOVE: Final = 2


@dataclass(frozen=True)
class Region:
    """Data inside a text.

    Attributes:
        start: where what announces it begins: at ``data``, if nothing does.
        data: first character of the data.
        end: one past the last, white space and closing marks included.
        layout: the pieces of ``text[data:end]``.
    """

    start: int
    data: int
    end: int
    layout: Layout


def find_regions(text: str) -> list[Region]:
    """The data in a text, in order; none of them overlap."""
    found = list(_json_regions(text))
    spans = lines(text)
    for region in [*_tables(text, spans), *_runs(text, spans)]:
        first = bisect_left(found, region.start, key=lambda one: one.start)
        stop = bisect_left(found, region.end, key=lambda one: one.start)
        free = first == 0 or found[first - 1].end <= region.start
        # JSON in a line of something else is a part of that.
        if free and all(_is_in_line(text, found[n], region) for n in range(first, stop)):
            found[first:stop] = [region]
    return found


def _is_in_line(text: str, inner: Region, region: Region) -> bool:
    """Whether data is in one line of other data that has several."""
    said = text[inner.start : inner.end].rstrip()
    lines = text[region.data : region.end].strip()
    return inner.end <= region.end and len(said) < len(lines) and not _BREAK.search(said)


def _json_regions(text: str) -> Iterator[Region]:
    before, small = 0, small_size(text)
    for group in _consecutive(text):
        first, last = group[0], group[-1]
        label = _label(text, before, first.data)
        rows = lay_out_json_lines(text[first.data : last.stop]) if len(group) > 1 else None
        if rows is not None:
            yield Region(label, first.data, last.stop, rows)
            group = []  # noqa: PLW2901
        for span in group:
            start = label if span is first else span.data
            if span.end - span.data <= _SMALL_JSON:
                yield Region(start, start, span.stop, one_piece(span.stop - start, "json"))
            elif layout := lay_out_json(text[span.data : span.end], small):
                rest = _with_rest(layout, span.stop - span.data)
                yield Region(start, span.data, span.stop, rest)
        before = last.stop


@dataclass(frozen=True)
class _Json:
    """Where JSON starts, where what is laid out ends, and where the marks after it do."""

    data: int
    end: int
    stop: int


def _consecutive(text: str) -> Iterator[list[_Json]]:
    """All JSON in a text; what stands on lines that follow one another together."""
    group: list[_Json] = []
    for span in _json_spans(text):
        if group and (span.data != group[-1].stop or text[span.data - 1] not in "\r\n"):
            yield group
            group = []
        group.append(span)
    if group:
        yield group


def _json_spans(text: str) -> Iterator[_Json]:
    position, vain = 0, 0  # how much was read of what is no JSON
    begins = _START if _PRINTS.search(text) else _JSON_START
    while match := begins.search(text, position):
        start = position = match.start()
        value, end = _read(text, start)
        if value is None and PRINTED.match(text, start):
            is_value, end = printed(text, start)
            value = {} if is_value and end - start >= _LONG_JSON else None
        if value is None:
            position += 1
            vain += end - start
            if vain > _MOST_VAIN * len(text):  # opened over and over, and closed nowhere
                return
            continue
        rest = _JSON_END.match(text, end)
        long = end - start >= _LONG_JSON
        if not _is_data(value, text[start:end]) or (rest is None and not long):
            position += 1
            continue
        position = end
        if rest is None:
            yield _Json(start, end, end)
        else:
            position = rest.end()
            yield _Json(start, end if rest["marks"] else position, position)


def _read(text: str, start: int) -> tuple[Any, int]:
    """The JSON that starts there, and its end; or nothing, and as far as it was looked at.

    What says that it is none would count all lines before it, so no more of a text is given than
    is needed.
    """
    size = _LOOKED_AT
    while True:
        part = text[start : start + size]
        try:
            value, end = _DECODER.raw_decode(part)
        except json.JSONDecodeError as error:
            open_string = error.msg.startswith(
                "Unterminated"
            )  # of which the place is where it starts
            place = len(part) if open_string else error.pos
            if start + size >= len(text) or place < len(part) - _TOKEN:
                return None, start + place
            size *= 4
        except (ValueError, RecursionError):  # a number is too long, or it is nested too deeply
            return None, start + len(part)
        else:
            return value, start + end


def _is_data(value: Any, written: str) -> bool:
    """Whether it is more than a reference in a text: ``[1, 2]``."""
    if isinstance(value, dict) or len(written) > _REFERENCE or "\n" in written:
        return True
    return not all(type(one) is int for one in value)


def _with_rest(layout: Layout, size: int) -> Layout:
    """The layout, and as a support that nothing needs, the marks after what it lays out."""
    if layout.edges[-1] == size:
        return layout
    builder = LayoutBuilder()
    builder.append(layout)
    builder.support(size, gap="")
    return builder.build(layout.kind)


def _label(text: str, before: int, data: int) -> int:
    """Where what announces the data begins, after another region; ``data`` if nothing does."""
    low = max(before, data - 3 * _LONGEST_LABEL)
    line = line_start(text, low, data)
    long = line == low > before and text[low - 1] not in "\r\n"
    if not text[line:data].strip():  # nothing on its own line: the line above may end with a colon
        if long:
            return data
        low = max(before, line - 2 * _LONGEST_LABEL)
        above = text[low:line].rstrip()
        start = line_start(text, low, low + len(above))
        if _ANNOUNCES.search(above):
            ends = [match.end() for match in _SENTENCE_END.finditer(text, start, low + len(above))]
            start = ends[-1] if ends else start
        if _ANNOUNCES.search(above) and line - start <= _LONGEST_LABEL:
            return start
        return line if line == before or text[line - 1] in "\r\n" else data
    ends = [match.end() for match in _SENTENCE_END.finditer(text, line, data)]
    start = ends[-1] if ends and ends[-1] < data else data if long else line
    return start if data - start <= _LONGEST_LABEL else data


def _tables(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Region]:
    for first, last in _blocks(text, spans):
        if last - first < _FEWEST_ROWS:
            continue
        block = text[spans[first][0] : spans[last - 1][1]]
        if not any(delimiter in block for delimiter in DELIMITERS):
            continue
        for above in range(_MOST_ABOVE + 1):
            if last - first - above >= _FEWEST_ROWS and (
                region := _table(text, spans, first + above, last, first)
            ):
                yield region
                break
        else:
            yield from _runs_of_rows(text, spans, first, last)


def _blocks(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of the lines between blank ones."""
    first = 0
    for number, (start, end) in enumerate(spans, start=1):
        blank_after = text.count("\n", start, end) > 1 or text.count("\r", start, end) > 1
        if blank_after or number == len(spans):
            yield first, number
            first = number


def _runs_of_rows(
    text: str, spans: Sequence[tuple[int, int]], first: int, last: int
) -> Iterator[Region]:
    """Tables among consecutive lines: those with as many delimiters each."""
    for delimiter in DELIMITERS:
        counted = [(text.count(delimiter, *spans[n]), n) for n in range(first, last)]
        done = False
        for count, group in groupby(counted, key=lambda pair: pair[0]):
            numbers = [number for _, number in group]
            if count and len(numbers) >= _FEWEST_ROWS:
                region = _table(text, spans, numbers[0], numbers[-1] + 1, first)
                if region is not None:
                    done = True
                    yield region
        if done:
            return


def _table(
    text: str, spans: Sequence[tuple[int, int]], first: int, last: int, block: int
) -> Region | None:
    """A table of some lines, with the lines above it that name it."""
    start, end = spans[first][0], spans[last - 1][1]
    layout = lay_out_csv(text[start:end], alone=False)
    if layout is None:
        return None
    above = first
    while above > max(block, first - _MOST_ABOVE) and not _ENDED.search(text, *spans[above - 1]):
        above -= 1
    label, above = _label(text, 0, start), spans[above][0]
    if label == start and start - above <= _LONGEST_LABEL:
        label = above
    return Region(label, start, end, layout)


def _runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Region]:
    """Lines of the other kinds of data, the surest kind first."""
    for kind in (*kinds.DATA, *kinds.LOOSE):
        for first, last in kind.runs(text, spans) if kind.runs else ():
            start, end = spans[first][0], spans[last - 1][1]
            layout = kind.lay_out(text[start:end])
            if layout is not None:
                yield Region(_label(text, 0, start), start, end, layout)

"""Data in the middle of other text: JSON, tables and logs, each with what announces it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from specpc.layout import LayoutBuilder
from specpc.structure.json_values import lay_out_json, lay_out_json_lines
from specpc.structure.lines import lines
from specpc.structure.logs import lay_out_log, log_runs
from specpc.structure.tables import DELIMITERS, lay_out_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.layout import Layout

# What announces data is short: "[tool] ", "Observation: ", "JSON data:" on a line before.
_LONGEST_LABEL: Final = 120
_SENTENCE_END: Final = re.compile(r"[.!?。！？]\s+")
_ANNOUNCES: Final = re.compile(r"[:：=][*_`\"']*\s*\Z")

# An object or array that may be JSON, at the start of a line or after a space or mark.
_JSON_START: Final = re.compile(r"(?<![^\s:：=>(])(?:\{(?=\s*[\"}])|\[(?=\s*[\"\[{\]\dtfn-]))")
# What may follow it on its line; longer JSON may be followed by anything.
_JSON_END: Final = re.compile(
    r"[ \t]*(?P<marks>[.,;:)\]}*_`\"'>]{0,3})(?:(?:[ \t]*(?:\r\n|\n|\r))+|[ \t]*\Z)"
)
_LONG_JSON: Final = 200
# JSON up to this size stays whole, with what announces it.
_SMALL_JSON: Final = 80
# Arrays of plain numbers up to this size may be references: "[1, 2]".
_REFERENCE: Final = 40
_FEWEST_ROWS: Final = 3
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
    taken = [(region.start, region.end) for region in found]
    for region in [*_tables(text, spans), *_logs(text, spans)]:
        if all(region.end <= start or end <= region.start for start, end in taken):
            found.append(region)
            taken.append((region.start, region.end))
    return sorted(found, key=lambda region: region.start)


def _json_regions(text: str) -> list[Region]:
    found: list[Region] = []
    for data, end, stop in _json_spans(text):
        before = found[-1].end if found else 0
        if end - data <= _SMALL_JSON:
            start = _label(text, before, data)
            found.append(Region(start, start, stop, _whole(stop - start)))
            continue
        if found and before == data and (both := lay_out_json_lines(text[found[-1].data : stop])):
            found[-1] = Region(found[-1].start, found[-1].data, stop, both)
            continue
        layout = lay_out_json(text[data:end])
        if layout is not None:
            start = _label(text, before, data)
            found.append(Region(start, data, stop, _with_rest(layout, stop - data)))
    return found


def _whole(size: int) -> Layout:
    builder = LayoutBuilder()
    builder.unit(size, whole=True)
    return builder.build("json")


def _json_spans(text: str) -> Iterator[tuple[int, int, int]]:
    """Where JSON starts, where it ends, and where the marks and space after it do."""
    read = json.JSONDecoder().raw_decode
    position = 0
    while match := _JSON_START.search(text, position):
        start = position = match.start()
        try:
            value, end = read(text, start)
        except ValueError:
            position += 1
            continue
        except RecursionError:  # nested too deeply to be anything but noise
            return
        rest = _JSON_END.match(text, end)
        long = end - start >= _LONG_JSON
        if not _is_data(value, end - start) or (rest is None and not long):
            position += 1
            continue
        position = end
        if rest is None:
            yield start, end, end
        else:
            position = rest.end()
            yield start, end if rest["marks"] else position, position


def _is_data(value: Any, size: int) -> bool:
    if isinstance(value, dict):
        return True
    return size > _REFERENCE or any(isinstance(one, (dict, list, str)) for one in value)


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
    line = max(text.rfind("\n", 0, data) + 1, before)
    if not text[line:data].strip():  # nothing on its own line: the line above may end with a colon
        above = text[before:line].rstrip()
        start = max(above.rfind("\n") + 1 + before, before)
        if _ANNOUNCES.search(above) and line - start <= _LONGEST_LABEL:
            return start
        return line if line == before or text[line - 1] == "\n" else data
    ends = [match.end() for match in _SENTENCE_END.finditer(text, line, data)]
    start = ends[-1] if ends and ends[-1] < data else line
    return start if data - start <= _LONGEST_LABEL else data


def _tables(text: str, spans: list[tuple[int, int]]) -> Iterator[Region]:
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


def _blocks(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of the lines between blank ones."""
    first = 0
    for number, (start, end) in enumerate(spans, start=1):
        blank_after = text.count("\n", start, end) > 1 or text.count("\r", start, end) > 1
        if blank_after or number == len(spans):
            yield first, number
            first = number


def _runs_of_rows(
    text: str, spans: list[tuple[int, int]], first: int, last: int
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
    text: str, spans: list[tuple[int, int]], first: int, last: int, block: int
) -> Region | None:
    """A table of some lines, with the lines above it that name it."""
    start, end = spans[first][0], spans[last - 1][1]
    layout = lay_out_csv(text[start:end], alone=False)
    if layout is None:
        return None
    label = spans[max(block, first - _MOST_ABOVE)][0]
    if first == block or start - label > _LONGEST_LABEL:
        label = _label(text, 0, start)
    return Region(label, start, end, layout)


def _logs(text: str, spans: list[tuple[int, int]]) -> Iterator[Region]:
    for first, last in log_runs(text, spans):
        start, end = spans[first][0], spans[last - 1][1]
        layout = lay_out_log(text[start:end])
        if layout is not None:
            yield Region(_label(text, 0, start), start, end, layout)

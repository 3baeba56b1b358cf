"""What a tool prints: lines, each with those that it is indented below, and messages among them."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

import numpy as np
import regex

from specpc.structure.console.diagnostics import diagnostic_runs, lay_out_diagnostics
from specpc.structure.console.indented import lay_out_indented, tree_runs
from specpc.structure.console.logs import lay_out_log, log_runs
from specpc.structure.console.searches import lay_out_search, search_runs
from specpc.structure.console.services import lay_out_services, service_runs
from specpc.structure.console.traces import lay_out_trace, trace_runs
from specpc.structure.markdown.labels import labels
from specpc.structure.parts.lines import OWN_LINE, add_sentences, lines
from specpc.structure.parts.lists import ITEM
from specpc.structure.parts.remarks import is_sentence, without_remarks
from specpc.structure.parts.rows import FENCE, rows
from specpc.structure.parts.shapes import is_plain, is_running
from specpc.structure.records.banners import is_banner, is_drawn, title_end
from specpc.structure.records.diffs import diff_runs, lay_out_diff
from specpc.structure.tables.columns import column_runs, lay_out_columns
from specpc.structure.tables.stacked import lay_out_stacked, stacked_runs
from specpc.text.alarms import tells_failure, tells_outcome
from specpc.text.forms import form_of
from specpc.text.layout import LayoutBuilder
from specpc.text.patterns import lazy_regex
from specpc.text.units import CONTINUED, segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

_FEWEST: Final = 8
# Of what stands between messages and traces, no more than so much is sentences.
_PROSE: Final = 0.3
# Words that hold sentences together: in reports and contracts more than one in ten is one, in
# what tools print, lines apart of which many are alike, hardly one in a hundred.
_FUNCTION_WORDS: Final = lazy_regex(
    r"\b(?:the|of|and|to|is|that|was|for|with|as|are|this|by|be|have|not|which|a|in|or|any|such|on|it"
    r"|its|from|at|shall)\b",
    regex.IGNORECASE,
)
_WORD: Final = lazy_regex(r"\p{L}+")
_RUNNING: Final = 0.04
_FEW: Final = 40  # nor do so few tell in a short text
_HEADING: Final = lazy_regex(r"#{1,6}[ \t]+\S|(?:={3,}|-{3,})[ \t]*\Z")
# At the foot of a page, of which tools print none.
_PAGE: Final = lazy_regex(r"\[Page \d{1,4}\]\Z")
_PAGE_SIZE: Final = 20
# What says that something follows.
_LEADS: Final = lazy_regex(r"(?:[\w)\]'\"`]:|: [|>]-?)\s*\Z")
_LONGEST_LEAD: Final = 160
# "hint: ", "/usr/bin/ld: ": no line goes on so.
_PREFIXED: Final = lazy_regex(r"[ \t]*+\S{1,80}: ")
# Points at something in the line above.
_POINTS: Final = lazy_regex(r"[ \t]++(?:\|[ \t]*+)?+[\^~][\^~ \t]*+\Z")
_DEEPEST: Final = 12
# How a name between two rules is drawn.
_TITLE: Final = "title"
_DOCUMENT: Final = "document"
# What CI systems print where a stage or part of a job begins and ends, and of each step.
_STAGE: Final = "stage"
_STAGE_BEGINS: Final = lazy_regex(
    r"\[Pipeline\] \{ \(|section_start:\d+:|::group::|travis_fold:start:|##teamcity\[blockOpened "
)
_STAGE_ENDS: Final = lazy_regex(
    r"\[Pipeline\] // (?:stage|parallel)\b|section_end:\d+:|::endgroup::|travis_fold:end:"
    r"|##teamcity\[blockClosed "
)
_STEP: Final = "[Pipeline] "
# Of a form of so many lines, each says something by itself.
_COMMON: Final = 4
_RUNS: Final = (
    (service_runs, lay_out_services),
    (diff_runs, lay_out_diff),
    (search_runs, lay_out_search),
    (diagnostic_runs, lay_out_diagnostics),
    (log_runs, lay_out_log),
    (trace_runs, lay_out_trace),
    (column_runs, lay_out_columns),
    (stacked_runs, lay_out_stacked),
    (tree_runs, lay_out_indented),
)


def lay_out_output(text: str) -> Layout | None:
    """The pieces of what a tool printed, of which some line tells of an error or how it ended.

    A line is a piece and brings the less indented ones above it, and the line across the screen
    that names it; one that leads to others, the next one. Messages, traces, logs, diffs and tables
    are laid out as such. What somebody says before and after that is prose.

    Returns:
        ``None`` if a text has no such line, is Markdown, or mostly prose.
    """
    found = rows(text)
    begin, stop = without_remarks(found)
    if not _may_be_output(found[begin:stop]):
        return None
    regions = [one for one in _regions(text) if begin <= one[0] and one[1] <= stop]
    inside = {row for first, end, _ in regions for row in range(first, end)}
    rest = [found[number].said for number in range(begin, stop) if number not in inside]
    common = _common(rest)
    if _is_told(text[found[begin].start : found[stop - 1].end], rest, common):
        return None
    named = frozenset(found[place].start for place in labels([row.said for row in found]))
    pieces = _OutputPieces(text, common, named)
    add_sentences(pieces.builder, text, found[begin].start)
    done = begin
    for first, end, layout in regions:
        pieces.add_all(found[done:first])
        pieces.append(found[first], layout)
        done = end
    pieces.add_all(found[done:stop])
    pieces.end_head()
    add_sentences(pieces.builder, text, len(text))
    return pieces.builder.build("output")


def _may_be_output(found: Sequence[Row]) -> bool:
    said = [row.said for row in found]
    if len(found) < _FEWEST or any(FENCE.match(line) for line in said):
        return False
    apart = [True, *(row.ends_block for row in found)]  # whether a blank line is before
    headings = (row for row, before in zip(found, apart, strict=False) if before and row.ends_block)
    if any(_HEADING.match(row.said) for row in headings) or is_running(said):
        return False
    if any(_PAGE.search(line[-_PAGE_SIZE:].rstrip()) for line in said):
        return False
    return tells_failure("\n".join(said))


def _common(lines: Sequence[str]) -> frozenset[str]:
    """Lines of which each says something by itself, as many are of its form."""
    forms = list(map(form_of, lines))
    counts = Counter(forms)
    return frozenset(
        line for line, form in zip(lines, forms, strict=True) if counts[form] >= _COMMON
    )


def _is_told(text: str, lines: Sequence[str], common: frozenset[str]) -> bool:
    """Whether too much of some lines is sentences that are not printed over and over."""
    own = [line for line in lines if line not in common]
    prose = sum(len(line) for line in own if is_sentence(line))
    if prose > _PROSE * sum(map(len, lines)):
        return True
    running = sum(len(_FUNCTION_WORDS.findall(line)) for line in own if is_plain(line))
    return running > max(_FEW, _RUNNING * len(_WORD.findall(text)))


def _regions(text: str) -> Iterator[tuple[int, int, Layout]]:
    """Numbers of lines, first and one past the last, of what is laid out as data; in order."""
    spans = lines(text)
    taken = np.zeros(len(spans), dtype=bool)
    found = []
    for runs, lay_out in _RUNS:
        for first, end in runs(text, spans):
            if taken[first:end].any():
                continue
            layout = lay_out(text[spans[first][0] : spans[end - 1][1]])
            if layout is not None:
                taken[first:end] = True
                found.append((first, end, layout))
    yield from sorted(found, key=lambda region: region[0])


class _OutputPieces:
    """Adds lines, each of which needs those that it stands below, and what stands among them."""

    def __init__(self, text: str, common: frozenset[str], named: frozenset[int]) -> None:
        self.builder = LayoutBuilder()
        self._text = text
        self._common = common
        self._named = named  # where labels of documents start
        self._banners: dict[str, int] = {}  # by what they are drawn with, the pieces
        self._above: list[tuple[int, int]] = []  # indents, and the pieces
        self._leads: int | None = None
        self._list: tuple[int, int] | None = None  # what leads to items, and their indent
        self._head_alone = -2  # the last of the banners, which may be the last piece

    def add_all(self, own: Sequence[Row]) -> None:
        """Add lines, and titles between rules, each of which names what follows up to a rule."""
        first = 0
        for place, row in enumerate(own):
            if place < first or not is_drawn(row.said):
                continue
            self._add_lines(own[first:place])
            first = title_end(own, place)
            if first > place:
                self._add_head(own[first - 1].end, _TITLE)
            else:
                first = place + 1
                self._end(_TITLE, row.said[0])
                self.builder.support(row.end, gap=OWN_LINE)
        self._add_lines(own[first:])

    def _add_lines(self, own: Sequence[Row]) -> None:
        """Add lines; what goes on in the next, up to the end of a sentence, as one."""
        for paragraph in _paragraphs(own, self._common, self._named):
            first, ends = paragraph[0], {row.end for row in paragraph}
            if len(paragraph) > 1:
                said = self._text[first.start : paragraph[-1].end]
                bounds = {first.start + bound for bound in segment(said, "sentence")[1:]}
                ends &= bounds
            for row, after in zip_longest(paragraph, paragraph[1:]):
                if row.end in ends and not (after and _runs_on(row.said, after.said)):
                    self._add(row)

    def _add_head(self, end: int, mark: str) -> None:
        """Add what names all that follows, up to the next that is drawn alike."""
        self._end(mark)
        needs = [*self._banners.values()][-1:]
        self._banners[mark] = self._head_alone = self.builder.support(end, needs, gap=OWN_LINE)

    def _end(self, *marks: str) -> None:
        """End what was named by what is drawn so, and what in it was."""
        banners = [*self._banners]
        first = min((banners.index(mark) for mark in marks if mark in banners), default=None)
        for inner in [] if first is None else banners[first:]:
            if self._banners.pop(inner) == self._head_alone:
                self.end_head()
        self._above, self._leads = [], None

    def end_head(self) -> None:
        """Have the line that names what follows be a piece of its own where nothing does."""
        if self._head_alone == self.builder.next_piece - 1:
            self.builder.make_unit(self._head_alone)

    def _add(self, row: Row) -> None:
        """Add a piece that ends with a line."""
        if row.start in self._named:
            self._end(*self._banners)
            self._add_head(row.end, _DOCUMENT)
            return
        if self._is_stage(row):
            return
        if is_banner(row.said.rstrip()):
            mark = row.said.lstrip()[0]
            if tells_outcome(row.said):
                self._end(mark)
                self.builder.unit(row.end, gap=OWN_LINE)
            else:
                self._add_head(row.end, mark)
            return
        needs = self._needs(row)
        piece = self.builder.unit(row.end, needs, gap=OWN_LINE)
        if self._leads is not None:
            self.builder.require(self._leads, piece)
        leads = len(row.said) <= _LONGEST_LEAD and _LEADS.search(row.said)
        self._leads = piece if leads else None
        if len(self._above) < _DEEPEST:
            self._above.append((row.columns, piece))

    def _is_stage(self, row: Row) -> bool:
        """Add a line that says where a stage of a job begins or ends, if it is one."""
        if _STAGE_BEGINS.match(row.said):
            self._add_head(row.end, _STAGE)
        elif _STAGE_ENDS.match(row.said):
            self._end(_STAGE)
            self.builder.support(row.end, gap=OWN_LINE)
        elif row.said.startswith(_STEP):
            self.builder.support(row.end, gap=OWN_LINE)
        else:
            return False
        return True

    def append(self, row: Row, layout: Layout) -> None:
        """Add what begins with a line and is laid out in another way."""
        self.builder.append(layout, self._needs(row))
        self._leads = None

    def _needs(self, row: Row) -> list[int]:
        while self._above and self._above[-1][0] >= row.columns:
            self._above.pop()
        leads = [] if self._leads is None else [self._leads]
        item = ITEM.match(row.said) is not None
        if leads and item:
            self._list = (leads[0], row.columns)
        elif self._list is not None and item and row.columns == self._list[1]:
            leads = [self._list[0]]
        elif self._list is not None and row.columns <= self._list[1]:
            self._list = None
        banners = [*self._banners.values()][-1:]
        return [*leads, *(piece for _, piece in self._above[-1:])] or banners


def _runs_on(said: str, after: str) -> bool:
    """Whether a line points at the one before it, or goes on after a comma or backslash."""
    comma = said.rstrip().endswith(",") and after[:1].islower()
    return comma or said.endswith(CONTINUED) or _POINTS.match(after) is not None


def _paragraphs(
    own: Sequence[Row], common: frozenset[str], named: frozenset[int]
) -> Iterator[list[Row]]:
    """Lines that may be wrapped: as far indented as those before, and of no common form."""
    paragraph: list[Row] = []
    for row in own:
        goes_on = (
            paragraph
            and not paragraph[-1].ends_block
            and named.isdisjoint((row.start, paragraph[-1].start))
            and not _PREFIXED.match(row.said)
            and (
                _POINTS.match(row.said)
                or (
                    row.columns == paragraph[-1].columns
                    and common.isdisjoint((row.said, paragraph[-1].said))
                )
            )
        )
        if paragraph and not goes_on:
            yield paragraph
            paragraph = []
        paragraph.append(row)
    if paragraph:
        yield paragraph

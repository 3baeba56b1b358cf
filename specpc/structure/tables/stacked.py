"""Tables without columns: a row is a label with the amounts below it or behind it.

It brings what stands above the first row (titles, years, what the amounts are in), and the labels
without amounts that it stands under. Nothing but "Total current assets" tells where "Current
assets" end; what has no total ends with the next label.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.lines import lines
from specpc.structure.tables.cells import cell_tables
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.structure.tables.cells import CellLine, CellRow, CellTable
    from specpc.text.layout import Layout

    Spans = Sequence[tuple[int, int]]

# A label goes on in the next line.
_OPEN: Final = lazy_regex(r"(?:[,;&–—-]|\b(?:and|of|or|to|by|from|for|in|the|with|on))\Z")
_TOTAL: Final = lazy_regex(r"(?:sub)?total|netcash")
# What is worked out from all above it stands under none of the labels there that have no total.
_RESULT: Final = lazy_regex(
    r"(?:sub)?total|gross(?:profit|margin)|operating(?:income|profit|loss)|net(?:cash|income|loss"
    r"|earnings|profit)|(?:income|loss|profit|earnings)(?:loss)?(?:before|from)"
)
_NO_LETTER: Final = lazy_regex(r"\P{L}++")
_FLOWS: Final = lazy_regex(r"(?:net)?cash(?:flows?)?(?:provided|used|generated)?(?:by|in|from)?")
_SHORTEST_KEY: Final = 4
_DEEPEST: Final = 12


def lay_out_stacked(text: str) -> Layout | None:
    """The pieces of a table without columns: each row with its label, and what heads it.

    Returns:
        ``None`` unless the text is one, and nothing else.
    """
    spans = lines(text)
    read, found = cell_tables(text[start:end] for start, end in spans)
    if len(found) != 1 or (found[0].first, found[0].end) != (0, len(spans)):
        return None
    return lay_out_blocks(text, [_TableSections(text, spans, read, found[0]).block()], "columns")


def stacked_runs(text: str, spans: Spans) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be such a table in a text (see `Kind.runs`)."""
    _, found = cell_tables(text[start:end] for start, end in spans)
    for table in found:
        yield table.first, table.end


@dataclass
class _OpenLabel:
    """A label that heads rows, and the row that is their total; or years, up to the next."""

    start: int
    head: int
    until: int | None
    dated: bool
    inside: list[Block] = field(default_factory=list)

    def ends(self, *, labelled: bool, result: bool) -> bool:
        """Whether it heads nothing more, where another label stands or all above is summed up."""
        return self.until is None and not self.dated and (labelled or result)


@dataclass
class _TableSections:
    """Makes the blocks of a table: rows in what they stand under."""

    text: str
    spans: Spans
    read: Sequence[CellLine]
    table: CellTable

    def block(self) -> Block:
        """The table: its head, and what stands below it."""
        first, head, end = self.table.first, self.table.head, self.table.end
        inside = self._inside()
        above = self.spans[head][0] if head > first else self.spans[first][0]
        whole = block(self.spans[first][0], self.spans[end - 1][1], above, inside=inside)
        return replace(whole, spare=True)

    def _labels(self) -> list[list[tuple[int, int]]]:
        """Above each row, the lines of the labels that head it; those of its own go to it."""
        named = Counter(self.read[row.first].label for row in self.table.rows)
        found = []
        for row in self.table.rows:
            own: list[tuple[int, int]] = []
            for number in row.above:
                if number < self.table.head:
                    continue
                goes_on = own and self._goes_on(number - 1, number)
                own[-1:] = (
                    [(own[-1][0], number + 1)] if goes_on else [*own[-1:], (number, number + 1)]
                )
            while own and (
                self._goes_on(own[-1][1] - 1, row.first) or named[self.read[own[-1][0]].label]
            ):
                row.first = own.pop()[0]
            found.append(own)
        return found

    def _goes_on(self, number: int, after: int) -> bool:
        """Whether a label goes on in the next line."""
        said, below = self.read[number].label, self.read[after].label
        if not said or not below or self.read[number].years:
            return False
        return below[0].islower() or _OPEN.search(said) is not None

    def _ends(self, labels: Sequence[Sequence[tuple[int, int]]]) -> dict[int, int]:
        """For labels, by their first lines, the row that is their total."""
        ends: dict[int, int] = {}
        waiting: list[tuple[int, str]] = []
        for place, (row, own) in enumerate(zip(self.table.rows, labels, strict=True)):
            for first, end in own:
                said = "".join(self.read[n].label for n in range(first, end))
                waiting.append((first, _FLOWS.sub("", _key(said), 1)))
            waiting = waiting[-_DEEPEST:]
            total = self._key(row)
            if not _TOTAL.match(total):
                continue
            for depth in range(len(waiting) - 1, -1, -1):
                first, key = waiting[depth]
                if len(key) >= _SHORTEST_KEY and total.endswith(key):
                    ends[first] = place
                    waiting = waiting[:depth]
                    break
        return ends

    def _key(self, row: CellRow) -> str:
        said = (self.read[n].label for n in range(row.first, row.end))
        return _key("".join(said))

    def _inside(self) -> list[Block]:
        """The rows, in the labels that they stand under."""
        labels = self._labels()
        ends = self._ends(labels)
        root: list[Block] = []
        opened: list[_OpenLabel] = []

        def add(one: Block) -> None:
            (opened[-1].inside if opened else root).append(one)

        def close() -> None:
            own = opened.pop()
            add(block(own.start, own.inside[-1].end, own.head, inside=own.inside))

        for place, (row, own) in enumerate(zip(self.table.rows, labels, strict=True)):
            dated = any(self.read[first].years for first, _ in own)
            result = _RESULT.match(self._key(row)) is not None
            while opened and (dated or opened[-1].ends(labelled=bool(own), result=result)):
                close()
            for number, (first, end) in enumerate(own):
                start, head = self.spans[first][0], self.spans[end - 1][1]
                paired = number + 1 < len(own) and own[number + 1][0] in ends
                if len(opened) >= _DEEPEST or (paired and self._is_row(first, end, ends)):
                    says = any(map(str.isdigit, self.text[start:head]))
                    add(block(start, head, body="whole" if says else "nothing"))
                else:
                    years = self.read[first].years > 0
                    opened.append(_OpenLabel(start, head, ends.get(first), years))
            start, end = self.spans[row.first][0], self.spans[row.end - 1][1]
            add(record(start, end, body="whole"))
            while any(one.until == place for one in opened):
                close()
        while opened:
            close()
        return root

    def _is_row(self, first: int, end: int, ends: dict[int, int]) -> bool:
        """Whether a label above one that has a total is a row without amounts."""
        said = self.read[end - 1].label
        return first not in ends and not said.endswith(":") and not said.isupper()


def _key(said: str) -> str:
    """The letters of a label, by which it is known again in that of its total."""
    return _NO_LETTER.sub("", said).casefold().rstrip("s")

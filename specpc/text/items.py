"""Lists in running lines: where each item ends of what is told of many in one sentence or line.

"Ana of Oslo: 82 euros; Ben of Bergen: 42 euros; ...", ``User(id=1, fee=82), User(id=2, ...)``,
``.a{color:red}.b{top:0}``: half of an item, or one and the half of another, say what the source
does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

from specpc.text.layout import LayoutBuilder
from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from specpc.text.layout import Layout

_MARK: Final = lazy_regex(
    r"(?:(?P<open>[\[({])|(?P<close>[\])}])"
    r"|(?P<part>[;|•·](?=\s)|;(?=[\[({\"'])|,(?=[\s\[({\"'])|(?<=[\])}\"']),))\s*+"
)
_PAIRS: Final = {"[": "]", "(": ")", "{": "}"}
# What parts items, the surest first; a bracket where nothing else does.
_PARTS: Final = "|•·;,}"
_CLOSED: Final = lazy_regex(r"[\])}][\s,]*+\Z")
# "(1) the owners, (2) ...", "a) ...; b) ...".
_NUMBER: Final = lazy_regex(
    r"(?:(?<=\s|^)\((?:\d{1,2}|[a-z]|[ivx]{1,4})\)|(?<=[,;:]\s|^)(?:\d{1,2}|[a-z])\))[ ](?=\w)"
)
_COUNTS: Final = (
    [str(number) for number in range(1, 40)],
    [*"abcdefghijklmnopqrstuvwxyz"],
    ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"],
)
_FIRST: Final = {row[0] for row in _COUNTS}
_NEXT: Final = {pair for row in _COUNTS for pair in pairwise(row)}
_FEWEST_NUMBERS: Final = 3
_FEWEST: Final = 4
# A shorter one tells next to nothing: a number, a word.
_SHORTEST: Final = 12
# A list is so much of what it is looked for in, and no item as much of the list.
_MOST: Final = 0.6
_LARGEST: Final = 0.5
# Brackets in brackets are looked into so far.
_DEEPEST: Final = 8
_LONGEST_LEAD: Final = 150
_LED: Final = lazy_regex(r"[^:]*+:\s++")
_LEADS: Final = (":", "[", "(", "{")


@dataclass
class _List:
    """What stands between two brackets, or all that is looked at.

    Attributes:
        start: first character.
        end: one past the last.
        ends: where its items may end, by what parts them.
    """

    start: int
    end: int
    ends: dict[str, list[int]] = field(default_factory=dict)


def item_bounds(text: str) -> list[int]:
    """Offsets ``[0, ..., len(text)]`` of the items of a list; none between if it is none.

    What leads to them is a part of its own (see `led`).
    """
    lead, *ends, _ = _items(text) or (0, 0)
    return [0, *([lead] if 0 < lead <= _LONGEST_LEAD else []), *ends, len(text)]


def lay_out_items(text: str) -> Layout | None:
    """The items of a list, with what it opens and closes with; ``None`` if it is none."""
    found = _items(text)
    if found is None:
        return None
    builder = LayoutBuilder()
    needs = [builder.support(found[0], gap="")] if found[0] else []
    for end in found[1:]:
        builder.unit(end, needs, whole=True, gap="")
    if found[-1] < len(text):
        tail = builder.support(len(text), gap="")
        for piece in needs or range(tail):
            builder.require(piece, tail)
    return builder.build("list")


def led(text: str, layout: Layout) -> Layout:
    """The layout in which items need what leads to them in their line.

    Where a budget cannot hold both, an item may go alone.
    """
    edges = layout.edges.tolist()
    needs: dict[int, tuple[int, ...]] = {}
    lead: int | None = None
    for piece, (start, end) in enumerate(pairwise(edges)):
        if piece not in layout.prose:
            lead = None
            continue
        if lead is not None:
            needs[piece] = (*layout.needs.get(piece, ()), lead)
        if text[end - 1] in "\r\n":
            lead = None
        elif lead is None and end - start <= _LONGEST_LEAD:
            lead = piece if text[start:end].rstrip().endswith(_LEADS) else None
    spare = layout.spare.union(own[-1] for own in needs.values())
    return replace(layout, needs={**layout.needs, **needs}, spare=spare) if needs else layout


def _items(text: str) -> list[int] | None:
    """Where the first item of a list begins, and where each ends; ``None`` if it is none."""
    if numbered := _numbered(text):
        return numbered
    large = (found for found in _lists(text) if found.end - found.start >= _MOST * len(text))
    for found in islice(large, _DEEPEST):
        for mark in _PARTS:
            ends = [end for end in found.ends.get(mark, ()) if end < found.end]
            bounds = [found.start, *ends, found.end]
            if len(ends) < _FEWEST - 1 or not _are_items(text, bounds):
                continue
            # Commas part everything; they part items where most of those end in a bracket.
            closed = sum(
                _CLOSED.search(text, low, high) is not None for low, high in pairwise(bounds)
            )
            if mark != "," or 2 * closed > len(ends):
                return [found.start or _lead(text, bounds), *bounds[1:]]
    return None


def _numbered(text: str) -> list[int] | None:
    """Where items begin that are counted, and where the last ends; ``None`` if none are."""
    found = [*_NUMBER.finditer(text)]
    bounds = [*(match.start() for match in found), len(text)]
    counts = [match.group().strip("() ") for match in found]
    known = all(
        count in _FIRST or (before, count) in _NEXT for before, count in pairwise(["", *counts])
    )
    sizes = [end - start for start, end in pairwise(bounds)]
    return bounds if known and len(sizes) >= _FEWEST_NUMBERS and min(sizes) > _SHORTEST else None


def _lists(text: str) -> list[_List]:
    """All that is looked at, and what stands between any two brackets, from left to right.

    What is too deep to be looked at is not told.
    """
    around = _List(0, len(text))
    found, waiting, closing = [around], [around], [""]
    for match in _MARK.finditer(text):
        mark = match.group()[0]
        shown = len(closing) == len(waiting)
        if match["open"]:
            closing.append(_PAIRS[mark])
            if shown and len(waiting) < _DEEPEST:
                waiting.append(_List(match.end(), len(text)))
                found.append(waiting[-1])
        elif match["part"]:
            if shown:
                waiting[-1].ends.setdefault(mark, []).append(match.end())
        elif mark == closing[-1]:
            closing.pop()
            if shown:
                waiting.pop().end = match.start()
            if mark == "}" and len(closing) == len(waiting):
                waiting[-1].ends.setdefault(mark, []).append(match.end())
    return found


def _are_items(text: str, bounds: list[int]) -> bool:
    """Whether some parts are long enough to say something, and none of them is nearly all."""
    sizes = [end - start for start, end in pairwise(bounds)]
    return sum(sizes) >= _SHORTEST * len(sizes) and max(sizes) <= _LARGEST * sum(sizes)


def _lead(text: str, bounds: list[int]) -> int:
    """Where what leads to items ends, which have no colon of their own."""
    colons = sum(_LED.match(text, low, high) is not None for low, high in pairwise(bounds[1:]))
    found = _LED.match(text, bounds[0], bounds[1])
    return found.end() if found is not None and 2 * colons < len(bounds) - 2 else 0

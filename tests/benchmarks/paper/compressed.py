"""Answers from prompts cut to a budget: what ``ruler`` and ``longbench`` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.benchmarks.paper import answers as a
from tests.benchmarks.paper.bench import PEERS
from tests.benchmarks.paper.tables import interval, plain, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from specpc.evaluation.records import Record
    from tests.benchmarks.paper.answers import Value

METHODS: Final = (
    "full",
    "default",
    "paper",
    "paper-default-draft",
    "minilm",
    "bm25",
    "random",
)
_BASES: Final = ("full", "default")


def methods(sets: int) -> Callable[[int], Sequence[str]]:
    """Those of an item by its place; what others made is slow, and takes one item of each set."""
    return lambda place: (*METHODS, *(PEERS if place < sets else ()))


def compare(
    records: Sequence[Record], value: Value, heading: str, more: dict[str, Value] | None = None
) -> str:
    """A table of methods: a measure, how much better that is than others', and what it took."""
    rows = a.rows_of(records)
    bases = {name: rows.get((name, None), []) for name in _BASES}
    more = more or {}
    headings = ("method", "items", heading, *(f"vs {name}" for name in _BASES), *more)
    lines = []
    for (name, _), found in rows.items():
        against = [
            "" if name == base else interval(a.gain(found, theirs, value), "+.2f")
            for base, theirs in bases.items()
        ]
        means = [plain(a.mean(found, measure), ".2f") for measure in more.values()]
        cost = [plain(a.mean(found, measure), form) for measure, form in _COSTS.values()]
        lines.append(
            (name, f"{len(found)}", interval(a.mean(found, value)), *against, *means, *cost)
        )
    return table((*headings, *_COSTS), lines)


_COSTS: Final[dict[str, tuple[Value, str]]] = {
    "tokens": (lambda one: float(one.compressed_tokens), ".0f"),
    "compress, s": (lambda one: one.seconds, ".1f"),
    "first token, s": (a.first_seconds, ".1f"),
    "total, s": (a.total_seconds, ".1f"),
}

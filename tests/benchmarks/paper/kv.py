"""The KV cache cut to a budget: what is still answered, how soon, and in how much memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.benchmarks.paper import answers as a
from tests.benchmarks.paper import longbench, ruler
from tests.benchmarks.paper.part import Part
from tests.benchmarks.paper.plan import CASCADE_BUDGET, KV_BUDGETS
from tests.benchmarks.paper.tables import interval, plain, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.evaluation.data import Item
    from specpc.evaluation.records import Record
    from tests.benchmarks.paper.answers import Rows
    from tests.benchmarks.paper.bench import Bench
    from tests.benchmarks.paper.journal import Line

METHODS: Final = ("full", "speckv", "snapkv", "speckv-pc", "streaming")
_BASE: Final = "snapkv"


def items(bench: Bench) -> list[Item]:
    """RULER's and questions in turn."""
    asked = [one for one in longbench.items(bench) if longbench.SETS[one.dataset] == "questions"]
    return a.turns([ruler.items(bench.data), asked])


def measure(bench: Bench, lines: Sequence[Line]) -> Iterator[Line]:
    """See `Part`."""
    return answer(bench, items(bench)[: bench.plan.kv], lines, KV_BUDGETS)


def answer(
    bench: Bench, chosen: Sequence[Item], lines: Sequence[Line], budgets: Sequence[int]
) -> Iterator[Line]:
    """Answers of some items from caches cut by every method to every budget."""
    return a.answer_all(bench, chosen, lambda _: METHODS, CASCADE_BUDGET, lines, budgets)


def score(record: Record) -> float | None:
    """RULER's score of its items, F1 of questions."""
    return a.of_answer("contained" if record.dataset.startswith("ruler_") else "score")(record)


def report(lines: Sequence[Line]) -> Iterator[str]:
    """See `Part`."""
    records = [a.record_of(line) for line in lines]
    rows = a.rows_of(records)
    headings = ("method", "entries", "items", "score", f"vs {_BASE}", *_COSTS)
    yield table(headings, [_row(name, budget, rows) for name, budget in rows])
    trimmed = a.rows_of(record for record in records if record.kv_budget is not None)
    everywhere = {
        name: [one for (other, _), found in trimmed.items() if other == name for one in found]
        for name, _ in trimmed
    }
    gains = [
        (name, interval(a.gain(found, everywhere.get(_BASE, []), score), "+.2f"))
        for name, found in everywhere.items()
        if name != _BASE
    ]
    yield f"Over all budgets:\n\n{table(('method', f'vs {_BASE}'), gains)}"


def _row(name: str, budget: int | None, rows: Rows) -> list[str]:
    found, base = rows[name, budget], rows.get((_BASE, budget), [])
    against = "" if name == _BASE else interval(a.gain(found, base, score), "+.2f")
    seconds = a.mean(found, a.total_seconds)
    return [
        name,
        str(budget or "all"),
        f"{len(found)}",
        interval(a.mean(found, score)),
        against,
        plain(a.mean(found, a.first_seconds)),
        plain(seconds),
        "" if seconds is None else f"{60 / seconds.mean:.1f}",
        plain(a.mean(found, a.of_answer("cache_bytes")), ".1f", 2**20),
        plain(a.mean(found, a.of_answer("peak_bytes")), ".0f", 2**20),
    ]


_COSTS: Final = (
    "first token, s",
    "total, s",
    "requests a minute",
    "cache, MiB",
    "peak memory, MiB",
)

PART: Final = Part(
    f"The KV cache cut to a budget (SpecKV-PC: the prompt before it, to {CASCADE_BUDGET:,} tokens)",
    measure,
    report,
)

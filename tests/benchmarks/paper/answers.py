"""Items answered by a target after each of several methods: as journal lines, and as tables."""

from __future__ import annotations

from dataclasses import asdict
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from specpc.evaluation.records import Answer, Record
from specpc.evaluation.runner import RunPlan, check_unchanged, run
from specpc.evaluation.statistics import bootstrap
from tests.benchmarks.paper.bench import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from specpc.evaluation.data import Item
    from specpc.evaluation.statistics import Estimate
    from tests.benchmarks.paper.bench import Bench
    from tests.benchmarks.paper.journal import Line

    Value = Callable[[Record], float | None]
    Rows = dict[tuple[str, int | None], list[Record]]


def turns(sets: Iterable[Sequence[Item]]) -> list[Item]:
    """The first of every set, then the second of each, and so on."""
    return [item for row in zip_longest(*sets) for item in row if item is not None]


def answer_all(
    bench: Bench,
    items: Sequence[Item],
    methods: Callable[[int], Sequence[str]],
    budget: int,
    lines: Sequence[Line],
    kv_budgets: Sequence[int] = (),
) -> Iterator[Line]:
    """Have the target answer each item after every method, as far as that was not done before.

    Args:
        bench: with what.
        items: in the order in which they come.
        methods: gives the names of an item's methods, by its place in the order.
        budget: tokens of the target that contexts are cut to.
        lines: what was done before.
        kv_budgets: of the methods that cut the cache.
    """
    done = [record_of(line) for line in lines]
    for place, item in enumerate(items):
        ratio = min(1.0, budget / max(1, bench.encoder.count(item.context)))
        plan = RunPlan([ratio], kv_budgets)
        known = [one for one in done if (one.dataset, one.id) == (item.dataset, item.id)]
        check_unchanged(item, (one.digest for one in known))
        levels = {(one.method, one.level) for one in known}
        for name in methods(place):
            if all((name, level) in levels for level in plan.levels(name)):
                continue
            made = {name: bench.method(name)}
            for record in run([item], made, plan, target=bench.target, done=known):
                tell(f"{place + 1}/{len(items)} {item.id} {_told(record)}")
                yield asdict(record)


def _told(record: Record) -> str:
    answer = record.answer
    assert answer is not None  # all items have answers
    level = "" if record.kv_budget is None else f" {record.kv_budget}"
    said = " ".join((answer.text or "").split())
    return f"{record.method}{level}: {record.seconds + answer.seconds:.1f} s, {said!r:.60}"


def record_of(line: Line) -> Record:
    """A record from its line."""
    return Record(**{**line, "answer": Answer(**line["answer"])})


def rows_of(records: Iterable[Record]) -> Rows:
    """Records by method and KV budget, in order of appearance."""
    rows: Rows = {}
    for record in records:
        rows.setdefault((record.method, record.kv_budget), []).append(record)
    return rows


def mean(records: Sequence[Record], value: Value) -> Estimate | None:
    """Over items, all alike: data sets have too few to be resampled by themselves."""
    return bootstrap({"all": _values(records, value)})


def gain(records: Sequence[Record], base: Sequence[Record], value: Value) -> Estimate | None:
    """How much better than others, over the items that both have."""
    ours, theirs = _values(records, value), _values(base, value)
    return bootstrap({"all": {name: ours[name] - theirs[name] for name in ours if name in theirs}})


def _values(records: Sequence[Record], value: Value) -> dict[str, float]:
    """By item, over its KV budgets if there are several."""
    found: dict[str, list[float]] = {}
    for one in records:
        if (number := value(one)) is not None:
            found.setdefault(f"{one.dataset}/{one.id}", []).append(number)
    return {name: sum(numbers) / len(numbers) for name, numbers in found.items()}


def of_answer(metric: str) -> Value:
    """A measure of the answer."""

    def value(record: Record) -> float | None:
        found: Any = getattr(record.answer, metric)
        return None if found is None else float(found)

    return value


def first_seconds(record: Record) -> float | None:
    """From the whole text to the first token of the answer."""
    first = record.answer.first_seconds if record.answer else None
    return None if first is None else record.seconds + first


def total_seconds(record: Record) -> float | None:
    """From the whole text to the end of the answer."""
    return None if record.answer is None else record.seconds + record.answer.seconds

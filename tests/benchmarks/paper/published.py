"""LongBench itself: the rows that the paper publishes, with models of one's own.

DATA_FOLDER has LongBench's files (``hotpotqa.jsonl``, ...) and, beside it or in it, its ``config``,
from which prompts and lengths of answers come. Published are prompts of 1,024, 2,048 and 3,072
tokens (``--budget``, each a run of its own), and caches of 256, 512 and 1,024 entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specpc.errors import UsageError
from specpc.evaluation.data import lot, read_items
from tests.benchmarks.paper import kv
from tests.benchmarks.paper.answers import answer_all, of_answer, record_of, turns
from tests.benchmarks.paper.compressed import compare, methods
from tests.benchmarks.paper.part import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from specpc.evaluation.data import Item
    from tests.benchmarks.paper.bench import Bench
    from tests.benchmarks.paper.journal import Line

GROUPS: Final = {
    "Single-document questions": ("narrativeqa", "qasper", "multifieldqa_en"),
    "Multi-document questions": ("hotpotqa", "2wikimqa", "musique"),
    "Summaries": ("gov_report", "qmsum", "multi_news"),
    "Examples": ("trec", "triviaqa", "samsum"),
    "Code": ("lcc", "repobench-p"),
}
"""The data sets that the paper measures."""

KV_BUDGETS: Final = (256, 512, 1024)


def items(folder: Path) -> list[Item]:
    """Of all sets that there are in turn.

    Raises:
        UsageError: there is none.
    """
    names = [name for group in zip(*GROUPS.values(), strict=False) for name in group]
    names += [name for group in GROUPS.values() for name in group if name not in names]
    paths = [path for name in names if (path := folder / f"{name}.jsonl").is_file()]
    if not paths:
        raise UsageError(f"there are no files of LongBench in {folder}, such as hotpotqa.jsonl")
    return turns([sorted(filter(_asks, read_items(path, path.stem)), key=lot) for path in paths])


def _asks(item: Item) -> bool:
    return item.answerable


def measure(bench: Bench, lines: Sequence[Line]) -> Iterator[Line]:
    """See `Part`."""
    chosen = items(bench.data)[: bench.plan.published]
    return answer_all(bench, chosen, methods(_SETS), bench.budget, lines)


def report(lines: Sequence[Line]) -> Iterator[str]:
    """See `Part`."""
    records = [record_of(line) for line in lines]
    score = of_answer("score")
    yield compare(records, score, "score")
    for name, sets in GROUPS.items():
        if some := [one for one in records if one.dataset in sets]:
            yield f"{name}:\n\n{compare(some, score, 'score')}"


def measure_caches(bench: Bench, lines: Sequence[Line]) -> Iterator[Line]:
    """See `Part`."""
    return kv.answer(bench, items(bench.data)[: bench.plan.published], lines, KV_BUDGETS)


_SETS: Final = sum(map(len, GROUPS.values()))

PART: Final = Part("LongBench's own files, contexts cut to the budget", measure, report)
CACHES: Final = Part(
    "LongBench's own files, the KV cache cut to a budget", measure_caches, kv.report
)

"""RULER: is a prompt cut to a quarter answered as well as the whole of it?

Prompts have about 4,096 tokens, and are asked in RULER's own words; the context alone is cut. The
score is RULER's: the share of the references that an answer contains, for ``qa`` whether any is.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from specpc.evaluation.data import lot, read_items
from specpc.evaluation.tasks import BenchmarkTask
from tests.benchmarks.paper.answers import answer_all, of_answer, record_of, turns
from tests.benchmarks.paper.compressed import compare, methods
from tests.benchmarks.paper.part import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from specpc.evaluation.data import Item
    from tests.benchmarks.paper.bench import Bench
    from tests.benchmarks.paper.journal import Line

LENGTH: Final = 4096
AGGREGATION: Final = "ruler_cwe"
"""Counts words all over the text, which no part of it can tell."""

_NEEDLE: Final = 128
TASKS: Final = {
    "niah_single_3": _NEEDLE,
    "niah_multikey_2": _NEEDLE,
    "vt": 64,
    "qa_1": 64,
    "niah_multivalue": _NEEDLE,
    "fwe": 64,
    "niah_single_2": _NEEDLE,
    "niah_multikey_3": _NEEDLE,
    "niah_multiquery": _NEEDLE,
    "cwe": 120,
    "niah_single_1": _NEEDLE,
    "niah_multikey_1": _NEEDLE,
}
"""Most tokens of an answer, as in the paper's code; kinds of tasks take turns."""


def items(folder: Path) -> list[Item]:
    """Of all tasks in turn."""
    return turns(
        [_task_items(folder / f"ruler_{name}.jsonl", most) for name, most in TASKS.items()]
    )


def _task_items(path: Path, answer_tokens: int) -> list[Item]:
    lines = map(json.loads, path.read_bytes().splitlines())
    told = {str(line["id"]): line.get("meta") or {} for line in lines}
    found = [
        replace(item, task=_task(told[item.id], item.question, answer_tokens))
        for item in read_items(path, path.stem)
        if told[item.id].get("max_seq_length") == LENGTH
    ]
    return sorted(found, key=lot)


def _task(meta: dict[str, str], question: str, answer_tokens: int) -> BenchmarkTask:
    """RULER's prompt: an example, if it gives one, what is asked for, the text, and the question.

    The beginning of the answer, which it gives, stands after the question.
    """
    before = [meta[name] for name in ("few_shot", "instruction") if name in meta]
    after = f"{question} {meta['answer_prefix']}"
    return BenchmarkTask(after, "".join(f"{part}\n" for part in before), answer_tokens)


def measure(bench: Bench, lines: Sequence[Line]) -> Iterator[Line]:
    """See `Part`."""
    chosen = items(bench.data)[: bench.plan.ruler]
    yield from answer_all(bench, chosen, methods(len(TASKS)), bench.budget, lines)


def report(lines: Sequence[Line]) -> Iterator[str]:
    """See `Part`."""
    records = [record_of(line) for line in lines]
    yield compare(records, of_answer("contained"), "RULER")
    others = [one for one in records if one.dataset != AGGREGATION]
    if 0 < len(others) < len(records):
        yield f"Without cwe:\n\n{compare(others, of_answer('contained'), 'RULER without cwe')}"


PART: Final = Part(f"RULER, prompts of about {LENGTH:,} tokens, cut to the budget", measure, report)

"""LongBench's kinds of tasks, on other data: contexts cut to a budget, scored as it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from specpc.evaluation import longbench
from specpc.evaluation.data import lot, read_items
from specpc.evaluation.tasks import BenchmarkTask, request
from tests.benchmarks.paper.answers import answer_all, of_answer, record_of, turns
from tests.benchmarks.paper.compressed import compare, methods
from tests.benchmarks.paper.part import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.evaluation.data import Item
    from specpc.evaluation.tasks import Metric
    from tests.benchmarks.paper.bench import Bench
    from tests.benchmarks.paper.journal import Line

SHORTEST, LONGEST = 1500, 8000
"""Tokens of a context."""


@dataclass(frozen=True)
class Kind:
    """A group of LongBench's tasks.

    Attributes:
        metric: what an answer is worth.
        prompt: what is asked after the text, of a question.
        answer_tokens: most tokens of an answer; LongBench gives summaries 512.
    """

    metric: Metric
    prompt: str
    answer_tokens: int


KINDS: Final = {
    "questions": Kind(longbench.f1, request("{}"), 64),
    "summaries": Kind(
        longbench.rouge_l,
        "Answer the query based on the text above in one or more sentences.\n\nQuery: {}\nAnswer:",
        128,
    ),
    "examples": Kind(longbench.f1, request("{}"), 64),
    "code": Kind(longbench.edit_similarity, "{}", 64),
}

SETS: Final = {
    "hotpotqa": "questions",
    "qmsum_window": "summaries",
    "code_next_line": "code",
    "musique": "questions",
    "covidqa": "questions",
    "leval_gsm100": "examples",
    "longbench_multinews": "summaries",
    "bamboo_private_eval": "code",
    "leval_nq": "questions",
    "nq_multidoc": "questions",
    "leval_scientific": "questions",
    "xquad_en": "questions",
    "policyqa": "questions",
    "bamboo_altqa": "questions",
    "loogle": "questions",
    "locomo": "questions",
}
"""Kinds of the data sets; kinds take turns."""


def items(bench: Bench) -> list[Item]:
    """Of all sets in turn, those of a length that LongBench has."""
    return turns([_set_items(bench, name, KINDS[kind]) for name, kind in SETS.items()])


def _set_items(bench: Bench, name: str, kind: Kind) -> list[Item]:
    found = [
        replace(
            item,
            task=BenchmarkTask(
                kind.prompt.format(item.question),
                answer_tokens=kind.answer_tokens,
                metric=kind.metric,
            ),
        )
        for item in read_items(bench.data / f"{name}.jsonl", name)
        if item.answerable and SHORTEST <= bench.encoder.count(item.context) <= LONGEST
    ]
    return sorted(found, key=lot)


def measure(bench: Bench, lines: Sequence[Line]) -> Iterator[Line]:
    """See `Part`."""
    chosen = items(bench)[: bench.plan.longbench]
    yield from answer_all(bench, chosen, methods(len(SETS)), bench.budget, lines)


def report(lines: Sequence[Line]) -> Iterator[str]:
    """See `Part`."""
    records = [record_of(line) for line in lines]
    measures = {"exact": of_answer("exact"), "F1": of_answer("f1"), "ROUGE-L": of_answer("rouge_l")}
    yield compare(records, of_answer("score"), "score", measures)
    for kind in KINDS:
        some = [one for one in records if SETS[one.dataset] == kind]
        if some:
            yield f"{kind.capitalize()}:\n\n{compare(some, of_answer('score'), 'score')}"


PART: Final = Part(
    f"LongBench's kinds of tasks: contexts of {SHORTEST:,} to {LONGEST:,} tokens, cut",
    measure,
    report,
)

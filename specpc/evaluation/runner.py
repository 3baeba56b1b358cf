"""Runs methods over items and measures what they keep, and what a target makes of it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from specpc.errors import BudgetError, InputError, UsageError
from specpc.evaluation.base import KeptText
from specpc.evaluation.data import answer_kept
from specpc.evaluation.measures import check_packages, evidence_recall, score_answer
from specpc.evaluation.methods import levels_of
from specpc.evaluation.records import Answer, Record
from specpc.evaluation.telling import Source
from specpc.kv.settings import KV_BUDGET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from specpc.evaluation.base import Level, TextMethod
    from specpc.evaluation.data import Item
    from specpc.evaluation.targets import Target

T = TypeVar("T")


@dataclass(frozen=True)
class RunPlan:
    """At which levels methods are run; the question may be withheld from all but the target."""

    ratios: Sequence[float]
    kv_budgets: Sequence[int] = (KV_BUDGET,)
    withheld: bool = False

    def levels(self, method: str) -> tuple[Level, ...]:
        """The levels at which a method is run."""
        return levels_of(method, self.ratios, self.kv_budgets)


def run(
    items: Sequence[Item],
    methods: Mapping[str, TextMethod],
    plan: RunPlan,
    *,
    target: Target | None = None,
    done: Sequence[Record] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Record]:
    """Measure every method on every item at every level, as far as not done before.

    An item that a method cannot compress (a budget too small for any piece) counts as an item
    of which it kept nothing. A target answers the questions of the items that have answers.
    ``done`` are the records of an earlier run, ``progress`` is called with (items done, items in
    all); the records that come are the new ones.

    Raises:
        UsageError: an item is not the one that an earlier record was made of.
        SpecPCError: the target cannot answer.
    """
    known = {record.key: record.digest for record in done}
    check_packages(items, answered=target is not None, withheld=plan.withheld)
    for count, item in enumerate(items, start=1):
        told = replace(item, question="") if plan.withheld else item
        source = Source.of(item) if plan.withheld else None
        for name, method in methods.items():
            digests = {
                level: known.get((item.dataset, item.id, name, level))
                for level in plan.levels(name)
            }
            check_unchanged(item, (digest for digest in digests.values() if digest is not None))
            missing = [level for level, digest in digests.items() if digest is None]
            for attempt in _attempts(told, method, list(dict.fromkeys(m.ratio for m in missing))):
                budgets = [m.kv_budget for m in missing if m.ratio == attempt.ratio]
                answers = _ask(target, item, attempt.kept, budgets)
                for budget, answer in zip(budgets, answers, strict=True):
                    yield _record(item, name, attempt, budget, answer, source)
        if progress is not None:
            progress(count, len(items))


def check_unchanged(item: Item, measured: Iterable[str]) -> None:
    """Refuse an item that records with other digests were made of."""
    if any(digest != item.digest for digest in measured):
        raise UsageError(
            f"{item.dataset}, item {item.id} has changed since it was measured: start a new "
            "results file"
        )


class _Attempt(NamedTuple):
    """What a method made of an item at one ratio: a text or a failure."""

    ratio: float
    seconds: float
    kept: KeptText | None
    failure: str | None


def _attempts(item: Item, method: TextMethod, ratios: Sequence[float]) -> Iterator[_Attempt]:
    """One for each ratio, which is charged all that they share."""
    if not ratios:
        return
    compress, failure, prepared = _timed(lambda: method.prepare(item))
    for ratio in ratios:
        kept, seconds = None, 0.0
        if compress is not None:
            kept, failure, seconds = _timed(partial(compress, ratio))
            seconds += prepared
        yield _Attempt(ratio, seconds, kept, failure)


def _timed(work: Callable[[], T]) -> tuple[T | None, str | None, float]:
    """What comes of it, or why nothing does; and the seconds it takes."""
    start = time.perf_counter()
    try:
        return work(), None, time.perf_counter() - start
    except (BudgetError, InputError) as error:
        return None, str(error), time.perf_counter() - start


def _ask(
    target: Target | None, item: Item, kept: KeptText | None, budgets: Sequence[int | None]
) -> Iterator[Answer | None]:
    """The target's answers; where nothing was kept it is not asked, and counts as wrong."""
    if target is None or not item.answers:
        yield from [None] * len(budgets)
        return
    wrong = Answer(None, **asdict(score_answer(item, "")), truncated=False, seconds=0.0)
    if kept is None:
        yield from [wrong] * len(budgets)
        return
    start = time.perf_counter()
    if kept.answers is not None:
        replies = kept.answers([budget for budget in budgets if budget is not None])
    else:
        task = item.asked
        text = task.before + kept.text
        replies = iter([target.answer(text, task.after, task.answer_tokens)])
    for reply in replies:
        cost = reply.cost
        yield Answer(
            reply.text,
            **asdict(score_answer(item, reply.text)),
            truncated=reply.truncated,
            seconds=round(cost.seconds if cost else time.perf_counter() - start, 4),
            first_seconds=round(cost.first_seconds, 4) if cost else None,
            cache_bytes=cost.cache_bytes if cost else None,
            peak_bytes=cost.peak_bytes if cost else None,
        )


def _record(
    item: Item,
    method: str,
    attempt: _Attempt,
    kv_budget: int | None,
    answer: Answer | None,
    source: Source | None,
) -> Record:
    kept = attempt.kept or KeptText("", (), 0, 0)
    sought = item.extractive and item.answers
    return Record(
        dataset=item.dataset,
        id=item.id,
        digest=item.digest,
        lang=item.lang,
        method=method,
        ratio=attempt.ratio,
        recall=evidence_recall(item.context, item.evidence, kept.ranges),
        answer_kept=answer_kept(kept.text, item.answers, item.answers_mode) if sought else None,
        original_tokens=kept.original_tokens,
        compressed_tokens=kept.compressed_tokens,
        seconds=round(attempt.seconds, 4),
        error=attempt.failure,
        answer=answer,
        kv_budget=kv_budget,
        telling=source.measure(kept) if source is not None else None,
    )

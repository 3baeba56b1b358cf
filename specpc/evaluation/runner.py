"""Runs methods over items and measures what they keep, and what a target makes of it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from specpc.errors import BudgetError, InputError, UsageError
from specpc.evaluation.answers import AnswerScores, check_packages, score_answer
from specpc.evaluation.methods import ratios_of
from specpc.evaluation.metrics import answer_kept, evidence_recall
from specpc.evaluation.records import Answer, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.evaluation.data import Item
    from specpc.evaluation.methods import Method
    from specpc.evaluation.picked import Compressed
    from specpc.evaluation.targets import Target


def run(
    items: Sequence[Item],
    methods: Sequence[Method],
    ratios: Sequence[float],
    *,
    target: Target | None = None,
    done: Sequence[Record] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Record]:
    """Measure every method on every item at every ratio, as far as not done before.

    An item that a method cannot compress (a budget too small for any piece) counts as an item
    of which it kept nothing.

    Args:
        items: what to compress.
        methods: how.
        ratios: fractions of the tokens kept.
        target: answers the questions of the items that have answers.
        done: records of an earlier run, which are not made again.
        progress: called with (items done, items in all).

    Yields:
        New records, as they are made.

    Raises:
        UsageError: an item is not the one that an earlier record was made of.
        SpecPCError: the target cannot answer.
    """
    known = {record.key: record.digest for record in done}
    if target is not None:
        check_packages(items)
    for count, item in enumerate(items, start=1):
        for method in methods:
            digests = {
                ratio: known.get((item.dataset, item.id, method.name, ratio))
                for ratio in ratios_of(method.name, ratios)
            }
            if any(digest not in (None, item.digest) for digest in digests.values()):
                raise UsageError(
                    f"{item.dataset}, item {item.id} has changed since it was measured: "
                    "start a new results file"
                )
            missing = [ratio for ratio, digest in digests.items() if digest is None]
            for attempt in _attempts(item, method, missing):
                yield _record(item, method.name, attempt, _ask(target, item, attempt.compressed))
        if progress is not None:
            progress(count, len(items))


@dataclass(frozen=True)
class _Attempt:
    """What a method made of an item at one ratio: a text or a failure."""

    ratio: float
    seconds: float
    compressed: Compressed | None
    failure: str | None


def _attempts(item: Item, method: Method, ratios: Sequence[float]) -> Iterator[_Attempt]:
    if not ratios:
        return
    start = time.perf_counter()
    try:
        compress = method.prepare(item)
    except InputError as error:
        for ratio in ratios:
            yield _Attempt(ratio, 0.0, None, str(error))
        return
    prepared = time.perf_counter() - start
    for ratio in ratios:
        start = time.perf_counter()
        compressed, failure = None, None
        try:
            compressed = compress(ratio)
        except (BudgetError, InputError) as error:
            failure = str(error)
        seconds = prepared + time.perf_counter() - start
        yield _Attempt(ratio, seconds, compressed, failure)


def _ask(target: Target | None, item: Item, compressed: Compressed | None) -> Answer | None:
    """The target's answer; where nothing was kept it is not asked, and counts as wrong."""
    if target is None or not item.answers:
        return None
    if compressed is None:
        return _answer(None, score_answer(item, ""), truncated=False, seconds=0.0)
    start = time.perf_counter()
    reply = target.answer(compressed.text, item.question)
    seconds = time.perf_counter() - start
    return _answer(reply.text, score_answer(item, reply.text), reply.truncated, seconds)


def _answer(text: str | None, scores: AnswerScores, truncated: bool, seconds: float) -> Answer:
    return Answer(text=text, **asdict(scores), truncated=truncated, seconds=round(seconds, 4))


def _record(item: Item, method: str, attempt: _Attempt, answer: Answer | None) -> Record:
    compressed = attempt.compressed
    ranges = compressed.ranges if compressed else ()
    text = compressed.text if compressed else ""
    sought = item.extractive and item.answers
    return Record(
        dataset=item.dataset,
        id=item.id,
        digest=item.digest,
        lang=item.lang,
        method=method,
        ratio=attempt.ratio,
        recall=evidence_recall(item.context, item.evidence, ranges),
        answer_kept=answer_kept(text, item.answers, item.answers_mode) if sought else None,
        original_tokens=compressed.original_tokens if compressed else 0,
        compressed_tokens=compressed.compressed_tokens if compressed else 0,
        seconds=round(attempt.seconds, 4),
        error=attempt.failure,
        answer=answer,
    )

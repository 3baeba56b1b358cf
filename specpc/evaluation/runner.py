"""Runs methods over items and measures what they keep."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from specpc.errors import BudgetError, InputError, UsageError
from specpc.evaluation.metrics import answer_kept, evidence_recall
from specpc.evaluation.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.evaluation.data import Item
    from specpc.evaluation.methods import Method
    from specpc.evaluation.picked import Compressed


def run(
    items: Sequence[Item],
    methods: Sequence[Method],
    ratios: Sequence[float],
    *,
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
        done: records of an earlier run, which are not made again.
        progress: called with (items done, items in all).

    Yields:
        New records, as they are made.

    Raises:
        UsageError: an item is not the one that an earlier record was made of.
    """
    known = {record.key: record.digest for record in done}
    for count, item in enumerate(items, start=1):
        for method in methods:
            digests = {
                ratio: known.get((item.dataset, item.id, method.name, ratio)) for ratio in ratios
            }
            if any(digest not in (None, item.digest) for digest in digests.values()):
                raise UsageError(
                    f"{item.dataset}, item {item.id} has changed since it was measured: "
                    "start a new results file"
                )
            missing = [ratio for ratio, digest in digests.items() if digest is None]
            if missing:
                yield from _measure(item, method, missing)
        if progress is not None:
            progress(count, len(items))


def _measure(item: Item, method: Method, ratios: Sequence[float]) -> Iterator[Record]:
    start = time.perf_counter()
    try:
        compress = method.prepare(item)
    except InputError as error:
        for ratio in ratios:
            yield _record(item, method.name, ratio, 0.0, None, str(error))
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
        yield _record(item, method.name, ratio, seconds, compressed, failure)


def _record(
    item: Item,
    method: str,
    ratio: float,
    seconds: float,
    compressed: Compressed | None,
    failure: str | None,
) -> Record:
    ranges = compressed.ranges if compressed else ()
    text = compressed.text if compressed else ""
    sought = item.extractive and item.answers
    return Record(
        dataset=item.dataset,
        id=item.id,
        digest=item.digest,
        lang=item.lang,
        method=method,
        ratio=ratio,
        recall=evidence_recall(item.context, item.evidence, ranges),
        answer_kept=answer_kept(text, item.answers, item.answers_mode) if sought else None,
        original_tokens=compressed.original_tokens if compressed else 0,
        compressed_tokens=compressed.compressed_tokens if compressed else 0,
        seconds=round(seconds, 4),
        error=failure,
    )

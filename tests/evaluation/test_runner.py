"""What is measured, what is not measured again, and what counts as nothing kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specpc.errors import BudgetError, InputError, UsageError
from specpc.evaluation.picked import Compressed
from specpc.evaluation.runner import run
from tests.evaluation.items import FACTS, TEXT, item

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc.evaluation.data import Item


class Fake:
    """Keeps the fourth sentence; counts how often it prepares."""

    name = "fake"

    def __init__(self, prepare: Exception | None = None, compress: Exception | None = None) -> None:
        self.failures = prepare, compress
        self.prepared: list[str] = []

    def prepare(self, item: Item) -> Callable[[float], Compressed]:
        self.prepared.append(item.id)
        if self.failures[0]:
            raise self.failures[0]
        return self.compress

    def compress(self, ratio: float) -> Compressed:
        if self.failures[1]:
            raise self.failures[1]
        start = TEXT.index(FACTS[3])
        return Compressed(FACTS[3], ((start, start + len(FACTS[3])),), 100, int(100 * ratio))


def test_records() -> None:
    told: list[tuple[int, int]] = []
    items = [item(0), item(1, evidence=(FACTS[0],), extractive=False)]
    records = list(run(items, [Fake()], [0.1, 0.2], progress=lambda *done: told.append(done)))
    found = [(r.id, r.ratio, r.recall, r.answer_kept, r.compressed_tokens) for r in records]
    assert found == [
        ("facts/0", 0.1, 1.0, True, 10),
        ("facts/0", 0.2, 1.0, True, 20),
        ("facts/1", 0.1, 0.0, None, 10),
        ("facts/1", 0.2, 0.0, None, 20),
    ]
    assert told == [(1, 2), (2, 2)]
    assert all(record.seconds >= 0 and record.error is None for record in records)


def test_what_is_done_is_not_done_again() -> None:
    done = list(run([item(0)], [Fake()], [0.1]))
    fake = Fake()
    assert list(run([item(0)], [fake], [0.1], done=done)) == []
    assert fake.prepared == []
    assert [r.ratio for r in run([item(0)], [fake], [0.1, 0.2], done=done)] == [0.2]
    assert fake.prepared == ["facts/0"]
    with pytest.raises(UsageError, match="item facts/0 has changed"):
        list(run([item(0, question="What?")], [fake], [0.1], done=done))


@pytest.mark.parametrize(
    "fake", [Fake(prepare=InputError("why")), Fake(compress=BudgetError("why"))]
)
def test_failures_count_as_nothing_kept(fake: Fake) -> None:
    records = list(run([item()], [fake], [0.1, 0.2]))
    assert [(r.recall, r.answer_kept, r.error) for r in records] == [(0.0, False, "why")] * 2

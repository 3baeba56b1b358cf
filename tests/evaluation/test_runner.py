"""What is measured, what is not measured again, and what counts as nothing kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specpc.errors import BudgetError, InputError, SpecPCError, UsageError
from specpc.evaluation.base import KeptText
from specpc.evaluation.runner import RunPlan, run
from specpc.evaluation.tasks import request
from specpc.evaluation.truncate import TruncateMethod
from specpc.kv.replies import Reply
from specpc.models.tokens import TextEncoder
from tests.evaluation.items import FACTS, TEXT, item
from tests.tiny_models import byte_tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc.evaluation.data import Item


class Fake:
    """Keeps the fourth sentence; counts how often it prepares."""

    def __init__(self, prepare: Exception | None = None, compress: Exception | None = None) -> None:
        self.failures = prepare, compress
        self.prepared: list[str] = []

    def prepare(self, item: Item) -> Callable[[float], KeptText]:
        self.prepared.append(item.id)
        if self.failures[0]:
            raise self.failures[0]
        return self.compress

    def compress(self, ratio: float) -> KeptText:
        if self.failures[1]:
            raise self.failures[1]
        start = TEXT.index(FACTS[3])
        return KeptText(FACTS[3], ((start, start + len(FACTS[3])),), 100, int(100 * ratio))


def test_records() -> None:
    told: list[tuple[int, int]] = []
    items = [item(0), item(1, evidence=(FACTS[0],), extractive=False)]
    records = list(
        run(items, {"fake": Fake()}, RunPlan([0.1, 0.2]), progress=lambda *done: told.append(done))
    )
    found = [(r.id, r.ratio, r.recall, r.answer_kept, r.compressed_tokens) for r in records]
    assert found == [
        ("facts/0", 0.1, 1.0, True, 10),
        ("facts/0", 0.2, 1.0, True, 20),
        ("facts/1", 0.1, 0.0, None, 10),
        ("facts/1", 0.2, 0.0, None, 20),
    ]
    assert told == [(1, 2), (2, 2)]
    assert all(record.seconds >= 0 and record.error is None for record in records)


def test_where_questions_are_withheld_all_that_is_told_is_measured() -> None:
    summary = "Marta Quist was elected as treasurer of the committee, " * 4
    items = [item(0), item(1, question="", answers=(summary,), evidence=(), extractive=False)]
    records = list(run(items, {"fake": Fake()}, RunPlan([0.1], withheld=True)))
    assert [r.telling.facts_whole for r in records if r.telling] == [1 / 4] * 2
    assert [r.telling.rouge_1 is None for r in records if r.telling] == [True, False]
    [told] = run([item(0)], {"fake": Fake()}, RunPlan([0.1]))
    assert told.telling is None


def test_what_is_done_is_not_done_again() -> None:
    done = list(run([item(0)], {"fake": Fake()}, RunPlan([0.1])))
    fake = Fake()
    assert list(run([item(0)], {"fake": fake}, RunPlan([0.1]), done=done)) == []
    assert fake.prepared == []
    assert [r.ratio for r in run([item(0)], {"fake": fake}, RunPlan([0.1, 0.2]), done=done)] == [
        0.2
    ]
    assert fake.prepared == ["facts/0"]
    with pytest.raises(UsageError, match="item facts/0 has changed"):
        list(run([item(0, question="What?")], {"fake": fake}, RunPlan([0.1]), done=done))


@pytest.mark.parametrize(
    "fake", [Fake(prepare=InputError("why")), Fake(compress=BudgetError("why"))]
)
def test_failures_count_as_nothing_kept(fake: Fake) -> None:
    records = list(run([item()], {"fake": fake}, RunPlan([0.1, 0.2])))
    assert [(r.recall, r.answer_kept, r.error) for r in records] == [(0.0, False, "why")] * 2


class Parrot:
    """A target that says the context; breaks down after some answers."""

    def __init__(self, answers: int = 100) -> None:
        self.left = answers
        self.asked: list[tuple[str, str]] = []

    def answer(self, context: str, question: str, tokens: int | None = None) -> Reply:
        if self.left == 0:
            raise SpecPCError("unplugged")
        self.left -= 1
        self.asked.append((context, question))
        return Reply(context, truncated=len(context) > 100)


def test_a_target_answers_from_every_text() -> None:
    full = TruncateMethod(TextEncoder(byte_tokenizer()))
    target = Parrot()
    records = list(
        run([item()], {"full": full, "fake": Fake()}, RunPlan([0.1, 0.2]), target=target)
    )
    assert target.asked == [(text, request(item().question)) for text in (TEXT, FACTS[3], FACTS[3])]
    found = [
        (r.method, r.ratio, r.answer.text, r.answer.contained, r.answer.truncated)
        for r in records
        if r.answer is not None
    ]
    assert found == [
        ("full", 1.0, TEXT, 1.0, True),
        ("fake", 0.1, FACTS[3], 1.0, False),
        ("fake", 0.2, FACTS[3], 1.0, False),
    ]
    assert records[0].compressed_tokens == records[0].original_tokens == len(TEXT)
    assert records[0].recall == 1.0
    assert records[1].answer is not None
    assert records[1].answer.f1 == pytest.approx(2 * 2 / (6 + 2))  # of 7 words, one an article


def test_items_without_answers_are_not_asked() -> None:
    target = Parrot()
    [record] = run([item(answers=())], {"fake": Fake()}, RunPlan([0.1]), target=target)
    assert record.answer is None
    assert target.asked == []


def test_nothing_kept_is_a_wrong_answer() -> None:
    target = Parrot()
    [record] = run(
        [item()], {"fake": Fake(compress=BudgetError("why"))}, RunPlan([0.1]), target=target
    )
    assert target.asked == []
    assert record.answer is not None
    assert (record.answer.text, record.answer.exact, record.answer.f1) == (None, False, 0.0)


def test_a_target_that_breaks_down_is_asked_the_rest_later() -> None:
    records = run([item(0), item(1)], {"fake": Fake()}, RunPlan([0.1, 0.2]), target=Parrot(3))
    done = [next(records) for _ in range(3)]
    with pytest.raises(SpecPCError, match="unplugged"):
        next(records)
    target, fake = Parrot(), Fake()
    [last] = run([item(0), item(1)], {"fake": fake}, RunPlan([0.1, 0.2]), target=target, done=done)
    assert (last.id, last.ratio) == ("facts/1", 0.2)
    assert (fake.prepared, len(target.asked)) == (["facts/1"], 1)

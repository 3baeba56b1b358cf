"""Baselines without a question, and withholding it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from specpc.evaluation import stop_words
from specpc.evaluation.base import KeptText
from specpc.evaluation.data import Item
from specpc.evaluation.methods import check_methods
from specpc.evaluation.runner import RunPlan, run
from specpc.evaluation.tasks import request
from tests.evaluation.items import item
from tests.evaluation.test_runner import Parrot


def test_marks_go_first_then_stop_words_then_the_end() -> None:
    units = ["The", " harbour", ",", " of", " Lisbon.", " It’s", " (", "old", ")"]
    order = (-stop_words.rank(item(), units)).argsort()
    kept = [units[index].strip() for index in order]
    assert kept == ["harbour", "Lisbon.", "old", "The", "of", "It’s", ",", "(", ")"]


def test_word_baselines_are_methods() -> None:
    check_methods(["stopwords", "stopwords:sentence", "random:word", "auto:word"])


@dataclass
class Recorder:
    asked: list[str] = field(default_factory=list)

    def prepare(self, item: Item) -> Callable[[float], KeptText]:
        self.asked.append(item.question)
        return lambda _: KeptText("", (), 1, 0)


def test_the_question_is_withheld() -> None:
    recorder = Recorder()
    target = Parrot()
    [record] = run([item()], {"recorder": recorder}, RunPlan([0.5], withheld=True), target=target)
    assert recorder.asked == [""]
    assert target.asked == [("", request(item().question))]
    assert record.digest == item().digest

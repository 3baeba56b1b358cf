"""Baselines without a question, and withholding it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from specpc.evaluation.data import Item
from specpc.evaluation.methods import WithoutQuestion
from specpc.evaluation.names import check_methods
from specpc.evaluation.picked import Compressed
from specpc.evaluation.word_baselines import StopWordRanker
from tests.evaluation.items import item


def test_marks_go_first_then_stop_words_then_the_end() -> None:
    units = ["The", " harbour", ",", " of", " Lisbon.", " It’s", " (", "old", ")"]
    order = (-StopWordRanker()(item(), units)).argsort()
    kept = [units[index].strip() for index in order]
    assert kept == ["harbour", "Lisbon.", "old", "The", "of", "It’s", ",", "(", ")"]


def test_word_baselines_are_methods() -> None:
    check_methods(["stopwords", "stopwords:sentence", "random:word", "auto:word"])


@dataclass
class Recorder:
    name: str = "recorder"
    asked: list[str] = field(default_factory=list)

    def prepare(self, item: Item) -> Callable[[float], Compressed]:
        self.asked.append(item.question)
        return lambda _: Compressed("", (), 1, 0)


def test_the_question_is_withheld() -> None:
    recorder = Recorder()
    method = WithoutQuestion(recorder)
    method.prepare(item())
    assert (method.name, recorder.asked) == ("recorder", [""])

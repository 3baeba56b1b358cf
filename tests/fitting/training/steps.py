"""One step, and the examination on documents that no step is given."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import torch

from tests.fitting.training.lessons import Lesson, prepare, read_windows, scores_of
from tests.fitting.training.loss import budgeted, listwise, measures
from tests.fitting.training.mixing import draw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.models.lean.adapted import Adapter
    from specpc.models.lean.decoder import LeanModel
    from specpc.models.reader import Reader
    from tests.fitting.training.mixing import Source
    from tests.fitting.training.state import Training

_TRIES = 50


@dataclass(frozen=True)
class School:
    """The draft, as it is and as adapters see it, and where documents come from."""

    reader: Reader
    model: LeanModel
    given: Sequence[Source]

    @property
    def before(self) -> tuple[int, ...]:
        """What stands before every context."""
        return self.reader.frame("").before

    def lesson(
        self, seed: str, source: Source | None = None, *, held_out: bool = False
    ) -> tuple[str, Lesson]:
        """What a seed draws: the name of a source, and a lesson of a document of it.

        Raises:
            ValueError: no document makes one.
        """
        for attempt in range(_TRIES):
            rng = Random(f"{seed}/{attempt}")
            name, document = draw(self.given, rng, source, held_out=held_out)
            lesson = prepare(self.reader, document, rng)
            if lesson is not None:
                return name, lesson
        raise ValueError(f"no document of {source.name if source else 'any source'} can be used")

    def scores(self, adapter: Adapter, lesson: Lesson) -> torch.Tensor:
        """``[questions, pieces]``, on the CPU."""
        contexts = read_windows(self.model, self.before, lesson, adapter.last_layer)
        return scores_of(self.model, adapter, self.before, lesson, contexts).cpu()


def take(school: School, training: Training) -> Iterator[tuple[str, float, float, float]]:
    """One step: the source, loss and measures (see `measures`) of each of its documents."""
    plan = training.plan
    for number in range(plan.documents):
        name, lesson = school.lesson(f"{plan.seed}/{training.step}/{number}")
        scores = school.scores(training.adapter, lesson)
        gold, sizes = lesson.gold, lesson.sizes * lesson.units
        loss = listwise(scores, gold) + plan.budgeted * budgeted(scores, gold, sizes)
        (loss / plan.documents).backward()  # type: ignore[no-untyped-call]
        yield name, float(loss.detach()), *measures(scores.detach(), gold, sizes)
    training.update()


@torch.no_grad()
def examine(school: School, adapter: Adapter, documents: int) -> dict[str, tuple[float, float]]:
    """Means of `measures` by source, of documents held out."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for source in school.given:
        for number in range(documents):
            seed = f"held out/{source.name}/{number}"
            name, lesson = school.lesson(seed, source, held_out=True)
            scores = school.scores(adapter, lesson)
            found[name].append(measures(scores, lesson.gold, lesson.sizes * lesson.units))
    return {
        name: (float(means[0]), float(means[1]))
        for name, rows in found.items()
        for means in [np.mean(rows, axis=0)]
    }

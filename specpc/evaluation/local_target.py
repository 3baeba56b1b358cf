"""A target on this machine, asked as every other; and the methods that cut its KV cache."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from specpc.errors import UsageError
from specpc.evaluation.own_scorers import ScorerMethod
from specpc.evaluation.targets import clean
from specpc.evaluation.truncate import TruncateMethod
from specpc.kv.answering import AnsweringModel
from specpc.kv.lookahead import Guesser
from specpc.kv.methods import method_of
from specpc.kv.settings import KVSettings
from specpc.options import Setup
from specpc.pipeline.compressor import Compressor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.evaluation.base import KeptText, MethodSetup, TextMethod
    from specpc.evaluation.data import Item
    from specpc.evaluation.tasks import BenchmarkTask
    from specpc.kv.replies import Reply
    from specpc.models.draft import Draft


def local_target(model: Draft, answer_tokens: int) -> AnsweringModel:
    """A model that answers questions, without thoughts, which would fill a short answer."""
    return AnsweringModel(model, answer_tokens, thinks=False, cuts=True, clean=clean)


@dataclass(frozen=True)
class TrimmedMethod:
    """A way of cutting a target's KV cache, by one of `specpc.kv.settings.METHODS`."""

    name: str
    text: TextMethod  # what is made of the text before
    target: AnsweringModel
    guesser: Guesser | None = None

    def prepare(self, item: Item) -> Callable[[float], KeptText]:
        """As the method that makes the text."""
        # A guess on the way is an answer to what the target is asked, in all its words.
        guesses = self.guesser is not None and self.guesser.guesses_on_the_way
        asked = replace(item, question=item.asked.after) if guesses else item
        compress = self.text.prepare(asked)

        def shorten(ratio: float) -> KeptText:
            kept = compress(ratio)
            return replace(kept, answers=partial(self._answers, kept, item.asked))

        return shorten

    def _answers(
        self, kept: KeptText, task: BenchmarkTask, budgets: Sequence[int]
    ) -> Iterator[Reply]:
        """The answer at each budget; all share one look-ahead, and one reading of the text."""
        methods = [method_of(self.name, budget) for budget in budgets]
        text, asked, guess = task.before + kept.text, task.after, None
        if self.guesser is not None:
            guess = partial(self.guesser.guess, text, asked, kept.lookahead)
        return self.target.answers(text, asked, methods, guess, tokens=task.answer_tokens)


def make(setup: MethodSetup) -> TrimmedMethod:
    """Cut the cache of the target that all methods share, if there is one."""
    settings, target = KVSettings(setup.name), setup.models.target  # type: ignore[arg-type]
    if target is None:
        raise UsageError(f"the method {setup.name} needs a target on this machine")
    text: TextMethod = TruncateMethod(setup.models.encoder)  # at ratio 1
    if not settings.guesses:
        return TrimmedMethod(setup.name, text, target)
    draft = setup.models.draft
    compressor = Compressor.of(Setup(draft.name, setup.variant or "auto"), loaded=draft)
    guesser = Guesser(compressor, target.model, target.answer_tokens)
    if settings.compresses:
        text = ScorerMethod(guesser.looking_ahead())
    return TrimmedMethod(setup.name, text, target, guesser)

"""Methods whose texts a target on this machine reads with a trimmed KV cache."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from specpc.evaluation.names import split_name
from specpc.evaluation.targets import request_after
from specpc.kv.methods import method_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.evaluation.data import Item
    from specpc.evaluation.local_target import LocalTarget
    from specpc.evaluation.methods import Method
    from specpc.evaluation.picked import Compressed
    from specpc.evaluation.targets import Reply
    from specpc.kv.drafting import Guesser


@dataclass(frozen=True)
class TrimmedMethod:
    """A way of cutting a target's KV cache.

    Attributes:
        name: as the user named it.
        text: what is made of the text before.
        target: the model that answers.
        guesser: the draft, where it guesses the answer.
    """

    name: str
    text: Method
    target: LocalTarget
    guesser: Guesser | None = None

    def prepare(self, item: Item) -> Callable[[float], Compressed]:
        """As the method that makes the text."""
        # A guess on the way is an answer to what the target is asked, in all its words.
        guesses = self.guesser is not None and self.guesser.guesses_on_the_way
        return self.text.prepare(replace(item, question=_asked(item)) if guesses else item)

    def answers(
        self, compressed: Compressed, item: Item, budgets: Sequence[int]
    ) -> Iterator[Reply]:
        """The answer at each budget; all share one look-ahead, and one reading of the text."""
        methods = [method_of(split_name(self.name)[0], budget) for budget in budgets]
        guess, asked = None, _asked(item)
        if self.guesser is not None:
            guess = partial(self.guesser.guess, compressed.text, asked, compressed.lookahead)
        return self.target.answers(compressed.text, item.question, methods, guess)


def _asked(item: Item) -> str:
    return request_after(item.question).strip()

"""Methods whose texts a target on this machine reads with a trimmed KV cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specpc.evaluation.names import split_name
from specpc.evaluation.targets import request_after
from specpc.kv.drafting import Guesser
from specpc.kv.methods import method_of
from specpc.kv.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.compressor import Compressor
    from specpc.evaluation.data import Item
    from specpc.evaluation.local_target import LocalTarget
    from specpc.evaluation.methods import Method
    from specpc.evaluation.picked import Compressed
    from specpc.evaluation.targets import Reply


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

    @classmethod
    def of(
        cls, name: str, text: Method, target: LocalTarget, compressor: Compressor
    ) -> TrimmedMethod:
        """A method by its name, with the draft if it needs one."""
        guesses = Settings(split_name(name)[0]).guesses  # type: ignore[arg-type] # checks it
        guesser = Guesser(compressor, target.model, target.answer_tokens) if guesses else None
        return cls(name, text, target, guesser)

    def prepare(self, item: Item) -> Callable[[float], Compressed]:
        """As the method that makes the text."""
        return self.text.prepare(item)

    def answers(
        self, compressed: Compressed, item: Item, budgets: Sequence[int]
    ) -> Iterator[Reply]:
        """The answer at each budget; all share one look-ahead, and one reading of the text."""
        methods = [method_of(split_name(self.name)[0], budget) for budget in budgets]
        asked = request_after(item.question).strip()
        guesser = self.guesser
        guess = None if guesser is None else lambda: guesser.guess(compressed.text, asked)
        return self.target.answers(compressed.text, item.question, methods, guess)

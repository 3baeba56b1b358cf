"""A target on this machine, asked as every other."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from specpc.errors import InputError
from specpc.evaluation.asking import clean, request
from specpc.kv.answering import AnsweringModel
from specpc.kv.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

    from specpc.kv.methods import Method
    from specpc.models.draft import Draft


@dataclass(frozen=True)
class LocalTarget:
    """A model on this machine that is kept from thinking: thoughts would fill a short answer.

    Attributes:
        model: the model and its tokenizer.
        answer_tokens: most tokens of an answer.
    """

    model: Draft
    answer_tokens: int
    _answering: AnsweringModel = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make ready to answer."""
        answering = AnsweringModel(self.model, self.answer_tokens, thinks=False)
        object.__setattr__(self, "_answering", answering)

    def answer(self, context: str, question: str) -> Reply:
        """Read the context, without its middle if it is too long, and answer.

        Raises:
            InputError: the question leaves no room for a context.
            OutOfMemoryError: the machine or device ran out of memory.
        """
        [reply] = self.answers(context, question)
        return reply

    def answers(
        self,
        context: str,
        question: str,
        methods: Sequence[Method] = (),
        guess: Callable[[], Tensor] | None = None,
    ) -> Iterator[Reply]:
        """Read the context once, cut its KV cache in several ways, and answer from each.

        Args:
            context: as in `answer`.
            question: as in `answer`.
            methods: see `specpc.kv.answering.AnsweringModel.answers`.
            guess: likewise.

        Yields:
            The answer for each method. Each is charged all that they share.

        Raises:
            SpecPCError: as `answer`, or the model's cache cannot be cut.
        """
        start = time.perf_counter()
        prompt, truncated = self._prompt(context, question)
        before = time.perf_counter() - start
        for text, cost in self._answering.answers(prompt, methods, guess):
            yield Reply(clean(text), truncated, cost.after(before))

    def _prompt(self, context: str, question: str) -> tuple[list[int], bool]:
        """Token ids of the prompt, and whether the context lost its middle."""
        frame = self._answering.frame(request(question))
        ids, limit = self._answering.encoder.plain_ids(context), self._answering.limit
        if limit is None:
            return frame.around(ids), False
        room = limit - len(frame.around(())) - self.answer_tokens
        if room < 1:
            raise InputError(
                f"a question takes all of the {limit:,} tokens that target {self.model.name} can "
                "read: use another target, or a smaller answer_tokens="
            )
        kept = cut_middle(ids, room)
        return frame.around(kept), len(kept) < len(ids)


def cut_middle(ids: list[int], room: int) -> list[int]:
    """The first and the last half of ``room`` ids, as LongBench shortens what is too long."""
    if len(ids) <= room:
        return ids
    half = room // 2
    return ids[: room - half] + ids[len(ids) - half :]

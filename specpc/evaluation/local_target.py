"""A target on this machine, asked as every other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from specpc.evaluation.asking import clean, request
from specpc.kv.answering import AnsweringModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

    from specpc.kv.methods import Method
    from specpc.kv.replies import Reply


@dataclass(frozen=True)
class LocalTarget(AnsweringModel):
    """A model that answers questions, without thoughts, which would fill a short answer."""

    thinks: bool = False
    cuts: bool = True

    def answers(
        self,
        context: str,
        question: str,
        methods: Sequence[Method] = (),
        guess: Callable[[], Tensor] | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> Iterator[Reply]:
        """See `AnsweringModel.answers`; the question is put into a request."""
        for reply in super().answers(context, request(question), methods, guess, tell):
            yield replace(reply, text=clean(reply.text))

"""What a draft does for a target: it shortens the prompt, and guesses the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from specpc.kv.lookahead import greedy_lookahead, retokenise

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from specpc.models.draft import Draft
    from specpc.pipeline.compressor import Compressor


@dataclass(frozen=True)
class Guesser:
    """A draft that guesses what a target will answer.

    Attributes:
        compressor: with the draft.
        target: whose tokens the guess is in.
        count: most tokens of a guess, in the draft's.
    """

    compressor: Compressor
    target: Draft
    count: int

    @property
    def guesses_on_the_way(self) -> bool:
        """Whether the scorer is one that can make a guess while it shortens a text."""
        return self.compressor.scorer.looking_ahead(self.count) is not None

    def looking_ahead(self) -> Compressor:
        """The compressor, whose scorer makes a guess on the way if it can."""
        scorer = self.compressor.scorer
        ahead = scorer.looking_ahead(self.count)
        return self.compressor if ahead is None else replace(self.compressor, scorer=ahead)

    def guess(
        self,
        context: str,
        question: str,
        known: tuple[int, ...] = (),
        progress: Callable[[int, int], None] | None = None,
    ) -> Tensor:
        """What the draft takes for the answer, in ids ``[n]`` of the target.

        Args:
            context: what the draft reads; of one longer than it can read, what it would keep.
            question: what is asked.
            known: the guess, in the draft's ids, if a scorer made it: then nothing is read.
            progress: as in `Compressor.compress`.

        Raises:
            SpecPCError: see `specpc.errors`.
        """
        if known:
            return self._in_target(torch.tensor(known))
        reader = self.compressor.reader
        frame = reader.frame(question)
        room = reader.room(frame, reserved=self.count)
        if reader.encoder.count(context) > room:
            own = replace(self.compressor, counter=None)
            context = own.compress(context, question, target_tokens=room, progress=progress).text
        ids = torch.tensor([frame.around(reader.encoder.plain_ids(context))])
        [guess] = greedy_lookahead(reader.draft.model, ids, self.count)
        return self._in_target(guess)

    def _in_target(self, guess: Tensor) -> Tensor:
        draft = self.compressor.draft
        same = [m.tokenizer.backend_tokenizer.to_str() for m in (draft, self.target)]
        if same[0] == same[1]:
            return guess
        return retokenise(guess, draft.tokenizer, self.target.tokenizer)

"""The draft's guess of the answer, in the target's tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from specpc.machine.memory import memory_errors
from specpc.models.forward import end_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor
    from transformers import Cache, PreTrainedTokenizerBase

    from specpc.models.draft import Draft
    from specpc.pipeline.compressor import Compressor
    from specpc.scorers.base import Progress


# Not model.generate(): it takes sampling and penalties from the model's own settings.
@torch.inference_mode()
def greedy_tokens(
    model: Any,
    input_ids: Tensor,
    *,
    attention_mask: Tensor | None = None,
    cache: Cache | None = None,
) -> Iterator[Tensor]:
    """The most probable continuation of every prompt, ids ``[batch]`` at a time, without end.

    Args:
        model: causal language model.
        input_ids: ``[batch, tokens]``, padded on the left.
        attention_mask: ``[batch, tokens]``, 0 for padding; ``None`` where there is none.
        cache: of what was read of the prompts before, at least one token less than all; it grows.
    """
    ids = input_ids.to(model.device)
    mask = torch.ones_like(ids) if attention_mask is None else attention_mask.to(ids).long()
    padded = not bool(mask.all())
    positions = (mask.cumsum(-1) - 1).clamp_(min=0)
    read = 0 if cache is None else cache.get_seq_length()
    step, positions = ids[:, read:], positions[:, read:]
    while True:
        output = model(
            input_ids=step,
            attention_mask=mask if padded else None,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        best = output.logits[:, -1].argmax(dim=-1)  # [batch]
        yield best
        step, cache = best[:, None], output.past_key_values
        mask = torch.cat((mask, torch.ones_like(step)), dim=1)
        positions = positions[:, -1:] + 1


def greedy_lookahead(
    draft: Any, input_ids: Tensor, count: int, *, attention_mask: Tensor | None = None
) -> list[Tensor]:
    """The most probable continuation of every prompt, up to its end.

    Args:
        draft: causal language model.
        input_ids: ``[batch, tokens]``, padded on the left.
        count: most tokens.
        attention_mask: ``[batch, tokens]``, 0 for padding; ``None`` where there is none.

    Returns:
        Ids ``[n]``, ``n <= count``, of each; the last may be the one that ends the answer.

    Raises:
        OutOfMemoryError: the machine or device ran out of memory.
    """
    ends = torch.tensor(end_ids(draft), dtype=torch.long, device=draft.device)
    lengths = torch.full((len(input_ids),), count, device=draft.device)
    found: list[Tensor] = []
    steps = greedy_tokens(draft, input_ids, attention_mask=attention_mask)
    message = f"out of memory on {draft.device} while the draft reads {input_ids.shape[1]:,} tokens"
    with memory_errors(f"{message}: use a smaller draft, or a shorter prompt"):
        while len(found) < count and bool((lengths > len(found)).any()):
            best = next(steps)
            found.append(best)
            ended = torch.isin(best, ends) & (lengths == count)
            lengths = torch.where(ended, len(found), lengths)
    if not found:
        return [input_ids.new_zeros(0) for _ in input_ids]
    together = torch.stack(found, dim=1)
    return [ids[:length] for ids, length in zip(together, lengths.tolist(), strict=True)]


def retokenised_lookahead(
    draft: Any,
    draft_tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    count: int,
    target_tokenizer: PreTrainedTokenizerBase,
) -> list[Tensor]:
    """The guess of a draft with another tokenizer than the target's.

    Args:
        draft: causal language model.
        draft_tokenizer: its tokenizer.
        prompts: what the draft reads, its own chat template applied.
        count: most tokens, in the draft's.
        target_tokenizer: whose ids are wanted.

    Returns:
        Ids ``[n]`` of the target for each prompt; special tokens of the draft are left out.
    """
    guesses = []
    for prompt in prompts:
        ids = draft_tokenizer(prompt, add_special_tokens=False, return_tensors="pt").input_ids
        [guess] = greedy_lookahead(draft, ids, count)
        guesses.append(_retokenise(guess, draft_tokenizer, target_tokenizer))
    return guesses


def _retokenise(
    ids: Tensor, source: PreTrainedTokenizerBase, target: PreTrainedTokenizerBase
) -> Tensor:
    """The text of some ids in another tokenizer's ids ``[n]``, special tokens left out."""
    text = source.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    found = target(text, add_special_tokens=False).input_ids
    return torch.tensor(found, dtype=torch.long)


@dataclass(frozen=True)
class Guesser:
    """The draft of a compressor, which guesses so many tokens of what a target will answer."""

    compressor: Compressor
    target: Draft
    count: int  # in the draft's tokens

    @property
    def guesses_on_the_way(self) -> bool:
        """Whether the scorer is one that can make a guess while it shortens a text."""
        return self.compressor.scorer.looking_ahead(self.count) is not None

    def looking_ahead(self) -> Compressor:
        """The compressor, whose scorer makes a guess on the way if it can."""
        ahead = self.compressor.scorer.looking_ahead(self.count)
        return self.compressor if ahead is None else replace(self.compressor, scorer=ahead)

    def guess(
        self, context: str, question: str, known: tuple[int, ...] = (), progress: Progress = None
    ) -> Tensor:
        """What the draft takes for the answer, in ids ``[n]`` of the target.

        It reads the context, or what it would keep of one that is longer than it can read; and
        nothing where a scorer made the guess, ``known`` in the draft's ids.
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
        draft, target = self.compressor.draft.tokenizer, self.target.tokenizer
        if draft.backend_tokenizer.to_str() == target.backend_tokenizer.to_str():
            return guess
        return _retokenise(guess, draft, target)

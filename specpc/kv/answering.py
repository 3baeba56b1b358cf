"""From a text and a question to an answer of a model on this machine, by any of the methods."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import torch
from transformers import GenerationConfig
from transformers.generation.streamers import TextStreamer

from specpc.counting.counters import DraftCounter
from specpc.errors import InputError, UsageError
from specpc.kv.drafting import Guesser, prompt_ids
from specpc.kv.generation import generate
from specpc.kv.methods import SpecKV, method_of
from specpc.machine.memory import PeakMemory
from specpc.models.forward import answer_ends
from specpc.models.reader import Reader
from specpc.pipeline import steps
from specpc.pipeline.scored import ScoredText
from specpc.text.joined import JoinedTexts

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from specpc.kv.settings import Settings
    from specpc.models.draft import Draft
    from specpc.pipeline.compressor import Compressor


@dataclass(frozen=True)
class Answer:
    """What a target said, and what it took.

    Attributes:
        text: the answer, without special tokens.
        prompt_tokens: tokens that the target read, look-ahead not counted.
        answer_tokens: tokens it wrote.
        first_seconds: from the call to the first token; compression and draft are in it.
        seconds: to the end of the answer.
        cache_bytes: keys and values held when the prompt had been read.
        peak_bytes: most memory in use, weights included (see `specpc.machine.memory.PeakMemory`).
    """

    text: str
    prompt_tokens: int
    answer_tokens: int
    first_seconds: float
    seconds: float
    cache_bytes: int
    peak_bytes: int | None

    @property
    def tokens_per_second(self) -> float:
        """Speed after the first token; 0 where there is only one."""
        return max(0, self.answer_tokens - 1) / max(self.seconds - self.first_seconds, 1e-9)


@dataclass(frozen=True)
class Answerer:
    """A target, and a draft where the method has one.

    Attributes:
        target: the model that answers.
        settings: the method and its budgets.
        compressor: with the draft, for methods that need one.
    """

    target: Draft
    settings: Settings
    compressor: Compressor | None = None

    def __post_init__(self) -> None:
        """Raise `UsageError` if the method needs a draft and has none."""
        if self.settings.needs_draft and self.compressor is None:
            raise UsageError(f"method {self.settings.method} needs a draft model")

    def answer(
        self,
        context: str,
        question: str | None = None,
        *,
        tell: Callable[[str], None] = lambda _: None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Answer:
        """Read a text and answer greedily.

        Args:
            context: the text.
            question: what is asked of it; without one, the text is the whole prompt.
            tell: called with each piece of the answer as it comes.
            progress: as in `Compressor.compress`.

        Raises:
            InputError: the prompt is longer than the target can read.
            SpecPCError: see `specpc.errors`.
        """
        start = time.perf_counter()
        peak = PeakMemory(self.target.model.device)
        read = context
        known: tuple[int, ...] = ()
        if self.settings.compresses:
            read, known = self._compressed(context, question, progress)
        ids = self._prompt(read, question or "")
        method = method_of(self.settings.method, self.settings.kv_budget)
        lookahead = None
        if isinstance(method, SpecKV) and method.budget < ids.shape[1] - 1:
            lookahead = [self._guesser.guess(read, question or "", known, progress)]
        teller = _Teller(self.target.tokenizer, tell)
        output = generate(
            self.target.model,
            ids,
            method,
            lookahead=lookahead,
            attention_mask=torch.ones_like(ids),
            streamer=teller,
            generation_config=_greedy(self.target, self.settings.max_new_tokens),
        )
        return Answer(
            text="".join(teller.pieces),
            prompt_tokens=ids.shape[1],
            answer_tokens=output.sequences.shape[1] - ids.shape[1],
            first_seconds=(teller.first or time.perf_counter()) - start,
            seconds=time.perf_counter() - start,
            cache_bytes=output.past_key_values.prompt_bytes,
            peak_bytes=peak.read(),
        )

    @property
    def _guesser(self) -> Guesser:
        assert self.compressor is not None  # __post_init__ saw to it
        count = self.settings.lookahead or self.settings.max_new_tokens
        return Guesser(self.compressor, self.target, count)

    def _compressed(
        self, context: str, question: str | None, progress: Callable[[int, int], None] | None
    ) -> tuple[str, tuple[int, ...]]:
        """The context within the prompt budget, in the target's tokens; and the scorer's guess."""
        guesser = self._guesser
        compressor = guesser.looking_ahead() if self.settings.guesses else guesser.compressor
        compressor = replace(compressor, counter=DraftCounter(Reader(self.target).encoder))
        read = steps.read(compressor, JoinedTexts.single(context), question)
        scored, budget = ScoredText(read), self.settings.prompt_budget
        if budget is not None and budget < read.original_tokens:
            scored = steps.score(compressor, read, progress)
        return scored.compress(target_tokens=budget).text, scored.lookahead

    def _prompt(self, context: str, question: str) -> Tensor:
        """Ids ``[1, tokens]`` of the target's prompt."""
        ids = prompt_ids(Reader(self.target), context, question)
        limit = getattr(self.target.model.config.get_text_config(), "max_position_embeddings", None)
        if limit is not None and len(ids) + self.settings.max_new_tokens > limit:
            raise InputError(
                f"the prompt has {len(ids):,} tokens, and target {self.target.name} can read and "
                f"write {limit:,}: shorten it with --method specpc or speckv-pc and a smaller "
                "--prompt-budget, or use another target"
            )
        return torch.tensor([ids], device=self.target.model.device)


class _Teller(TextStreamer):
    """Tells an answer word by word; notes when the first token came."""

    def __init__(self, tokenizer: Any, tell: Callable[[str], None]) -> None:
        super().__init__(
            tokenizer, True, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        self.tell = tell
        self.pieces: list[str] = []
        self.first: float | None = None

    def put(self, value: Any) -> None:
        if not self.next_tokens_are_prompt and self.first is None:
            self.first = time.perf_counter()
        super().put(value)  # type: ignore[no-untyped-call]

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
        if text:
            self.pieces.append(text)
            self.tell(text)


# Stated one by one: what is left out would be taken from the model's own settings.
_PLAIN: Final = {
    "do_sample": False,
    "num_beams": 1,
    "num_return_sequences": 1,
    "repetition_penalty": 1.0,
    "return_dict_in_generate": True,
    "temperature": 1.0,
    "top_k": 50,
    "top_p": 1.0,
}


def _greedy(target: Draft, tokens: int) -> Any:
    ends = answer_ends(target)
    pad = ends[0] if ends else None
    config: Any = GenerationConfig  # which has no annotations
    return config(**_PLAIN, max_new_tokens=tokens, eos_token_id=ends, pad_token_id=pad)

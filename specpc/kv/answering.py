"""From a text and a question to an answer of a model on this machine, by any of the methods."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import torch
from transformers import DynamicCache
from transformers.generation.streamers import TextStreamer

from specpc.counting.counters import DRAFT, Counter
from specpc.errors import Argument, InputError, UsageError
from specpc.kv.cache import cache_bytes
from specpc.kv.lookahead import Guesser, greedy_tokens
from specpc.kv.methods import method_of
from specpc.kv.prefilling import prefill_each
from specpc.kv.replies import Cost, Reply
from specpc.machine.memory import PeakMemory, memory_errors
from specpc.models.forward import answer_ends
from specpc.models.reader import Reader
from specpc.pipeline import steps
from specpc.pipeline.scored import ScoredText
from specpc.text.joined import JoinedTexts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor
    from transformers import Cache

    from specpc.kv.methods import Method
    from specpc.kv.settings import KVSettings
    from specpc.models.draft import Draft
    from specpc.pipeline.compressor import Compressor
    from specpc.scorers.base import Progress

    Tell = Callable[[str], None]


@dataclass(frozen=True)
class AnsweringModel:
    """A model on this machine, read in its chat template and decoded greedily.

    Attributes:
        model: the model and its tokenizer.
        answer_tokens: most tokens of an answer, unless it is asked for another number.
        thinks: see `Reader`.
        cuts: whether a context that is too long loses its middle, and is not refused.
        clean: makes of what it says its answer.
    """

    model: Draft
    answer_tokens: int
    thinks: bool = True
    cuts: bool = False
    clean: Callable[[str], str] = str
    reader: Reader = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the model's reader."""
        object.__setattr__(self, "reader", Reader(self.model, self.thinks))

    def answer(self, context: str, question: str, tokens: int | None = None) -> Reply:
        """Read the whole context, and answer; see `answers`."""
        [reply] = self.answers(context, question, tokens=tokens)
        return reply

    def answers(
        self,
        context: str,
        question: str,
        methods: Sequence[Method] = (),
        guess: Callable[[], Tensor] | None = None,
        tell: Tell | None = None,
        *,
        tokens: int | None = None,
    ) -> Iterator[Reply]:
        """Read a context once, cut its KV cache in several ways, and answer from each.

        Args:
            context: the text.
            question: what is asked of it; may be empty.
            methods: ways to cut the cache, of models whose attention is observable; none for one
                answer from the whole cache, of models that have a cache of any kind.
            guess: gives ids ``[n]`` of what the answer may be, where the methods look ahead; called
                only if something is cut.
            tell: called with each piece of an answer as it comes.
            tokens: most of this answer, if not as many as of any.

        Yields the answer for each method, charged all that they share.

        Raises:
            InputError: the prompt is too long, or the question leaves no room for a context.
            UnsupportedModelError: the model's cache cannot be cut.
            OutOfMemoryError: the machine or device ran out of memory.
        """
        most_tokens = tokens or self.answer_tokens
        start, peak = time.perf_counter(), PeakMemory(self.model.model.device)
        prompt, truncated = self._prompt(context, question, most_tokens)
        ids = torch.tensor([prompt], device=self.model.model.device)
        message = f"out of memory while target {self.model.name} reads {len(prompt):,} tokens"
        with memory_errors(f"{message}: use a smaller target, or a shorter text"):
            caches = self._read(ids, methods, guess)
            shared, most = time.perf_counter() - start, peak.read()
            for cache in caches:
                start, peak = time.perf_counter(), PeakMemory(self.model.model.device)
                held = cache_bytes(cache)
                text, length, first = self._decode(ids, cache, most_tokens, tell)
                seconds = time.perf_counter() - start
                cost = Cost(len(prompt), length, first, seconds, held, peak.read())
                yield Reply(self.clean(text), truncated, cost.after(shared, most))

    def _prompt(self, context: str, question: str, most: int) -> tuple[list[int], bool]:
        """Token ids of a prompt for so long an answer, and whether the context lost its middle."""
        frame, name = self.reader.frame(question), self.model.name
        ids = self.reader.encoder.plain_ids(context)
        limit = getattr(self.model.config, "max_position_embeddings", None)
        if limit is None:
            return frame.around(ids), False
        room = limit - len(frame.around(())) - most
        if self.cuts and room < 1:
            raise InputError(
                f"a question takes all of the {limit:,} tokens that target {name} can read: use "
                "another target, or a smaller ",
                Argument("answer_tokens="),
            )
        if not self.cuts and len(ids) > room:
            raise InputError(
                f"the prompt has {len(frame.around(ids)):,} tokens, and target {name} can read and "
                f"write {limit:,}: shorten it with ",
                Argument("method=specpc"),
                " or speckv-pc and a smaller ",
                Argument("prompt_budget="),
                ", or use another target",
            )
        kept = cut_middle(ids, room)
        return frame.around(kept), len(kept) < len(ids)

    @torch.inference_mode()
    def _read(
        self, ids: Tensor, methods: Sequence[Method], guess: Callable[[], Tensor] | None
    ) -> Sequence[Cache]:
        """Caches that hold the prompt but for its last token."""
        if methods:
            cuts = any(m.budget is not None and m.budget < ids.shape[1] - 1 for m in methods)
            lookahead = [guess()] if guess is not None and cuts else []
            return prefill_each(self.model.model, ids, methods, lookahead=lookahead)
        cache = DynamicCache(config=self.model.config)
        self.model.model(
            input_ids=ids[:, :-1], past_key_values=cache, use_cache=True, logits_to_keep=1
        )
        return [cache]

    def _decode(
        self, ids: Tensor, cache: Cache, most: int, tell: Tell | None
    ) -> tuple[str, int, float]:
        """The most probable answer, how many tokens it took, and seconds to the first of them."""
        start, first, ends = time.perf_counter(), 0.0, answer_ends(self.model)
        teller: Any = None if tell is None else _Teller(self.model.tokenizer, tell)
        tokens, said = 0, list[int]()
        steps = greedy_tokens(self.model.model, ids, cache=cache)
        for best in islice(steps, most):
            tokens, ended = tokens + 1, int(best) in ends
            first = first or time.perf_counter() - start
            if ended:
                break
            said.append(int(best))
            if teller is not None:
                teller.put(best)
        if teller is not None:
            teller.end()
        text = self.model.tokenizer.decode(
            said, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return str(text), tokens, first


class _Teller(TextStreamer):
    """Tells an answer word by word."""

    def __init__(self, tokenizer: Any, tell: Tell) -> None:
        super().__init__(tokenizer, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        self.tell = tell

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
        if text:
            self.tell(text)


@dataclass(frozen=True)
class Answerer:
    """A target that answers by a method, and a compressor with the draft where that needs one."""

    target: Draft
    settings: KVSettings
    compressor: Compressor | None = None
    _answering: AnsweringModel = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raise `UsageError` if the method needs a draft and has none."""
        if self.settings.needs_draft and self.compressor is None:
            raise UsageError(f"method {self.settings.method} needs a draft model")
        answering = AnsweringModel(self.target, self.settings.max_new_tokens)
        object.__setattr__(self, "_answering", answering)

    def answer(
        self,
        context: str,
        question: str | None = None,
        *,
        tell: Tell | None = None,
        progress: Progress = None,
    ) -> Reply:
        """Read a text and answer greedily; without a question, the text is the whole prompt.

        ``tell`` is called with each piece of the answer as it comes.

        Raises:
            InputError: the prompt is longer than the target can read.
            SpecPCError: see `specpc.errors`.
        """
        start, peak = time.perf_counter(), PeakMemory(self.target.model.device)
        settings, read, asked = self.settings, context, question or ""
        known: tuple[int, ...] = ()
        guess = None
        if self.compressor is not None:
            count = settings.lookahead or settings.max_new_tokens
            guesser = Guesser(self.compressor, self.target, count)
            if settings.compresses:
                read, known = self._compressed(guesser, context, question, progress)
            if settings.guesses:
                guess = partial(guesser.guess, read, asked, known, progress)
        budget = settings.kv_budget
        methods = [] if budget is None else [method_of(settings.method, budget)]
        before, most = time.perf_counter() - start, peak.read()
        [reply] = self._answering.answers(read, asked, methods, guess, tell)
        assert reply.cost is not None  # it was on this machine
        return replace(reply, cost=reply.cost.after(before, most))

    def _compressed(
        self, guesser: Guesser, context: str, question: str | None, progress: Progress
    ) -> tuple[str, tuple[int, ...]]:
        """The context within the prompt budget, in the target's tokens; and the scorer's guess."""
        compressor = guesser.looking_ahead() if self.settings.guesses else guesser.compressor
        count = self._answering.reader.encoder.count
        compressor = replace(compressor, counter=Counter(DRAFT, count))
        read = steps.read(compressor, JoinedTexts.single(context), question)
        scored, budget = ScoredText(read), self.settings.prompt_budget
        if budget is not None and budget < read.original_tokens:
            scored = steps.score(compressor, read, progress)
        return scored.compress(target_tokens=budget).text, scored.lookahead


def cut_middle(ids: list[int], room: int) -> list[int]:
    """The first and the last half of ``room`` ids, as LongBench shortens what is too long."""
    if len(ids) <= room:
        return ids
    half = room // 2
    return ids[: room - half] + ids[len(ids) - half :]

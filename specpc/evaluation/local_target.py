"""A target on this machine: its prompt, and greedy decoding."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import torch
from transformers import DynamicCache

from specpc.errors import InputError, UnknownDraftError
from specpc.evaluation.targets import Cost, Reply, clean, request_after
from specpc.kv.cache import cache_bytes
from specpc.kv.lookahead import greedy_tokens
from specpc.kv.prefilling import prefill_each
from specpc.machine.memory import PeakMemory, memory_errors
from specpc.models.forward import answer_ends
from specpc.models.tokens import TextEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor
    from transformers import Cache, PreTrainedTokenizerBase

    from specpc.evaluation.methods import DraftOptions
    from specpc.kv.cache import KeptCache
    from specpc.kv.methods import Method
    from specpc.models.draft import Draft

_SLOT: Final = "SPECPC-PROMPT-SLOT"


@dataclass(frozen=True)
class LocalTarget:
    """A model on this machine, read in its chat template and decoded greedily.

    Attributes:
        model: the model and its tokenizer.
        answer_tokens: most tokens of an answer.
    """

    model: Draft
    answer_tokens: int
    _encoder: TextEncoder = field(init=False, repr=False, compare=False)
    _template: tuple[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Copy the tokenizer; render the template once."""
        object.__setattr__(self, "_encoder", TextEncoder(self.model.tokenizer))
        object.__setattr__(self, "_template", _split_template(self.model.tokenizer))

    @classmethod
    def load(
        cls,
        name: str,
        answer_tokens: int,
        options: DraftOptions,
        report: Callable[[str], None] = lambda _: None,
    ) -> LocalTarget:
        """Load a model by what the draft loader accepts as a name.

        Args:
            name: of the model.
            answer_tokens: most tokens of an answer.
            options: where it runs; their draft is another model.
            report: called with one line before anything slow.

        Raises:
            UnknownDraftError: no model goes by this name.
            SpecPCError: it cannot be loaded.
        """
        try:
            model = options.load(name, report=report)
        except UnknownDraftError as error:
            raise UnknownDraftError(f"no target can be loaded: {error}") from error
        return cls(model, answer_tokens)

    def answer(self, context: str, question: str) -> Reply:
        """Read the context, without its middle if it is too long, and answer.

        Raises:
            InputError: the question leaves no room for a context.
            OutOfMemoryError: the machine or device ran out of memory.
        """
        [reply] = self._answers(context, question, lambda ids: [self._read(ids)])
        return reply

    def answers(
        self,
        context: str,
        question: str,
        methods: Sequence[Method],
        guess: Callable[[], Tensor] | None = None,
    ) -> Iterator[Reply]:
        """Read the context once, cut its KV cache in several ways, and answer from each.

        Args:
            context: as in `answer`.
            question: as in `answer`.
            methods: ways to cut the cache.
            guess: gives ids ``[n]`` of what the answer may be, where the methods look ahead; called
                only if something is cut.

        Yields:
            The answer for each method. Each is charged all that they share.

        Raises:
            SpecPCError: as `answer`, or the model's cache cannot be cut.
        """

        def read(ids: Tensor) -> list[KeptCache]:
            cuts = any(m.budget is not None and m.budget < ids.shape[1] - 1 for m in methods)
            lookahead = [guess()] if guess is not None and cuts else []
            return prefill_each(self.model.model, ids, methods, lookahead=lookahead)

        return self._answers(context, question, read)

    def _answers(
        self, context: str, question: str, read: Callable[[Tensor], Sequence[Cache]]
    ) -> Iterator[Reply]:
        """Answers from all caches that hold the prompt but for its last token."""
        start, peak = time.perf_counter(), PeakMemory(self.model.model.device)
        prompt, truncated = self._prompt(context, question)
        ids = torch.tensor([prompt], device=self.model.model.device)
        message = f"out of memory while target {self.model.name} reads {len(prompt):,} tokens"
        with memory_errors(f"{message}: use a smaller target, or shorter items"):
            caches = read(ids)
            shared, most = time.perf_counter() - start, peak.read()
            for cache in caches:
                start, peak = time.perf_counter(), PeakMemory(self.model.model.device)
                held = cache_bytes(cache)
                text, first = self._decode(ids, cache)
                cost = Cost(
                    first_seconds=shared + first,
                    seconds=shared + time.perf_counter() - start,
                    cache_bytes=held,
                    peak_bytes=max(filter(None, (most, peak.read())), default=None),
                )
                yield Reply(clean(text), truncated, cost)

    @torch.inference_mode()
    def _read(self, ids: Tensor) -> Cache:
        """The whole cache, of models that have a cache of any kind."""
        cache = DynamicCache(config=self.model.model.config.get_text_config())
        self.model.model(
            input_ids=ids[:, :-1], past_key_values=cache, use_cache=True, logits_to_keep=1
        )
        return cache

    def _decode(self, ids: Tensor, cache: Cache) -> tuple[str, float]:
        """The most probable answer, and seconds to its first token."""
        start, first, ends = time.perf_counter(), 0.0, answer_ends(self.model)
        found: list[int] = []
        for best in greedy_tokens(self.model.model, ids, cache=cache):
            token = int(best)
            first = first or time.perf_counter() - start
            if token in ends:
                break
            found.append(token)
            if len(found) == self.answer_tokens:
                break
        text = self.model.tokenizer.decode(
            found, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return str(text), first

    def _prompt(self, context: str, question: str) -> tuple[list[int], bool]:
        """Token ids of the prompt, and whether the context lost its middle."""
        head, tail = map(self._encoder.template_ids, self._template)
        after = [*self._encoder.plain_ids(request_after(question)), *tail]
        ids = self._encoder.plain_ids(context)
        limit = getattr(self.model.model.config.get_text_config(), "max_position_embeddings", None)
        if limit is None:
            return [*head, *ids, *after], False
        room = int(limit) - len(head) - len(after) - self.answer_tokens
        if room < 1:
            raise InputError(
                f"a question takes all of the {limit:,} tokens that target {self.model.name} can "
                "read: use another target, or a smaller --answer-tokens"
            )
        kept = cut_middle(ids, room)
        return [*head, *kept, *after], len(kept) < len(ids)


def cut_middle(ids: list[int], room: int) -> list[int]:
    """The first and the last half of ``room`` ids, as LongBench shortens what is too long."""
    if len(ids) <= room:
        return ids
    half = room // 2
    return ids[: room - half] + ids[len(ids) - half :]


def _split_template(tokenizer: PreTrainedTokenizerBase) -> tuple[str, str]:
    """The chat template before and after the prompt; models without one read plain text."""
    if tokenizer.chat_template is None:
        return str(tokenizer.bos_token or ""), "\n"
    rendered = tokenizer.apply_chat_template(
        [{"role": "user", "content": _SLOT}],
        tokenize=False,
        add_generation_prompt=True,
        # Thoughts would fill the few tokens an answer has; templates that know none ignore it.
        enable_thinking=False,
    )
    head, _, tail = str(rendered).partition(_SLOT)
    return head, tail

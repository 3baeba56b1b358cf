"""For users of LLMLingua: its `PromptCompressor`, with specpc inside.

>>> from specpc.integrations.llmlingua import PromptCompressor
>>> compressor = PromptCompressor()
>>> result = compressor.compress_prompt(contexts, question="Who signed?", rate=0.3)
>>> result["compressed_prompt"], result["rate"]

Arguments and results are named as in LLMLingua 0.2.2. What differs: the model is a draft of specpc;
tokens are counted by the draft's tokenizer unless ``tokenizer`` names another (LLMLingua counts as
gpt-3.5-turbo does: ``tokenizer="gpt-3.5-turbo"``); budgets are ceilings; and what cannot be
honoured is refused by name.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypedDict

from specpc.counting.counters import Counter, DraftCounter
from specpc.errors import BudgetError, InputError
from specpc.integrations.llmlingua_arguments import METHODS, refuse
from specpc.integrations.llmlingua_tags import Segment, read_segments
from specpc.options import DEFAULT_DRAFT, NOTHING, Protection, Setup, check_budget
from specpc.pipeline.compressor import Compressor
from specpc.pipeline.documents import Document
from specpc.text.protection import unmark

if TYPE_CHECKING:
    from collections.abc import Sequence

_BETWEEN: Final = "\n\n"
_DOLLARS_A_TOKEN: Final = 0.06 / 1000  # what LLMLingua takes GPT-4 to cost


class CompressedPrompt(TypedDict):
    """What LLMLingua's methods return."""

    compressed_prompt: str
    origin_tokens: int
    compressed_tokens: int
    ratio: str
    rate: str
    saving: str


class PromptCompressor:
    """A `Compressor` that is called as LLMLingua's `PromptCompressor` is."""

    def __init__(
        self,
        model_name: str = DEFAULT_DRAFT,
        device_map: str = "auto",
        model_config: dict[str, Any] | None = None,
        open_api_config: dict[str, Any] | None = None,
        use_llmlingua2: bool = False,
        llmlingua2_config: dict[str, Any] | None = None,
        *,
        tokenizer: str = "draft",
        compressor: Compressor | None = None,
    ) -> None:
        """Load the draft.

        Args:
            model_name: a draft, as `Compressor.from_pretrained` takes it.
            device_map: ``auto``, ``cpu``, ``cuda`` or ``mps``.
            model_config: not supported.
            open_api_config: not supported.
            use_llmlingua2: not supported.
            llmlingua2_config: not supported.
            tokenizer: what counts the tokens, as in `Compressor.from_pretrained`.
            compressor: one that is loaded already, in place of all the others.

        Raises:
            SpecPCError: see `specpc.errors`.
        """
        refuse(
            {
                "model_config": model_config or {},
                "open_api_config": open_api_config or {},
                "use_llmlingua2": use_llmlingua2,
                "llmlingua2_config": llmlingua2_config or {},
            }
        )
        if compressor is None:
            compressor = Compressor.of(Setup(model_name, device=device_map, tokenizer=tokenizer))
        self.compressor = compressor
        self._counter: Counter = compressor.counter or DraftCounter(compressor.reader.encoder)

    def __call__(self, *args: Any, **kwargs: Any) -> CompressedPrompt:
        """`compress_prompt`."""
        return self.compress_prompt(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        """Say what to do in place of LLMLingua's other methods."""
        if name in METHODS:
            raise AttributeError(f"specpc has no {name} of LLMLingua: {METHODS[name]}")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def compress_prompt(
        self,
        context: str | Sequence[str],
        instruction: str = "",
        question: str = "",
        rate: float = 0.5,
        target_token: float = -1,
        *,
        keep_first_sentence: int = 0,
        keep_last_sentence: int = 0,
        concate_question: bool = True,
        **others: Any,
    ) -> CompressedPrompt:
        """Shorten the context; instruction, context and question come out with blank lines between.

        The question guides the choice, or else the instruction, or else the closing question of a
        single context.

        Args:
            context: one text or several, which share the budget.
            instruction: comes out whole before the context.
            question: comes out whole after it.
            rate: fraction of the tokens of all three that the whole result has at most.
            target_token: most tokens of the context alone, in place of ``rate``; -1 for none.
            keep_first_sentence: sentences kept at the start of each text.
            keep_last_sentence: sentences kept at its end.
            concate_question: whether the question comes out.
            **others: arguments of LLMLingua, which must have its default values.

        Raises:
            UsageError: an argument cannot be honoured.
            BudgetError: ``rate`` or ``target_token`` is out of range, or cannot hold what must be
                kept.
            InputError: there is no context.
        """
        refuse(others)
        texts = [text for text in _listed(context) if text.strip()]
        if not texts:
            raise InputError("the context is empty: there is nothing to compress")
        compressor, keep = self.compressor, NOTHING
        if keep_first_sentence or keep_last_sentence:
            compressor = replace(compressor, unit="sentence")
            keep = Protection(first=keep_first_sentence, last=keep_last_sentence)
        query = question.strip() or instruction.strip() or None
        shown = question if concate_question else ""
        plain = [unmark(text).text for text in texts]
        origin = self._counter.count(_join([instruction, *plain, question]))
        if target_token != -1:
            check_budget(ratio=None, target_tokens=math.floor(target_token))
            cut = _cut(compressor, texts, query, math.floor(target_token), keep)
            return self._result(_join([instruction, cut, shown]), origin)
        check_budget(ratio=rate, target_tokens=None)
        limit = max(1, math.floor(rate * origin + 1e-9))
        whole = self._counter.count(_join([instruction, *plain, shown]))
        room = limit - self._frame(instruction, shown) if whole > limit else whole
        while room > 0:
            prompt = _join([instruction, _cut(compressor, texts, query, room, keep), shown])
            over = self._counter.count(prompt) - limit
            if over <= 0:
                return self._result(prompt, origin)
            room -= over  # tokens that were counted apart and together are not the same
        raise BudgetError(
            f"a rate of {rate:g} allows {limit:,} of {origin:,} tokens, which instruction and "
            "question alone take: raise it, or give a target_token, which is for the context alone"
        )

    def structured_compress_prompt(
        self,
        context: str | Sequence[str],
        instruction: str = "",
        question: str = "",
        rate: float = 0.5,
        target_token: float = -1,
        *,
        concate_question: bool = True,
        **others: Any,
    ) -> CompressedPrompt:
        """Shorten what stands between tags, each piece at its own rate.

        ``<llmlingua, rate=0.4>...</llmlingua>`` keeps at most 0.4 of the tokens of a piece, and
        ``<llmlingua, compress=False>...</llmlingua>`` all of it. White space at either end of a
        piece stays.

        Args:
            context: one text or several.
            instruction: as in `compress_prompt`.
            question: as in `compress_prompt`.
            rate: of pieces whose tag has none, and of text outside the tags.
            target_token: makes ``rate`` its share of the tokens of all pieces; -1 for none.
            concate_question: as in `compress_prompt`.
            **others: as in `compress_prompt`.

        Raises:
            UsageError: an argument cannot be honoured, or a tag cannot be read.
            BudgetError: a rate is out of range.
            InputError: there is no context, or a tag has no counterpart.
        """
        refuse(others)
        texts = [read_segments(text) for text in _listed(context)]
        count = self._counter.count
        plain = ["".join(segment.text for segment in segments) for segments in texts]
        if not any(map(str.strip, plain)):
            raise InputError("the context is empty: there is nothing to compress")
        if target_token != -1:
            check_budget(ratio=None, target_tokens=math.floor(target_token))
            rate = min(1.0, target_token / sum(map(count, plain)))
        check_budget(ratio=rate, target_tokens=None)
        query = question.strip() or instruction.strip() or None
        cut = [
            "".join(_cut_segment(self.compressor, segment, query, rate) for segment in segments)
            for segments in texts
        ]
        origin = count(_join([instruction, *plain, question]))
        return self._result(
            _join([instruction, *cut, question if concate_question else ""]), origin
        )

    def _frame(self, instruction: str, question: str) -> int:
        """Tokens that stand around the context."""
        before = self._counter.count(instruction + _BETWEEN) if instruction else 0
        return before + (self._counter.count(_BETWEEN + question) if question else 0)

    def _result(self, prompt: str, origin: int) -> CompressedPrompt:
        """Numbers in LLMLingua's formats, a saving by its price of GPT-4 among them."""
        tokens = self._counter.count(prompt)
        ratio = origin / tokens if tokens else 1.0
        return {
            "compressed_prompt": prompt,
            "origin_tokens": origin,
            "compressed_tokens": tokens,
            "ratio": f"{ratio:.1f}x",
            "rate": f"{1 / ratio:.1%}",
            "saving": f", Saving ${(origin - tokens) * _DOLLARS_A_TOKEN:.1f} in GPT-4.",
        }


def _listed(context: str | Sequence[str]) -> list[str]:
    return [context] if isinstance(context, str) else list(context)


def _join(parts: Sequence[str]) -> str:
    return _BETWEEN.join(part for part in parts if part.strip())


def _cut(
    compressor: Compressor,
    texts: Sequence[str],
    query: str | None,
    budget: int,
    keep: Protection,
) -> str:
    """Texts within a budget; a single one may close with a question of its own."""
    if len(texts) == 1:
        return compressor.compress(texts[0], query, target_tokens=budget, keep=keep).text
    documents = [Document(f"context {number}", text) for number, text in enumerate(texts, start=1)]
    made = compressor.compress_documents(
        documents, query, target_tokens=budget, template="{text}" + _BETWEEN, keep=keep
    )
    return made.text.removesuffix(_BETWEEN)


def _cut_segment(compressor: Compressor, segment: Segment, query: str | None, rate: float) -> str:
    text = segment.text
    if not segment.compress or not text.strip():
        return text
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    made = compressor.compress_documents(
        [Document("a piece between tags", text[start:end])],
        query,
        ratio=rate if segment.rate is None else segment.rate,
        template="{text}",
    )
    return text[:start] + made.text + text[end:]

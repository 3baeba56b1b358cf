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
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypedDict

from specpc.errors import BudgetError, InputError, UsageError
from specpc.options import DEFAULT_DRAFT, Cut, Protection, Setup
from specpc.pipeline.compressor import Compressor
from specpc.pipeline.documents import Document
from specpc.text.protection import unmark

if TYPE_CHECKING:
    from collections.abc import Sequence

_BETWEEN: Final = "\n\n"
_DOLLARS_A_TOKEN: Final = 0.06 / 1000  # what LLMLingua takes GPT-4 to cost

_REFUSED: Final[dict[str, dict[str, Any]]] = {
    "no perplexity is computed": {
        "iterative_size": 200, "high_priority_bonus": 100, "condition_in_question": "none",
        "condition_compare": False, "add_instruction": False},
    "texts and what is in them are chosen in one step": {
        "use_sentence_level_filter": False, "use_context_level_filter": True,
        "use_token_level_filter": True, "context_budget": "+100", "token_budget_ratio": 1.4,
        "context_level_rate": 1.0, "context_level_target_token": -1},
    "there are no labels of words": {
        "return_word_label": False, "word_sep": "\t\t|\t\t", "label_sep": " ",
        "token_to_word": "mean"},
    "put what must stay between <specpc:keep> and </specpc:keep>, and give marks=True": {
        "force_context_ids": None, "keep_first_sentence": 0, "keep_last_sentence": 0,
        "keep_sentence_number": 0, "force_tokens": [], "force_reserve_digit": False},
    "there is no token classifier": {
        "use_llmlingua2": False, "llmlingua2_config": {}, "drop_consecutive": False,
        "chunk_end_tokens": [".", "\n"]},
    "all texts share the budget, whatever their number": {
        "force_context_number": None, "target_context": -1},
    "write tags and call structured_compress_prompt": {
        "context_segs": None, "context_segs_rate": None, "context_segs_compress": None},
    "draft models are loaded with fixed settings": {"model_config": {}},
    "nothing is asked of a service": {"open_api_config": {}},
    "blank lines belong to the pieces they separate": {"keep_split": False},
    "texts stay in order": {"reorder_context": "original"},
    "the budget goes where it matters anyway": {"dynamic_context_compression_ratio": 0.0},
    "the draft's attention ranks": {"rank_method": "llmlingua"},
    "the tokens of a piece are not counted against another": {"strict_preserve_uncompressed": True},
}  # fmt: skip
UNSUPPORTED: Final[dict[str, tuple[Any, str]]] = {
    name: (default, why) for why, names in _REFUSED.items() for name, default in names.items()
}
"""For each argument: the value that changes nothing, and why no other can be honoured."""

METHODS: Final = {
    "compress_json": "JSON stays valid JSON, so give its text to compress_prompt",
    "compress_prompt_llmlingua2": "call compress_prompt",
    "recover": "specpc.output.locate finds where a quote of the result was, without a model",
}
"""Methods of LLMLingua that are not there, and what to do instead."""

_TAG: Final = re.compile(r"<llmlingua([^<>]*)>|</llmlingua>")
_SETTINGS: Final = re.compile(r"(\s*,\s*(rate\s*=\s*\d*\.?\d+|compress\s*=\s*(True|False)))*\s*")
_RATE: Final = re.compile(r"rate\s*=\s*([\d.]+)")


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
        *,
        tokenizer: str = "draft",
        marks: bool = False,
        compressor: Compressor | None = None,
        **others: Any,
    ) -> None:
        """Load the draft.

        Args:
            model_name: a draft, as `Compressor.from_pretrained` takes it.
            device_map: its device, likewise.
            tokenizer: what counts the tokens, likewise.
            marks: whether what stands between ``<specpc:keep>`` and ``</specpc:keep>`` is kept.
            compressor: one that is loaded already, in place of model, device and tokenizer.
            **others: arguments of LLMLingua, which must have its default values.

        Raises:
            SpecPCError: see `specpc.errors`.
        """
        _refuse(others)
        if compressor is None:
            compressor = Compressor.of(Setup(model_name, device=device_map, tokenizer=tokenizer))
        self.compressor = compressor
        self.marks = marks
        self._count = (compressor.counter or compressor.reader.encoder).count

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
            concate_question: whether the question comes out.
            **others: ``keep_first_sentence`` and ``keep_last_sentence``, so many at either end of
                each text; all other arguments must have LLMLingua's default values.

        Raises:
            UsageError: an argument cannot be honoured.
            BudgetError: ``rate`` or ``target_token`` is out of range, or cannot hold what must be
                kept.
            InputError: there is no context.
        """
        ends = [others.pop(f"keep_{end}_sentence", 0) for end in ("first", "last")]
        _refuse(others)
        texts = [text for text in _listed(context) if text.strip()]
        plain = [unmark(text).text for text in texts] if self.marks else texts
        origin = self._origin(instruction, plain, question)
        compressor, keep = self.compressor, Protection((), *ends)
        if any(ends):
            compressor = replace(compressor, unit="sentence")
        shown, count = question if concate_question else "", self._count

        def prompt(room: int) -> str:
            query = question.strip() or instruction.strip() or None
            cut = Cut(target_tokens=room, keep=keep, marks=self.marks)
            return _join([instruction, _compressed(compressor, texts, query, cut), shown])

        if target_token != -1:
            return self._result(prompt(math.floor(target_token)), origin)
        limit = Cut(rate).tokens(origin)
        whole = _join([instruction, *plain, shown])
        if count(whole) <= limit:
            return self._result(whole, origin)
        before, after = instruction and instruction + _BETWEEN, shown and _BETWEEN + shown
        room = limit - count(before) - count(after)
        while room > 0:
            made = prompt(room)
            over = count(made) - limit
            if over <= 0:
                return self._result(made, origin)
            room -= over  # tokens that were counted apart and together are not the same
        raise BudgetError(
            f"a rate of {rate:g} allows {limit:,} of {origin:,} tokens, which instruction and "
            "question alone take: raise it, or give a target_token, which is for the context alone"
        )

    __call__ = compress_prompt

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

        The arguments are those of `compress_prompt`, but for ``rate``, which is for pieces whose
        tag has none and for text outside the tags, and ``target_token``, which makes ``rate`` its
        share of the tokens of all pieces.

        Raises:
            UsageError: an argument cannot be honoured, or a tag cannot be read.
            BudgetError: a rate is out of range.
            InputError: there is no context, or a tag has no counterpart.
        """
        _refuse(others)
        texts = [read_segments(text) for text in _listed(context)]
        plain = ["".join(segment.text for segment in segments) for segments in texts]
        origin = self._origin(instruction, plain, question)
        if target_token != -1:
            Cut(target_tokens=math.floor(target_token))  # checks it
            rate = min(1.0, target_token / sum(map(self._count, plain)))
        Cut(rate)  # checks it
        query = question.strip() or instruction.strip() or None
        made = self.compressor, query, rate, self.marks
        cut = ["".join(one.cut(*made) for one in text) for text in texts]
        shown = question if concate_question else ""
        return self._result(_join([instruction, *cut, shown]), origin)

    def _origin(self, instruction: str, plain: Sequence[str], question: str) -> int:
        """Tokens of all that was given."""
        if not any(map(str.strip, plain)):
            raise InputError("the context is empty: there is nothing to compress")
        return self._count(_join([instruction, *plain, question]))

    def _result(self, prompt: str, origin: int) -> CompressedPrompt:
        """Numbers in LLMLingua's formats, a saving by its price of GPT-4 among them."""
        tokens = self._count(prompt)
        ratio = origin / tokens if tokens else 1.0
        return {
            "compressed_prompt": prompt,
            "origin_tokens": origin,
            "compressed_tokens": tokens,
            "ratio": f"{ratio:.1f}x",
            "rate": f"{1 / ratio:.1%}",
            "saving": f", Saving ${(origin - tokens) * _DOLLARS_A_TOKEN:.1f} in GPT-4.",
        }


@dataclass(frozen=True)
class Segment:
    """A piece of a text: what is between two tags, or outside them.

    Attributes:
        text: without its tags.
        rate: fraction of its tokens kept; ``None`` if its tag says nothing.
        compress: whether it is cut at all.
    """

    text: str
    rate: float | None = None
    compress: bool = True

    def cut(self, compressor: Compressor, query: str | None, rate: float, marks: bool) -> str:
        """What is left of it, at its own rate or else ``rate``."""
        inside = self.text.strip()
        if not self.compress or not inside:
            return self.text
        before, after = self.text.split(inside, 1)
        made = compressor.compress_documents(
            [Document("a piece between tags", inside)],
            query,
            ratio=rate if self.rate is None else self.rate,
            template="{text}",
            marks=marks,
        )
        return before + made.text + after


def read_segments(text: str) -> list[Segment]:
    """The pieces of a text, between tags and outside them, none of them empty.

    Raises:
        UsageError: a tag says something else than ``rate`` and ``compress``.
        InputError: a tag has no counterpart.
    """
    segments, position = [], 0
    opening: re.Match[str] | None = None
    for tag in _TAG.finditer(text):
        closes = tag[1] is None
        if closes and opening is None:
            raise InputError(f"the tag {tag.group()} closes none: write <llmlingua> before it")
        if not closes and opening is not None:
            raise InputError(f"the tag {tag.group()} stands inside another: tags do not nest")
        settings = opening[1] if opening is not None else ""
        if opening is not None and not _SETTINGS.fullmatch(settings):
            raise UsageError(
                f"the tag {opening.group()} cannot be read: write <llmlingua>, "
                "<llmlingua, rate=0.4> or <llmlingua, compress=False>"
            )
        rate = _RATE.search(settings)
        piece = text[position : tag.start()]
        segments.append(Segment(piece, float(rate[1]) if rate else None, "False" not in settings))
        opening, position = None if closes else tag, tag.end()
    if opening is not None:
        raise InputError(f"the tag {opening.group()} is never closed by </llmlingua>")
    segments.append(Segment(text[position:]))
    return [segment for segment in segments if segment.text]


def _refuse(arguments: dict[str, Any]) -> None:
    """Raise `UsageError` naming all arguments that have not LLMLingua's default values."""
    if unknown := arguments.keys() - UNSUPPORTED.keys():
        raise TypeError(f"LLMLingua has no argument {', '.join(sorted(unknown))}")
    wrong = [name for name, value in arguments.items() if value != UNSUPPORTED[name][0]]
    if wrong:
        told = ", ".join(f"{name} ({UNSUPPORTED[name][1]})" for name in wrong)
        raise UsageError(
            f"specpc cannot honour these arguments of LLMLingua, leave them out: {told}"
        )


def _listed(context: str | Sequence[str]) -> list[str]:
    return [context] if isinstance(context, str) else list(context)


def _join(parts: Sequence[str]) -> str:
    return _BETWEEN.join(part for part in parts if part.strip())


def _compressed(compressor: Compressor, texts: Sequence[str], query: str | None, cut: Cut) -> str:
    """What is left of the texts; a single one may close with a question of its own."""
    if len(texts) == 1:
        return compressor.compress(texts[0], query, **cut.options()).text
    documents = [Document(f"context {number}", text) for number, text in enumerate(texts, start=1)]
    made = compressor.compress_documents(
        documents, query, template="{text}" + _BETWEEN, **cut.options()
    )
    return made.text.removesuffix(_BETWEEN)

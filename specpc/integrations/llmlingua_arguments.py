"""LLMLingua's arguments that specpc has no counterpart of, and their default values there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from specpc.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PERPLEXITY = "no perplexity is computed"
_STEPS = "texts and what is in them are chosen in one step"
_LABELS = "there are no labels of words"
_PROTECT = "put what must stay between <specpc:keep> and </specpc:keep>"
_SECOND = "there is no token classifier"
_CONTEXTS = "all texts share the budget, whatever their number"
_SEGMENTS = "write tags and call structured_compress_prompt"
_HIDDEN = "the tokens of a piece are not counted against another"

UNSUPPORTED: Final[dict[str, tuple[Any, str]]] = {
    "model_config": ({}, "draft models are loaded with fixed settings"),
    "open_api_config": ({}, "nothing is asked of a service"),
    "use_llmlingua2": (False, _SECOND),
    "llmlingua2_config": ({}, _SECOND),
    "iterative_size": (200, _PERPLEXITY),
    "force_context_ids": (None, _PROTECT),
    "force_context_number": (None, _CONTEXTS),
    "use_sentence_level_filter": (False, _STEPS),
    "use_context_level_filter": (True, _STEPS),
    "use_token_level_filter": (True, _STEPS),
    "keep_split": (False, "blank lines belong to the pieces they separate"),
    "keep_first_sentence": (0, _PROTECT),
    "keep_last_sentence": (0, _PROTECT),
    "keep_sentence_number": (0, _PROTECT),
    "high_priority_bonus": (100, _PERPLEXITY),
    "context_budget": ("+100", _STEPS),
    "token_budget_ratio": (1.4, _STEPS),
    "condition_in_question": ("none", _PERPLEXITY),
    "reorder_context": ("original", "texts stay in order"),
    "dynamic_context_compression_ratio": (0.0, "the budget goes where it matters anyway"),
    "condition_compare": (False, _PERPLEXITY),
    "add_instruction": (False, _PERPLEXITY),
    "rank_method": ("llmlingua", "the draft's attention ranks"),
    "context_segs": (None, _SEGMENTS),
    "context_segs_rate": (None, _SEGMENTS),
    "context_segs_compress": (None, _SEGMENTS),
    "target_context": (-1, _CONTEXTS),
    "context_level_rate": (1.0, _STEPS),
    "context_level_target_token": (-1, _STEPS),
    "return_word_label": (False, _LABELS),
    "word_sep": ("\t\t|\t\t", _LABELS),
    "label_sep": (" ", _LABELS),
    "token_to_word": ("mean", _LABELS),
    "force_tokens": ([], _PROTECT),
    "force_reserve_digit": (False, _PROTECT),
    "drop_consecutive": (False, _SECOND),
    "chunk_end_tokens": ([".", "\n"], _SECOND),
    "strict_preserve_uncompressed": (True, _HIDDEN),
}
"""For each argument: the value that changes nothing, and why no other can be honoured."""

METHODS: Final = {
    "compress_json": "JSON stays valid JSON, so give its text to compress_prompt",
    "compress_prompt_llmlingua2": "call compress_prompt",
    "recover": "specpc.output.locate finds where a quote of the result was, without a model",
}
"""Methods of LLMLingua that are not there, and what to do instead."""


def refuse(arguments: Mapping[str, Any]) -> None:
    """Pass arguments that have LLMLingua's default values.

    Raises:
        UsageError: some have others; all of them are named.
        TypeError: LLMLingua has no such argument either.
    """
    unknown = arguments.keys() - UNSUPPORTED.keys()
    if unknown:
        raise TypeError(f"LLMLingua has no argument {', '.join(sorted(unknown))}")
    wrong = [name for name, value in arguments.items() if value != UNSUPPORTED[name][0]]
    if wrong:
        told = ", ".join(f"{name} ({UNSUPPORTED[name][1]})" for name in wrong)
        raise UsageError(
            f"specpc cannot honour these arguments of LLMLingua, leave them out: {told}"
        )

"""A target on this machine: its prompt, and greedy decoding."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import torch

from specpc.drafts import load_draft
from specpc.errors import InputError, UnknownDraftError
from specpc.evaluation.targets import Reply, clean, request_after
from specpc.memory import memory_errors
from specpc.tokens import TextEncoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import PreTrainedTokenizerBase

    from specpc.drafts import Draft
    from specpc.evaluation.methods import DraftOptions

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
            model = load_draft(
                name,
                device=options.device,
                dtype=options.dtype,
                offline=options.offline,
                report=report,
            )
        except UnknownDraftError as error:
            raise UnknownDraftError(f"no target can be loaded: {error}") from error
        return cls(model, answer_tokens)

    def answer(self, context: str, question: str) -> Reply:
        """Read the context, without its middle if it is too long, and answer.

        Raises:
            InputError: the question leaves no room for a context.
            OutOfMemoryError: the machine or device ran out of memory.
        """
        ids, truncated = self._prompt(context, question)
        message = f"out of memory while target {self.model.name} reads {len(ids):,} tokens"
        with memory_errors(f"{message}: use a smaller target, or shorter items"):
            found = _decode(self.model.model, ids, self._ends, self.answer_tokens)
        text = self.model.tokenizer.decode(
            found, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return Reply(clean(str(text)), truncated)

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

    @property
    def _ends(self) -> frozenset[int]:
        """Ids of the tokens that end an answer."""
        stated: Any = getattr(self.model.model.generation_config, "eos_token_id", None)
        several = stated if isinstance(stated, list) else [stated]
        return frozenset({*several, self.model.tokenizer.eos_token_id} - {None})


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


# Not model.generate(): it takes repetition penalties and the like from the model's own settings.
def _decode(model: Any, ids: list[int], ends: frozenset[int], limit: int) -> list[int]:
    """The most probable continuation, up to the first of ``ends`` or ``limit`` tokens.

    Args:
        model: causal language model.
        ids: the prompt's tokens.
        ends: ids that end it, and are left out.
        limit: most tokens.
    """
    found: list[int] = []
    step, cache = torch.tensor([ids], device=model.device), None
    with torch.inference_mode():
        while len(found) < limit:
            output = model(input_ids=step, past_key_values=cache, use_cache=True, logits_to_keep=1)
            best = output.logits[:, -1].argmax(dim=-1)  # [1]
            if int(best) in ends:
                break
            found.append(int(best))
            step, cache = best[:, None], output.past_key_values
    return found

"""The prompt the draft reads: the context, then the question, inside the draft's chat template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import PreTrainedTokenizerBase

    from specpc.models.lean.tokenizer import LeanTokenizer
    from specpc.models.tokens import TextEncoder

_CONTEXT_SLOT = "SPECPC-CONTEXT-SLOT"
_QUESTION_SLOT = "SPECPC-QUESTION-SLOT"


@dataclass(frozen=True)
class Frame:
    """Token ids around the context: template before it, question and template after it."""

    before: tuple[int, ...]  # template up to the context
    between: tuple[int, ...]  # what separates the context from the question
    question: tuple[int, ...]
    closing: tuple[int, ...]  # template after the question, up to where the answer would begin

    @property
    def after(self) -> tuple[int, ...]:
        """All ids after the context: SpecPC's window, whose attention is observed."""
        return self.between + self.question + self.closing

    @property
    def asked(self) -> tuple[int, ...]:
        """What follows the context, up to the end of the question."""
        return self.between + self.question

    def around(self, context: Sequence[int]) -> list[int]:
        """The whole prompt, given the ids of a context."""
        return [*self.before, *context, *self.after]

    @property
    def question_rows(self) -> slice:
        """Where the question stands in `after`, and in `asked`."""
        start = len(self.between)
        return slice(start, start + len(self.question))


@dataclass(frozen=True)
class Template:
    """Text before the context, between context and question, and after the question."""

    head: str
    between: str
    tail: str


def build_frame(encoder: TextEncoder, template: Template, question: str) -> Frame:
    """Encode a draft's template around a context, with ``question`` after the context.

    The question is encoded as plain text: a special token spelled out in it cannot end the turn.
    """
    # Together, as the draft would meet them: apart, they can split into other tokens.
    tokens = encoder.encode(template.between + question)
    ids, start = tokens.ids.tolist(), tokens.count_before(len(template.between))
    return Frame(
        before=tuple(encoder.template_ids(template.head)),
        between=tuple(ids[:start]),
        question=tuple(ids[start:]),
        closing=tuple(encoder.template_ids(template.tail)),
    )


def render_template(
    tokenizer: PreTrainedTokenizerBase | LeanTokenizer, **settings: Any
) -> Template:
    """The draft's chat template, with ``settings`` of its own, around a context and a question.

    Drafts without a chat template read ``context, blank line, question, newline``.
    """
    separator = "\n\n"
    if tokenizer.chat_template is None:
        # None of the usual base models needs more than its first token.
        return Template(tokenizer.bos_token or "", separator, "\n")
    content = f"{_CONTEXT_SLOT}{separator}{_QUESTION_SLOT}"
    rendered = str(
        tokenizer.apply_chat_template(
            [{"role": "user", "content": content}],
            tokenize=False,
            add_generation_prompt=True,
            **settings,
        )
    )
    head, _, rest = rendered.partition(_CONTEXT_SLOT)
    between, _, tail = rest.partition(_QUESTION_SLOT)
    return Template(head, between, tail)

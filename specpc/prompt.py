"""The prompt the draft reads: the context, then the question, inside the draft's chat template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from specpc.lean.tokenizer import LeanTokenizer
    from specpc.tokens import TextEncoder

NEUTRAL_INSTRUCTION = "Summarize the most important points of the text above."

_CONTEXT_SLOT = "SPECPC-CONTEXT-SLOT"
_QUESTION_SLOT = "SPECPC-QUESTION-SLOT"


@dataclass(frozen=True)
class Frame:
    """Token ids around the context: template before it, question and template after it.

    Attributes:
        before: template up to the context.
        between: what separates the context from the question.
        question: the question itself.
        closing: template after the question, up to where the answer would begin.
    """

    before: tuple[int, ...]
    between: tuple[int, ...]
    question: tuple[int, ...]
    closing: tuple[int, ...]

    @property
    def after(self) -> tuple[int, ...]:
        """All ids after the context: SpecPC's window, whose attention is observed."""
        return self.between + self.question + self.closing

    @property
    def asked(self) -> tuple[int, ...]:
        """What follows the context, up to the end of the question."""
        return self.between + self.question

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


class QuerySource(str, Enum):
    """Where the query that guides the compression came from."""

    QUESTION = "question"
    """Given by the caller."""
    TAIL = "tail"
    """The text is a prompt itself, whose last paragraph asks or instructs; it is kept whole."""
    NEUTRAL = "neutral"
    """There was none; a neutral instruction took its place."""
    NONE = "none"
    """There was none, and the scorer reads none."""


@dataclass(frozen=True)
class Query:
    """What the draft is asked, and how much of the text belongs to the question itself.

    Attributes:
        text: the question or instruction.
        source: where it came from.
        tail_start: character offset where the text's own question begins; its length if none.
    """

    text: str
    source: QuerySource
    tail_start: int


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


def render_template(tokenizer: PreTrainedTokenizerBase | LeanTokenizer) -> Template:
    """The draft's chat template around a context and a question.

    Drafts without a chat template read ``context, blank line, question, newline``.
    """
    separator = "\n\n"
    if tokenizer.chat_template is None:
        # None of the usual base models needs more than its first token.
        return Template(tokenizer.bos_token or "", separator, "\n")
    content = f"{_CONTEXT_SLOT}{separator}{_QUESTION_SLOT}"
    rendered = str(
        tokenizer.apply_chat_template(
            [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
        )
    )
    head, _, rest = rendered.partition(_CONTEXT_SLOT)
    between, _, tail = rest.partition(_QUESTION_SLOT)
    return Template(head, between, tail)


def find_query(text: str, question: str | None, *, own: bool = True) -> Query:
    """The question given, else the prompt's own last paragraph, else a neutral instruction.

    Args:
        text: the context.
        question: what the caller gave.
        own: whether the text may close with a question of its own.
    """
    if question is not None and question.strip():
        return Query(question.strip(), QuerySource.QUESTION, len(text))
    start = find_tail(text) if own else None
    if start is not None:
        return Query(text[start:].strip(), QuerySource.TAIL, start)
    return Query(NEUTRAL_INSTRUCTION, QuerySource.NEUTRAL, len(text))


# A question mark of any script (U+037E is the Greek one) at the end, or an opening that asks.
_ASKS = re.compile("[?\uff1f\u061f\u037e]['\"\u201d\u2019\u00bb)\\]*_]*$")
_OPENS = re.compile(
    r"""^[\W_]*(?:
        (?:question|q|query|task|instructions?|prompt|request)\s*(?:\d+\s*)?[:：]
      | (?:now[,\s]+|please[,\s]+|then[,\s]+|finally[,\s]+|briefly[,\s]+)*
        (?:answer|summari[sz]e|explain|describe|list|write|find|extract|identify|translate
          |tell\sme|give\s(?:me|an?)|rewrite|compare|classify|complete|generate|create|provide
          |determine|name\s(?:the|all|every)|outline|analy[sz]e|discuss|state|use\sthe\s(?:above|text)
          |(?:based|drawing|relying)\s(?:only\s)?(?:up)?on\s(?:the|this|these|what)
          |according\sto\sthe\s(?:above|text|document|passage|context)
          |(?:in|from)\sthe\s(?:text|document|passage|context)s?\sabove
          |(?:given|using|from)\s(?:only\s)?the\s(?:above|context|text|document|passage|information))\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_LAST_PARAGRAPH = re.compile(r"(?:\r?\n|\r)[ \t]*(?:\r?\n|\r)(?=[^\r\n]*\S)")
_LINE_BREAK = re.compile(r"\r?\n|\r")
# A question is short, both by itself and beside the text it is about.
_TAIL_CHARACTERS = 1500
_TAIL_SHARE = 0.5


def find_tail(text: str) -> int | None:
    """Offset where the text's own closing question or instruction begins, or ``None``.

    It is the last paragraph, or where that is no question, the last line.
    """
    body = text.rstrip()
    # Searching near the end only keeps this linear on long texts without blank lines.
    floor = max(0, len(body) - 4 * _TAIL_CHARACTERS)
    for pattern in (_LAST_PARAGRAPH, _LINE_BREAK):
        starts = [match.end() for match in pattern.finditer(body, floor)]
        if not starts:
            continue
        start = starts[-1]
        tail = body[start:]
        short = len(tail) <= min(_TAIL_CHARACTERS, _TAIL_SHARE * len(body))
        if short and _is_request(tail):
            return start
    return None


def _is_request(paragraph: str) -> bool:
    paragraph = paragraph.strip()
    return bool(_ASKS.search(paragraph) or _OPENS.match(paragraph))

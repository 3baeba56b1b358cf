"""How a draft reads: its tokenizer, its chat template, and how much it can take in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from specpc.errors import InputError
from specpc.models.template import Frame, Template, build_frame, render_template
from specpc.models.tokens import TextEncoder

if TYPE_CHECKING:
    from specpc.models.draft import Draft

# A draft that states no limit is still given windows of a bounded size, and long-context drafts
# could read everything at once, but at quadratic cost.
_LONGEST_WINDOW: Final = 8192
# A window must hold more than a few words of context.
_LEAST_CONTEXT: Final = 64


@dataclass(frozen=True)
class Reader:
    """A draft, with its tokenizer and chat template made ready."""

    draft: Draft
    thinks: bool = True  # whether its template may have it write down thoughts before an answer
    encoder: TextEncoder = field(init=False, repr=False, compare=False)
    template: Template = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Copy the tokenizer; render the template."""
        # Templates that know nothing of thoughts ignore it.
        settings = {} if self.thinks else {"enable_thinking": False}
        template = render_template(self.draft.tokenizer, **settings)
        encoder = TextEncoder(self.draft.tokenizer, (template.head, template.tail))
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "encoder", encoder)

    def frame(self, question: str) -> Frame:
        """What stands before and after a context when ``question`` is asked of it."""
        return build_frame(self.encoder, self.template, question)

    def room(self, frame: Frame, *, reserved: int = 0) -> int:
        """Most context tokens the draft can read at once in a frame, beside ``reserved`` others.

        Raises:
            InputError: the question leaves no room for a context.
        """
        limit = getattr(self.draft.config, "max_position_embeddings", None)
        limit = _LONGEST_WINDOW if limit is None else int(limit)
        room = limit - len(frame.before) - len(frame.after) - reserved
        if room < _LEAST_CONTEXT:
            raise InputError(
                f"the question takes {len(frame.after)} of the {limit} tokens that draft "
                f"{self.draft.name} can read: shorten it, or use a draft with a longer context"
            )
        return min(room, _LONGEST_WINDOW)

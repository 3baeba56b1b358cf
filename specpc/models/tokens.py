"""Text to draft tokens and back to character positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from specpc.errors import not_encodable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    from specpc.models.lean.tokenizer import LeanTokenizer


@dataclass(frozen=True)
class TokenizedText:
    """A text as the draft's tokens, each with its own stretch of characters.

    Token ``i`` owns ``text[bounds[i]:bounds[i + 1]]``. Where one character is spelled by several
    tokens, the first owns it and the others own nothing; characters that no token covers (white
    space some tokenizers drop) belong to the token after them.
    """

    ids: NDArray[np.int64]  # [tokens] in the vocabulary
    bounds: NDArray[np.int64]  # [tokens + 1] ascending character offsets that tile the text

    def __len__(self) -> int:
        """Number of tokens."""
        return len(self.ids)

    def count_before(self, offset: int) -> int:
        """Number of tokens that start before a character offset."""
        return int(np.searchsorted(self.bounds[:-1], offset))


class TextEncoder:
    """The draft's tokenizer, reading text as text.

    It works on a copy without truncation, so the caller's tokenizer is never changed.
    """

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast | LeanTokenizer, template: Sequence[str] = ()
    ) -> None:
        """Copy the tokenizer's backend once; encoding is thread-safe afterwards.

        `template_ids` will be asked for the ``template``; another text costs a second copy.
        """
        self._tokenizer = tokenizer
        self._plain = _own_backend(tokenizer)
        self._template: Tokenizer | None = None
        self._known = {text: _ids(self._plain, text) for text in template}
        # A document that spells out "<|im_end|>" must not end the turn.
        self._plain.encode_special_tokens = True

    def template_ids(self, text: str) -> list[int]:
        """Ids of template text, in which special tokens mean what they say."""
        if text in self._known:
            return list(self._known[text])
        if self._template is None:
            self._template = _own_backend(self._tokenizer)
        return _ids(self._template, text)

    def plain_ids(self, text: str) -> list[int]:
        """Ids of a user's text, in which special tokens are mere characters."""
        return list(self._encode(text).ids)

    def count(self, text: str) -> int:
        """Number of tokens of a user's text."""
        return len(self._encode(text).ids)

    def encode(self, text: str) -> TokenizedText:
        """Tokens of a user's text with the characters each of them owns.

        Raises:
            InputError: the text has lone surrogates, which no encoding can write.
        """
        encoding = self._encode(text)
        ids = np.asarray(encoding.ids, dtype=np.int64)
        ends = np.asarray([end for _, end in encoding.offsets], dtype=np.int64)
        bounds = np.zeros(len(ids) + 1, dtype=np.int64)
        bounds[1:] = np.maximum.accumulate(np.clip(ends, 0, len(text)))
        bounds[-1] = len(text) if len(ids) else 0
        return TokenizedText(ids, bounds)

    def _encode(self, text: str):  # type: ignore[no-untyped-def]
        try:
            return self._plain.encode(text, add_special_tokens=False)
        except (TypeError, UnicodeEncodeError) as error:
            raise not_encodable() from error


def _own_backend(tokenizer: PreTrainedTokenizerFast | LeanTokenizer) -> Tokenizer:
    """The tokenizer behind another, copied, without truncation and padding."""
    from specpc.models.lean.tokenizer import LeanTokenizer

    backend = tokenizer.backend_tokenizer
    if not isinstance(tokenizer, LeanTokenizer):  # whose backend is the caller's own
        backend = type(backend).from_str(backend.to_str())
    backend.no_truncation()
    backend.no_padding()
    return backend


def _ids(backend: Tokenizer, text: str) -> list[int]:
    return list(backend.encode(text, add_special_tokens=False).ids)

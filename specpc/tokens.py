"""Text to draft tokens and back to character positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from specpc.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerFast


@dataclass(frozen=True)
class TokenizedText:
    """A text as the draft's tokens, each with its own stretch of characters.

    Attributes:
        ids: ``[tokens]`` vocabulary ids.
        bounds: ``[tokens + 1]`` ascending character offsets that tile the text: token ``i``
            owns ``text[bounds[i]:bounds[i + 1]]``. Where one character is spelled by several
            tokens, the first owns it and the others own nothing; characters that no token
            covers (white space some tokenizers drop) belong to the token after them.
    """

    ids: NDArray[np.int64]
    bounds: NDArray[np.int64]

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

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        """Copy the tokenizer's backend once; encoding is thread-safe afterwards."""
        from tokenizers import Tokenizer

        serialized = tokenizer.backend_tokenizer.to_str()
        self._template = Tokenizer.from_str(serialized)
        self._plain = Tokenizer.from_str(serialized)
        for backend in (self._template, self._plain):
            backend.no_truncation()
            backend.no_padding()
        # A document that spells out "<|im_end|>" must not end the turn.
        self._plain.encode_special_tokens = True

    def template_ids(self, text: str) -> list[int]:
        """Ids of template text, in which special tokens mean what they say."""
        return list(self._template.encode(text, add_special_tokens=False).ids)

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
            raise InputError(
                "the text has characters that cannot be written as UTF-8 (lone surrogates): "
                "decode the input as UTF-8 before compressing it"
            ) from error

"""What counts the tokens of a budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from specpc.errors import InputError, TokenizerError
from specpc.machine.reporting import first_line

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoken import Encoding
    from tokenizers import Tokenizer

    from specpc.models.tokens import TextEncoder

DRAFT: Final = "draft"


class Counter(Protocol):
    """Counts the tokens of a text as the model that will read it does."""

    @property
    def name(self) -> str:
        """How the user named it."""

    def count(self, text: str) -> int:
        """Number of tokens of a text by itself, in which special tokens are mere characters."""


@dataclass(frozen=True)
class DraftCounter:
    """The draft's own tokenizer."""

    encoder: TextEncoder
    name: str = DRAFT

    def count(self, text: str) -> int:
        """Number of draft tokens."""
        return self.encoder.count(text)


@dataclass(frozen=True)
class CharacterCounter:
    """Unicode code points."""

    name: str = "characters"

    def count(self, text: str) -> int:
        """Number of code points."""
        return len(text)


@dataclass(frozen=True)
class WordCounter:
    """Stretches between white space, as ``wc -w`` counts them."""

    name: str = "words"

    def count(self, text: str) -> int:
        """Number of words."""
        return len(text.split())


@dataclass(frozen=True)
class TiktokenCounter:
    """An encoding of tiktoken."""

    name: str
    encoding: Encoding

    def count(self, text: str) -> int:
        """Number of tokens.

        Raises:
            InputError: tiktoken gave up on the text.
        """
        try:
            return len(self.encoding.encode_ordinary(text))
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # how Rust's panics arrive here
                raise
            raise InputError(
                f"tiktoken cannot count the tokens of the text by {self.name}: it has too long a "
                "run of white space or of one kind of character"
            ) from error


@dataclass(frozen=True)
class HuggingFaceCounter:
    """A fast tokenizer of Hugging Face."""

    name: str
    tokenizer: Tokenizer

    @classmethod
    def from_file(cls, name: str, path: Path) -> HuggingFaceCounter:
        """Read a ``tokenizer.json``.

        Raises:
            TokenizerError: it cannot be read.
        """
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises nothing narrower
            raise TokenizerError(
                f"The tokenizer {path} cannot be read: {first_line(error)}."
            ) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True
        return cls(name, tokenizer)

    def count(self, text: str) -> int:
        """Number of tokens, without those the tokenizer would put around a text."""
        return len(self.tokenizer.encode(text, add_special_tokens=False).ids)


PLAIN: Final[dict[str, Counter]] = {
    counter.name: counter for counter in (CharacterCounter(), WordCounter())
}
"""Counters that are no model's, by their names."""

"""What counts the tokens of a budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specpc.errors import InputError, TokenizerError
from specpc.machine.reporting import first_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tiktoken import Encoding

DRAFT: Final = "draft"


@dataclass(frozen=True)
class Counter:
    """Counts the tokens of a text as the model that will read it does.

    Attributes:
        name: how the user named it.
        count: number of tokens of a text by itself, in which special tokens are mere characters.
    """

    name: str
    count: Callable[[str], int]


def tiktoken_counter(name: str, encoding: Encoding) -> Counter:
    """Counts by an encoding; raises `InputError` for a text that tiktoken gives up on."""

    def count(text: str) -> int:
        try:
            return len(encoding.encode_ordinary(text))
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # how Rust's panics arrive here
                raise
            raise InputError(
                f"tiktoken cannot count the tokens of the text by {name}: it has too long a "
                "run of white space or of one kind of character"
            ) from error

    return Counter(name, count)


def file_counter(name: str, path: Path) -> Counter:
    """Counts by a ``tokenizer.json``, without the tokens it would put around a text.

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
    return Counter(name, lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids))


PLAIN: Final[dict[str, Counter]] = {
    "characters": Counter("characters", len),  # Unicode code points
    "words": Counter("words", lambda text: len(text.split())),  # as ``wc -w`` counts them
}
"""Counters that are no model's, by their names."""

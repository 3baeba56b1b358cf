"""What counts the tokens of a budget: the draft's tokenizer, another model's, or no model's."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from specpc.drafts import hub
from specpc.drafts.reporting import Report, first_line, silent
from specpc.errors import DraftError, InputError, TokenizerError, UsageError
from specpc.offline import downloads_forbidden
from specpc.tiktoken_files import encoding_name, load_encoding

if TYPE_CHECKING:
    from tiktoken import Encoding
    from tokenizers import Tokenizer

    from specpc.tokens import TextEncoder

DRAFT: Final = "draft"
_FILE: Final = "tokenizer.json"
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9_][\w.-]*", re.ASCII)


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


def find_counter(
    name: str = DRAFT, *, offline: bool = False, report: Report = silent
) -> Counter | None:
    """The counter of a name; ``None`` for the draft's own, which comes with the draft.

    What specpc and tiktoken know wins over a folder of that name (``./name`` is always the
    folder), and a folder over an id on the Hugging Face Hub.

    Args:
        name: ``draft``, ``characters``, ``words``, a tiktoken model or encoding, a folder with a
            ``tokenizer.json``, such a file, or a Hugging Face id.
        offline: forbid downloads.
        report: called with one line before a download.

    Raises:
        UsageError: there is no such tokenizer.
        TokenizerError: it cannot be fetched or read.
    """
    if name == DRAFT:
        return None
    for plain in (CharacterCounter(), WordCounter()):
        if name == plain.name:
            return plain
    encoding = encoding_name(name)
    if encoding is not None:
        return TiktokenCounter(name, load_encoding(encoding, offline=offline, report=report))
    path = Path(name).expanduser()
    if name and path.is_dir() and not (path / _FILE).is_file():
        raise UsageError(
            f"the folder {name} has no {_FILE}: specpc counts with fast tokenizers, which have one"
        )
    if name and path.exists():
        return HuggingFaceCounter.from_file(name, path / _FILE if path.is_dir() else path)
    if _HUB_ID.fullmatch(name):
        return HuggingFaceCounter.from_file(name, _hub_file(name, offline, report))
    raise UsageError(_unknown(name))


def _hub_file(repo_id: str, offline: bool, report: Report) -> Path:
    found = hub.cached_file(repo_id, _FILE)
    if found is not None:
        return found
    if downloads_forbidden(offline):
        raise TokenizerError(
            f"The tokenizer of {repo_id} is not on this machine and downloads are forbidden: give "
            f"a folder with its {_FILE} instead, or fetch it once without --offline."
        )
    report(f"Fetching the tokenizer of {repo_id} from the Hugging Face Hub ...")
    try:
        return hub.fetch_file(repo_id, _FILE)
    except DraftError as error:
        raise TokenizerError(str(error)) from error


def _unknown(name: str) -> str:
    from tiktoken import list_encoding_names
    from tiktoken.model import MODEL_TO_ENCODING

    known = [DRAFT, "characters", "words", *list_encoding_names(), *MODEL_TO_ENCODING]
    close = difflib.get_close_matches(name, known, n=1)
    meant = f" (did you mean {close[0]}?)" if close else ""
    return (
        f"there is no tokenizer {name!r}{meant}: name a tiktoken model or encoding (gpt-4o, "
        "cl100k_base), a Hugging Face id or a folder with a tokenizer.json, or draft, characters "
        "or words"
    )

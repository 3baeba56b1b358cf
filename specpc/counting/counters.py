"""What counts the tokens of a budget: the draft's tokenizer, another model's, or no model's."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from specpc.counting.tiktoken_files import encoding_name, load_encoding
from specpc.errors import Argument, DraftError, InputError, TokenizerError, UsageError
from specpc.machine import hub
from specpc.machine.files import expanded
from specpc.machine.network import downloads_forbidden
from specpc.machine.reporting import Report, first_line, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoken import Encoding

_FILE: Final = "tokenizer.json"
DRAFT: Final = "draft"


@dataclass(frozen=True)
class Counter:
    """Counts the tokens of a text as the model that will read it does."""

    name: str  # as the user named it
    count: Callable[[str], int]  # of a text by itself; special tokens are mere characters in it


def tiktoken_counter(name: str, encoding: Encoding) -> Counter:
    """Counts by an encoding; raises `InputError` for a text that tiktoken gives up on."""

    def count(text: str) -> int:
        try:
            return len(encoding.encode_ordinary(text))
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # how Rust's panics arrive here
                raise
            raise InputError(
                f"tiktoken cannot count the tokens of the text by {name}, which has too long a run "
                "of white space or of one kind of character: name another tokenizer"
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


def check_safe(name: str) -> None:
    """Raise `UsageError` for a name by which a stranger would open files or the network."""
    if name not in (DRAFT, *PLAIN) and encoding_name(name) is None:
        raise UsageError(
            f"a server does not count by {name!r}{_meant(name)}: name a tiktoken model or encoding "
            "(gpt-4o, cl100k_base), or draft, characters or words"
        )


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
    for find in FINDERS:
        if (counter := find(name, offline, report)) is not None:
            return counter
    raise UsageError(_unknown(name))


def _plain(name: str, _offline: bool, _report: Report) -> Counter | None:
    return PLAIN.get(name)


def _tiktoken(name: str, offline: bool, report: Report) -> Counter | None:
    encoding = encoding_name(name)
    if encoding is None:
        return None
    return tiktoken_counter(name, load_encoding(encoding, offline=offline, report=report))


def _local(name: str, _offline: bool, _report: Report) -> Counter | None:
    path = expanded(Path(name), "the tokenizer")
    if not name or not path.exists():
        return None
    if path.is_dir():
        path /= _FILE
        if not path.is_file():
            raise UsageError(
                f"the folder {name} has no {_FILE}: specpc counts with fast tokenizers, which "
                "have one"
            )
    return file_counter(name, path)


def _hub(name: str, offline: bool, report: Report) -> Counter | None:
    if not hub.HUB_ID.fullmatch(name):
        return None
    found = hub.cached_file(name, _FILE)
    if found is None and downloads_forbidden(offline):
        raise TokenizerError(
            f"The tokenizer of {name} is not on this machine and downloads are forbidden: give "
            f"a folder with its {_FILE} instead, or fetch it once without ",
            Argument("offline=True"),
            ".",
        )
    if found is None:
        report(f"Fetching the tokenizer of {name} from the Hugging Face Hub ...")
        try:
            found = hub.fetch_file(name, _FILE)
        except DraftError as error:
            raise TokenizerError(*error.args) from error
    return file_counter(name, found)


FINDERS: Final = (_plain, _tiktoken, _local, _hub)
"""What knows counters by their names, best first; a new family of counters is one more."""


def _meant(name: str) -> str:
    """The closest name there is, in brackets, if one is close."""
    from tiktoken import list_encoding_names
    from tiktoken.model import MODEL_TO_ENCODING

    known = [DRAFT, *PLAIN, *list_encoding_names(), *MODEL_TO_ENCODING]
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _unknown(name: str) -> str:
    return (
        f"there is no tokenizer {name!r}{_meant(name)}: name a tiktoken model or encoding (gpt-4o, "
        "cl100k_base), a Hugging Face id or a folder with a tokenizer.json, or draft, characters "
        "or words"
    )

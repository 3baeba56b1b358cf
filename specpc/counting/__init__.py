"""What counts the tokens of a budget: the draft's tokenizer, another model's, or no model's."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from specpc.counting.counters import (
    DRAFT,
    CharacterCounter,
    HuggingFaceCounter,
    TiktokenCounter,
    WordCounter,
)
from specpc.counting.tiktoken_files import encoding_name, load_encoding
from specpc.errors import DraftError, TokenizerError, UsageError
from specpc.machine import hub
from specpc.machine.network import downloads_forbidden
from specpc.machine.reporting import Report, silent

if TYPE_CHECKING:
    from specpc.counting.counters import Counter

_FILE: Final = "tokenizer.json"
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9_][\w.-]*", re.ASCII)


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
            f"a folder with its {_FILE} instead, or fetch it once without offline=True."
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

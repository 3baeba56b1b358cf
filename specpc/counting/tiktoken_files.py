"""tiktoken's encodings: known by name, and their vocabularies looked for before they are loaded.

tiktoken downloads a vocabulary as soon as an encoding is made. Here it is told where a vocabulary
is missing, the download is announced, and whoever forbids it is told how to do without.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from specpc.errors import TokenizerError
from specpc.machine.network import downloads_forbidden
from specpc.machine.reporting import Report, first_line

if TYPE_CHECKING:
    from tiktoken import Encoding

_STORE: Final = "https://openaipublic.blob.core.windows.net/"
_CACHE_VARIABLES: Final = ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR")


class Vocabulary(NamedTuple):
    """A file that an encoding is made of."""

    url: str
    sha256: str

    @property
    def cache_name(self) -> str:
        """What tiktoken calls it in its cache."""
        return hashlib.sha1(self.url.encode()).hexdigest()


def _vocabularies(pattern: str, hashes: dict[str, str]) -> dict[str, Vocabulary]:
    return {name: Vocabulary(_STORE + pattern.format(name), hashes[name]) for name in hashes}


_OF_GPT2: Final = _vocabularies("gpt-2/encodings/main/{}", {
    "vocab.bpe": "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
    "encoder.json": "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
})  # fmt: skip
_OTHERS: Final = _vocabularies("encodings/{}.tiktoken", {
    "r50k_base": "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
    "p50k_base": "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
})  # fmt: skip
# What tiktoken's own encodings download; a test compares it with tiktoken's code.
VOCABULARIES: Final[dict[str, tuple[Vocabulary, ...]]] = {
    "gpt2": tuple(_OF_GPT2.values()),
    **{name: (file,) for name, file in _OTHERS.items()},
    "p50k_edit": (_OTHERS["p50k_base"],),
    "o200k_harmony": (_OTHERS["o200k_base"],),
}


def encoding_name(name: str) -> str | None:
    """The encoding that a tiktoken model or encoding name means, or ``None``; loads nothing."""
    import tiktoken
    from tiktoken.model import encoding_name_for_model

    if name in tiktoken.list_encoding_names():
        return name
    try:
        return encoding_name_for_model(name)
    except KeyError:
        return None


def load_encoding(name: str, *, offline: bool, report: Report) -> Encoding:
    """Make an encoding that exists; what its vocabulary lacks is downloaded, after saying so.

    Raises:
        TokenizerError: the vocabulary is missing and cannot or must not be downloaded.
    """
    import tiktoken

    missing = _missing_files(name)
    if missing and downloads_forbidden(offline):
        raise TokenizerError(
            f"The vocabulary of {name} is not on this machine and downloads are forbidden: "
            f"{_advice(missing)}."
        )
    if missing:
        report(f"Fetching the vocabulary of {name} from {_STORE} ...")
    try:
        return tiktoken.get_encoding(name)
    # requests' errors are OSErrors; a wrong hash or a damaged file is a ValueError.
    except (OSError, ValueError) as error:
        if not missing:
            raise TokenizerError(
                f"The encoding {name} of tiktoken cannot be loaded: {first_line(error)}."
            ) from error
        told = first_line(error)
        reason = told if len(told) <= 100 else type(error).__name__
        raise TokenizerError(
            f"The vocabulary of {name} could not be downloaded ({reason}): {_advice(missing)}."
        ) from error


def _missing_files(name: str) -> list[Vocabulary]:
    """What tiktoken's cache lacks; of the encodings that its plugins bring nothing is known."""
    folder = _cache_folder()
    files = VOCABULARIES.get(name, ())
    return [file for file in files if folder is None or not _is_in(folder, file)]


def _is_in(folder: Path, file: Vocabulary) -> bool:
    path = folder / file.cache_name
    # tiktoken deletes a file with another hash and downloads it anew.
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256


def _cache_folder() -> Path | None:
    """Where tiktoken keeps vocabularies; ``None`` if it was told not to."""
    for variable in _CACHE_VARIABLES:
        if (folder := os.environ.get(variable)) is not None:
            return Path(folder) if folder else None
    return Path(tempfile.gettempdir()) / "data-gym-cache"


def _advice(missing: list[Vocabulary]) -> str:
    files = " and ".join(f"{file.url} as {file.cache_name}" for file in missing)
    given = next((name for name in _CACHE_VARIABLES if os.environ.get(name)), None)
    where = (
        f"put it into {os.environ[given]}, the folder {given} names"
        if given is not None
        else f"put it into a folder here and set {_CACHE_VARIABLES[0]} to that folder"
    )
    return f"fetch {files} where there is a network, and {where}"

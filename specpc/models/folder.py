"""What a folder with a model holds, told from file names and ``config.json`` alone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from specpc.errors import DraftError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WEIGHTS = "model.safetensors"
WEIGHTS_INDEX = "model.safetensors.index.json"

_SHARD = re.compile(r"model-\d+-of-\d+\.safetensors")
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "merges.txt")


def weight_files(names: Iterable[str]) -> list[str]:
    """Pick the safetensors weights transformers reads: one file, else its shards."""
    names = sorted(names)
    if WEIGHTS in names:
        return [WEIGHTS]
    return [name for name in names if _SHARD.fullmatch(name)]


def small_files(names: Iterable[str]) -> list[str]:
    """Pick the configuration and tokenizer files: never weights, code, or other folders."""
    return sorted(
        name
        for name in names
        if "/" not in name and (name.endswith((".json", ".jinja")) or name in _TOKENIZER_FILES)
    )


def has_weights(folder: Path) -> bool:
    """Tell whether all safetensors weights are there."""
    if (folder / WEIGHTS).is_file():
        return True
    try:
        index = json.loads((folder / WEIGHTS_INDEX).read_text(encoding="utf-8"))
        shards = set(index["weight_map"].values())
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False
    return bool(shards) and all((folder / shard).is_file() for shard in shards)


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """Read ``config.json``.

    Raises:
        DraftError: it is not there, or is no JSON object.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise DraftError(
            f"{name} is not a model: the folder {folder} has no config.json; name a folder "
            "saved by transformers' save_pretrained, or a .gguf file."
        )
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DraftError(f"{path} cannot be read: {error}.") from error
    if not isinstance(config, dict):
        raise DraftError(f"{path} is not a model configuration.")
    return config


def check_weights(folder: Path, name: str) -> None:
    """Raise DraftError unless all safetensors weights are there."""
    if not has_weights(folder):
        raise DraftError(
            f"{name} has no complete safetensors weights ({WEIGHTS}) in {folder}; other weight "
            "formats are not read because they can run code, so save it again as safetensors."
        )


def folder_bytes(folder: Path) -> int:
    """Sum the sizes of all files below a folder, links not followed."""
    total = 0
    for path in folder.rglob("*"):
        try:
            status = path.lstat()
        except OSError:  # removed meanwhile by another process
            continue
        total += 0 if path.is_dir() else status.st_size
    return total

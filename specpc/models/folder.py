"""What a folder with a model holds, told from file names and ``config.json`` alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import DraftError
from specpc.machine.journal import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WEIGHTS = "model.safetensors"
WEIGHTS_INDEX = "model.safetensors.index.json"

# More than any model has; a damaged number could ask for all memory.
_LARGEST: Final = {
    "num_hidden_layers": 2**16,
    "num_attention_heads": 2**16,
    "num_key_value_heads": 2**16,
    "head_dim": 2**16,
    "hidden_size": 2**20,
    "intermediate_size": 2**22,
    "vocab_size": 2**24,
    "max_position_embeddings": 2**31,
}
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
        index = parse_json((folder / WEIGHTS_INDEX).read_bytes())
        shards = {str(shard) for shard in index["weight_map"].values()}
        return bool(shards) and all((folder / shard).is_file() for shard in shards)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """Read ``config.json``.

    Raises:
        DraftError: it is not there, is no JSON object, or names sizes that no model has.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise DraftError(
            f"{name} is not a model: the folder {folder} has no config.json; name a folder "
            "saved by transformers' save_pretrained, or a .gguf file."
        )
    try:
        config = parse_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise damaged(name, f"{path} cannot be read ({error})") from error
    if not isinstance(config, dict):
        raise damaged(name, f"{path} is not a model configuration")
    for size, most in _LARGEST.items():
        value = config.get(size)
        if value is None or isinstance(value, list):  # of families that transformers knows
            continue
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not (number and 0 < value <= most):
            raise damaged(name, f"{size} in {path} cannot be {value!r:.40}")
    return config


def damaged(name: str, told: str) -> DraftError:
    """The error for a draft whose files are not as they were written."""
    return DraftError(
        f"{told}. If the files of {name} are damaged, remove and fetch them again (specpc models "
        "remove, specpc models pull)."
    )


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

"""Head profiles by draft: those that `specpc calibrate` made here, then those that ship.

A profile made here lies in ``CACHE/profiles/KEY.json``. The key is a fingerprint of the weights,
so a model goes by its own profile under whatever name it is loaded, and a changed one by none.
"""

from __future__ import annotations

import hashlib
import io
import json
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import DraftError
from specpc.machine.files import cache_folder, disk_errors, replace_file
from specpc.models.folder import weight_files
from specpc.scorers.settings import HeadProfile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specpc.models.draft import Draft


def shipped_profile(draft: Draft) -> HeadProfile | None:
    """The profile that ships for this draft, if there is one and it fits the model."""
    file = resources.files("specpc.scorers.profiles") / f"{draft.name}.json"
    # A draft's name may be a path or a Hub id: only plain names have profiles.
    if "/" in draft.name or "\\" in draft.name or not file.is_file():
        return None
    profile = HeadProfile.from_json(file.read_text(encoding="utf-8"))
    config = draft.config
    fits = (profile.layers, profile.heads_per_layer) == (
        config.num_hidden_layers,
        config.num_attention_heads,
    )
    return profile if fits else None


# Part of every key: raise it when the meaning of profiles changes.
_FORMAT: Final = 1
_SAMPLE_BYTES: Final = 64
_LONGEST_HEADER: Final = 100_000_000


def find_profile(draft: Draft) -> HeadProfile | None:
    """The profile made here for this very model, else the one that ships, else ``None``.

    Raises:
        DraftError: the profile made here cannot be read.
    """
    path = stored_path(draft)
    if path is None or not path.is_file():
        return shipped_profile(draft)
    try:
        profile = HeadProfile.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, DraftError) as error:
        raise DraftError(
            f"the head profile {path} cannot be read ({error}): delete it, or make it again with "
            f"specpc calibrate --draft {draft.name}"
        ) from error
    return profile


def store_profile(draft: Draft, profile: HeadProfile) -> Path:
    """Keep a profile for this model, replacing an earlier one whole or not at all.

    Raises:
        DraftError: the model was not loaded from files, or the cache cannot be written.
    """
    path = check_storable(draft)
    with disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, io.BytesIO(profile.to_json().encode()))
    return path


def check_storable(draft: Draft) -> Path:
    """`stored_path`, where there is one.

    Raises:
        DraftError: the model was not loaded from files.
    """
    path = stored_path(draft)
    if path is None:
        raise DraftError(
            f"the files of draft {draft.name} are not where it was loaded from: load it again"
        )
    return path


def stored_path(draft: Draft) -> Path | None:
    """Where this model's profile is kept; ``None`` if its weights lie in no folder."""
    if draft.folder is None:
        return None
    try:
        key = fingerprint(draft.folder)
    except (OSError, ValueError):  # removed or replaced since the model was loaded
        return None
    return cache_folder("profiles") / f"{key}-f{_FORMAT}.json"


def fingerprint(folder: Path) -> str:
    """A digest of a model's weights that takes milliseconds: a sample of every tensor.

    Args:
        folder: with safetensors files.

    Raises:
        OSError: they cannot be read.
        ValueError: they are no safetensors files.
    """
    digest = hashlib.sha256()
    for name in weight_files(path.name for path in folder.iterdir()):
        for part in _samples(folder / name):
            digest.update(part)
    return digest.hexdigest()[:24]


def _samples(path: Path) -> Iterator[bytes]:
    """Name, shape and the middle bytes of every tensor of a safetensors file.

    The file starts with the length of its JSON header in eight bytes; tensors follow the header.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > _LONGEST_HEADER:
            raise ValueError(f"{path} is no safetensors file")
        header: dict[str, Any] = json.loads(file.read(length))
        header.pop("__metadata__", None)
        for name in sorted(header):
            start, end = header[name]["data_offsets"]
            yield f"{name} {header[name]['dtype']} {header[name]['shape']}".encode()
            file.seek(8 + length + (start + end) // 2)
            yield file.read(min(_SAMPLE_BYTES, (end - start + 1) // 2))

"""What is known of a draft: head profiles that were made here, then what ships.

A head profile that `specpc calibrate` made lies in ``CACHE/profiles/KEY.json``. The key is a
fingerprint of the weights, so a model goes by its own profile under whatever name it is loaded, and
a changed one by none.
"""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import Argument, DraftError
from specpc.machine.files import cache_folder, disk_errors, replace_file
from specpc.machine.journal import parse_json
from specpc.models.folder import weight_files
from specpc.scorers.settings import HeadProfile, PaperSettings, ReceivedSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specpc.models.draft import Draft


# Part of every key: raise it when the meaning of profiles changes.
_FORMAT: Final = 1
_PAPER: Final = "paper.json"
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
        if not _fits(draft, profile.layers, profile.heads_per_layer):
            raise DraftError("it is that of another model")
        return profile
    except (OSError, ValueError, DraftError) as error:
        raise DraftError(
            f"the head profile {path} cannot be read ({error}): delete it, or let the command "
            "specpc calibrate make it again for ",
            Argument(f"draft={draft.name!r}"),
        ) from error


def shipped_profile(draft: Draft) -> HeadProfile | None:
    """The profile that ships for this draft, if there is one and it fits the model."""
    # A draft's name may be a path or a Hub id: only plain names have profiles.
    if "/" in draft.name or "\\" in draft.name:
        return None
    text = _shipped(f"{draft.name}.json")
    profile = HeadProfile.from_json(text) if text else None
    return profile if profile and _fits(draft, profile.layers, profile.heads_per_layer) else None


def received_settings(draft: Draft) -> ReceivedSettings:
    """Of attention received, with the draft's best heads where they are known."""
    known = json.loads(_shipped("received-attention.json")).get(draft.name)
    if known is None or not _fits(draft, known["layers"], known["heads_per_layer"]):
        return ReceivedSettings()
    return ReceivedSettings(tuple((layer, head) for layer, head in known["heads"]))


def paper_settings(draft: Draft) -> PaperSettings:
    """Of the paper's rule: as the user has them, else as the paper has them for this family.

    The user's are in ``CACHE/profiles/paper.json``, as those that ship: by a part of a draft's
    name in lower case, of which the first that fits counts.

    Raises:
        DraftError: the user's cannot be read.
    """
    path = cache_folder("profiles") / _PAPER
    try:
        own = _settings_for(draft, path.read_text(encoding="utf-8")) if path.is_file() else None
    except (OSError, ValueError, DraftError) as error:
        raise DraftError(
            f"the settings {path} cannot be read ({error}): correct or delete them"
        ) from error
    return own or _settings_for(draft, _shipped(_PAPER)) or PaperSettings()


def _settings_for(draft: Draft, text: str) -> PaperSettings | None:
    families = parse_json(text)
    if not isinstance(families, dict):
        raise DraftError("they are no JSON object")
    for family, fields in families.items():
        if family in draft.name.lower():
            return PaperSettings.checked(fields)
    return None


def _shipped(name: str) -> str:
    """A file of the package's profiles; empty if there is none of that name."""
    file = resources.files("specpc.scorers.profiles") / name
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _fits(draft: Draft, layers: int, heads: int) -> bool:
    config = draft.config
    return (layers, heads) == (config.num_hidden_layers, config.num_attention_heads)


def store_profile(draft: Draft, profile: HeadProfile) -> Path:
    """Keep a profile for this model, replacing an earlier one whole or not at all.

    Raises:
        DraftError: the model was not loaded from files, or the cache cannot be written.
    """
    path = check_storable(draft)
    with disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, [profile.to_json().encode()])
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
    """A digest of a folder's safetensors weights that takes milliseconds: a sample of every tensor.

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
        header: dict[str, Any] = parse_json(file.read(length))
        try:
            header.pop("__metadata__", None)
            for name in sorted(header):
                start, end = header[name]["data_offsets"]
                yield f"{name} {header[name]['dtype']} {header[name]['shape']}".encode()
                file.seek(8 + length + (start + end) // 2)
                yield file.read(min(_SAMPLE_BYTES, (end - start + 1) // 2))
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is no safetensors file") from error

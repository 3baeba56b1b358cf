"""Weights in the number format they are used in, beside the float32 that a draft was converted to.

They are half as many bytes to read and to tell damage of, and are mapped as they are, so that
several processes share them; made when a draft in the cache is first used in such a format.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from specpc.drafts.cache import drafts_folder
from specpc.drafts.checksums import add_digest, read_digests
from specpc.errors import DraftError
from specpc.machine.files import replace_file

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from specpc.models.lean.decoder import LeanModel


def narrow_file(folder: Path, dtype: torch.dtype) -> str | None:
    """The file of a folder with its weights in a number format; ``None`` if there is none."""
    name = _name(dtype)
    there = folder.parent == drafts_folder() and (folder / name).is_file()
    return name if there and name in read_digests(folder) else None


def keep_narrow(folder: Path, model: LeanModel) -> None:
    """Write the weights of a model that was loaded from a draft in the cache, where that helps.

    A folder that cannot be written, or has no room, stays as it is; so does one whose draft does
    not compute on the processor, and would be copied back for it.
    """
    import torch
    from safetensors.torch import save

    from specpc.models.lean.load import weights_of

    elsewhere = model.device.type != "cpu" or folder.parent != drafts_folder()
    if elsewhere or model.dtype == torch.float32:
        return
    name = _name(model.dtype)
    mode = (folder / "config.json").stat().st_mode & 0o666
    with suppress(OSError, MemoryError, DraftError):
        replace_file(folder / name, [save(weights_of(model))], mode)
        add_digest(folder, name)


def _name(dtype: torch.dtype) -> str:
    return f"{dtype}.safetensors".removeprefix("torch.")

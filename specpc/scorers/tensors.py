"""The tensors that profiles name, as safetensors files: nothing else is read."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors.torch import load

from specpc.errors import DraftError
from specpc.machine.files import cache_folder

if TYPE_CHECKING:
    from torch import Tensor


@lru_cache(maxsize=4)
def tensors_of(file: str, sha256: str) -> dict[str, Tensor]:
    """Those of a file that ships, or that lies beside the profiles made here.

    Raises:
        DraftError: there is none of that name, it is not the one meant, or holds no tensors.
    """
    data = next((data for data in _found(file) if hashlib.sha256(data).hexdigest() == sha256), None)
    if data is None:
        raise DraftError(
            f"the file {file}, which a head profile names, is missing or damaged: "
            "install specpc again, or make the profile again"
        )
    return read_tensors(data)


def _found(file: str) -> list[bytes]:
    if Path(file).name != file:
        return []
    homes = (resources.files("specpc.scorers.profiles"), cache_folder("profiles"))
    return [(home / file).read_bytes() for home in homes if (home / file).is_file()]


def read_tensors(data: bytes) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name.

    Raises:
        DraftError: it is none.
    """
    try:
        return load(data)
    except Exception as error:  # safetensors has errors of its own
        raise DraftError(f"these are no tensors: {error}") from error

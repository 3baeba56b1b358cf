"""A folder with the files that examples name, and the programs they call."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from specpc.drafts.cache import drafts_folder
from specpc.drafts.catalogue import DEFAULT_DRAFT, find_draft
from specpc.drafts.locate import cache_key
from tests.docs.blocks import ROOT
from tests.docs.command_server import CLIENT
from tests.vocabularies import provide_vocabularies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specpc import Compressor

DRAFT = cache_key(find_draft(DEFAULT_DRAFT))
FILES = Path(__file__).parent / "files"
REPORT = ROOT / "examples" / "harbour-report.md"
STAND_INS = {
    "curl": "cat",  # sends its standard input nowhere
    "kubectl": "cat server.log",
    "less": "cat",
    "llm": "cat",
}


@dataclass(frozen=True)
class Sandbox:
    """Where the examples of one page run."""

    folder: Path
    env: dict[str, str]

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run a program without a terminal; standard input is empty."""
        return subprocess.run(
            args,
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )


@pytest.fixture(scope="session")
def programs(compressor: Compressor) -> Iterator[dict[str, str]]:
    """The environment in which ``specpc`` is a client of a process that has all it imports."""
    folder = Path(tempfile.mkdtemp(prefix="specpc-"))  # the name of a socket must be short
    address, home, bin_ = str(folder / "socket"), folder / "home", folder / "bin"
    vocabularies = folder / "tiktoken"
    drafts = folder / "cache" / "drafts"  # one of its own: examples calibrate and remove
    for made in (home, bin_, vocabularies, drafts):
        made.mkdir(parents=True)
    (drafts / DRAFT).symlink_to(drafts_folder() / DRAFT)
    provide_vocabularies(vocabularies)
    for name in ("specpc", "python-script"):
        _install(bin_ / name, CLIENT.format(python=sys.executable, address=address))
    for name, command in STAND_INS.items():
        _install(bin_ / name, f"#!/bin/sh\n{command}\n")
    env = {
        **os.environ,
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "SPECPC_CACHE": str(drafts.parent),
        "TIKTOKEN_CACHE_DIR": str(vocabularies),
        "HF_HUB_OFFLINE": "1",
        "BROWSER": "true",
        "PAGER": "less",
        "TERM": "dumb",
        "COLUMNS": "100",
    }
    server = subprocess.Popen(
        # A script, not a module: else 'python -m' would be the name of the program in messages.
        [sys.executable, str(ROOT / "tests" / "docs" / "command_server.py"), address],
        env=env | {"HOME": str(Path.home())},  # with the caches of what it imports
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        yield env
    finally:
        server.kill()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()
        shutil.rmtree(folder)


def _install(program: Path, text: str) -> None:
    program.write_text(text)
    program.chmod(0o755)


@pytest.fixture(scope="session")
def sandbox_of(
    programs: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Sandbox]:
    """A folder for each page, in which its examples run one after the other."""
    made: dict[str, Sandbox] = {}
    first = Sandbox(tmp_path_factory.mktemp("first"), programs)
    _fill(first)

    def get(page: str) -> Sandbox:
        if page not in made:
            folder = tmp_path_factory.mktemp("page")
            shutil.copytree(first.folder, folder, symlinks=True, dirs_exist_ok=True)
            if page == "README.md":  # its first example shows what comes out
                shutil.copy(REPORT, folder / "examples")
            made[page] = Sandbox(folder, programs)
        return made[page]

    return get


def _fill(sandbox: Sandbox) -> None:
    """Lay out the files, a model, and what a run before left."""
    shutil.copytree(FILES, sandbox.folder, dirs_exist_ok=True)
    shutil.copy(FILES / "contract.md", sandbox.folder / "docs")
    (sandbox.folder / "examples").mkdir()
    lines = REPORT.read_text(encoding="utf-8").splitlines(keepends=True)
    # To save time: the lines that the questions are about, each where it stands.
    asked = "".join(line if "Orrisay" in line else "\n" for line in lines)
    (sandbox.folder / "examples" / REPORT.name).write_text(asked, encoding="utf-8")
    for name in ("my-model", "my-draft"):
        (sandbox.folder / name).symlink_to(drafts_folder() / DRAFT)
    command = 'specpc compress docs/ --together -q "Who signed?" --ratio 0.2 --json >small.json'
    done = sandbox.run("bash", "-c", command)
    assert done.returncode == 0, done.stderr

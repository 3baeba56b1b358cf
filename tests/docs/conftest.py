"""A folder with the files that examples name, and the programs they call."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from specpc.drafts.cache import drafts_folder
from specpc.drafts.catalogue import find_draft
from specpc.drafts.locate import cache_key
from specpc.options import DEFAULT_DRAFT
from tests.batch.corpora import write_lines, write_table
from tests.counting.vocabularies import provide_vocabularies
from tests.docs import vendors
from tests.docs.blocks import ROOT
from tests.docs.command_server import CLIENT
from tests.docs.lasting import listening
from tests.serving.servers import upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specpc import Compressor

DRAFT = cache_key(find_draft(DEFAULT_DRAFT))
REPORT = ROOT / "docs" / "examples" / "harbour-report.md"
HERE = Path(__file__).parent
FILES = HERE / "files"
STAND_INS = {
    "claude": f"exec '{sys.executable}' '{HERE / 'agent.py'}' \"$@\"",
    "kubectl": "cat server.log",
    "less": "cat",
    "llm": "cat",
}
WHERE_MISSING = {
    "curl": f"exec '{sys.executable}' '{HERE / 'curl.py'}' \"$@\"",
    "openssl": "echo 0123456789abcdef",
}
ADDRESSES = {
    "127.0.0.1:8765": "served",
    "127.0.0.1:8000": "openai",
    "127.0.0.1:8001": "anthropic",
    "127.0.0.1:11434": "openai",
}
"""Which fixture has the address that stands for one of the documentation."""
BUCKET = "s3://bucket/"
USES_RAY = re.compile(r"--engine ray|^import ray$", re.MULTILINE)


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
    missing = {name: text for name, text in WHERE_MISSING.items() if shutil.which(name) is None}
    for name, command in (STAND_INS | missing).items():
        _install(bin_ / name, f"#!/bin/sh\n{command}\n")
    env = {
        **os.environ,
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "SPECPC_CACHE": str(drafts.parent),
        "TIKTOKEN_CACHE_DIR": str(vocabularies),
        "HF_HUB_OFFLINE": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "RAY_USAGE_STATS_ENABLED": "0",
        "OPENAI_API_KEY": "none",
        "ANTHROPIC_API_KEY": "none",
        "no_proxy": "127.0.0.1",
        "NO_PROXY": "127.0.0.1",
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
            source = ROOT / page
            written = source.read_text(encoding="utf-8") if source.is_file() else ""
            if REPORT.relative_to(ROOT).as_posix() in written:
                examples = folder / "docs" / "examples"
                examples.mkdir()
                # The first example of the README shows what comes out.
                text = REPORT.read_text(encoding="utf-8")
                shown = text if page == "README.md" else _asked(text)
                (examples / REPORT.name).write_text(shown, encoding="utf-8")
            made[page] = Sandbox(folder, programs)
        return made[page]

    return get


@pytest.fixture(scope="session")
def openai() -> Iterator[str]:
    """Host and port of a vendor."""
    with upstream(vendors.openai) as fake:
        yield urlsplit(fake.url).netloc


@pytest.fixture(scope="session")
def anthropic() -> Iterator[str]:
    """Host and port of another."""
    with upstream(vendors.anthropic) as fake:
        yield urlsplit(fake.url).netloc


@pytest.fixture(scope="session")
def served(sandbox_of: Callable[[str], Sandbox], openai: str, anthropic: str) -> Iterator[str]:
    """Host and port of ``specpc serve``, which passes chat requests on; the short ones are cut."""
    command = (
        f"specpc serve --min-tokens 50 --openai-upstream http://{openai}/v1 "
        f"--anthropic-upstream http://{anthropic}"
    )
    with listening(command, sandbox_of("server")) as url:
        yield urlsplit(url).netloc


@pytest.fixture(scope="session")
def cluster(programs: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment in which Ray finds a cluster of two processors."""
    pytest.importorskip("ray", reason="no Ray for this Python")
    env = programs | {"RAY_AUTH_MODE": "token"}  # kept in the home folder, which is ours
    with subprocess.Popen(
        [sys.executable, str(HERE / "cluster.py")],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, "Ray did not start"
        yield env | {"RAY_ADDRESS": address}


@pytest.fixture
def settle(
    request: pytest.FixtureRequest, sandbox_of: Callable[[str], Sandbox]
) -> Callable[[str, str], tuple[Sandbox, str]]:
    """Where code of a page runs, and the code with the addresses of what was started for it."""

    def get(page: str, code: str) -> tuple[Sandbox, str]:
        sandbox = sandbox_of(page)
        for named, fixture in ADDRESSES.items():
            if named in code:
                code = code.replace(named, request.getfixturevalue(fixture))
        if USES_RAY.search(code):
            sandbox = replace(sandbox, env=request.getfixturevalue("cluster"))
        return sandbox, code.replace(BUCKET, f"{(sandbox.folder / 'bucket').as_uri()}/")

    return get


def _fill(sandbox: Sandbox) -> None:
    """Lay out the files, a model, and what a run before left."""
    shutil.copytree(FILES, sandbox.folder, dirs_exist_ok=True)
    shutil.copy(FILES / "contract.md", sandbox.folder / "docs")
    (sandbox.folder / "src").mkdir()
    for name in ("my-model", "my-draft"):
        (sandbox.folder / name).symlink_to(drafts_folder() / DRAFT)
    _fill_corpora(sandbox.folder)
    who = "-c user.name=Ann -c user.email=ann@example.org"
    for command in (
        'specpc compress docs/ --together -q "Who signed?" --ratio 0.2 --json >small.json',
        f"git init -q && git add docs && git {who} commit -qm 'Take notes'",
    ):
        done = sandbox.run("bash", "-c", command)
        assert done.returncode == 0, done.stderr


def _asked(text: str) -> str:
    """To save time: the lines that the questions are about, each where it stands."""
    lines = text.splitlines(keepends=True)
    return "".join(line if "Orrisay" in line else "\n" for line in lines)


def _fill_corpora(folder: Path) -> None:
    """The minutes of a dozen days, as Parquet here and in a bucket, and as JSON lines."""
    minutes = (FILES / "docs" / "minutes.md").read_text(encoding="utf-8")
    rows = [{"id": day, "text": minutes.replace("14 May", f"{day} May")} for day in range(1, 13)]
    write_lines(folder / "corpus.jsonl", rows)
    renamed = [{"id": row["id"], "context": row["text"]} for row in rows]
    for corpus in (folder / "corpus", folder / "bucket" / "corpus"):
        write_table(corpus / "one.parquet", renamed[:6])
        write_table(corpus / "two.parquet", renamed[6:])

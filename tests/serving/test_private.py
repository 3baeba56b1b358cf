"""A server of the user's own, started by the first call: real processes, the real draft."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from specpc.errors import SpecPCError
from specpc.options import Setup
from specpc.serving.private import PrivateServer
from tests.drafts.conftest import model_folder as saved_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specpc import Compressor

__all__ = ["saved_model"]

TEXT = "The quay closed in May. Gulls slept on the roof. Nobody came by. " * 8


@pytest.fixture
def model_folder(saved_model: Path, tmp_path: Path) -> Path:
    return shutil.copytree(saved_model, tmp_path / "model")


@pytest.fixture(autouse=True)
def _servers_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SPECPC_CACHE", str(tmp_path / "cache"))
    yield
    for file in (tmp_path / "cache" / "servers").glob("*.json"):
        with suppress(OSError, ValueError):
            os.kill(json.loads(file.read_bytes())["process"], signal.SIGTERM)


def state(folder: Path) -> dict[str, Any]:
    [file] = (folder / "cache" / "servers").glob("*.json")
    found: dict[str, Any] = json.loads(file.read_bytes())
    return found


def test_the_first_call_starts_it_and_later_ones_find_it(
    model_folder: Path, tmp_path: Path
) -> None:
    told: list[str] = []
    own = PrivateServer(Setup(str(model_folder), device="cpu"), told.append)
    first = own.compressor().compress(TEXT, "When did it close?", ratio=0.3)
    assert told == ["Starting a server for this and later calls ..."]
    process = state(tmp_path)["process"]
    words = PrivateServer(Setup(str(model_folder), device="cpu", tokenizer="words"), told.append)
    again = words.compressor().compress(TEXT, "When did it close?", target_tokens=9)
    assert again.compressed_tokens == len(again.text.split()) <= 9
    assert first.text == own.compressor().compress(TEXT, "When did it close?", ratio=0.3).text
    assert len(told) == 1
    assert state(tmp_path)["process"] == process
    # One that was killed is started anew.
    os.kill(process, signal.SIGKILL)
    time.sleep(0.5)
    assert own.compressor().compress(TEXT, "When did it close?", ratio=0.3).text == first.text
    assert state(tmp_path)["process"] != process


def test_each_call_says_how_it_cuts(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model_folder.parent)  # and a folder is found from wherever
    words = PrivateServer(Setup(model_folder.name, unit="word", tokenizer="words", device="cpu"))
    made = words.compressor().compress(TEXT, "When did it close?", target_tokens=9)
    assert (made.unit, made.tokenizer) == ("word", "words")
    plain = PrivateServer(Setup(str(model_folder), device="cpu"))
    made = plain.compressor().compress(TEXT, "When did it close?", ratio=0.3)
    assert (made.unit, made.tokenizer) == ("structure", "draft")
    state(tmp_path)  # of the one server there is


def test_a_file_that_is_left_over_is_not_believed(model_folder: Path, tmp_path: Path) -> None:
    own = PrivateServer(Setup(str(model_folder), device="cpu"))
    own.compressor()
    [file] = (tmp_path / "cache" / "servers").glob("*.json")
    known = json.loads(file.read_bytes())
    file.write_text(json.dumps({**known, "token": "another"}))
    assert own.compressor().token not in {"another", known["token"]}
    os.kill(known["process"], signal.SIGTERM)


def test_only_its_owner_knows_the_token(model_folder: Path, tmp_path: Path) -> None:
    server = PrivateServer(Setup(str(model_folder), device="cpu")).compressor()
    folder = tmp_path / "cache" / "servers"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.glob("*.*[nog]"))
    from dataclasses import replace

    with pytest.raises(SpecPCError, match="set SPECPC_TOKEN"):
        replace(server, token="guess").compress(TEXT, "When?", ratio=0.3)


def test_two_first_calls_start_one(model_folder: Path, tmp_path: Path) -> None:
    own = PrivateServer(Setup(str(model_folder), device="cpu"))
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(own.compressor) for _ in range(2)]
        first, second = (one.result() for one in both)
    assert first == second


def test_why_it_cannot_be_started_is_told(tmp_path: Path, model_folder: Path) -> None:
    (model_folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(SpecPCError, match=r"the server of your own cannot be started: .+cannot be"):
        PrivateServer(Setup(str(model_folder), device="cpu")).compressor()
    with pytest.raises(SpecPCError, match="there is no"):
        PrivateServer(Setup("no-such-draft")).compressor()


CODE = """
import sys
from pathlib import Path
from specpc.options import Setup
from specpc.serving.private import serve
serve(Path(sys.argv[1]), Setup(sys.argv[2], device="cpu"), idle=2.0)
"""


def test_it_ends_when_idle(model_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    process = subprocess.Popen([sys.executable, "-c", CODE, str(file), str(model_folder)])
    assert process.wait(timeout=120) == 0
    assert not file.exists()


def test_the_command_line_has_one(compressor: Compressor, tmp_path: Path) -> None:
    assert compressor.draft.folder is not None
    env = {**os.environ, "SPECPC_SERVER": "auto", "SPECPC_DRAFT": str(compressor.draft.folder)}
    command = [sys.executable, "-m", "specpc", "compress", "-q", "When?", "--ratio", "0.3"]
    runs = [
        subprocess.run(command, input=TEXT.encode(), capture_output=True, env=env, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout != b""
    assert b"Starting a server" in runs[0].stderr
    assert runs[1].stderr == b""
    refused = subprocess.run(
        [*command, "--cache"], input=TEXT.encode(), capture_output=True, env=env, check=False
    )
    assert (refused.returncode, refused.stdout) == (2, b"")

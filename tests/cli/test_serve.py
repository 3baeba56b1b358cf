"""``specpc compress --server``: as without, but elsewhere (tiny draft); and ``specpc serve``."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from specpc import Compressor
from specpc.errors import SpecPCError
from specpc.serving.client import ServerCompressor
from tests.command_line import app
from tests.serving.servers import answered, running, upstream
from tests.tiny_models import use_draft

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

TEXT = "".join(f"Sentence {i} says that topic {i % 7} is dull.\r\n" for i in range(20))


@pytest.fixture(scope="module")
def url(tiny: Compressor) -> Iterator[str]:
    with running(tiny) as address:
        yield address


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: Compressor) -> Path:
    use_draft(monkeypatch, tiny.draft)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.md").write_bytes(TEXT.encode())
    (tmp_path / "b.md").write_bytes(TEXT.replace("topic", "matter").encode())
    (tmp_path / "empty.md").write_bytes(b"")
    lines = [{"context": TEXT, "question": "Topic 3?"}, {"context": " "}, {"context": "\ud800"}]
    (tmp_path / "l.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    turns = [{"role": "user", "content": TEXT}, {"role": "user", "content": "Topic 3?"}]
    (tmp_path / "chat.json").write_text(json.dumps(turns))
    (tmp_path / "short.json").write_text(json.dumps(turns[1:]))
    return tmp_path


def run(*args: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["compress", *args], env={"SPECPC_SERVER": "", **environment})


def untimed(printed: str) -> list[Any]:
    """What was printed, without times."""
    found: list[Any] = []
    for line in printed.splitlines():
        if "specpc calibrate" in line:  # advice to whoever loads the draft
            continue
        try:
            value = json.loads(line)
        except ValueError:
            found.append(line.partition(" in ")[0].partition("tokenize")[0])
            continue
        if isinstance(value, dict):
            for fields in (value, value.get("stats", {})):
                for name in ("seconds", "timings"):
                    fields.pop(name, None)
        found.append(value)
    return found


@pytest.mark.parametrize(
    "args",
    [
        "a.md -q Topic? --ratio 0.3",
        "a.md --target-tokens 300 --json --stats --price 2 --unit sentence --scorer specpc",
        "a.md -q Topic? --ratio 0.5 -v --tokenizer words --keep-first 2 --gap ...",
        "a.md b.md empty.md -q Topic? --ratio 0.3 --json",
        "a.md b.md --together -q Topic? --ratio 0.3 --json --min-per-document 20",
        "a.md b.md --together -q Topic? --ratio 0.3 --template ##{name}{text} -v",
        "l.jsonl --jsonl --ratio 0.3 --stats",
        "chat.json --format messages --ratio 0.3 --stats",
        "short.json --format messages --ratio 0.3",
        "a.md -q Topic? --ratio 0.001",
        "a.md --keep ( --ratio 1",
        "a.md -q Topic? --target-tokens 30 --keep topic",
        "empty.md --ratio 1",
    ],
)
def test_the_same_as_without_a_server(url: str, folder: Path, args: str) -> None:
    here, there = run(*args.split()), run(*args.split(), "--server", url)
    assert there.exit_code == here.exit_code
    assert untimed(there.stdout) == untimed(here.stdout)
    assert untimed(there.stderr) == untimed(here.stderr)


def test_a_folder_goes_on_where_it_was(url: str, folder: Path) -> None:
    args = ("a.md", "b.md", "-q", "Topic?", "--ratio", "0.3", "-o", "out", "--server", url)
    assert run(*args).exit_code == 0
    assert "2 of 2 files were finished before" in run(*args, "--resume").stderr


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--device", "cpu"], 2, "--device is set where the server is started"),
        (["--dtype", "auto"], 2, "--dtype is set where the server is started"),
        (["--offline"], 2, "--offline is set where the server is started"),
        (["--cache"], 2, "--cache is set where the server is started ('specpc serve --cache')"),
        (["--draft", "smollm2-135m"], 2, "the server runs the draft tiny, not smollm2-135m"),
        (["--tokenizer", "./folder"], 2, "does not count by './folder'"),
        (["--server", "localhost:8765"], 2, "--server takes an address such as"),
        (["--server", "http://127.0.0.1:1"], 1, "127.0.0.1:1 cannot be reached"),
        (["--server", "http://u:p@127.0.0.1:1"], 2, "without a user name"),
    ],
)
def test_what_a_server_cannot_do(
    url: str, folder: Path, options: list[str], code: int, told: str
) -> None:
    result = run("a.md", "--ratio", "0.5", *options, SPECPC_SERVER=url)
    assert result.exit_code == code
    assert result.stderr.startswith("specpc: ")
    assert told in result.stderr
    assert result.stdout == ""


def test_the_server_of_the_environment(url: str, folder: Path) -> None:
    args = ("a.md", "--ratio", "0.5", "--draft", "tiny")  # which the server runs
    assert run(*args, SPECPC_SERVER=url).exit_code == 0
    assert "cannot be reached" in run(*args, SPECPC_SERVER="http://127.0.0.1:1").stderr


def test_a_token(tiny: Compressor, folder: Path) -> None:
    with running(tiny, token="t0ken") as address:
        args = ("a.md", "--ratio", "0.5", "--server", address)
        assert "set SPECPC_TOKEN" in run(*args).stderr
        assert run(*args, SPECPC_TOKEN="t0ken").exit_code == 0


@pytest.mark.parametrize("value", [[], "x", {"error": 1}, {"compressed": "x"}, {"draft": 1}])
def test_what_is_no_specpc_server(value: Any) -> None:
    with (
        upstream(lambda _: answered(value)) as other,
        pytest.raises(SpecPCError, match="does not answer as a specpc server does"),
    ):
        ServerCompressor(other.url).compress("text", ratio=0.5)


def test_what_is_no_http_server() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
        client = ServerCompressor(f"http://127.0.0.1:{port}")

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"SSH-2.0-x\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(SpecPCError, match="does not answer as a specpc server does"):
            client.draft_name()
        thread.join()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--host", "0.0.0.0"], "set SPECPC_TOKEN"),
        (["--host", "example.invalid"], "set SPECPC_TOKEN"),
        (["--ratio", "2"], "at most 1"),
        (["--port", "70000"], "a port is"),
        (["--queue", "0"], "--queue and --max-bytes must be at least 1"),
        (["--timeout", "nan"], "--timeout must be a number of seconds above 0"),
        (["--openai-upstream", "localhost"], "--openai-upstream takes an address"),
    ],
)
def test_mistakes_of_serve(options: list[str], told: str) -> None:
    result = CliRunner().invoke(app, ["serve", *options], env={"SPECPC_TOKEN": ""})
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_port_that_is_taken() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["serve", "--port", str(port)])
    assert result.exit_code == 1
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in result.stderr


def test_a_cache_of_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    served = []

    def run(make: Any, _: Any, taken: socket.socket, **__: Any) -> None:
        served.append(make.args)
        taken.close()

    monkeypatch.setattr("specpc.serving.run.run", run)
    monkeypatch.setattr("specpc.machine.child.ChildProcess", lambda make, _: make)
    for options in (["--cache"], []):
        result = CliRunner().invoke(app, ["serve", "--port", "0", *options])
        assert result.exit_code == 0
    assert [cache for _, cache in served] == [True, False]


def test_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specpc.serving._NEEDED", ("fastapi", "no_such_package"))
    result = CliRunner().invoke(app, ["serve"])
    assert result.exit_code == 1
    assert 'needs the package no_such_package: pip install "specpc[serve]"' in result.stderr

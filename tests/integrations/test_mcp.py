"""``specpc mcp`` over a real pipe, and its tools in the process; the example has the real draft."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client import Client
from typer.testing import CliRunner

from specpc import Compressor
from specpc.errors import UsageError
from specpc.integrations.mcp import Workbench, find_file, make_server
from specpc_cli.inputs import read_text
from tests.command_line import app
from tests.integrations.test_passages import hide

TEXT = "A fox ran. Two hares slept.\nDrei Bären saßen am Fluss. Five geese flew. " * 3


def calls(
    tiny: Compressor, folders: list[Path], *requests: tuple[str, dict[str, Any]]
) -> list[Any]:
    """What each call answered: its fields, or the sentence that says why not."""

    async def run() -> list[Any]:
        async with Client(make_server(Workbench(lambda: tiny, read_text, folders))) as client:
            results = [await client.call_tool(name, fields) for name, fields in requests]
        return [r.content[0].text if r.is_error else r.structured_content for r in results]

    return anyio.run(run)


def test_files_share_a_budget_and_quotes_are_found(tiny: Compressor, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"This is {name}.\n{TEXT}", encoding="utf-8")
    asked = {"question": "Which?", "paths": ["a.txt", str(tmp_path / "b.txt")], "ratio": 0.5}
    one = {"question": "Which?", "text": TEXT, "target_tokens": 60, "tokenizer": "words"}
    both, text = calls(tiny, [tmp_path], ("compress", asked), ("compress", one))
    count = tiny.reader.encoder.count
    assert both["compressed_tokens"] == count(both["text"]) <= 0.5 * both["original_tokens"]
    assert text["compressed_tokens"] == len(text["text"].split()) <= 60
    line = both["text"].splitlines()[1]  # below the name of a file
    wanted = [("compress", asked), ("locate", {"id": "1", "quote": line})]
    _, found = calls(tiny, [tmp_path], *wanted)
    for place in found["result"]:
        source = (tmp_path / Path(place["file"]).name).read_text(encoding="utf-8")
        assert source[place["start"] : place["end"]] == place["text"]
        assert source.splitlines()[place["line"] - 1][place["column"] - 1 :].startswith(
            place["text"].splitlines()[0]
        )


def test_without_a_budget_the_ratio_of_the_server_holds(tiny: Compressor) -> None:
    asked = {"question": "Which?", "text": TEXT}

    async def run() -> list[Any]:
        server = make_server(Workbench(lambda: tiny, read_text, [], ratio=0.4))
        async with Client(server) as client:
            budgets = ({}, {"ratio": 0.4}, {"target_tokens": 50})
            results = [await client.call_tool("compress", asked | budget) for budget in budgets]
        return [r.structured_content["compressed_tokens"] for r in results]

    own, typed, tokens = anyio.run(run)
    assert own == typed != tokens <= 50


def test_mistakes_are_told_to_the_agent(tiny: Compressor, tmp_path: Path) -> None:
    (tmp_path / "bad.bin").write_bytes(b"\0")
    good = {"question": "Which?", "text": TEXT, "ratio": 0.5}
    wrong = [
        (("compress", {**good, "ratio": None}), "say how much to keep"),
        (("compress", {**good, "question": " "}), "the question is empty"),
        (("compress", {**good, "paths": ["a"]}), "either a text or paths"),
        (("compress", {**good, "text": None, "paths": ["bad.bin"]}), "binary file"),
        (("compress", {**good, "text": None, "paths": ["../x"]}), "there is no file ../x"),
        (("compress", {**good, "tokenizer": "gtp-4o"}), "did you mean gpt-4o"),
        (("compress", {**good, "tokenizer": "/etc/passwd"}), "does not count by '/etc/passwd'"),
        (("compress", {**good, "tokenizer": "my-secret/customer"}), "does not count by"),
        (("compress", {**good, "tokenizer": "a\0b"}), "does not count by"),
        (("locate", {"id": "9", "quote": "fox"}), "there is no result 9"),
    ]
    for answer, (_, told) in zip(
        calls(tiny, [tmp_path], *[call for call, _ in wrong]), wrong, strict=True
    ):
        assert told in answer
    made, missed = calls(
        tiny, [], ("compress", good), ("locate", {"id": "1", "quote": "no such words"})
    )
    assert made["id"] == "1"
    assert "the quote is not in" in missed


def test_only_files_in_the_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "a.txt").write_text("x")
    (inside / "link.txt").symlink_to(outside / "a.txt")
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "in/a.txt", str(inside / "a.txt"), "in/../in/a.txt"):
        assert find_file(name, [Path("in")]) == inside / "a.txt"
    for name in ("out/a.txt", str(outside / "a.txt"), "../out/a.txt", "link.txt", "b.txt", "."):
        with pytest.raises(UsageError, match="there is no file"):
            find_file(name, [inside])
    with pytest.raises(UsageError, match="reads no files"):
        find_file("in/a.txt", [])


def test_nothing_but_the_protocol_on_standard_output() -> None:
    """A refused call and a good one, written by hand; every line that comes back is a message."""
    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "0"},
    }
    call = {"question": "Which fox?", "text": TEXT, "ratio": 0.5}
    requests: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "compress", "arguments": call}},
        {"id": 3, "method": "tools/call", "params": {"name": "locate", "arguments": {"id": "0"}}},
    ]
    command = [sys.executable, "-m", "specpc_cli", "mcp"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        for request in requests:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **request}) + "\n")
        server.stdin.flush()
        answers = {}
        while len(answers) < 3:
            message = json.loads(server.stdout.readline())
            answers[message["id"]] = message["result"]
        rest, told = server.communicate()
    assert (rest, server.returncode) == ("", 0)
    assert "Traceback" not in told
    assert "DEBUG" not in told
    assert answers[1]["serverInfo"]["name"] == "specpc"
    assert "fox" in answers[2]["structuredContent"]["text"]
    assert answers[3]["isError"]


def test_wrong_folders_and_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(app, ["mcp", "nowhere"])
    assert (result.exit_code, result.stderr) == (2, "specpc: there is no folder nowhere\n")
    hide(monkeypatch, "mcp")
    monkeypatch.delitem(sys.modules, "specpc.integrations.mcp")
    result = CliRunner().invoke(app, ["mcp"])
    told = 'specpc: specpc mcp needs the package mcp: pip install "specpc[mcp]"\n'
    assert (result.exit_code, result.stderr) == (1, told)

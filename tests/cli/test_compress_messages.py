"""``specpc compress --format messages``: JSON in, JSON out, and one sentence for every mistake."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from tests.command_line import app
from tests.pipeline.test_messages import AGENT, LONG, changed
from tests.tiny_models import tiny_draft, use_draft

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


ASKED = [{"role": "user", "content": "What of topic 4?"}]


@pytest.fixture(autouse=True)
def _tiny_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tiny_draft()
    use_draft(monkeypatch, draft)


def run(*args: str | Path, stdin: str | bytes = b"") -> Result:
    command = ["compress", "--format", "messages", "--ratio", "0.2", *map(str, args)]
    return CliRunner().invoke(app, command, input=stdin)


@pytest.mark.parametrize("indent", [None, 2, 4, "\t"])
def test_json_in_json_out(indent: Any) -> None:
    result = run(stdin=json.dumps(AGENT | {"note": "é日本"}, indent=indent, ensure_ascii=False))
    assert result.stderr == ""
    made = json.loads(result.stdout)
    assert list(changed(AGENT | {"note": "é日本"}, made)) == [
        ("messages", 2, "content", 0, "content")
    ]
    assert result.stdout == json.dumps(made, indent=indent, ensure_ascii=False) + "\n"


def test_into_a_file_and_a_folder(tmp_path: Path) -> None:
    (tmp_path / "chat.json").write_text(json.dumps(AGENT["messages"]))
    (tmp_path / "out").mkdir()
    for target in ("short.json", "out"):
        assert run(tmp_path / "chat.json", "-o", tmp_path / target).exit_code == 0
    made = json.loads((tmp_path / "out" / "chat.json").read_text())
    assert made == json.loads((tmp_path / "short.json").read_text())
    assert len(made) == 3


def test_nothing_to_cut_is_said() -> None:
    reasons = {
        "no text that may be cut has 300 tokens or more": [{"role": "user", "content": "Why?"}],
        "give a question with -q": [{"role": "user", "content": LONG}],
        "none of system, user, tool": [{"role": "assistant", "content": LONG}, *ASKED],
        "put documents in it between tags": [{"role": "system", "content": LONG}, *ASKED],
    }
    for told, messages in reasons.items():
        result = run(stdin=json.dumps(messages))
        assert json.loads(result.stdout) == messages
        assert "nothing was cut" in result.stderr
        assert told in result.stderr
        assert run("-Q", stdin=json.dumps(messages)).stderr == ""


def test_which_texts_are_cut_and_by_what() -> None:
    request = {"messages": AGENT["messages"] + ASKED}
    made = json.loads(run("--requery", stdin=json.dumps(request)).stdout)
    other = json.loads(run(stdin=json.dumps(request)).stdout)
    where = [("messages", 2, "content", 0, "content")]
    assert list(changed(request, made)) == list(changed(request, other)) == where
    for options in (["--roles", "user,system"], ["--min-tokens", "9999"]):
        assert json.loads(run(*options, stdin=json.dumps(request)).stdout) == request
    assert "there is no role 'nobody'" in run("--roles", "nobody", stdin="[]").stderr
    told = CliRunner().invoke(app, ["compress", "--requery", "--ratio", "1"], input="a b").stderr
    assert "go with --format messages" in told


def test_one_request_a_line(tmp_path: Path) -> None:
    lines = [{"custom_id": str(n), "body": AGENT | {"n": n}} for n in range(3)]
    bad: list[Any] = [{"custom_id": "a"}, {"body": {"messages": []}}]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in [*lines, *bad]))
    args = ("--jsonl", "--context-field", "body", source, "-o", out)
    result = run(*args)
    assert result.exit_code == 1
    assert "line 4: no field 'body'" in result.stderr
    assert "line 5: there are no messages" in result.stderr
    assert "2 of 5 lines could not be compressed" in result.stderr
    made = [json.loads(line) for line in out.read_text().splitlines()]
    assert [list(changed(before, after)) for before, after in zip(lines, made, strict=False)] == [
        [("body", "messages", 2, "content", 0, "content")]
    ] * 3
    assert ["error" in line for line in made] == [False] * 3 + [True] * 2
    assert "is complete" in run(*args, "--resume").stderr
    source.write_text(json.dumps(AGENT) + "\n")
    result = run("--jsonl", source)
    assert json.loads(result.stdout) == json.loads(run(stdin=json.dumps(AGENT)).stdout)


BAD: dict[str, tuple[list[str], bytes, int, str]] = {
    "no json": ([], b"[{]", 1, "standard input is not valid JSON (Expecting"),
    "deep": ([], b"[" * 100_000, 1, "not JSON that can be read"),
    "out of range": ([], b"[1e999]", 1, "the number 1e999 is out of range"),
    "no messages": ([], b"{}", 1, "there are no messages"),
    "no user": (
        ["--requery"], b'[{"role": "system", "content": "x"}]', 1, "give one with --question"
    ),
    "surrogate": (
        [],
        b'[{"role":"tool","content":"' + b"\\ud800" * 400 + b'"},{"role":"user","content":"q"}]',
        1,
        "surrogates",
    ),
    "mark": (
        ["--marks"],
        b'[{"role":"tool","content":"' + b"a b. " * 80 + b'<specpc:keep>"},'
        b'{"role":"user","content":"q"}]',
        1,
        "message 1: the mark <specpc:keep> in line 1 is never closed",
    ),
    "json": (["--json"], b"[]", 2, "leave out --json"),
    "short": (["--jsonl", "--keep-short"], b"[]", 2, "leave out --keep-short"),
    "several": (["a", "b", "-o", "."], b"", 2, "reads one file"),
    "format": (["--format", "xml"], b"", 2, "messages"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_every_mistake_of_a_request_gets_one_sentence(case: str) -> None:
    args, stdin, code, told = BAD[case]
    result = run(*args, stdin=stdin)
    assert result.exit_code == code
    assert told in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1

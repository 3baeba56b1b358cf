"""``specpc run``, ``show``, ``hook`` and ``replay``, with the real draft where something is cut."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from tests.command_line import app

if TYPE_CHECKING:
    from typer.testing import Result

    from specpc import Compressor

PRINT = [sys.executable, "-c"]
LINES = "".join(f"step {n} of the work took {n * 3} ms\n" for n in range(200))
ERROR = "error: cannot open /etc/specpc/rates.toml: Permission denied\n"
OUTPUT = LINES + ERROR + LINES


@pytest.fixture(autouse=True)
def _environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("SPECPC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    made: Compressor = request.getfixturevalue("compressor")
    monkeypatch.setattr(
        "specpc_cli.source.find_source",
        lambda *_: (lambda: made, lambda: made.draft.name),
    )


def specpc(*args: str | Path, stdin: str | bytes | None = None) -> Result:
    words = [*map(str, args)]
    return CliRunner().invoke(app, words, input=stdin)


def printing(text: str, code: int = 0, stream: str = "stdout") -> list[str]:
    return [*PRINT, f"import sys; sys.{stream}.write({text!r}); sys.exit({code})"]


def key_of(shown: str) -> str:
    return shown.rstrip("]\n").rpartition(" ")[2]


def test_run_cuts_each_stream_and_passes_the_code_on() -> None:
    made = specpc("run", "--ratio", "0.1", "--", *printing(OUTPUT, 3))
    assert made.exit_code == 3
    assert ERROR in made.stdout
    assert len(made.stdout) < 0.4 * len(OUTPUT)
    assert made.stdout.splitlines()[-1].startswith("[3")
    assert made.stderr == ""
    made = specpc("run", "--ratio", "0.1", *printing(OUTPUT, 0, "stderr"))
    assert (made.exit_code, made.stdout) == (0, "")
    assert ERROR in made.stderr


def test_run_leaves_short_ones_and_bytes_alone() -> None:
    made = specpc("run", *printing("12 passed\r\nbye"))
    assert (made.stdout_bytes, made.exit_code) == (b"12 passed\r\nbye", 0)
    code = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 20)"
    assert specpc("run", "--", *PRINT, code).stdout_bytes == bytes(range(256)) * 20


def test_run_cuts_nothing_out_of_nothing() -> None:
    made = specpc("run", "--min-tokens", "0", "--", "true")
    assert (made.exit_code, made.stdout, made.stderr) == (0, "", "")


def test_run_shows_all_whatever_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("specpc.agents.cutting.OutputCutter.cut", fail)
    made = specpc("run", "--", *printing(OUTPUT, 4))
    assert (made.exit_code, made.stdout) == (4, OUTPUT)
    assert "the output is shown whole: unforeseen" in made.stderr


def test_run_tells_what_cannot_be_run() -> None:
    made = specpc("run", "--", "no-such-command")
    assert (made.exit_code, made.stderr) == (127, "specpc: there is no command no-such-command\n")
    assert specpc("run").exit_code == 2
    assert specpc("run", "--min-tokens", "-1", "--", "true").exit_code == 2


def test_run_shows_all_where_nothing_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"")  # no folder
    made = specpc("run", "--ratio", "0.1", "--", *printing(OUTPUT))
    assert made.stdout == OUTPUT
    assert made.stderr.startswith("specpc: the output is shown whole: the outputs in ")


def test_show_gives_all_of_it_back() -> None:
    key = key_of(specpc("run", "--ratio", "0.1", "--", *printing(OUTPUT)).stdout)
    assert specpc("show", key).stdout_bytes == OUTPUT.encode()
    asked = specpc("show", key, "-q", "How long did step 57 take?", "--target-tokens", "40")
    assert "step 57 of the work took 171 ms" in asked.stdout
    missing = specpc("show", "abc")
    assert missing.exit_code == 2
    assert missing.stderr.startswith("specpc: there is no output 'abc'")


def event(**fields: Any) -> str:
    told = {
        "hook_event_name": "PostToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": "make"},
        "tool_response": {"stdout": OUTPUT, "stderr": "", "interrupted": False},
    }
    return json.dumps({**told, **fields})


def test_hook_answers_with_what_is_left() -> None:
    made = specpc("hook", "--ratio", "0.1", stdin=event())
    assert made.exit_code == 0
    left = json.loads(made.stdout)["hookSpecificOutput"]["updatedToolOutput"]
    assert ERROR in left["stdout"]
    assert len(left["stdout"]) < 0.4 * len(OUTPUT)
    assert specpc("show", key_of(left["stdout"])).stdout == OUTPUT


def test_hook_says_nothing_where_nothing_is_to_be_done(tmp_path: Path) -> None:
    short = event(tool_response={"stdout": "ok"})
    for told in (short, event(tool_name="Read"), event(hook_event_name="Stop")):
        made = specpc("hook", stdin=told)
        assert (made.exit_code, made.stdout, made.stderr) == (0, "", "")
    (tmp_path / "cache").write_bytes(b"")
    made = specpc("hook", stdin=event())
    assert (made.exit_code, made.stdout) == (0, "")
    assert made.stderr.startswith("specpc: the output is shown whole: ")


def test_a_response_too_deep_to_copy_is_shown_whole() -> None:
    deep: list[Any] = []
    for _ in range(800):
        deep = [deep]
    made = specpc("hook", stdin=event(tool_response={"stdout": OUTPUT, "rows": deep}))
    assert (made.exit_code, made.stdout) == (0, "")
    assert made.stderr.startswith("specpc: the output is shown whole: ")


def test_hook_wraps_commands_with_its_own_options(monkeypatch: pytest.MonkeyPatch) -> None:
    told = event(hook_event_name="PreToolUse", turn_id="1")
    words = ["hook", "--ratio", "0.2", "--min-tokens=500", "--offline"]
    monkeypatch.setattr(sys, "argv", ["/opt/specpc", *words])
    answer = json.loads(specpc(*words, stdin=told).stdout)["hookSpecificOutput"]
    assert answer["updatedInput"]["command"] == (
        "/opt/specpc run --ratio 0.2 --min-tokens=500 --offline -- bash -c make"
    )


def test_a_hook_never_forbids_a_call() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "specpc", "hook", "--ratio", "7"],
        input=event().encode(),
        capture_output=True,
        check=False,
    )
    assert made.returncode == 1
    assert made.stderr.startswith(b"specpc: ")
    assert made.stdout == b""


def test_install_shows_then_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["hook", "install", "claude", "--ratio", "0.3"]
    monkeypatch.setattr(sys, "argv", ["/opt/specpc", *words])
    path = tmp_path / ".claude" / "settings.json"
    declined = specpc(*words, stdin="n\n")
    assert declined.exit_code == 1
    assert not path.exists()
    path.parent.mkdir()
    path.write_text('{"model": "x"}')
    made = specpc(*words, stdin="y\n")
    assert made.exit_code == 0
    written = json.loads(path.read_text())
    assert written["model"] == "x"
    [group] = written["hooks"]["PostToolUse"]
    assert group["hooks"][0]["command"] == "/opt/specpc hook --ratio 0.3"
    assert json.JSONDecoder().raw_decode(made.stdout)[0] == written  # then what was typed
    before = path.read_bytes()
    assert "has it already" in specpc(*words, "--yes").stderr
    assert path.read_bytes() == before
    path.write_text("{no")
    broken = specpc(*words, "--yes")
    assert (broken.exit_code, path.read_text()) == (2, "{no")


@pytest.mark.parametrize("settings", ['{"a": "\\ud800"}', '{"a":' * 2000 + "1" + "}" * 2000])
def test_settings_that_cannot_be_written_again_are_left(tmp_path: Path, settings: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(settings)
    made = specpc("hook", "install", "claude", "--file", path, "--yes")
    assert (made.exit_code, made.stdout) == (2, "")
    assert f"{path} cannot be " in made.stderr
    assert path.read_text() == settings


def test_install_into_a_file_of_the_project(tmp_path: Path) -> None:
    file = tmp_path / "a" / "hooks.json"
    assert specpc("hook", "install", "codex", "--file", file, "--yes").exit_code == 0
    assert "PreToolUse" in json.loads(file.read_text())["hooks"]


@pytest.mark.parametrize(
    "words",
    [
        ["install"],
        ["install", "emacs"],
        ["claude"],
        ["install", "claude", "x"],
        ["--yes"],
        ["install", "codex", "--min-tokens", "-1", "--yes"],
    ],
)
def test_mistakes_of_install_are_told(words: list[str]) -> None:
    made = specpc("hook", *words, stdin=event())
    assert made.exit_code == 2
    assert made.stderr.startswith("specpc: ")


SESSION = [
    {"role": "user", "content": "Why is step 120 slow?"},
    {
        "role": "assistant",
        "tool_calls": [{"id": "1", "function": {"name": "Bash", "arguments": "make"}}],
    },
    {"role": "tool", "tool_call_id": "1", "content": OUTPUT},
    {"role": "assistant", "content": "/etc/specpc/rates.toml cannot be opened; 597 ms at the end."},
]


def test_replay_tells_what_is_saved_and_lost(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    path.write_text(json.dumps(SESSION))
    made = json.loads(specpc("replay", path, "--ratio", "0.1", "--json").stdout)
    assert (made["outputs"], made["cut"], made["used"]) == (1, 1, 2)
    assert made["compressed_tokens"] < 0.4 * made["original_tokens"]
    lost = {loss["text"] for turn in made["turns"] for loss in turn["lost"]}
    assert "/etc/specpc/rates.toml" not in lost
    assert made["lost"] == len(lost)
    assert made["lost_of_errors"] == 0
    told = specpc("replay", "-", "--ratio", "0.1", stdin=json.dumps(SESSION)).stdout
    assert "1 of 1 outputs cut: " in told
    assert f"{made['lost']} of 2 names, numbers and paths used later would be missing" in told
    assert not (tmp_path / "cache" / "outputs").exists()


def test_replay_tells_what_is_no_session(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a\nb\n")
    made = specpc("replay", path)
    assert made.exit_code == 1
    assert made.stderr.startswith("specpc: this is no session")
    path.write_text(json.dumps(SESSION[:1]))
    assert "no tool printed anything" in specpc("replay", path).stderr

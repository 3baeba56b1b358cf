"""What ``--help`` shows, and what is said of a mistake in the command line."""

from __future__ import annotations

import os
import string
import subprocess
import sys
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from specpc_cli.main import COMMANDS
from tests.command_line import app

ROOT: Any = get_command(app)
PATHS = [
    (),
    *((name,) for name in ROOT.commands),
    *(("models", name) for name in ROOT.commands["models"].commands),
]


def command_at(path: tuple[str, ...]) -> Any:
    found = ROOT
    for name in path:
        found = found.commands[name]
    return found


def shown(*path: str, **env: str) -> str:
    done = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "80", **env})
    assert done.exit_code == 0
    return done.stdout


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_example_is_one_line_of_80_columns(path: tuple[str, ...]) -> None:
    lines = [line.rstrip() for line in shown(*path).splitlines()]
    assert max(map(len, lines)) <= 80
    paragraphs = command_at(path).help.split("\n\n")
    examples = [
        line
        for paragraph in paragraphs
        if paragraph.startswith("\b")
        for line in paragraph.splitlines()
        if line.startswith(" ")
    ]
    assert examples
    for example in examples:
        assert f" {example}" in lines


def test_examples_are_all_marked_as_such() -> None:
    """Otherwise they would be one paragraph."""
    for path in PATHS:
        for paragraph in command_at(path).help.split("\n\n"):
            assert paragraph.startswith("\b") or not paragraph.startswith(" "), path


def test_prose_fills_the_width_and_brackets_stay() -> None:
    told = shown("mcp")
    assert 'pip install "specpc[mcp]"' in told
    assert "[default: 250, 1000, 4000]" in " ".join(shown("bench", COLUMNS="200").split())
    wide = shown("compress", COLUMNS="400")
    assert "messages go to standard error. Without a question, the closing question" in wide


def test_options_and_commands_stand_in_panels() -> None:
    def panels(text: str) -> list[str]:
        return [line.strip("╭╮─ ") for line in text.splitlines() if line.startswith("╭")]

    everything = [
        "Budget",
        "What is kept",
        "Input and output",
        "Draft",
        "Many texts",
        "Chat requests",
    ]
    assert panels(shown("compress")) == ["Arguments", *everything]
    assert panels(shown()) == [
        "Options",
        "Everyday",
        "Agents",
        "Many texts and servers",
        "Research",
    ]
    for path in PATHS[1:]:
        if path != ("models",):
            assert "Options" not in panels(shown(*path)), path
    assert all(f"│ {name} " in shown() for name in COMMANDS)


def specpc(*args: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "specpc_cli", *args],
        env={**os.environ, **env},
        capture_output=True,
        check=False,
    )


def test_in_a_pipe_without_colours_and_in_ascii() -> None:
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii"}):
        done = specpc("compress", "--help", **env)
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"\x1b" not in done.stdout
        assert b"--target-tokens" in done.stdout
    assert b"+- Budget -" in done.stdout


def test_help_and_mistakes_import_nothing_slow_nor_other_commands() -> None:
    code = (
        "import sys; from specpc_cli.main import main; sys.argv = ['specpc', *sys.argv[1:]]\n"
        "try: main()\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    for args in (["--help"], ["compress", "--help"], ["compress", "--foo"], ["config"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *args], capture_output=True, text=True, check=False
        )
        loaded = set(done.stderr.split())
        assert "typer" in loaded
        assert not loaded & {"torch", "transformers", "numpy", "huggingface_hub"}
        if args[0] == "compress":
            assert "specpc_cli.eval" not in loaded


MISTAKES = {
    "option": (["compress", "--foo"], "no such option"),
    "near option": (["compress", "--rato", "1"], "--ratio"),
    "option of all": (["--foo"], "--foo"),
    "command": (["compres"], "no such command 'compres': did you mean 'compress'?"),
    "command of models": (["models", "pul", "x"], "no such command 'pul': did you mean 'pull'?"),
    "no argument": (["batch", "a"], "missing argument 'OUT'"),
    "no value": (["compress", "--ratio"], "option '--ratio' requires an argument"),
    "no number": (["compress", "--ratio", "half"], "invalid value for '--ratio': "),
    "no whole number": (["compress", "--keep-first", "x"], "invalid value for '--keep-first': "),
    "too small": (["bench", "--tokens", "3"], "invalid value for '--tokens': "),
    "no choice": (["compress", "--unit", "x"], "invalid value for '--unit': 'x' is not one of"),
    "no scorer": (["compress", "--scorer", "x"], "invalid value for '--scorer': 'x' is not one"),
    "no number format": (["compress", "--dtype", "x"], "invalid value for '--dtype': 'x' is not"),
    "no device": (["compress", "--device", "x"], "invalid value for '--device': 'x' is not one"),
    "no draft": (
        ["compress", "--draft", "x", __file__],
        "there is no draft model 'x': --draft takes one of",
    ),
    "no target": (
        ["generate", "--target", "x", "-q", "a?", __file__],
        "no target can be loaded: there is no draft model 'x': --target takes one of",
    ),
    "no model": (["models", "pull", "x"], "there is no draft model 'x': use one of"),
    "an argument too many": (["locate", "a", "b", "c"], "got unexpected extra argument"),
    "ours": (["compress", "nowhere.txt"], "there is no file nowhere.txt"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_every_mistake_is_one_sentence_of_one_style(case: str) -> None:
    args, told = MISTAKES[case]
    done = CliRunner().invoke(app, args)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("specpc: ")
    assert told in done.stderr
    assert done.stderr.removeprefix("specpc: ")[0] not in string.ascii_uppercase
    assert len(done.stderr.splitlines()) == 1


def test_without_a_command_the_help_is_shown_but_is_no_product() -> None:
    done = CliRunner().invoke(app, [])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Everyday" in done.stderr
    assert "specpc: " not in done.stderr


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_version(option: str) -> None:
    assert CliRunner().invoke(app, [option]).stdout.startswith("specpc 0")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("compress --device c", {"cpu", "cuda", "cuda:0", "cuda:1", "cuda:2", "cuda:3"}),
        ("bench --dtype b", {"bfloat16"}),
        ("generate --method sp", {"speckv", "speckv-pc", "specpc"}),
        ("eval --method b", {"bm25"}),
        ("view --draft smol", {"smollm2-135m", "smollm2-360m"}),
        ("compress --unit s", {"sentence", "structure"}),
        ("serve --scorer", set()),
        ("models pull smol", {"smollm2-135m", "smollm2-360m"}),
    ],
)
def test_the_shell_completes(typed: str, offered: set[str]) -> None:
    words = f"specpc {typed}"
    env = {
        "_SPECPC_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = CliRunner().invoke(app, [], env=env, prog_name="specpc")
    assert set(done.stdout.split()) == offered

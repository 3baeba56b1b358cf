"""What the library says of arguments, the command line says of options; the rest is untouched."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from specpc.errors import Argument, BudgetError, SpecPCError
from specpc.options import check_budget
from specpc_cli.wording import in_options
from tests.command_line import app

LIBRARY = Path(__file__).parents[2] / "specpc"


@pytest.mark.parametrize(
    ("argument", "shown"),
    [
        ("ratio=0.2", "--ratio 0.2"),
        ("target_tokens=800", "--target-tokens 800"),
        ("scorer='paper'", "--scorer paper"),
        ('device="cpu"', "--device cpu"),
        ("draft='a b'", "--draft 'a b'"),
        ("context=", "--context-field"),
        ("offline=True", "--offline"),
        ("host=", "--host"),
    ],
)
def test_arguments_become_options(argument: str, shown: str) -> None:
    error = SpecPCError(f"not {argument} but ", Argument(argument), f", or {argument}")
    assert str(error) == f"not {argument} but {argument}, or {argument}"
    assert in_options(error) == f"not {argument} but {shown}, or {argument}"


def test_they_are_still_known_in_another_process() -> None:
    with pytest.raises(BudgetError) as caught:
        check_budget(ratio=None, target_tokens=None)
    arrived = pickle.loads(pickle.dumps(caught.value))
    assert str(arrived) == "say how much to keep: ratio=0.2 or target_tokens=800"
    assert in_options(arrived) == "say how much to keep: --ratio 0.2 or --target-tokens 800"


def test_every_argument_that_the_library_names_is_an_option() -> None:
    named = {
        node.args[0].value.partition("=")[0]
        for path in LIBRARY.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Argument"
        and isinstance(node.args[0], ast.Constant)
    }
    assert {"ratio", "offline", "workers"} <= named
    commands = get_command(app).commands.values()  # type: ignore[attr-defined]
    options = {opt for command in commands for param in command.params for opt in param.opts}
    for name in named:
        assert in_options(SpecPCError(Argument(f"{name}="))) in options


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["ratio=0.3"], "there is no file ratio=0.3"),
        (["-", "--keep", "ratio=(0.3"], "'ratio=(0.3' is no regular expression"),
        (["-", "-o", "draft=a/b.txt"], "there is no folder draft=a to write b.txt into"),
        (["-", "--server", "host=x"], "--server takes an address such as http"),
        (["-", "--server", "host=x"], "not 'host=x'"),
    ],
)
def test_what_users_write_is_told_as_they_wrote_it(args: list[str], told: str) -> None:
    done = CliRunner().invoke(app, ["compress", *args], input="A text. Another one.")
    assert done.exit_code == 2
    assert told in done.stderr


def test_files_that_look_like_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("draft=y.txt", "ratio=0.3"):
        Path(name).touch()
    done = CliRunner().invoke(app, ["compress", "draft=y.txt"])
    assert done.stderr.startswith("specpc: draft=y.txt is empty")
    done = CliRunner().invoke(app, ["compress", "draft=y.txt", "ratio=0.3", "-o", "out"])
    told = done.stderr.splitlines()
    assert told[0].startswith("specpc: draft=y.txt is empty")
    assert told[1].startswith("specpc: ratio=0.3 is empty")

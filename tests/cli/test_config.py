"""Defaults that are set once: by variables and in a file, for all commands that have them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from specpc import Compressor
from specpc_cli import config
from specpc_cli.main import COMMANDS
from tests.command_line import app
from tests.tiny_models import tiny_draft, use_draft

TEXT = "".join(f"Sentence number {i} is about topic {i % 7}.\n" for i in range(40))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of settings, not there yet, with nothing set but what a test sets."""
    path = tmp_path / "config.toml"
    monkeypatch.delenv("SPECPC_CONFIG")
    monkeypatch.setattr("platformdirs.user_config_dir", lambda *_, **__: str(tmp_path))
    return path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What a compressor is asked for, call by call."""
    draft, calls = tiny_draft(), []
    use_draft(monkeypatch, draft)
    plain = Compressor.compress

    def compress(self: Compressor, *args: Any, **kwargs: Any) -> Any:
        calls.append({**kwargs, "unit": self.unit})
        return plain(self, *args, **kwargs)

    monkeypatch.setattr(Compressor, "compress", compress)
    return calls


def run(*args: str) -> Any:
    return CliRunner().invoke(app, [*args], input=TEXT)


def shown() -> dict[str, Any]:
    return json.loads(run("config", "--json").stdout)["settings"]  # type: ignore[no-any-return]


def test_what_is_typed_comes_before_variable_file_and_what_is_built_in(
    file: Path, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in ("built in", "file", "variable"):
        if step == "file":
            file.write_text('ratio = 0.4\nunit = "line"\ngap = "[...]"\n')
        if step == "variable":
            monkeypatch.setenv("SPECPC_RATIO", "0.3")
        assert run("compress").exit_code == 0
    assert run("compress", "--ratio", "0.2", "--unit", "word").exit_code == 0
    assert [call["ratio"] for call in asked] == [0.5, 0.4, 0.3, 0.2]
    assert [call["unit"] for call in asked] == ["auto", "line", "line", "word"]
    assert [call["gap"] for call in asked] == [None, *["[...]"] * 3]


def test_a_ratio_that_is_set_gives_way_to_tokens_that_are_typed(
    file: Path, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("ratio = 0.4\n")
    assert run("compress", "--target-tokens", "200").exit_code == 0
    monkeypatch.setenv("SPECPC_RATIO", "0.3")
    assert run("compress", "--target-tokens", "200").exit_code == 0
    assert [(call["ratio"], call["target_tokens"]) for call in asked] == [(None, 200)] * 2
    done = run("compress", "--target-tokens", "200", "--ratio", "0.3")
    assert (done.exit_code, "not both" in done.stderr) == (2, True)


def test_every_command_has_the_defaults(file: Path) -> None:
    file.write_text('ratio = 0.45\ndraft = "my-draft"\n')
    found = {name: run(name, "--help").stdout for name in COMMANDS}
    assert {name for name in found if "[default: 0.45]" in found[name]} == {
        "compress", "view", "batch", "serve", "bench", "mcp", "run", "show", "hook", "replay"
    }  # fmt: skip
    assert {name for name in found if "[default: my-draft]" in found[name]} == {
        "compress", "view", "batch", "serve", "bench", "mcp", "generate", "eval", "calibrate",
        "correlate", "run", "show", "hook", "replay", "demo",
    }  # fmt: skip


def test_options_of_the_same_name_that_mean_something_else_are_left_alone(file: Path) -> None:
    """The ratios of an evaluation are a list, and not every method of generate has a scorer."""
    file.write_text('ratio = 0.4\nscorer = "paper"\n')
    assert "there is no file" in run("eval", "no.jsonl").stderr
    assert "there is no file" in run("generate", "no.txt", "--method", "snapkv").stderr


def test_a_server_keeps_its_own_draft_and_device(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('server = "http://127.0.0.1:9"\ndraft = "my-draft"\n')
    monkeypatch.setenv("SPECPC_DEVICE", "cpu")
    done = run("compress")
    assert done.exit_code == 1  # nobody listens there; the device is no reason to refuse
    assert "127.0.0.1:9" in done.stderr
    assert "--device" in run("compress", "--device", "cpu").stderr


def test_a_server_that_is_set_can_be_done_without(file: Path, asked: list[dict[str, Any]]) -> None:
    file.write_text('server = "http://127.0.0.1:9"\n')
    assert run("compress", "--server", "").exit_code == 0
    assert len(asked) == 1


def test_they_are_shown_with_where_they_come_from(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {entry["origin"] for entry in shown().values()} == {"built-in"}
    assert "(not there)" in run("config").stdout
    file.write_text('gap = "a \\"quoted\\" …"\nratio = 1\n')
    monkeypatch.setenv("SPECPC_RATIO", "0.3")
    settings = shown()
    assert settings["ratio"] == {"value": 0.3, "origin": "SPECPC_RATIO"}
    assert settings["gap"] == {"value": 'a "quoted" …', "origin": str(file)}
    assert settings["device"] == {"value": "auto", "origin": "built-in"}
    assert list(settings) == list(config.BUILT_IN)
    told = run("config").stdout
    assert told.startswith(f"# {file}\n")
    file.write_text(told)  # it is such a file itself
    monkeypatch.delenv("SPECPC_RATIO")
    assert {name: entry["value"] for name, entry in shown().items()} == {
        name: entry["value"] for name, entry in settings.items()
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rato = 0.3", "there is no setting 'rato': use ratio"),
        ("colour = 1", "there is no setting 'colour': use draft, ratio, tokenizer"),
        ('ratio = "half"', "ratio in {file}: the ratio must be a number"),
        ("ratio = 3", "ratio in {file}: the ratio is the fraction"),
        ("ratio = true", "ratio in {file}: the ratio must be a number"),
        ("gap = 3", "gap in {file}: the gap must be a string"),
        ('unit = "chapter"', "unit in {file}: there is no unit 'chapter': use one of auto, "),
        ('scorer = "best"', "scorer in {file}: there is no scorer 'best'"),
        ("draft = smollm2", "{file} is no TOML: "),
        ("gap = '\udcff'", "{file} is no TOML: "),
        ("gap = " + "[" * 100_000, "{file} is no TOML: "),
        (None, "cannot read the settings in {file}: "),
    ],
)
def test_mistakes_name_file_and_setting(file: Path, text: str | None, told: str) -> None:
    if text is None:
        file.mkdir()
    else:
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
    for command in ("config", "compress", "models"):
        done = run(command)
        assert done.exit_code == 2
        assert done.stdout == ""
        assert str(file) in done.stderr
        assert told.format(file=file) in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert run("compress", "--help").exit_code == 0
    assert run("--version").exit_code == 0


def test_what_is_typed_makes_a_mistake_in_its_setting_harmless(
    file: Path, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('unit = "chapter"\n')
    monkeypatch.setenv("SPECPC_RATIO", "half")
    for budget in (("--ratio", "0.2"), ("--target-tokens", "200")):
        assert run("compress", "--unit", "word", *budget).exit_code == 0
        refused = run("compress", *budget)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert f"unit in {file}: there is no unit 'chapter'" in refused.stderr
    assert [(call["ratio"], call["unit"]) for call in asked] == [(0.2, "word"), (None, "word")]
    refused = run("compress", "--unit", "word")
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (2, 1)
    assert "ratio in SPECPC_RATIO: the ratio must be a number" in refused.stderr
    refused = run("compress", "--unit", "word", "--ratio", "x")
    assert "invalid value for '--ratio': " in refused.stderr


def test_a_question_may_look_like_a_wish_for_help(file: Path) -> None:
    file.write_text("ratio = 3\n")
    for question in ("-h", "--help"):
        done = run("compress", "-q", question)
        assert (done.exit_code, done.stdout) == (2, "")
        assert f"ratio in {file}: the ratio is the fraction" in done.stderr
    assert run("compress", "-q", "What?", "-h").exit_code == 0
    assert run("models", "pull", "-h").exit_code == 0


def test_variables_can_be_wrong_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPECPC_RATIO", "half")
    assert "ratio in SPECPC_RATIO: the ratio must be a number" in run("compress").stderr
    monkeypatch.setenv("SPECPC_RATIO", "")  # as if it were not set
    assert shown()["ratio"]["origin"] == "built-in"
    monkeypatch.setenv("SPECPC_CONFIG", str(file))
    done = run("config")
    assert (done.exit_code, str(file) in done.stderr) == (2, True)


def test_another_file_can_be_named(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("ratio = 0.4\n")
    (tmp_path / "other.toml").write_text("ratio = 0.6\n")
    monkeypatch.setenv("SPECPC_CONFIG", str(tmp_path / "other.toml"))
    assert shown()["ratio"] == {"value": 0.6, "origin": str(tmp_path / "other.toml")}


def test_every_setting_is_an_option_with_a_variable() -> None:
    from typer.main import get_command

    commands = get_command(app).commands.values()  # type: ignore[attr-defined]
    found = {name for command in commands for name in getattr(command, "settings", ())}
    assert found == set(config.BUILT_IN)


@pytest.mark.skipif(sys.version_info >= (3, 11), reason="has a reader of TOML itself")
def test_older_pythons_have_one_too() -> None:
    import tomli

    assert tomli.loads("a = 1") == {"a": 1}

"""``specpc bench``: what it prints follows from what it measures."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from specpc import Compressor
from specpc.evaluation.speed import TimedLength
from tests.command_line import app
from tests.tiny_models import use_draft


@pytest.fixture(autouse=True)
def draft(tiny: Compressor, monkeypatch: pytest.MonkeyPatch) -> None:
    use_draft(monkeypatch, tiny.draft)


def test_the_command_measures(tiny: Compressor) -> None:
    options = ["--tokens", "300", "--tokens", "64", "--repeats", "1", "--ratio", "0.5"]
    done = CliRunner().invoke(app, ["bench", *options, "--target-speed", "2", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [entry["tokens"] for entry in told["lengths"]] == [64, 300]
    for entry in told["lengths"]:
        assert entry["seconds"] > 0
        saved = entry["tokens"] * 0.5 / 2 - entry["seconds"]
        assert entry["saved_seconds"] == pytest.approx(saved)
        assert entry["saved_money"] is None
    assert told["pays_from_tokens"] >= 1
    assert told["seconds_per_token"] > 0
    assert (told["draft"], told["device"]) == ("smollm2-135m", "cpu")
    assert told["scorer"] == tiny.scorer.name


@pytest.mark.parametrize(
    ("options", "last"),
    [
        ([], "fewer than 800 tokens a second."),
        (["--target-speed", "500"], "that reads 500, it does so on texts of 334 tokens or more."),
        (["--target-speed", "900"], "that reads 900, it does so at no length."),
    ],
)
def test_people_are_told(
    options: list[str], last: str, tiny: Compressor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "specpc.evaluation.speed.time_length",
        lambda _, tokens, *__: TimedLength(tokens, 0.2 + 0.001 * tokens, 1_250_000_000),
    )
    done = CliRunner().invoke(app, ["bench", "--ratio", "0.2", "--price", "2.5", *options])
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert f"smollm2-135m with {tiny.scorer.name} on cpu in float32" in lines[0]
    rows = [line.split() for line in lines[2:5]]
    assert [row[0] for row in rows] == ["250", "1,000", "4,000"]
    assert [row[1] for row in rows] == ["0.45", "1.20", "4.20"]
    assert {row[3] for row in rows} == {"1.25"}
    assert [row[5] for row in rows] == ["0.00050", "0.00200", "0.00800"]
    assert "Keeping 20% takes 0.20 s and 1.00 ms a token" in lines[5]
    assert lines[-1].endswith(last)


@pytest.mark.parametrize(
    "options",
    [
        ["--tokens", "1"],
        ["--tokens", "9999999"],
        ["--ratio", "2"],
        ["--target-speed", "0"],
        ["--price", "nan"],
    ],
)
def test_usage_errors(options: list[str]) -> None:
    assert CliRunner().invoke(app, ["bench", *options]).exit_code == 2

"""``specpc bench``: the figures add up, and files survive the round trip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from specpc import Compressor
from specpc.bench.floor import Machine, Work, forward_work
from specpc.bench.measure import STAGES, Report, Row, measure_rows
from specpc.bench.texts import text_of
from specpc.errors import SpecPCError
from specpc.machine.stopwatch import stage, stopwatch
from tests.command_line import app

MACHINE = Machine(1e9, 1e9, 1)


def report(total: float, tokens: int = 100) -> Report:
    row = Row(tokens, 1, dict.fromkeys(STAGES, total / 5), total, 2.0, total / 2, 0.5, 1000)
    return Report({"draft": "x"}, MACHINE, {"import": 1.0, "load": 0.5}, (row,))


def test_the_work_of_a_forward_is_that_of_its_matrix_products(tiny: Compressor) -> None:
    model = tiny.draft.model
    matrices = [
        module.weight.numel()
        for name, module in model.base_model.named_modules()
        if isinstance(module, torch.nn.Linear)
    ]
    config = model.config
    work = forward_work(config, 10, 3, 4)
    pairs = 10 * 11 / 2 * config.num_attention_heads * config.head_dim * config.num_hidden_layers
    assert work.operations == 3 * (2 * 10 * sum(matrices) + 2 * 2 * pairs)
    assert work.bytes > 4 * sum(matrices)
    assert MACHINE.least_seconds(Work(3e9, 1e9)) == pytest.approx(3)
    assert MACHINE.least_seconds(Work(3e9, 5e9)) == pytest.approx(5)


@pytest.mark.parametrize("tokens", [64, 1000])
def test_texts_have_the_length_asked_for(tiny: Compressor, tokens: int) -> None:
    assert tiny.reader.encoder.count(text_of(tiny.reader, tokens)) == tokens


def test_stages_are_timed_only_on_request() -> None:
    with stage("a"):
        pass
    with stopwatch() as watch:
        with stage("a"):
            pass
        with stage("a"), stage("b"):
            pass
    assert set(watch) == {"a", "b"}
    assert watch["a"] >= watch["b"] >= 0


def test_rows_have_every_stage_and_a_plain_forward(tiny: Compressor) -> None:
    found = list(measure_rows(tiny, MACHINE, [(5000, 1), (300, 2)], 2, 0.5))
    assert [(row.tokens, row.batch) for row in found] == [(300, 2), (5000, 1)]
    for row in found:
        assert set(row.stages) == set(STAGES)
        assert min(row.stages.values()) >= 0
        assert row.stages["prefill"] > 0
        assert row.stages["reconstruct"] > 0
    assert found[0].plain is not None
    assert found[1].plain is None  # longer than the draft can read at once


def test_reports_survive_the_round_trip() -> None:
    assert Report.from_json(report(3.0).to_json()) == report(3.0)
    for text in ("", "[]", "{}", json.dumps({"rows": [{"tokens": 1}], "machine": {}})):
        with pytest.raises(SpecPCError, match="no result of specpc bench"):
            Report.from_json(text)


def test_comparing(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in ("old", "new", "other"))
    old.write_text(report(4.0).to_json())
    new.write_text(report(1.0).to_json())
    other.write_text(report(1.0, tokens=7).to_json())
    done = CliRunner().invoke(app, ["bench", "--compare", str(old), str(new)])
    assert done.exit_code == 0
    assert "100 tokens, batch 1: 4.000 -> 1.000 s (0.25x)" in done.output
    assert "2.00 -> 0.50" in done.output
    for wrong, told in ((other, "in common"), (tmp_path / "none", "no file")):
        done = CliRunner().invoke(app, ["bench", "--compare", str(old), str(wrong)])
        assert done.exit_code == 2
        assert told in done.output


def test_the_command_prints_writes_and_draws(
    tiny: Compressor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("specpc.pipeline.compressor.load_draft", lambda *_, **__: tiny.draft)
    monkeypatch.setattr("specpc.bench.measure.machine_of", lambda _: MACHINE)
    startup = {"import": 1.0, "load": 0.5}
    monkeypatch.setattr("specpc.bench.measure.measure_startup", lambda *_: startup)
    output, plot = tmp_path / "out.json", tmp_path / "out.svg"
    command = ["bench", "--tokens", "100", "--repeats", "1", "-o", str(output), "--plot", str(plot)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "x plain" in done.output
    assert Report.from_json(output.read_text()).rows[0].tokens == 100
    assert plot.read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize(
    "options",
    [["--tokens", "1"], ["--tokens", "9999999"], ["--ratio", "2"], ["-o", "no/such/file"]],
)
def test_usage_errors(options: list[str]) -> None:
    assert CliRunner().invoke(app, ["bench", *options]).exit_code == 2

"""The stage benchmark: the figures add up, and files survive the round trip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from specpc import Compressor
from specpc.errors import SpecPCError
from specpc.machine.stopwatch import stage, stopwatch
from tests.benchmarks.stages.__main__ import main
from tests.benchmarks.stages.floor import Machine, Work, forward_work
from tests.benchmarks.stages.measure import STAGES, Report, Row, measure_rows
from tests.tiny_models import use_draft

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
        with pytest.raises(SpecPCError, match="no report of tests"):
            Report.from_json(text)


def test_comparing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, other = (tmp_path / name for name in ("old", "new", "other"))
    old.write_text(report(4.0).to_json())
    new.write_text(report(1.0).to_json())
    other.write_text(report(1.0, tokens=7).to_json())
    main(["--compare", str(old), str(new)])
    told = capsys.readouterr().out
    assert "100 tokens, batch 1: 4.000 -> 1.000 s (0.25x)" in told
    assert "2.00 -> 0.50" in told
    for wrong, told in ((other, "in common"), (tmp_path / "none", "No such file")):
        with pytest.raises(SystemExit, match="2"):
            main(["--compare", str(old), str(wrong)])
        assert told in capsys.readouterr().err


def test_the_program_prints_writes_and_draws(
    tiny: Compressor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_draft(monkeypatch, tiny.draft)
    monkeypatch.setattr("tests.benchmarks.stages.__main__.machine_of", lambda _: MACHINE)
    startup = {"import": 1.0, "load": 0.5}
    monkeypatch.setattr("tests.benchmarks.stages.__main__.measure_startup", lambda *_: startup)
    output, plot = tmp_path / "out.json", tmp_path / "out.svg"
    main(["--tokens", "100", "--repeats", "1", "-o", str(output), "--plot", str(plot)])
    assert "x plain" in capsys.readouterr().out
    assert Report.from_json(output.read_text()).rows[0].tokens == 100
    assert plot.read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize(
    "options",
    [["--tokens", "1"], ["--tokens", "9999999"], ["--ratio", "2"], ["-o", "no/such/file"]],
)
def test_usage_errors(options: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(options)

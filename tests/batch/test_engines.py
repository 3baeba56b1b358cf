"""Real workers: processes, and actors of a local Ray cluster, of which one is killed mid-run."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from specpc import Compressor
from specpc.batch.blocks import RowBlock
from specpc.batch.processes import ProcessPool, limit_threads
from specpc.batch.ray_actors import RayPool
from tests.batch.corpora import read_bad, read_parts, some_rows, write_lines, write_table
from tests.command_line import app
from tests.tiny_models import byte_tokenizer, tiny_model

ARGS = ["--ratio", "0.3", "--part-rows", "4", "--workers", "2"]


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("draft")
    tiny_model("llama").save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A local cluster with room for two workers."""
    ray = pytest.importorskip("ray", reason="no Ray for this Python")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("OMP_NUM_THREADS", "1")
        ray.init(num_cpus=2, include_dashboard=False, object_store_memory=100_000_000)
        yield ray
        ray.shutdown()


def corpus() -> list[dict[str, Any]]:
    """Rows of which the fourth part has a bad one, and takes long enough to be killed in it."""
    rows = some_rows(30)
    rows[12]["context"] = ""
    rows[13]["context"] *= 20
    return rows


def kill_at_work(pid: int) -> None:
    """Kill a process as soon as it works, or what works for it."""
    process = psutil.Process(pid)

    def worked() -> float:
        return sum(sum(one.cpu_times()[:2]) for one in (process, *process.children()))

    before, deadline = worked(), time.monotonic() + 60
    while worked() < before + 0.02 and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)


class KillingProcesses(ProcessPool):
    def give(self, slot: int, block: RowBlock, *, last: bool) -> None:
        super().give(slot, block, last=last)
        if block.index == 3 and not last and not hasattr(self, "killed"):
            self.killed = self._processes[slot].pid
            assert self.killed is not None
            kill_at_work(self.killed)


class KillingActors(RayPool):
    def give(self, slot: int, block: RowBlock, *, last: bool) -> None:
        first = block.index == 3 and not hasattr(self, "killed")
        if first:
            call = self._actors[slot].__ray_call__
            self.killed = self._ray.get(call.remote(lambda _: os.getpid()))
        super().give(slot, block, last=last)
        if first:
            kill_at_work(self.killed)


def check_result(out: Path, rows: list[dict[str, Any]], draft: str) -> None:
    """Everything is there, once, in order, and as one compressor makes it."""
    made, bad = read_parts(out), read_bad(out)
    assert [row["id"] for row in made] == [row["id"] for row in rows if row["context"]]
    assert [row["row"] for row in bad] == [
        i + 1 for i, row in enumerate(rows) if not row["context"]
    ]
    compressor = Compressor.from_pretrained(draft)
    for row in made:
        given = rows[row["id"]]
        result = compressor.compress(given["context"], given["question"], ratio=0.3)
        assert row["compressed"] == result.text
    assert not (out / "_temporary").exists()


@pytest.mark.slow  # workers are started, killed and replaced
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_process_that_is_killed(
    tmp_path: Path, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("specpc.batch.processes.ProcessPool", KillingProcesses)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    rows = corpus()
    source, out = write_table(tmp_path / "in.parquet", rows), tmp_path / "out"
    result = CliRunner().invoke(app, ["batch", str(source), str(out), *ARGS, "--draft", draft])
    assert result.exit_code == 1
    assert (
        "rows 13-16 of in.parquet are tried again: a worker was killed (SIGKILL)" in result.stderr
    )
    assert "1 of 30 rows could not be compressed" in result.stderr
    check_result(out, rows, draft)


@pytest.mark.parametrize(("before", "expected"), [(None, "2"), ("1", "1"), ("8", "2")])
def test_libraries_agree_on_threads(
    monkeypatch: pytest.MonkeyPatch, before: str | None, expected: str
) -> None:
    variables = [f"{library}_NUM_THREADS" for library in ("OMP", "MKL", "RAYON")]
    for name in variables:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    if before is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", before)
    limit_threads(2)
    assert [os.environ[name] for name in variables] == [expected] * 3


@pytest.mark.slow  # a Ray cluster is started
def test_an_actor_that_is_killed(
    tmp_path: Path, draft: str, monkeypatch: pytest.MonkeyPatch, cluster: Any
) -> None:
    monkeypatch.setattr("specpc.batch.ray_actors.RayPool", KillingActors)
    rows = corpus()
    source, out = write_lines(tmp_path / "in.jsonl", rows), tmp_path / "out"
    args = ["batch", str(source), str(out), *ARGS, "--draft", draft, "--engine", "ray"]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 1
    assert "rows 13-16 of in.jsonl are tried again: a worker died (ActorDied" in result.stderr
    assert "1 of 30 rows could not be compressed" in result.stderr
    check_result(out, rows, draft)
    too_many = CliRunner().invoke(
        app, [*args[:2], str(tmp_path / "more"), *args[3:], "--workers", "3"]
    )
    assert (too_many.exit_code, "the cluster has 2 cores" in too_many.stderr) == (2, True)
    assert cluster.is_initialized()  # it is not ours to end


@pytest.mark.slow  # likewise
@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray")  # Ray Data sets its own options
def test_ray_data(tmp_path: Path, draft: str, cluster: Any) -> None:
    import ray.data

    from specpc.batch.ray_data import BatchSettings, CompressRows, Cut, Setup

    rows = some_rows(12)
    rows[5]["context"] = ""
    write_table(tmp_path / "in.parquet", rows)
    made = ray.data.read_parquet(str(tmp_path / "in.parquet")).map_batches(
        CompressRows,
        fn_constructor_args=(BatchSettings(Cut(0.3), setup=Setup(draft)),),
        batch_format="pyarrow",
        batch_size=4,
        concurrency=1,
    )
    found = sorted(made.take_all(), key=lambda row: row["id"])
    compressor = Compressor.from_pretrained(draft)
    for row, given in zip(found, rows, strict=True):
        if not given["context"]:
            assert row["compressed"] is None
            assert row["error"] == "the text is empty: there is nothing to compress"
            continue
        result = compressor.compress(given["context"], given["question"], ratio=0.3)
        assert (row["compressed"], row["error"]) == (result.text, None)
        assert row["spans"] == [[span.start, span.end] for span in result.spans]
        assert "context" not in row


def test_the_default_draft(tmp_path: Path, compressor: Compressor) -> None:
    rows = some_rows(4)
    source, out = write_table(tmp_path / "in.parquet", rows), tmp_path / "out"
    args = ["batch", str(source), str(out), "--target-tokens", "40", "--workers", "1"]
    result = CliRunner().invoke(app, args)
    assert (result.exit_code, result.stderr[:9]) == (0, "4 texts: ")
    for row, given in zip(pq.read_table(out).to_pylist(), rows, strict=True):
        expected = compressor.compress(given["context"], given["question"], target_tokens=40)
        assert row["compressed"] == expected.text
        assert row["compressed_tokens"] <= 40

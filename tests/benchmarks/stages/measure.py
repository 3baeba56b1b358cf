"""Measures compressions, stage by stage, each beside a plain forward of the same draft."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import torch

from specpc.errors import SpecPCError
from specpc.evaluation.speed import QUESTION, text_of
from specpc.machine.memory import PeakMemory
from specpc.machine.stopwatch import stopwatch
from specpc.version import __version__
from tests.benchmarks.stages.floor import Machine, forward_work, measure_machine, median, seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specpc.pipeline.compressor import Compressor

STAGES: Final = ("tokenize", "prefill", "score", "select", "reconstruct")


@dataclass(frozen=True)
class Row:
    """One length and batch size; times are medians in seconds, of the whole batch.

    Attributes:
        tokens: of each text.
        batch: how many texts.
        stages: time of each stage.
        total: time of all of it.
        plain: time of a plain forward over the same tokens; ``None`` if the draft cannot read
            so many at once.
        ratio: median of ``total / plain``, each pair measured side by side.
        least: time of the plain forward's work at the machine's peak.
        peak_bytes: most memory in use: of the process, or on CUDA, of the device.
    """

    tokens: int
    batch: int
    stages: dict[str, float]
    total: float
    plain: float | None
    ratio: float | None
    least: float
    peak_bytes: int

    @property
    def tokens_per_second(self) -> float:
        """Of the compression."""
        return self.tokens * self.batch / self.total


@dataclass(frozen=True)
class Report:
    """All that was measured.

    Attributes:
        setting: draft, scorer, device, number format and versions.
        machine: the machine's peaks.
        startup: medians of ``import`` and ``load`` in new processes.
        rows: by length and batch size.
    """

    setting: dict[str, str]
    machine: Machine
    startup: dict[str, float]
    rows: tuple[Row, ...] = field(default_factory=tuple)

    def to_json(self) -> str:
        """What `from_json` reads."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Read a report.

        Raises:
            SpecPCError: it is none.
        """
        try:
            fields = json.loads(text)
            rows = tuple(Row(**row) for row in fields.pop("rows"))
            machine = Machine(**fields.pop("machine"))
            return cls(machine=machine, rows=rows, **fields)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SpecPCError(f"this is no report of tests.benchmarks.stages: {error}") from error


def describe(compressor: Compressor) -> dict[str, str]:
    """What is measured, in words."""
    model = compressor.draft.model
    return {
        "draft": compressor.draft.name,
        "scorer": compressor.scorer.name,
        "device": str(model.device),
        "dtype": str(model.dtype).removeprefix("torch."),
        "processor": platform.processor() or platform.machine(),
        "specpc": __version__,
        "torch": str(torch.__version__),
    }


def measure_startup(draft: str, device: str, dtype: str, repeats: int) -> dict[str, float]:
    """Median seconds of importing and loading, each time in a new process.

    Raises:
        SpecPCError: such a process failed.
    """
    code = (
        "import json, sys, time; start = time.perf_counter()\n"
        "import torch, specpc.pipeline.compressor as c\n"
        "done = time.perf_counter(); c.Compressor.from_pretrained(sys.argv[1], "
        "device=sys.argv[2], dtype=sys.argv[3], offline=True)\n"
        "print(json.dumps([done - start, time.perf_counter() - done]))"
    )
    found: list[list[float]] = []
    for _ in range(repeats):
        done = subprocess.run(
            [sys.executable, "-c", code, draft, device, dtype],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            told = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise SpecPCError(f"a new process could not load {draft}: {told}")
        found.append(json.loads(done.stdout))
    return {name: median([pair[i] for pair in found]) for i, name in enumerate(("import", "load"))}


def measure_rows(
    compressor: Compressor,
    machine: Machine,
    sizes: Sequence[tuple[int, int]],
    repeats: int,
    ratio: float,
) -> Iterator[Row]:
    """Measure each (tokens, batch), the smallest first, after one warm-up.

    Args:
        compressor: what is measured.
        machine: from `measure_machine`.
        sizes: lengths and numbers of texts.
        repeats: how often; a compression and a plain forward take turns.
        ratio: fraction of the tokens kept.
    """
    for tokens, batch in sorted(sizes):
        text = text_of(compressor.reader, tokens)
        yield _measure(compressor, machine, [text] * batch, repeats, ratio)


def machine_of(compressor: Compressor) -> Machine:
    """The peaks of the device and number format that a compressor uses."""
    return measure_machine(compressor.draft.model.device, compressor.draft.model.dtype)


def _measure(
    compressor: Compressor, machine: Machine, texts: list[str], repeats: int, ratio: float
) -> Row:
    model, reader = compressor.draft.model, compressor.reader
    frame = reader.frame(QUESTION)
    ids = reader.encoder.plain_ids(texts[0])
    prompt = torch.tensor([[*frame.before, *ids, *frame.after]] * len(texts)).to(model.device)
    limit = getattr(reader.draft.config, "max_position_embeddings", None)
    readable = limit is None or prompt.shape[1] <= int(limit)
    plains: list[float] = []
    ratios: list[float] = []
    runs: list[dict[str, float]] = []
    peak = PeakMemory(model.device)
    for turn in range(repeats + 1):
        stages = _compress(compressor, texts, ratio)
        if turn == 0:
            peak_bytes = peak.read() or 0  # before the plain forward, which needs more
        plain = seconds_of(partial(_plain, model, prompt), model.device) if readable else None
        if turn == 0:
            continue
        runs.append(stages)
        if plain is not None:
            plains.append(plain)
            ratios.append(sum(stages.values()) / plain)
    work = forward_work(reader.draft.config, prompt.shape[1], len(texts), model.dtype.itemsize)
    return Row(
        tokens=len(ids),
        batch=len(texts),
        stages={name: median([run[name] for run in runs]) for name in STAGES},
        total=median([sum(run.values()) for run in runs]),
        plain=median(plains) if plains else None,
        ratio=median(ratios) if ratios else None,
        least=machine.least_seconds(work),
        peak_bytes=peak_bytes,
    )


def _compress(compressor: Compressor, texts: list[str], ratio: float) -> dict[str, float]:
    """Seconds of each stage; scoring and selecting without the stages inside them."""
    stages = dict.fromkeys(STAGES, 0.0)
    for text in texts:
        with stopwatch() as watch:
            timings = compressor.compress(text, QUESTION, ratio=ratio).timings
        prefill, reconstruct = watch.get("prefill", 0.0), watch.get("reconstruct", 0.0)
        stages["tokenize"] += timings.tokenize
        stages["prefill"] += prefill
        stages["score"] += timings.score - prefill
        stages["select"] += timings.select - reconstruct
        stages["reconstruct"] += reconstruct
    return stages


def _plain(model: Any, prompt: torch.Tensor) -> None:
    with torch.inference_mode():
        model.base_model(input_ids=prompt, use_cache=False)

"""Time a token and peak memory of ``specpc compress`` by length, each in a process of its own.

python -m tests.benchmarks.length [--tokens 8000 100000] [--scorer paper]

On a machine that does other work, compare processor time: what a run takes less what a run takes
that has nothing to score.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from specpc.drafts.load import load_draft
from specpc.models.tokens import TextEncoder
from tests.benchmarks.texts import long_text


def measure(
    text: str, dtype: str, scorer: str, ratio: str = "0.2"
) -> tuple[dict[str, float], float, float]:
    """The run's own report, its processor time, and its peak resident memory in GB."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "text.txt"
        source.write_text(text, "utf-8")
        command = [
            sys.executable, "-m", "specpc_cli", "compress", str(source), "--json",
            "--dtype", dtype, "--scorer", scorer, "--ratio", ratio,
            "-q", "Why did construction of the Berth 4 extension come to a halt?",
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        report = json.loads(process.stdout.read())
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0
    return report, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tokens", type=int, nargs="+", default=[8000, 100_000])
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--scorer", default="auto")
    options = parser.parse_args()
    encoder = TextEncoder(load_draft().tokenizer)
    per_character = encoder.count(long_text(100_000)) / 100_000
    _, start, _ = measure(long_text(1000), options.dtype, options.scorer, "1")
    first: tuple[float, float] | None = None
    for tokens in options.tokens:
        text = long_text(int(tokens / per_character))
        report, busy, memory = measure(text, options.dtype, options.scorer)
        length = report["original_tokens"]
        wall, cpu = 1000 * report["seconds"] / length, 1000 * (busy - start) / length
        first = first or (wall, cpu)
        print(
            f"{length:>9,.0f} tokens: {report['seconds']:7.1f} s, {wall:.2f} ms a token "
            f"({wall / first[0]:.2f}x), {cpu:.2f} ms of processor time ({cpu / first[1]:.2f}x), "
            f"peak memory {memory:.2f} GB",
            flush=True,
        )


if __name__ == "__main__":
    main()

"""Time a token and peak memory of ``specpc compress`` by length, each in a process of its own.

python -m tests.benchmarks.length [--tokens 6000 300000] [--scorer specpc]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from specpc.drafts import load_draft
from specpc.tokens import TextEncoder
from tests.benchmarks.texts import long_text


def measure(text: str, dtype: str, scorer: str) -> tuple[dict[str, float], float]:
    """The run's own report and its peak resident memory in GB."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "text.txt"
        source.write_text(text, "utf-8")
        command = [
            sys.executable, "-m", "specpc_cli", "compress", str(source), "--json",
            "--dtype", dtype, "--scorer", scorer, "--ratio", "0.2",
            "-q", "Why did construction of the Berth 4 extension come to a halt?",
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        report = json.loads(process.stdout.read())
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0
    return report, usage.ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tokens", type=int, nargs="+", default=[6000, 300_000])
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--scorer", default="auto")
    options = parser.parse_args()
    encoder = TextEncoder(load_draft().tokenizer)
    per_character = encoder.count(long_text(100_000)) / 100_000
    first = None
    for tokens in options.tokens:
        report, memory = measure(
            long_text(int(tokens / per_character)), options.dtype, options.scorer
        )
        cost = 1000 * report["seconds"] / report["original_tokens"]
        first = first or cost
        print(
            f"{report['original_tokens']:>9,.0f} tokens: {report['seconds']:7.1f} s, "
            f"{cost:.2f} ms a token ({cost / first:.2f}x), peak memory {memory:.2f} GB",
            flush=True,
        )


if __name__ == "__main__":
    main()

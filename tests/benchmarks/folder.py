"""Speed of ``specpc compress`` on a folder of many small files against one file of the same text.

python -m tests.benchmarks.folder [--files 1000] [--tokens 120] [--repeats 3]

Each run is a process of its own, the two taking turns. What a run costs whatever it reads (imports,
loading) is measured with one small file and taken off. Told are wall-clock and, in brackets,
processor time, which suffers less from what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from specpc.drafts.load import load_draft
from specpc.models.tokens import TextEncoder
from tests.benchmarks.texts import long_text

QUESTION = "Why did construction of the Berth 4 extension come to a halt?"


def seconds(source: Path, output: Path) -> tuple[float, float]:
    """Wall-clock and processor time of one run."""
    command = [
        sys.executable, "-m", "specpc_cli", "compress", str(source), "-o", str(output),
        "--ratio", "0.3", "-q", QUESTION,
    ]  # fmt: skip
    start = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    # A piece that is a table whose header takes all of the budget is read and scored, then refused.
    assert os.waitstatus_to_exitcode(status) in {0, 1}
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--tokens", type=int, default=120)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()

    encoder = TextEncoder(load_draft(lean=True).tokenizer)
    text = long_text(options.files * options.tokens * 6)
    bounds = encoder.encode(text).bounds[:: options.tokens][: options.files + 1].tolist()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        (root / "many").mkdir()
        for number, (start, end) in enumerate(pairwise(bounds)):
            (root / "many" / f"{number:05}.txt").write_text(text[start:end], "utf-8")
        (root / "one.txt").write_text(text[: bounds[-1]], "utf-8")
        (root / "start.txt").write_text(text[: bounds[1]], "utf-8")
        ratios: list[tuple[float, float]] = []
        for _ in range(options.repeats):
            begin = seconds(root / "start.txt", root / "out.txt")
            many = seconds(root / "many", root / "out")
            one = seconds(root / "one.txt", root / "out.txt")
            shares = [(o - b) / (m - b) for m, o, b in zip(many, one, begin, strict=True)]
            ratios.append((shares[0], shares[1]))
            runs = {"folder": many, "one file": one, "start": begin}
            told = [f"{name} {wall:.1f} s ({cpu:.1f})" for name, (wall, cpu) in runs.items()]
            speed = f"{shares[0]:.2f}x the speed ({shares[1]:.2f}x)"
            print(f"{', '.join(told)}: {speed}", flush=True)
    wall, cpu = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(f"median {wall:.2f}x ({cpu:.2f}x)")


if __name__ == "__main__":
    main()

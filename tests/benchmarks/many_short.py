"""Speed on many short texts against that on one long text of the same tokens.

python -m tests.benchmarks.many_short [--texts 30] [--tokens 300] [--repeats 3]
"""

from __future__ import annotations

import argparse
import statistics
import time
from itertools import pairwise

from specpc import Compressor
from tests.benchmarks.texts import long_text

QUESTION = "Why did construction of the Berth 4 extension come to a halt?"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=30)
    parser.add_argument("--tokens", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()

    compressor = Compressor.from_pretrained()
    text = long_text(options.texts * options.tokens * 6)
    bounds = compressor.reader.encoder.encode(text).bounds[:: options.tokens]
    edges = bounds[: options.texts + 1].tolist()
    short = [text[start:end] for start, end in pairwise(edges)]
    ratios = []
    for turn in range(options.repeats + 1):
        start = time.perf_counter()
        for part in short:
            compressor.compress(part, QUESTION, ratio=0.3)
        middle = time.perf_counter()
        compressor.compress("".join(short), QUESTION, ratio=0.3)
        many, one = middle - start, time.perf_counter() - middle
        if turn:  # the first turn warms up
            ratios.append(one / many)
            print(f"many {many:.2f} s, one {one:.2f} s: {one / many:.2f}x the speed", flush=True)
    print(f"median {statistics.median(ratios):.2f}x")


if __name__ == "__main__":
    main()

"""How well budgets are kept and used, by several tokenizers: ``python -m`` this with FILES.

python -m tests.benchmarks.budgets ../shared/data/*.jsonl [--tokenizer FOLDER]

One text of each data set, under 9,000 characters, is read once and cut to three ratios as every
tokenizer counts. The vocabularies of tiktoken come from the test environment.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
from dataclasses import replace
from pathlib import Path

from specpc import Compressor
from specpc.counting.counters import find_counter
from specpc.errors import SpecPCError
from tests.counting.vocabularies import CARRIED, provide_vocabularies

RATIOS = (0.1, 0.2, 0.5)
LONGEST = 9000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--tokenizer", action="append", default=[], help="a further one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TIKTOKEN_CACHE_DIR"] = folder
        provide_vocabularies(Path(folder))
        counters = {
            name: find_counter(name, offline=True) for name in (*CARRIED, *options.tokenizer)
        }
    compressor = Compressor.from_pretrained()
    used: list[float] = []
    for path in options.files:
        items = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        items = [item for item in items if len(item["context"]) < LONGEST]
        if not items:
            continue
        item = random.Random(path.name).choice(items)
        try:
            scored = compressor.score(item["context"], item.get("question"))
        except SpecPCError as error:
            print(f"{path.name}: {error}")
            continue
        for name, counter in {"draft": scored.counter, **counters}.items():
            assert counter is not None
            length = counter.count(item["context"])
            counted = replace(scored, counter=counter, original_tokens=length)
            for ratio in RATIOS:
                result = counted.compress(ratio=ratio)
                used.append(counter.count(result.text) / result.budget)
                if not 0.97 <= used[-1] <= 1:
                    print(f"{path.name}, {name}, {ratio:g}: {used[-1]:.1%} of the budget")
    well = sum(0.97 <= share <= 1 for share in used)
    over = sum(share > 1 for share in used)
    print(f"{len(used)} cuts: {over} over the budget, {well} at 97% or more, least {min(used):.1%}")


if __name__ == "__main__":
    main()

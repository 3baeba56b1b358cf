"""Warm scoring and compression against the plain forward of the draft on the same tokens.

python -m tests.benchmarks.overhead [--tokens 4000] [--repeats 5]
"""

from __future__ import annotations

import argparse
import statistics
import time
from functools import partial
from typing import TYPE_CHECKING

import torch

from specpc import Compressor
from specpc.drafts import load_draft
from specpc.reading import Reader
from specpc.scoring import SpecPCScorer
from tests.benchmarks.texts import long_text

if TYPE_CHECKING:
    from collections.abc import Callable


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tokens", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--dtype", default="auto")
    options = parser.parse_args()

    draft = load_draft(dtype=options.dtype)
    reader = Reader(draft)
    question = "Why did construction of the Berth 4 extension come to a halt?"
    text = long_text(options.tokens * 6)
    tokens = reader.encoder.encode(text)
    text = text[: tokens.bounds[options.tokens]]
    frame = reader.frame(question)
    ids = torch.from_numpy(tokens.ids[: options.tokens])
    prompt = torch.cat((torch.tensor(frame.before), ids, torch.tensor(frame.after)))[None]

    def plain() -> None:
        with torch.inference_mode():
            draft.model.base_model(input_ids=prompt, use_cache=False)

    runs: dict[str, Callable[[], object]] = {
        "scoring, specpc": lambda: SpecPCScorer().score(reader, question, [ids])
    }
    for name in ("specpc", "auto"):
        compressor = Compressor.from_pretrained(draft, scorer=name)
        run = partial(compressor.compress, text, question, ratio=0.2)
        runs[f"whole compression, {compressor.scorer.name}"] = run
    plains: list[float] = []
    ratios: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(options.repeats + 1):
        for name, run in runs.items():
            before, own, after = seconds(plain), seconds(run), seconds(plain)
            if turn:  # the first turn warms up; then side by side, so that noise hits both
                plains += [before, after]
                ratios[name].append(2 * own / (before + after))
    print(f"plain forward of {prompt.shape[1]:,} tokens: median {statistics.median(plains):.2f} s")
    for name, all_ratios in ratios.items():
        told = ", ".join(f"{ratio:.2f}" for ratio in sorted(all_ratios))
        print(f"{name} / plain forward: median {statistics.median(all_ratios):.3f} of {told}")


if __name__ == "__main__":
    main()

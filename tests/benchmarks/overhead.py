"""Warm scoring of a context against the plain forward of the same draft on the same tokens.

python -m tests.benchmarks.overhead [--tokens 4000] [--repeats 5]
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import TYPE_CHECKING

import torch

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
    question = "Why did construction come to a halt?"
    frame = reader.frame(question)
    ids = torch.from_numpy(
        reader.encoder.encode(long_text(options.tokens * 6)).ids[: options.tokens]
    )
    prompt = torch.cat((torch.tensor(frame.before), ids, torch.tensor(frame.after)))[None]

    def plain() -> None:
        with torch.inference_mode():
            draft.model.base_model(input_ids=prompt, use_cache=False)

    def scored() -> None:
        SpecPCScorer().score(reader, question, [ids])

    plain(), scored()
    ratios, plains = [], []
    for _ in range(options.repeats):  # side by side, so that noise hits both
        plains.append(seconds(plain))
        ratios.append(seconds(scored) / plains[-1])
    print(f"plain forward of {prompt.shape[1]:,} tokens: median {statistics.median(plains):.2f} s")
    print(f"scoring / plain forward: median {statistics.median(ratios):.3f} of", end=" ")
    print(", ".join(f"{ratio:.3f}" for ratio in sorted(ratios)))


if __name__ == "__main__":
    main()

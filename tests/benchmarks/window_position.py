"""Is an answer found as readily in the last window as in the first?

Each supporting sentence of ``tests/data/harbour-questions.json`` is taken out of the report and put
into the middle of each of five windows of a text made of the rest. Printed for each window: how
often the answer is kept at 10%, and the mean share of tokens in better-scored sentences.

    python -m tests.benchmarks.window_position [--dtype float32]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from specpc import Compressor
from specpc.drafts import load_draft
from specpc.picking import Units, unit_scores
from specpc.scoring import SpecPCScorer
from specpc.segmentation import segment

ROOT = Path(__file__).parents[2]
WINDOWS = 5


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--window", type=int, default=1000)
    options = parser.parse_args()
    draft = load_draft(dtype=options.dtype)
    compressor = Compressor(draft, SpecPCScorer(max_window=options.window))
    report = (ROOT / "examples/harbour-report.md").read_text("utf-8")
    questions = json.loads((ROOT / "tests/data/harbour-questions.json").read_text("utf-8"))
    kept = np.zeros((len(questions), WINDOWS))
    rank = np.zeros((len(questions), WINDOWS))
    for row, item in enumerate(questions):
        rest = report.replace(item["sentence"], "")
        for window in range(WINDOWS):
            text = _insert(rest, item["sentence"] + " ", (window + 0.5) / WINDOWS)
            scored = compressor.score(text, item["question"])
            assert scored.windows == WINDOWS, scored.windows
            kept[row, window] = item["answer"] in scored.compress(ratio=0.1).text
            rank[row, window] = _better(text, item["sentence"], scored.scores, scored.tokens.bounds)
    print("window      ", *(f"{w + 1:>6}" for w in range(WINDOWS)))
    print("kept at 10% ", *(f"{v:6.2f}" for v in kept.mean(0)))
    print("tokens ahead", *(f"{v:6.1%}" for v in rank.mean(0)))


def _insert(text: str, sentence: str, place: float) -> str:
    starts = [bound for bound in segment(text, "sentence") if text[bound : bound + 1] != "|"]
    at = min(starts, key=lambda bound: abs(bound - place * len(text)))
    return text[:at] + sentence + text[at:]


def _better(text: str, sentence: str, scores: np.ndarray, bounds: np.ndarray) -> float:
    """Share of the tokens that lie in units scored above the sentence."""
    units = Units(text, bounds, "sentence")
    values = unit_scores(scores, units.of_token, len(units))
    own = int(np.searchsorted(units.edges, text.index(sentence), side="right")) - 1
    return float(units.sizes[values > values[own]].sum() / len(scores))


if __name__ == "__main__":
    main()

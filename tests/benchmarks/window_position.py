"""Is an answer found as readily in the last window as in the first?

Each supporting sentence of ``tests/data/harbour-questions.json`` is taken out of the report and put
into each fifth of the rest in turn, which is read in windows of about 1,000 tokens. Printed for
each fifth: how often the answer is kept at 10% of the tokens, and the mean share of tokens that
lie in better-scored sentences.

    python -m tests.benchmarks.window_position [--scorer auto] [--questions 12]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from specpc import Compressor
from specpc.drafts.load import load_draft
from specpc.scorers.settings import PaperSettings
from specpc.structure.units import cut_into_units
from specpc.text.pieces import pool
from specpc.text.units import segment

ROOT = Path(__file__).parents[2]
PLACES = 5


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--window", type=int, default=1000)
    parser.add_argument("--scorer", choices=["paper", "auto"], default="paper")
    parser.add_argument("--questions", type=int, default=12)
    options = parser.parse_args()
    draft = load_draft(dtype=options.dtype)
    compressor = Compressor.from_pretrained(draft)
    if options.scorer == "paper":
        compressor = Compressor(draft, PaperSettings(max_window=options.window))
    report = (ROOT / "docs/examples/harbour-report.md").read_text("utf-8")
    questions = json.loads((ROOT / "tests/data/harbour-questions.json").read_text("utf-8"))
    questions = questions[: options.questions]
    kept = np.zeros((len(questions), PLACES))
    rank = np.zeros((len(questions), PLACES))
    for row, item in enumerate(questions):
        rest = report.replace(item["sentence"], "")
        for place in range(PLACES):
            text = _insert(rest, item["sentence"] + " ", (place + 0.5) / PLACES)
            scored = compressor.score(text, item["question"])
            kept[row, place] = item["answer"] in scored.compress(ratio=0.1).text
            rank[row, place] = _better(
                text, item["sentence"], scored.scores.tokens, scored.read.tokens.bounds
            )
    print("fifth       ", *(f"{place + 1:>6}" for place in range(PLACES)))
    print("kept at 10% ", *(f"{v:6.2f}" for v in kept.mean(0)))
    print("tokens ahead", *(f"{v:6.1%}" for v in rank.mean(0)))


def _insert(text: str, sentence: str, share: float) -> str:
    starts = [bound for bound in segment(text, "sentence") if text[bound : bound + 1] != "|"]
    at = min(starts, key=lambda bound: abs(bound - share * len(text)))
    return text[:at] + sentence + text[at:]


def _better(text: str, sentence: str, scores: np.ndarray, bounds: np.ndarray) -> float:
    """Share of the tokens that lie in units scored above the sentence."""
    units = cut_into_units(text, bounds, "sentence")
    values = pool(scores, units.of_token, len(units))
    own = int(np.searchsorted(units.edges, text.index(sentence), side="right")) - 1
    return float(units.sizes[values > values[own]].sum() / len(scores))


if __name__ == "__main__":
    main()

"""Answers of one target by method and KV budget, on RULER's data sets.

python -m tests.benchmarks.kv_ruler /work/shared/data/ruler_*.jsonl --limit 2 --budget 128 256 512

Prints the share of right answers, cache bytes and seconds; the figures of one run of a few items
are noisy. A draft with fewer layers than the default one: --draft-layers 20.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import torch

from specpc.compressor import Compressor
from specpc.drafts import DEFAULT_DRAFT, Draft, load_draft
from specpc.evaluation.data import Item, read_collection
from specpc.evaluation.targets import request_after
from specpc.kv.answering import Answerer
from specpc.kv.settings import METHODS, MethodName, Settings


def cut_layers(draft: Draft, layers: int) -> Draft:
    """The draft without its last layers."""
    model = draft.model
    model.model.layers = torch.nn.ModuleList(model.model.layers[:layers])
    model.config.num_hidden_layers = layers
    return replace(draft, name=f"{draft.name} ({layers} layers)")


def right(item: Item, answer: str) -> float:
    """Share of the accepted answers found, or whether one of them is."""
    found = [wanted.casefold() in answer.casefold() for wanted in item.answers]
    return sum(found) / len(found) if item.answers_mode == "all" else float(any(found))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--limit", type=int, default=2)
    parser.add_argument("--budget", type=int, nargs="+", default=[128, 256, 512])
    parser.add_argument("--method", nargs="+", choices=METHODS, default=["speckv", "snapkv"])
    parser.add_argument("--target", default=DEFAULT_DRAFT)
    parser.add_argument("--draft", default=DEFAULT_DRAFT)
    parser.add_argument("--draft-layers", type=int)
    parser.add_argument("--answer-tokens", type=int, default=64)
    parser.add_argument("--most-characters", type=int, default=20_000)
    options = parser.parse_args()
    target = load_draft(options.target)
    draft = load_draft(options.draft)
    if options.draft_layers:
        draft = cut_layers(draft, options.draft_layers)
    compressor = Compressor.from_pretrained(draft)
    items = read_collection(options.files, options.limit, with_target=True).items
    items = tuple(item for item in items if len(item.context) <= options.most_characters)
    print(f"{len(items)} items, target {target.name}, draft {draft.name}")
    runs: list[tuple[MethodName, int | None]] = []
    for method in options.method:
        budgets = options.budget if Settings(method).trims else [None]
        runs += [(method, budget) for budget in budgets]
    scores: dict[tuple[str, int | None], list[float]] = defaultdict(list)
    for method, budget in runs:
        settings = Settings(method, kv_budget=budget, max_new_tokens=options.answer_tokens)
        answerer = Answerer(target, settings, compressor)
        seconds, held = 0.0, 0
        for item in items:
            found = answerer.answer(item.context, request_after(item.question).strip())
            scores[method, budget].append(right(item, found.text))
            seconds, held = seconds + found.seconds, max(held, found.cache_bytes)
        mean = sum(scores[method, budget]) / len(items)
        print(
            f"{method:10} budget {budget or 'all':>5}: {mean:.3f} right, at most {held:,} bytes "
            f"of cache, {seconds / len(items):.1f} s an item",
            flush=True,
        )


if __name__ == "__main__":
    main()

"""Trains an adapter for a draft (`specpc.models.lean.adapted`); a run that was stopped goes on.

python -m tests.fitting.train RUN ../shared/train [--minutes 60] [--steps 4000] [--last-layer 23]

RUN is a folder, into which a checkpoint and ``adapter.safetensors`` are written every few steps;
the folders after it hold ``.jsonl.gz`` files of documents (`training.documents.read_file`), beside
which others are made of what is at hand (`training.makers`). The same command with the same RUN
goes on where it was, with the same documents in the same order. ``--steps`` says how long all of it
is, ``--minutes`` how long this time. Lines EVAL tell of documents that are not trained on: by
source, the share of questions whose best piece is right, and of evidence in the best tenth.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from specpc.drafts.load import load_draft
from specpc.models.lean.load import view_of
from specpc.models.reader import Reader
from specpc.scorers.profile import shipped_profile
from tests.fitting.observe import read_adapter
from tests.fitting.training.mixing import sources
from tests.fitting.training.state import (
    ADAPTER,
    CHECKPOINT,
    Plan,
    Training,
    begin_like,
    new_adapter,
    reference_fields,
)
from tests.fitting.training.steps import School, examine, take

if TYPE_CHECKING:
    from collections.abc import Sequence

# How much of what is told of a source is its last document.
_NEWEST = 0.07
_TOLD = 10


def run(school: School, training: Training, options: argparse.Namespace) -> None:
    """Make steps until they are all made or time is up."""
    started, told = time.monotonic(), dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]()

    def tell(kind: str, values: object) -> None:
        seconds = time.monotonic() - started
        print(f"{kind} {training.step} {seconds:.0f}s {json.dumps(values)}", flush=True)

    def evaluate() -> None:
        found = examine(school, training.adapter, options.held_out)
        means = np.mean(list(found.values()), axis=0).round(3).tolist()
        tell("EVAL", {"mean": means} | {n: np.round(v, 2).tolist() for n, v in found.items()})

    if options.held_out and not training.step:
        evaluate()
    while training.step < training.plan.steps:
        for name, *values in take(school, training):
            old = told.get(name, np.asarray(values))
            told[name] = old + _NEWEST * (np.asarray(values) - old)
        if training.step % _TOLD == 0:
            tell("step", {name: told[name].round(2).tolist() for name in sorted(told)})
        last = training.step == training.plan.steps
        late = time.monotonic() - started > 60 * options.minutes
        if training.step % options.every == 0 or last or late:
            training.save(options.run)
        if options.held_out and (training.step % options.evaluate == 0 or last):
            evaluate()
        if late:
            break


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, or go on."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("data", type=Path, nargs="*")
    parser.add_argument("--draft", default="smollm2-135m")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--every", type=int, default=10, help="steps between checkpoints")
    parser.add_argument("--evaluate", type=int, default=200, help="steps between EVAL lines")
    parser.add_argument("--held-out", type=int, default=3, help="documents a source for these")
    parser.add_argument("--start", type=Path, help="another adapter, of as many layers or more")
    usual = Plan()
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--steps", type=int, default=usual.steps)
    parser.add_argument("--last-layer", type=int, default=usual.last_layer)
    parser.add_argument("--rank", type=int, default=usual.rank)
    parser.add_argument("--budgeted", type=float, default=usual.budgeted)
    options = parser.parse_args(arguments)
    options.run.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        seed=options.seed,
        steps=options.steps,
        last_layer=options.last_layer,
        rank=options.rank,
        budgeted=options.budgeted,
    )
    draft = load_draft(options.draft, dtype=options.dtype, lean=True)
    model = view_of(draft.model)
    if model is None:
        raise SystemExit(f"{options.draft} is not of the Llama family")
    reader = Reader(draft)
    adapter = new_adapter(model, plan, reader.frame("").closing, shipped_profile(draft))
    if (other := read_adapter(options.start)) is not None:
        begin_like(adapter, other)
    training = Training(adapter, plan)
    school = School(reader, model, sources(options.data))
    shares = {source.name: round(source.share, 3) for source in school.given}
    went_on = training.resume(options.run)
    print("goes on from" if went_on else "begins at", training.step, json.dumps(shares), flush=True)
    run(school, training, options)
    data = (options.run / ADAPTER).read_bytes() if (options.run / CHECKPOINT).exists() else b""
    print(json.dumps({"adapter": reference_fields(data, adapter, ADAPTER)}))


if __name__ == "__main__":
    main()

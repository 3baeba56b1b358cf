"""Memory of a worker of ``specpc batch`` as the documents go by.

python -m tests.benchmarks.batch_memory [--documents 5000] [--draft DIR] [--characters 500]

Runs the worker in this process, on generated documents of 500 characters, and prints its
resident memory every so often. Without ``--draft`` it is a tiny random one.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import psutil

from specpc.batch.planning import plan
from specpc.batch.settings import BatchSettings
from specpc.batch.work import Done, Worker
from specpc.machine.processors import share_machine
from specpc.options import Cut, Setup
from tests.batch.corpora import write_lines
from tests.benchmarks.texts import long_text
from tests.tiny_models import byte_tokenizer, tiny_model

_PART_ROWS = 50


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--characters", type=int, default=500)
    parser.add_argument("--every", type=int, default=500)
    parser.add_argument("--draft")
    options = parser.parse_args()
    share_machine()  # as the command does

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draft = options.draft
        if draft is None:
            draft = str(folder / "draft")
            tiny_model("llama").save_pretrained(draft)
            byte_tokenizer().save_pretrained(draft)
        size = options.characters
        text = long_text(size * 200)
        texts = [text[i * size : (i + 1) * size] for i in range(200)]
        rows = [
            {"context": f"({i}) {texts[i % 200]}", "question": f"What about {i % 97}?"}
            for i in range(options.documents)
        ]
        source = write_lines(folder / "in.jsonl", rows)
        settings = BatchSettings(Cut(0.3), setup=Setup(draft))
        planned = plan(str(source), str(folder / "out"), settings, part_rows=_PART_ROWS)
        worker = Worker(planned.work)
        worker.load()
        process, done = psutil.Process(), 0
        for block in planned.blocks:
            outcome = worker.attempt(block, last=True)
            assert isinstance(outcome, Done)
            done += outcome.rows
            if done % options.every == 0:
                resident = process.memory_info().rss / 2**20
                print(f"document {done:>6,}: {resident:,.1f} MiB", flush=True)


if __name__ == "__main__":
    main()

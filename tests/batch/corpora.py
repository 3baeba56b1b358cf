"""Small corpora, and workers in this process."""

from __future__ import annotations

import gzip
import json
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from specpc.batch.work import Work, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.batch.blocks import RowBlock
    from specpc.batch.schedule import Event

TEXT = "".join(f"Sentence {i} tells of topic {i % 5}.\n" for i in range(8))


def some_rows(count: int) -> list[dict[str, Any]]:
    return [
        {"id": i, "context": f"Row {i}. {TEXT}", "question": f"Topic {i % 5}?" if i % 2 else None}
        for i in range(count)
    ]


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_table(path: Path, rows: list[dict[str, Any]], group: int = 3) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=group)
    return path


def read_parts(out: Path) -> list[dict[str, Any]]:
    """The rows of all parts, in order, without the time they took."""
    rows: list[dict[str, Any]] = []
    for part in sorted(out.glob("part-*")):
        if part.suffix == ".parquet":
            rows += pq.read_table(part).to_pylist()
        else:
            rows += map(json.loads, part.read_bytes().splitlines())
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def read_bad(out: Path) -> list[dict[str, Any]]:
    files = sorted((out / "_bad-rows").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


class HerePool:
    """One worker, in this process."""

    size = 1

    def __init__(self, work: Work) -> None:
        self._worker = Worker(work)
        self._events: deque[tuple[int, Event]] = deque()
        self.given: list[int] = []

    def start(self, slot: int) -> None:
        self._events.append((slot, self._worker.load()))

    def give(self, slot: int, block: RowBlock, *, last: bool) -> None:
        self.given.append(block.index)
        self._events.append((slot, self._worker.attempt(block, last=last)))

    def wait(self) -> Iterator[tuple[int, Event]]:
        yield self._events.popleft()

    def close(self) -> None:
        self._events.clear()

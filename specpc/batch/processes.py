"""Workers as processes on this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from specpc.batch.work import Died, Worker
from specpc.machine.processors import stated_threads, usable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.context import SpawnProcess

    from specpc.batch.blocks import RowBlock
    from specpc.batch.schedule import Event
    from specpc.batch.work import Work

_PATIENCE = 10.0
"""Seconds a process that was told to end may take."""
_GRACE = 2.0
"""Seconds it has to end by itself, which leaves nothing behind."""


@dataclass(frozen=True)
class WorkerSlot:
    """Where a worker runs.

    Attributes:
        device: of its draft.
        threads: CPU threads it may use.
    """

    device: str
    threads: int


def find_slots(device: str, workers: int | None = None) -> list[WorkerSlot]:
    """So many workers, or one a GPU, or one for every two cores; which share the cores evenly.

    Several GPUs are taken in turn, unless the device is one in particular.

    Raises:
        DeviceError: there is no such device.
    """
    import torch

    from specpc.drafts.device import resolve_device

    chosen = resolve_device(device)
    cores = usable()
    devices = [str(chosen)]
    if str(chosen) == "cuda":  # no one in particular
        devices = [f"cuda:{i}" for i in range(torch.cuda.device_count())]
    if workers is None:
        workers = max(1, cores // 2) if chosen.type == "cpu" else len(devices)
    threads = max(1, cores // workers)
    return [WorkerSlot(devices[i % len(devices)], threads) for i in range(workers)]


class ProcessPool:
    """One spawned process a slot, at the other end of a pipe."""

    def __init__(self, work: Work, slots: Sequence[WorkerSlot]) -> None:
        """Start nothing yet."""
        self._work = work
        self._slots = slots
        self._context = multiprocessing.get_context("spawn")
        self._processes: dict[int, SpawnProcess] = {}
        self._pipes: dict[int, Connection] = {}

    @property
    def size(self) -> int:
        """How many processes."""
        return len(self._slots)

    def start(self, slot: int) -> None:
        """Start a process."""
        here, there = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(there, self._work, self._slots[slot]))
        process.start()
        there.close()  # else its end would not show when the process dies
        self._processes[slot], self._pipes[slot] = process, here

    def give(self, slot: int, block: RowBlock, *, last: bool) -> None:
        """Send a block."""
        with suppress(OSError):  # it has died, as `wait` will find
            self._pipes[slot].send((block, last))

    def wait(self) -> Iterator[tuple[int, Event]]:
        """What processes send; one that has died sends the end of the pipe."""
        slots = {pipe: slot for slot, pipe in self._pipes.items()}
        for pipe in wait(list(slots)):
            assert isinstance(pipe, Connection)
            try:
                event = pipe.recv()
            except (EOFError, OSError):
                event = Died(self._bury(slots[pipe]))
            yield slots[pipe], event

    def _bury(self, slot: int) -> str:
        """Forget a process; how it died."""
        self._pipes.pop(slot).close()
        process = self._processes.pop(slot)
        process.join(_PATIENCE)
        code = process.exitcode
        if code is not None and code < 0:
            return f"a worker was killed ({signal.Signals(-code).name})"
        return f"a worker ended (exit code {code})"

    def close(self) -> None:
        """End all processes: those that are idle by themselves, the others at once."""
        for pipe in self._pipes.values():
            pipe.close()
        soon = time.monotonic() + _GRACE
        for process in self._processes.values():
            process.join(max(0.0, soon - time.monotonic()))
            process.terminate()
        for process in self._processes.values():
            process.join(_PATIENCE)
        self._processes.clear()
        self._pipes.clear()


def limit_threads(count: int) -> None:
    """Have the libraries use so many threads, or fewer if ``OMP_NUM_THREADS`` says so."""
    stated = stated_threads()
    chosen = count if stated is None else min(stated, count)
    # Torch goes by MKL's number, and crawls in bfloat16 where OpenMP allows fewer.
    for library in ("OMP", "MKL", "RAYON"):
        os.environ[f"{library}_NUM_THREADS"] = str(chosen)


def _serve(pipe: Connection, work: Work, slot: WorkerSlot) -> None:
    """What a process does: nothing that imports torch comes before the first lines."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends this
    limit_threads(slot.threads)
    worker = Worker(work)
    with suppress(EOFError, OSError):  # the parent is gone
        pipe.send(worker.load(slot.device))
        while True:
            block, last = pipe.recv()
            pipe.send(worker.attempt(block, last=last))

"""Where the time of a compression goes, for whoever asks; costs nothing otherwise."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from specpc.machine.memory import imported_torch

if TYPE_CHECKING:
    from collections.abc import Iterator

_WATCH: ContextVar[dict[str, float] | None] = ContextVar("specpc-stopwatch", default=None)


@contextmanager
def stopwatch() -> Iterator[dict[str, float]]:
    """Collect the seconds spent in each stage, by name, while this lasts."""
    watch: dict[str, float] = {}
    token = _WATCH.set(watch)
    try:
        yield watch
    finally:
        _WATCH.reset(token)


@contextmanager
def stage(name: str, device: object = "cpu") -> Iterator[None]:
    """Count the time of what is done meanwhile under a name, waiting for the device to finish."""
    watch = _WATCH.get()
    if watch is None:
        yield
        return
    start = time.perf_counter()
    try:
        yield
        wait_for(device)
    finally:
        watch[name] = watch.get(name, 0.0) + time.perf_counter() - start


def wait_for(device: object) -> None:
    """Wait until a CUDA device has done all it was given."""
    if str(device).startswith("cuda"):
        imported_torch().cuda.synchronize()

"""How torch shares processors and memory with the rest of the machine.

Torch counts the processors it can see. Where a container may use the time of two of 64, as many
threads as processors only wait for each other. They wait by spinning, which is fastest where each
has a processor of its own; where others are at work too, every one that spins keeps the one it
waits for from running, and all becomes many times slower.

For every length of a text oneDNN makes kernels of its own and keeps a thousand; of many short
texts that was 90 MB of them, without saving any time.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from specpc.machine.processors import stated_threads, usable, visible

_LOAD: Final = Path("/proc/loadavg")
_LOOKS: Final = 3
_BETWEEN_SECONDS: Final = 0.003
_KERNELS_KEPT: Final = 64
_WAITING: Final = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")


def share_machine() -> None:
    """Set the variables of OpenMP and oneDNN, unless they are set, as the machine allows.

    ``OMP_NUM_THREADS`` where there are more processors than time, and ``OMP_WAIT_POLICY`` where
    there are fewer processors than threads that want one. Before torch is imported, which reads
    them then.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_KERNELS_KEPT))
    threads = usable()
    if threads < visible():
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    stated = stated_threads()
    threads = threads if stated is None else stated
    if threads < 2 or any(name in os.environ for name in _WAITING):
        return
    if others_at_work() + threads > (os.cpu_count() or 1):
        os.environ["OMP_WAIT_POLICY"] = "PASSIVE"


def others_at_work(load: Path = _LOAD) -> int:
    """How many other threads of the whole machine run or want to, for more than a moment."""
    found = []
    for look in range(_LOOKS):
        if look:
            time.sleep(_BETWEEN_SECONDS)
        try:
            running = int(load.read_text("utf-8").split()[3].partition("/")[0])
        except (OSError, ValueError, IndexError):
            return 0
        found.append(running - 1)
    return max(min(found), 0)

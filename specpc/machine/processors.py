"""How many processors this process may use, and how torch shares them with the rest of the machine.

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

_ROOT: Final = Path("/sys/fs/cgroup")
_OWN: Final = Path("/proc/self/cgroup")
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


def visible() -> int:
    """Logical processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def usable() -> int:
    """Those of them that it has the time of, one at least."""
    limit = quota()
    return visible() if limit is None else max(1, min(visible(), int(limit)))


def stated_threads() -> int | None:
    """What ``OMP_NUM_THREADS`` says; ``None`` if that is no number."""
    stated = os.environ.get("OMP_NUM_THREADS", "")
    return int(stated) if stated.isdecimal() else None


def quota(root: Path = _ROOT, own: Path = _OWN) -> float | None:
    """Processors' worth of time that this process may use; ``None`` if there is no limit.

    The least of its control group and those above it: ``cpu.max`` of version 2, or
    ``cpu.cfs_quota_us`` and ``cpu.cfs_period_us`` of version 1.
    """
    found = [_limit(root / "cpu" / "cpu.cfs_quota_us", root / "cpu" / "cpu.cfs_period_us")]
    group = root / _group(own)
    while group.is_relative_to(root):
        found.append(_limit(group / "cpu.max"))
        group = group.parent
    return min((limit for limit in found if limit is not None), default=None)


def _group(own: Path) -> str:
    """Path of this process's group of version 2 below the root."""
    try:
        lines = own.read_text("utf-8").splitlines()
    except OSError:
        return ""
    return next((line[3:].lstrip("/") for line in lines if line.startswith("0::")), "")


def _limit(*files: Path) -> float | None:
    """The limit that stands in these files: how much time in which; ``max`` and -1 are none."""
    try:
        allowed, period = map(int, " ".join(file.read_text("utf-8") for file in files).split())
        return allowed / period if allowed > 0 else None
    except (OSError, ValueError, ZeroDivisionError):
        return None

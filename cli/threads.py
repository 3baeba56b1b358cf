"""How many threads torch may use: no more than the container has processors' worth of time for.

Torch counts the processors it can see. Where a container may use the time of two of 64, as many
threads as processors only wait for each other.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_ROOT: Final = Path("/sys/fs/cgroup")
_OWN: Final = Path("/proc/self/cgroup")


def respect_quota() -> None:
    """Set ``OMP_NUM_THREADS``, unless it is set, where there are more processors than time.

    Before torch is imported, which reads it then.
    """
    allowed = quota()
    seen = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if allowed is not None and allowed < (seen or 1):
        os.environ.setdefault("OMP_NUM_THREADS", str(max(1, int(allowed))))


def quota(root: Path = _ROOT, own: Path = _OWN) -> float | None:
    """Processors' worth of time that this process may use; ``None`` if there is no limit.

    The least of its control group and those above it: ``cpu.max`` of version 2, or
    ``cpu.cfs_quota_us`` and ``cpu.cfs_period_us`` of version 1.
    """
    found = [_version_1(root / "cpu")]
    group = root / _group(own)
    while group.is_relative_to(root):
        found.append(_version_2(group))
        group = group.parent
    limits = [limit for limit in found if limit is not None]
    return min(limits, default=None)


def _group(own: Path) -> str:
    """Path of this process's group of version 2 below the root."""
    try:
        lines = own.read_text("utf-8").splitlines()
    except OSError:
        return ""
    return next((line[3:].lstrip("/") for line in lines if line.startswith("0::")), "")


def _version_2(group: Path) -> float | None:
    try:
        limit, period = (group / "cpu.max").read_text("utf-8").split()
        return None if limit == "max" else int(limit) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None


def _version_1(group: Path) -> float | None:
    try:
        names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        limit, period = (int((group / name).read_text("utf-8")) for name in names)
        return limit / period if limit > 0 else None
    except (OSError, ValueError, ZeroDivisionError):
        return None

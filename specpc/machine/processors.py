"""How many processors this process may use: containers may have the time of fewer than they see."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_ROOT: Final = Path("/sys/fs/cgroup")
_OWN: Final = Path("/proc/self/cgroup")


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

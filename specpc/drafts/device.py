"""Where a draft runs and in which number format."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from specpc.errors import Argument, DeviceError

if TYPE_CHECKING:
    import torch

_DTYPES = ("float32", "bfloat16", "float16")


@cache
def survive_forks() -> None:
    """Have a copy that is forked of this process compute in one thread.

    The helpers of torch are not copied: it would wait for them without end.
    """
    import torch

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))


def resolve_device(device: str) -> torch.device:
    """Turn ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps`` into a device that is there.

    ``auto`` is the first of CUDA, MPS and the CPU that works.

    Raises:
        DeviceError: it is not there, or no such device exists.
    """
    import torch

    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if device == "auto":
        return torch.device("cuda" if cuda else "mps" if mps else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError:
        chosen = None
    if chosen is None or chosen.type not in {"cpu", "cuda", "mps"}:
        takes = " takes auto, cpu, cuda, cuda:N or mps"
        raise DeviceError(f"there is no device {device!r}: ", Argument("device="), takes)
    if {"cuda": not cuda, "mps": not mps}.get(chosen.type):
        told = f"{chosen.type.upper()} is not available here: use "
        raise DeviceError(told, Argument("device=cpu"), " or auto")
    if chosen.type == "cuda" and (chosen.index or 0) >= torch.cuda.device_count():
        sees = f" takes one of the {torch.cuda.device_count()} that CUDA sees, counted from 0"
        raise DeviceError(f"there is no device {device!r}: ", Argument("device="), sees)
    return chosen


def resolve_dtype(dtype: str, device: torch.device, *, compressing: bool = False) -> torch.dtype:
    """Turn ``auto``, ``float32``, ``bfloat16`` or ``float16`` into a number format.

    ``auto`` is bfloat16 on CUDA where the hardware has it, else float16. On the CPU it is float32,
    or for compressing bfloat16 where the processor has instructions for it: it takes half the time
    and finds as much (docs/performance.md).

    Raises:
        DeviceError: no such format.
    """
    import torch

    if dtype in _DTYPES:
        chosen: torch.dtype = getattr(torch, dtype)
        return chosen
    if dtype != "auto":
        takes = f" takes auto, {', '.join(_DTYPES)}"
        raise DeviceError(f"there is no number format {dtype!r}: ", Argument("dtype="), takes)
    if device.type == "cpu":
        return torch.bfloat16 if compressing and _has_bfloat16() else torch.float32
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.bfloat16
    return torch.float16


def _has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 by itself (x86: AVX512_BF16 or AMX).

    Other processors were not measured.
    """
    from specpc.models.instructions import has_instructions

    return has_instructions("avx512_bf16", "amx_bf16")


def machine() -> str:
    """What ``auto`` may depend on, in words: told without torch, whose import takes a second."""
    from importlib.metadata import version  # its imports would slow --help down

    try:
        block = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n\n")[0]
        told = [line for line in block.splitlines() if line.startswith(("model name", "flags"))]
    except OSError:  # not Linux
        told = [platform.processor()]
    cards = [path.name for path in Path("/dev").glob("nvidia[0-9]*")]
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    return f"{platform.machine()} {told} {sorted(cards)} {chosen} torch {version('torch')}"

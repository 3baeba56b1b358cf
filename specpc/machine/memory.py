"""Running out of memory, in all the ways torch says so; and how much a process has used."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from specpc.errors import OutOfMemoryError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def memory_errors(*message: str) -> Iterator[None]:
    """Turn every way of running out of memory into `OutOfMemoryError` with this message."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_memory_error(error):
            raise
        raise OutOfMemoryError(*message) from error


def is_memory_error(error: BaseException) -> bool:
    """Tell whether an exception means that memory ran out.

    ``torch.OutOfMemoryError`` says "out of memory", the CPU allocator "can't allocate memory".
    """
    told = str(error).lower()
    return isinstance(error, MemoryError) or any(
        sign in told for sign in ("out of memory", "can't allocate memory", "not enough memory")
    )


class PeakMemory:
    """The most memory in use since this was made: of a CUDA device, or on the CPU of this process.

    Systems other than Linux cannot count a process anew: there it is the most since it began.

    Args:
        device: where the models run: a ``torch.device``.
    """

    def __init__(self, device: Any) -> None:
        """Begin to count."""
        self.device = device
        if device.type == "cuda":
            imported_torch().cuda.reset_peak_memory_stats(device)
        elif device.type == "cpu":
            with suppress(OSError):
                Path("/proc/self/clear_refs").write_text("5", encoding="ascii")

    def read(self) -> int | None:
        """Bytes; ``None`` where they are not known."""
        if self.device.type == "cuda":
            return int(imported_torch().cuda.max_memory_allocated(self.device))
        return process_peak() if self.device.type == "cpu" else None


def imported_torch() -> Any:
    """Torch, for whoever was given something of it: then somebody has imported it."""
    return sys.modules["torch"]


def process_peak() -> int | None:
    """The most bytes this process has used; ``None`` where that is not known.

    It counts since the process began, or since the last `PeakMemory` where that begins anew.
    """
    try:
        import resource
    except ImportError:  # Windows has no such count
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024

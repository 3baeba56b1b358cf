"""Running out of memory, in all the ways torch says so; and how much a process has used."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from specpc.errors import OutOfMemoryError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def memory_errors(message: str) -> Iterator[None]:
    """Turn every way of running out of memory into `OutOfMemoryError` with this message."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_memory_error(error):
            raise
        raise OutOfMemoryError(message) from error


def is_memory_error(error: BaseException) -> bool:
    """Tell whether an exception means that memory ran out.

    ``torch.OutOfMemoryError`` says "out of memory", the CPU allocator "can't allocate memory".
    """
    told = str(error).lower()
    return isinstance(error, MemoryError) or any(
        sign in told for sign in ("out of memory", "can't allocate memory", "not enough memory")
    )


def process_peak() -> int | None:
    """The most bytes this process has used so far; ``None`` where that is not known."""
    try:
        import resource
    except ImportError:  # Windows has no such count
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024

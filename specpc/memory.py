"""Running out of memory, in all the ways torch says so."""

from __future__ import annotations

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

"""How the time of some work grows with what it is given, on machines that do other things too."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

# Where there is no more to it than this, nothing is told of growth.
_FLOOR: Final = 0.05
# For twice the size, the square of it takes four times as long.
_GROWTH: Final = 3.2
_TRIES: Final = 3


class TooLongError(Exception):
    """Some work was ended."""


@contextmanager
def limited(limit: float) -> Iterator[None]:
    """End what takes more processor time; the engines of patterns look for signals, too."""

    def end(number: int, frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def seconds(work: Callable[[], object], limit: float) -> float:
    """Processor time of some work; infinite if it had to be ended."""
    start = time.process_time()
    try:
        with limited(limit):
            work()
    except TooLongError:
        return float("inf")
    return time.process_time() - start


def growth(work: Callable[[int], object], size: int, limit: float = 5.0) -> float:
    """How many times as long some work takes for twice the size; infinite if it does not end.

    The least of three tries; nothing where it takes next to no time.
    """
    found = float("inf")
    for _ in range(_TRIES):
        large = seconds(lambda: work(2 * size), limit)
        if large < _FLOOR or large == float("inf"):
            return 0.0 if large < _FLOOR else large
        small = seconds(lambda: work(size), limit)
        found = min(found, large / max(small, _FLOOR / 10))
        if found < _GROWTH:
            break
    return found


def grows(work: Callable[[int], object], size: int, limit: float = 5.0) -> bool:
    """Whether it takes more than a little over twice as long for twice the size, and again.

    From some size on a text may be looked at in another way.
    """
    return all(growth(work, own, limit) >= _GROWTH for own in (size, 2 * size))

"""What gives the draft its work, from a queue that does not grow without end.

Texts are read one after another: a draft on a CPU reads several at once no faster, and the queue
keeps it busy.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from specpc.errors import UsageError
from specpc.serving.errors import BusyError, ClientGoneError, StoppingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

T = TypeVar("T")

Work: TypeAlias = "Callable[[DraftJob[T]], T]"
"""Something to be done with the draft, which asks its job whether it is still wanted."""

_SLOW: Final = 0.8  # weight of the past in the mean seconds of a job
_LONGEST_WAIT_SECONDS: Final = 60.0
_SIGNALS_SECONDS: Final = 0.5  # on Windows, signals are not seen while a lock is waited for


@dataclass(frozen=True, eq=False)
class DraftJob(Generic[T]):
    """Work, and the future that says what comes of it."""

    work: Work[T]
    future: Future[T] = field(default_factory=Future)
    _given_up: threading.Event = field(default_factory=threading.Event)

    def give_up(self) -> None:
        """Nobody wants it any more: it is not begun, or ends soon."""
        self._given_up.set()
        self.future.cancel()

    def run(self) -> bool:
        """Do it; whether it was still wanted."""
        if not self.future.set_running_or_notify_cancel():
            return False
        try:
            result = self.work(self)
        except BaseException as error:  # whatever it was, the thread goes on
            self.future.set_exception(error)
        else:
            self.future.set_result(result)
        return True

    def progress(self, _done: int, _total: int) -> None:
        """See `check`; called after each window read."""
        self.check()

    def check(self) -> None:
        """Raise `ClientGoneError` where nobody wants it any more."""
        if self._given_up.is_set():
            raise ClientGoneError


class DraftWorker:
    """Does jobs in the order they come, in the thread that calls `work`."""

    def __init__(self, places: int) -> None:
        """Take on up to ``places`` jobs besides the one that is being done."""
        self.places = places
        self._waiting: deque[DraftJob[Any]] = deque()
        self._current: DraftJob[Any] | None = None
        self._changed = threading.Condition()
        self._closing = False
        self._seconds = 1.0

    def work(self) -> None:
        """Do what comes, until `close`."""
        while (job := self._next()) is not None:
            start = time.perf_counter()
            if job.run():
                seconds = time.perf_counter() - start
                self._seconds = _SLOW * self._seconds + (1 - _SLOW) * seconds

    def close(self) -> None:
        """Give up what waits, and what is being done."""
        with self._changed:
            self._closing = True
            jobs = [*self._waiting, *([self._current] if self._current else ())]
            self._waiting.clear()
            self._changed.notify()
        for job in jobs:
            job.give_up()

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return len(self._waiting)

    def submit(self, jobs: Sequence[DraftJob[Any]]) -> None:
        """Queue all of the jobs, or none.

        Raises:
            UsageError: they are more than ever fit.
            BusyError: there is no room now.
        """
        if len(jobs) > self.places:
            raise UsageError(
                f"{len(jobs)} texts in one request are more than this server takes on at once "
                f"({self.places}): send them in several"
            )
        with self._changed:
            if self._closing:
                raise StoppingError
            # Those that nobody waits for any more take up no room.
            if len(self._waiting) + len(jobs) > self.places:
                self._waiting = deque(job for job in self._waiting if not job.future.cancelled())
            if len(self._waiting) + len(jobs) > self.places:
                wait = self._seconds * (len(self._waiting) + len(jobs) - self.places)
                raise BusyError(min(max(wait, 1.0), _LONGEST_WAIT_SECONDS))
            self._waiting.extend(jobs)
            self._changed.notify()

    def _next(self) -> DraftJob[Any] | None:
        """The next job; ``None`` when there will be none."""
        with self._changed:
            self._current = None
            while not (self._waiting or self._closing):
                self._changed.wait(_SIGNALS_SECONDS)
            if self._closing:
                return None
            self._current = self._waiting.popleft()
            return self._current

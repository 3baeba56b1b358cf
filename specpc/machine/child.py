"""A process of our own that does one thing after another, and is killed where it hangs.

What foreign text does to C code cannot be stopped from inside: a regular expression that backtracks
without end holds the interpreter's lock. So it happens in another process; this one only waits.
"""

from __future__ import annotations

import atexit
import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from specpc.errors import InputError, OutOfMemoryError, SpecPCError, WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from typing import TypeAlias

    from specpc.machine.reporting import Report

    Progress: TypeAlias = Callable[[int, int], None]
    Do: TypeAlias = Callable[[Any, Progress], Any]
    Make: TypeAlias = Callable[[Report], Do]
    """Called in the process, with what tells a line; gives what does a task there."""

_TICK_SECONDS: Final = 0.25
# So long a process may take to end what it was told to give up, or itself.
_PATIENCE_SECONDS: Final = 5.0
_CLOSING_SECONDS: Final = 2.0
# Between two signs of life, of a draft that may be large and slow; before the first, a text is
# only laid out.
_SILENCE_SECONDS: Final = 600.0
_FIRST_SECONDS: Final = 20.0
_FIRST_SECONDS_A_MB: Final = 60.0


def first_silence(characters: int) -> float:
    """Seconds until work on a text of so many characters must give its first sign of life."""
    return _FIRST_SECONDS + _FIRST_SECONDS_A_MB * characters / 1e6


class ChildProcess:
    """Does tasks in a process that is started when it is needed, and again after it was lost.

    For one thread at a time.
    """

    def __init__(self, make: Make, report: Report) -> None:
        """Start nothing yet; ``make`` must be importable by its name."""
        self._make = make
        self._report = report
        self._process: SpawnProcess | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        process = self._process
        return None if process is None else process.pid

    def start(self) -> None:
        """Start the process, and wait until it can work.

        Raises:
            SpecPCError: it cannot.
        """
        context = multiprocessing.get_context("spawn")
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, self._make), daemon=True)
        atexit.register(self.close)
        try:
            self._process.start()
            there.close()  # else its end would not show when the process dies
            while True:
                kind, value = self._receive()
                if kind != "told":
                    break
                self._report(value)
        except BaseException:
            self.kill()
            raise
        if kind == "failed":
            self.kill()
            raise value

    def do(
        self,
        task: Any,
        progress: Progress | None = None,
        check: Callable[[], None] = lambda: None,
        *,
        first: float = _SILENCE_SECONDS,
        silence: float = _SILENCE_SECONDS,
    ) -> Any:
        """What the task comes to.

        Args:
            task: what is given to the process.
            progress: called when it gives a sign of life; if it raises, the work is given up.
            check: the same, several times a second.
            first: seconds until the first sign of life, after which it is killed.
            silence: seconds between two.

        Raises:
            InputError: it gave no sign of life, and was killed; the next task has a new one.
            WorkerError: it died, likewise.
            SpecPCError: what the work raised.
        """
        if self._process is not None and not self._process.is_alive():
            self.kill()
        if self._process is None:
            self.start()
        self._send((task, max(first, silence)))
        allowed, since = first, time.monotonic()
        try:
            while True:
                if self._pipe.poll(_TICK_SECONDS):
                    kind, value = self._receive()
                    if kind == "done":
                        return value
                    if kind == "failed":
                        break
                    allowed, since = silence, time.monotonic()
                    if kind == "told":
                        self._report(value)
                    elif progress is not None:
                        progress(*value)
                elif time.monotonic() - since > allowed:
                    self.kill()
                    raise InputError(
                        f"the text was given up after {allowed:.0f} s in which nothing of it was "
                        "read: leave it out, or give it in parts"
                    )
                check()
        except Exception:
            self._give_up()
            raise
        except BaseException:
            self.kill()
            raise
        raise value

    def close(self) -> None:
        """Have the process end, which it does by itself if it is idle."""
        self._end(_CLOSING_SECONDS)

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        self._end(0.0)

    def _end(self, patience: float) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        atexit.unregister(self.close)
        self._pipe.close()
        if process.pid is not None:
            process.join(patience)
            process.kill()
            process.join()
        process.close()

    def _give_up(self) -> None:
        """Have it end after its next sign of life, or kill it; unless it is gone already."""
        if self._process is None:
            return
        self._send(None)
        until = time.monotonic() + _PATIENCE_SECONDS
        with suppress(WorkerError):
            while self._pipe.poll(max(0.0, until - time.monotonic())):
                if self._receive()[0] in ("done", "failed"):
                    return
            self.kill()

    def _send(self, message: Any) -> None:
        try:
            self._pipe.send(message)
        except OSError:
            raise self._lost() from None
        except RecursionError:  # JSON may be twice as deep as what is sent; nothing was
            raise too_deep() from None

    def _receive(self) -> tuple[str, Any]:
        try:
            message: tuple[str, Any] = self._pipe.recv()
        except (EOFError, OSError):
            raise self._lost() from None
        return message

    def _lost(self) -> WorkerError:
        assert self._process is not None
        self._process.join(_PATIENCE_SECONDS)
        code = self._process.exitcode
        self.kill()
        how = f"exit code {code}"
        if code is not None and code < 0:
            how = f"signal {signal.Signals(-code).name}"
        return WorkerError(
            f"the process that reads texts has died ({how}): if the machine ran out of memory, "
            "give it smaller texts"
        )


def too_deep() -> InputError:
    """The error for what is nested beyond what Python follows."""
    return InputError("the input is nested too deeply: give it with fewer levels")


class _GivenUpError(Exception):
    """Nobody wants it any more."""


def _serve(pipe: Connection, make: Make) -> None:
    """What the process does, until its parent is gone or ends it."""
    with suppress(EOFError, OSError), Path(os.devnull).open("w") as nowhere:
        _answer(pipe, make, nowhere)


def _answer(pipe: Connection, make: Make, nowhere: IO[str]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):  # its parent has them, too, and ends it
        signal.signal(number, signal.SIG_IGN)
    with suppress(OSError, ValueError):  # what the parent prints there is its own
        os.dup2(sys.stderr.fileno(), 1)
    with suppress(ImportError):  # its lock between processes is left behind when one is killed
        import_module("tqdm").tqdm.set_lock(threading.RLock())
    try:
        do = make(lambda line: pipe.send(("told", line)))
    except Exception as error:
        pipe.send(("failed", foreseen(error)))
        return
    pipe.send(("ready", None))
    while True:
        message = pipe.recv()
        if message is None:  # what was to be given up was done already
            continue
        task, silence = message
        _attempt(pipe, do, task, silence, nowhere)


def _attempt(pipe: Connection, do: Do, task: Any, silence: float, nowhere: IO[str]) -> None:
    """Send what comes of a task, which ends this process if it gives no sign of life for too long.

    What is nested too deeply to be sent is an error like others.
    """

    def live() -> None:
        # Should the parent be gone when it hangs, nobody else would end it.
        faulthandler.dump_traceback_later(2 * silence, exit=True, file=nowhere)

    def progress(done: int, total: int) -> None:
        live()
        pipe.send(("progress", (done, total)))
        if pipe.poll():
            pipe.recv()
            raise _GivenUpError

    live()
    try:
        pipe.send(("done", do(task, progress)))
    except Exception as error:
        pipe.send(("failed", foreseen(error)))
    finally:
        faulthandler.cancel_dump_traceback_later()


def foreseen(error: Exception) -> SpecPCError:
    """The error itself, or one that names the kind of another, whose text may quote foreign text.

    Those of other packages may not survive the way to another process.
    """
    if isinstance(error, SpecPCError):
        return error
    if isinstance(error, RecursionError):
        return too_deep()
    if isinstance(error, MemoryError):
        return OutOfMemoryError("the memory is not enough for this text: give it in parts")
    if os.environ.get("SPECPC_DEBUG") == "1" and not isinstance(error, _GivenUpError):
        told = "".join(traceback.format_tb(error.__traceback__))
        print(f"{type(error).__name__}\n{told}", file=sys.stderr)
    return SpecPCError(f"unexpected {type(error).__name__} (SPECPC_DEBUG=1 shows where)")

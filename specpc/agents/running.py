"""Running a command with its output held back, as if nobody stood in between."""

from __future__ import annotations

import signal
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread
from typing import IO, TYPE_CHECKING, Final

from specpc.errors import SpecPCError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What a command left running may hold its streams open: for so long they are still read.
_LATE_SECONDS: Final = 1.0
_BLOCK: Final = 1 << 16
# As shells have it.
_NOT_FOUND, _NO_COMMAND, _BY_SIGNAL = 127, 126, 128


class CommandError(SpecPCError):
    """A command cannot be started.

    Attributes:
        code: what shells end with then.
    """

    def __init__(self, message: str, code: int) -> None:
        """See the class."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class RanCommand:
    """What became of a command.

    Attributes:
        code: its exit code; for one that a signal ended, 128 and its number.
        out: what it wrote on standard output.
        err: likewise on standard error.
    """

    code: int
    out: bytes
    err: bytes


def run_command(command: Sequence[str]) -> RanCommand:
    """Run a command to its end; it reads what we would read, and gets the signals we get.

    Raises:
        CommandError: it cannot be started.
    """
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(command, stdout=pipe, stderr=pipe)
    except FileNotFoundError as error:
        raise CommandError(f"there is no command {command[0]}", _NOT_FOUND) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"cannot run {command[0]}: {reason}", _NO_COMMAND) from error
    assert process.stdout is not None
    assert process.stderr is not None
    out, err = bytearray(), bytearray()
    readers = [
        Thread(target=_read, args=(stream, into), daemon=True)
        for stream, into in ((process.stdout, out), (process.stderr, err))
    ]
    with _passing_on(process):
        for reader in readers:
            reader.start()
        code = process.wait()
        for reader in readers:
            reader.join(_LATE_SECONDS)
    return RanCommand(code if code >= 0 else _BY_SIGNAL - code, bytes(out), bytes(err))


def _read(stream: IO[bytes], into: bytearray) -> None:
    with stream, suppress(OSError, ValueError):
        while block := stream.read1(_BLOCK):  # type: ignore[attr-defined] # a buffered reader
            into += block


@contextmanager
def _passing_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave it to a process to end: Ctrl-C reaches it by itself, other signals are passed on."""
    passed = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None)}
    for number in passed:
        before[number] = signal.signal(number, lambda number, _: process.send_signal(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

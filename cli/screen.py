"""What reaches the screen: no control characters, and no failure where nobody reads it."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

# Control characters are shown as pictures of them; the others that do something as unknown.
_PICTURES: Final = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
}
# Of a name, also what ends its line or turns its letters around; and bytes that are no UTF-8.
_IN_NAMES: Final = _PICTURES | {ord(mark): 0x2400 + ord(mark) for mark in "\t\n\r"}
_ODD: Final = re.compile("[\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """A text whose escape sequences do not reach the terminal; its lines stay lines."""
    return text.translate(_PICTURES)


def in_line(told: str) -> str:
    """A message, or the name of a file, on one line and without anything the terminal obeys."""
    return _ODD.sub("\ufffd", told.translate(_IN_NAMES))


def tell(message: str) -> None:
    """Print a line on standard error; where nobody can read it, the work goes on without."""
    try:
        print(in_line(message), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        with suppress(OSError, ValueError):  # no real file in tests and notebooks
            drop(sys.stderr.fileno())


def drop(stream: int) -> None:
    """Let nothing more be written to a stream, of which Python would try the rest at shutdown."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream)
    os.close(null)


def open_streams() -> None:
    """Have the three streams be there, so that no file is taken for one of them.

    Messages go nowhere where standard error is closed; whoever needs another that is closed, says.
    """
    for stream in range(3):
        try:
            os.fstat(stream)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # which takes the lowest number that is free
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 # as long as we run

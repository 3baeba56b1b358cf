"""Reading what the user names: bytes first, decoded here, so that offsets stay true."""

from __future__ import annotations

import os
import re
import stat
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final

from specpc.errors import InputError, MissingPackageError, UsageError
from specpc.machine.documents import read_document
from specpc_cli.screen import tell

if TYPE_CHECKING:
    from collections.abc import Iterator

STDIN = "-"

_LONE: Final = re.compile("[\ud800-\udfff]")
_DOCUMENTS = frozenset({".pdf", ".docx", ".pptx", ".xlsx", ".epub"})


def read_bytes(source: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``."""
    if source == STDIN:
        check_file(source)
        if sys.stdin.isatty():
            tell("specpc: reading from the terminal; end with Ctrl-D")
        return sys.stdin.buffer.read()
    check_file(source)
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {source}: {error.strerror}") from error


def open_lines(source: str) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers from 1, read as they come."""
    check_file(source)
    try:
        with nullcontext(sys.stdin.buffer) if source == STDIN else Path(source).open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise InputError(f"cannot read {source}: {error.strerror}") from error


def check_file(source: str) -> None:
    """Raise `UsageError` unless ``source`` is an existing file, or ``-`` and there is input."""
    if source == STDIN:
        if sys.stdin is None:
            raise UsageError("standard input is closed: name a file")
        return
    try:
        mode = Path(source).stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise UsageError(f"there is no file {source}") from error
    except OSError as error:  # a link to itself, a place that is closed to us
        raise UsageError(f"cannot read {source}: {error.strerror}") from error
    if stat.S_ISDIR(mode):
        raise UsageError(f"{source} is a directory: name the files in it")


def decode(data: bytes, name: str) -> str:
    """UTF-8 text, line ends untouched, or an `InputError` that says where it is none.

    Of a document (PDF, Word ...), the text in it, which takes an extra: `UsageError` without it.
    """
    shown = "standard input" if name == STDIN else name
    try:
        document = read_document(data, shown)
    except MissingPackageError as error:
        raise UsageError(str(error)) from error
    if document is not None:
        return document
    if not data:
        raise InputError(f"{shown} is empty: there is nothing to compress")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{shown} is UTF-16 text: convert it to UTF-8 first (iconv -f UTF-16)")
    if (at := data.find(b"\0")) >= 0:
        raise InputError(
            f"{shown} is a binary file (a zero byte at offset {at}): extract its text first"
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{shown} is not valid UTF-8 (byte 0x{data[error.start]:02x} at offset "
            f"{error.start}): convert it to UTF-8 first (iconv -t UTF-8)"
        ) from error
    if text.isspace():
        raise InputError(f"{shown} has nothing but white space: there is nothing to compress")
    return text


def read_text(source: str) -> str:
    """`decode` of `read_bytes`."""
    return decode(read_bytes(source), source)


def text_name(name: str) -> str:
    """What the text of a file is called where it is written: that of a document is no document."""
    if Path(name).suffix.lower() in _DOCUMENTS:
        return f"{name}.md"
    return name


def typed(text: str, what: str) -> str:
    """What was typed, as UTF-8, even where the locale knows of no such characters.

    Raises:
        UsageError: it is no UTF-8; says what it is.
    """
    try:
        return os.fsencode(text).decode("utf-8") if _LONE.search(text) else text
    except UnicodeError as error:
        raise UsageError(f"{what} is not valid UTF-8: set the terminal to UTF-8") from error


def read_question(question: str | None, file: Path | None) -> str | None:
    """The question, from wherever it was given."""
    if question is not None and file is not None:
        raise UsageError("give the question with -q or with --question-file, not both")
    if question is not None:
        question = typed(question, "the question")
    if file is not None:
        question = read_text(str(file))
    if question is not None and not question.strip():
        raise UsageError("the question is empty: ask something, or leave -q out")
    return question

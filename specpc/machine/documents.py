"""Documents that are no text files, as the text that is in them.

PDF, Word, PowerPoint, Excel and EPUB files are told by their contents, whatever they are called,
and read by markitdown, which makes Markdown of them.
"""

from __future__ import annotations

import io
import logging
import warnings
import zipfile
from typing import Final

from specpc.errors import InputError, missing

# What is inside files that are archives, and what they are then.
_PARTS: Final = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
}
_EPUB: Final = b"application/epub+zip"
_UNREAD: Final = ("%PDF-", "Content from the zip file")
_NAMES: Final = {
    "pdf": "a PDF file",
    "docx": "a Word file",
    "pptx": "a PowerPoint file",
    "xlsx": "an Excel file",
    "epub": "an EPUB file",
}


def document_kind(data: bytes) -> str | None:
    """How names of files with these contents end; ``None`` if they are no document."""
    if data[:64].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = set(archive.namelist())
            if "mimetype" in inside and archive.read("mimetype").strip() == _EPUB:
                return "epub"
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return None
    return next((kind for part, kind in _PARTS.items() if part in inside), None)


def read_document(data: bytes, name: str) -> str | None:
    """The text of a document, as Markdown; ``None`` if the contents are no document.

    Args:
        data: contents of a file.
        name: of the file, for errors.

    Raises:
        MissingPackageError: it takes the extra ``documents`` to read it.
        InputError: it cannot be read, or shows no text.
    """
    kind = document_kind(data)
    if kind is None:
        return None
    called = f"{name} is {_NAMES[kind]}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of packages that it would use for other kinds
            from markitdown import MarkItDown, StreamInfo
    except ImportError as error:
        raise missing(f"{called}, and reading it", "markitdown", "documents") from error
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = MarkItDown(enable_plugins=False).convert_stream(
                io.BytesIO(data), stream_info=StreamInfo(extension=f".{kind}")
            )
    except Exception as error:  # whatever the packages behind it raise for a damaged file
        raise InputError(f"{called} that cannot be read ({_first_line(error)})") from error
    text = str(found.markdown)
    if text.startswith(_UNREAD):  # it was read as something else
        raise InputError(f"{called} that cannot be read: it seems damaged")
    if not text.strip():
        raise InputError(f"{called} without text: of scanned pages, recognise the text first (OCR)")
    return text


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]

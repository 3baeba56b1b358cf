"""Documents: told by their contents, read by markitdown where it is installed."""

from __future__ import annotations

import importlib.util
import io
import sys
import zipfile
from types import SimpleNamespace
from typing import Any

import pytest

from specpc.errors import InputError, MissingPackageError
from specpc.machine.documents import document_kind, read_document

needs_markitdown = pytest.mark.skipif(
    importlib.util.find_spec("markitdown") is None, reason="needs the extra documents"
)


def archive(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return file.getvalue()


def pdf(*lines: str) -> bytes:
    """A page with some lines on it, written by hand."""
    shown = "BT /F1 12 Tf 72 720 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode()


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def docx(*paragraphs: str) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{one}</w:t></w:r></w:p>" for one in paragraphs)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='
            '"/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'wordprocessingml.document.main+xml"/></Types>',
        )
        made.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r" Type='
            f'"{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        made.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
        )
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (pdf("x"), "pdf"),
        (b"\n" + pdf("x"), "pdf"),
        (docx("x"), "docx"),
        (archive(ppt__presentation_DOT_xml=""), "pptx"),
        (archive(xl__workbook_DOT_xml=""), "xlsx"),
        (archive(mimetype="application/epub+zip"), "epub"),
        (archive(notes_DOT_txt="a"), None),
        (b"PK\x03\x04 and no more", None),
        (b"A PDF begins with %PDF-1.4.", None),
        (b"<html><body>", None),
        (b"", None),
    ],
)
def test_documents_are_told_by_their_contents(data: bytes, expected: str | None) -> None:
    assert document_kind(data) == expected


def test_what_is_no_document_is_not_read() -> None:
    assert read_document(b"Words.", "notes.pdf") is None


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "markitdown", None)
    with pytest.raises(MissingPackageError) as raised:
        read_document(pdf("x"), "report.pdf")
    assert str(raised.value) == (
        "report.pdf is a PDF file, and reading it needs the package markitdown: "
        'pip install "specpc[documents]"'
    )


class _Fake:
    """In place of markitdown: gives what it was told to give."""

    said: Any = ""

    def __init__(self, *, enable_plugins: bool) -> None:
        assert not enable_plugins

    def convert_stream(self, stream: io.BytesIO, *, stream_info: SimpleNamespace) -> Any:
        assert stream_info.extension == ".docx"
        assert document_kind(stream.read()) == "docx"
        if isinstance(self.said, Exception):
            raise self.said
        return SimpleNamespace(markdown=self.said)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (" \n", "report.docx is a Word file without text"),
        (
            ValueError("no such part\nmore"),
            "report.docx is a Word file that cannot be read (no such",
        ),
    ],
)
def test_what_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch, said: Any, told: str) -> None:
    fake = SimpleNamespace(MarkItDown=_Fake, StreamInfo=SimpleNamespace)
    monkeypatch.setitem(sys.modules, "markitdown", fake)
    monkeypatch.setattr(_Fake, "said", said)
    with pytest.raises(InputError) as raised:
        read_document(docx("x"), "report.docx")
    assert str(raised.value).startswith(told)


@needs_markitdown
@pytest.mark.filterwarnings("default")
def test_real_documents_give_their_text() -> None:
    line = "The night boat leaves at 22:40."
    assert (read_document(pdf(line, "Dogs travel free."), "a.pdf") or "").startswith(line)
    assert read_document(docx(line, "Dogs travel free."), "a") == f"{line}\n\nDogs travel free."


@needs_markitdown
@pytest.mark.filterwarnings("default")
def test_a_damaged_document_is_told() -> None:
    with pytest.raises(InputError, match="PDF file"):
        read_document(pdf("x")[:40], "a.pdf")

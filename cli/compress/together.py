"""``specpc compress --together``: several documents share one budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc.batch.settings import Fields
from specpc.errors import InputError, SpecPCError, UsageError
from specpc.machine.journal import parse_line
from specpc.options import TEMPLATE, check_template
from specpc.output.fields import documents_fields
from specpc_cli.compress.tree import find_files, tell_skipped
from specpc_cli.inputs import STDIN, open_lines, read_text
from specpc_cli.outputs import check_apart, write_file
from specpc_cli.wording import in_options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specpc.pipeline.documents import DocumentsResult
    from specpc_cli.compress.task import Task


def compress_together(
    task: Task, text_field: str, min_per_document: int, template: str | None
) -> None:
    """Compress all documents to one budget; which could not be read is told at the end.

    Args:
        task: where documents come from and go to, and what is asked of them.
        text_field: in JSON lines, the field that holds the text.
        min_per_document: tokens that each document keeps at least.
        template: how a document stands in the joined text; ``None`` if nothing was said.
    """
    frame = TEMPLATE
    if template is not None:  # shells pass \n on as two characters
        frame = template.replace("\\n", "\n").replace("\\t", "\t")
    check_template(frame)
    joined = task.as_json or task.jsonl or template is not None
    folder = None if joined else task.output
    if folder is not None:
        if folder.exists() and not folder.is_dir():
            raise UsageError(
                f"{folder} is a file: name a folder after -o, or give a --template to join the "
                "documents in one file"
            )
        frame = "{text}"  # they come out by themselves: no names count
    if task.jsonl:
        check_apart(task.sources, [task.output])
    failed: list[str] = []
    places: dict[str, str] = {}
    read = _lines(task, text_field, failed) if task.jsonl else _files(task, folder, failed, places)
    texts = list(read)
    if not texts:
        raise InputError(failed[0] if failed else "there are no documents: nothing to compress")
    compressor = task.load()
    from specpc.pipeline.documents import Document

    with task.console.progress("Reading") as progress:
        result = compressor.compress_documents(
            [Document(name, text) for name, text in texts],
            task.asked.question,
            min_per_document=min_per_document,
            template=frame,
            progress=progress,
            **task.asked.cut.options(),
        )
    if folder is not None:
        _write_each(result, folder, places)
    elif task.as_json:
        write_file(task.output, task.json(documents_fields(result), result.total))
    else:
        write_file(task.output, result.text.encode())
    if dropped := result.dropped:
        count = f"{len(dropped)} of {len(dropped) + len(result.documents)}"
        task.console.tell(f"{count} documents were dropped: {', '.join(dropped)}")
    task.tell(result.total)
    for told in failed:
        task.console.error(told)
    if failed:
        total = len(texts) + len(failed)
        raise SpecPCError(f"{len(failed)} of {total} documents could not be read")


def _files(
    task: Task, folder: Path | None, failed: list[str], places: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Names and texts; what cannot be read, and where each belongs in the output, is noted."""
    found = find_files(task.sources, folder)
    tell_skipped(found, task.console)
    written = [task.output] if folder is None else [folder / file.place for file in found.files]
    check_apart([file.name for file in found.files], written)
    failed += found.failed
    for file in found.files:
        try:
            text = read_text(file.name)
        except SpecPCError as error:
            failed.append(in_options(error))
            continue
        name = file.place if file.name == STDIN else file.name
        places[name] = file.place
        yield name, text


def _lines(task: Task, text_field: str, failed: list[str]) -> Iterator[tuple[str, str]]:
    """Names and texts of JSON lines; what is none is noted."""
    for number, line in open_lines(task.sources[0]):
        try:
            fields = parse_line(line)
            text = Fields(text_field).text(fields)
            if not text.strip():
                raise InputError(f"the field {text_field!r} is empty")
        except InputError as error:
            failed.append(f"line {number}: {in_options(error)}")
        else:
            yield str(fields.get("id", number)), text


def _write_each(result: DocumentsResult, folder: Path, places: dict[str, str]) -> None:
    for document in result.documents:
        path = folder / places[document.name]
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, document.text.encode())
    # An earlier run may have kept something of what is dropped now.
    for name in result.dropped:
        (folder / places[name]).unlink(missing_ok=True)

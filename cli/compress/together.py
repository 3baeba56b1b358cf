"""``specpc compress --together``: several documents share one budget."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from specpc.errors import InputError, SpecPCError, UsageError
from specpc.machine.journal import json_line
from specpc.options import TEMPLATE, check_template
from specpc.output.fields import documents_fields
from specpc_cli.compress.files import tell_skipped
from specpc_cli.compress.tree import Source, find_files
from specpc_cli.inputs import open_lines, read_text
from specpc_cli.outputs import write_file, write_stdout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.pipeline.documents import DocumentsResult
    from specpc_cli.compress.stats import StatsWanted
    from specpc_cli.compress.task import Engine, Task
    from specpc_cli.console import Console


@dataclass(frozen=True)
class Job:
    """Which documents, and how they come out.

    Attributes:
        names: files and folders; one file of JSON lines if ``jsonl``.
        output: a file for the joined text or JSON, else a folder; or standard output.
        as_json: whether to write JSON.
        jsonl: whether every line of the input is a document.
        text_field: with ``jsonl``, the field that holds the text.
        min_per_document: tokens that each document keeps at least.
        template: how a document stands in the joined text; ``None`` if nothing was said.
        stats: whether to tell what was saved.
    """

    names: Sequence[str]
    output: Path | None
    as_json: bool
    jsonl: bool
    text_field: str
    min_per_document: int
    template: str | None
    stats: StatsWanted

    @property
    def into_folder(self) -> bool:
        """Whether each document becomes a file."""
        joined = self.as_json or self.jsonl or self.template is not None
        return self.output is not None and not joined


def run(job: Job, load: Callable[[], Engine], task: Task, console: Console) -> None:
    """Compress all documents to one budget.

    Raises:
        UsageError: the template is none, or the output cannot take the documents.
        InputError: there are no documents.
        SpecPCError: some could not be read; the others were compressed.
    """
    template = _unescape(job.template) if job.template is not None else TEMPLATE
    check_template(template)
    if job.into_folder:
        assert job.output is not None
        if job.output.exists() and not job.output.is_dir():
            raise UsageError(
                f"{job.output} is a file: name a folder after -o, or give a --template to join "
                "the documents in one file"
            )
        template = "{text}"  # they come out by themselves: no names count
    failed: list[str] = []
    places: dict[str, str] = {}
    if job.jsonl:
        texts = list(_from_lines(job, failed))
    else:
        texts = list(_from_files(job, console, failed, places))
    if not texts:
        raise InputError(failed[0] if failed else "there are no documents: nothing to compress")
    compressor = load()
    from specpc.pipeline.documents import Document

    with console.progress("Reading") as progress:
        result = compressor.compress_documents(
            [Document(name, text) for name, text in texts],
            task.question,
            ratio=task.ratio,
            target_tokens=task.target_tokens,
            min_per_document=job.min_per_document,
            template=template,
            gap=task.gap,
            keep=task.keep,
            progress=progress,
        )
    _write(job, result, places)
    _tell(job, result, console)
    for told in failed:
        console.error(told)
    if failed:
        total = len(texts) + len(failed)
        raise SpecPCError(f"{len(failed)} of {total} documents could not be read")


def _unescape(template: str) -> str:
    r"""Shells pass ``\n`` on as two characters."""
    return template.replace("\\n", "\n").replace("\\t", "\t")


def _from_files(
    job: Job, console: Console, failed: list[str], places: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Names and texts; what cannot be read, and where each belongs in the output, is noted."""
    found = find_files(job.names, job.output if job.into_folder else None)
    tell_skipped(found, console)
    failed += [told for _, told in found.failed]
    for file in found.files:
        try:
            text = read_text(file.name)
        except SpecPCError as error:
            failed.append(str(error))
            continue
        places[_name(file)] = file.place
        yield _name(file), text


def _name(file: Source) -> str:
    return str(file.place if file.name == "-" else file.name)


def _from_lines(job: Job, failed: list[str]) -> Iterator[tuple[str, str]]:
    """Names and texts of JSON lines; what is none is noted."""
    for number, line in open_lines(job.names[0]):
        try:
            fields: Any = json.loads(line)
            text = fields[job.text_field]
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"the field {job.text_field!r} is no text, or empty")
        except KeyError:
            wanted = f"no field {job.text_field!r}: name the right one with --context-field"
            failed.append(f"line {number}: {wanted}")
        except (ValueError, TypeError, RecursionError) as error:
            failed.append(f"line {number}: not a JSON object with a text ({error})")
        else:
            yield str(fields.get("id", number)), text


def _write(job: Job, result: DocumentsResult, places: dict[str, str]) -> None:
    if job.into_folder:
        assert job.output is not None
        for document in result.documents:
            path = job.output / places[document.name]
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, document.text.encode())
        # An earlier run may have kept something of what is dropped now.
        for name in result.dropped:
            (job.output / places[name]).unlink(missing_ok=True)
        return
    data = result.text.encode()
    if job.as_json:
        fields = documents_fields(result)
        if job.stats.wanted:
            fields["stats"] = job.stats.totals(_counts(result)).fields()
        data = json_line(fields)
    if job.output is None:
        write_stdout(data)
    else:
        write_file(job.output, data)


def _counts(result: DocumentsResult) -> tuple[int, int, float]:
    total = result.total
    return total.original_tokens, total.compressed_tokens, total.timings.total


def _tell(job: Job, result: DocumentsResult, console: Console) -> None:
    if result.dropped:
        total = len(result.dropped) + len(result.documents)
        names = ", ".join(result.dropped)
        console.tell(f"nothing is kept of {len(result.dropped)} of {total} documents: {names}")
    if job.stats.wanted and not job.as_json:
        console.tell(job.stats.totals(_counts(result)).line())
    else:
        console.summary(result.total)

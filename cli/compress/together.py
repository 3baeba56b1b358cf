"""``specpc compress --together``: several documents share one budget."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specpc.errors import InputError, SpecPCError, UsageError
from specpc.machine.journal import json_line
from specpc.options import TEMPLATE, check_template
from specpc.output.fields import documents_fields
from specpc_cli.compress.files import tell_skipped
from specpc_cli.compress.tree import find_files
from specpc_cli.inputs import STDIN, open_lines, read_text
from specpc_cli.outputs import write_file, write_stdout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from specpc.pipeline.documents import DocumentsResult
    from specpc_cli.compress.task import Task
    from specpc_cli.console import Console


@dataclass(frozen=True)
class TogetherRun:
    """Which documents, and how they come out.

    Attributes:
        names: files and folders; one file of JSON lines if ``jsonl``.
        output: a file for the joined text or JSON, else a folder; or standard output.
        as_json: whether to write JSON.
        jsonl: whether every line of the input is a document.
        text_field: with ``jsonl``, the field that holds the text.
        min_per_document: tokens that each document keeps at least.
        template: how a document stands in the joined text; ``None`` if nothing was said.
    """

    names: Sequence[str]
    output: Path | None
    as_json: bool
    jsonl: bool
    text_field: str
    min_per_document: int
    template: str | None

    @property
    def folder(self) -> Path | None:
        """Where each document becomes a file, if it does."""
        joined = self.as_json or self.jsonl or self.template is not None
        return None if joined else self.output

    def run(self, task: Task) -> None:
        """Compress all documents to one budget.

        Raises:
            UsageError: the template is none, or the output cannot take the documents.
            InputError: there are no documents.
            SpecPCError: some could not be read; the others were compressed.
        """
        template = TEMPLATE if self.template is None else _unescape(self.template)
        check_template(template)
        if self.folder is not None:
            if self.folder.exists() and not self.folder.is_dir():
                raise UsageError(
                    f"{self.folder} is a file: name a folder after -o, or give a --template to "
                    "join the documents in one file"
                )
            template = "{text}"  # they come out by themselves: no names count
        failed: list[str] = []
        places: dict[str, str] = {}
        read = self._lines(failed) if self.jsonl else self._files(task.console, failed, places)
        texts = list(read)
        if not texts:
            raise InputError(failed[0] if failed else "there are no documents: nothing to compress")
        compressor = task.load()
        from specpc.pipeline.documents import Document

        with task.console.progress("Reading") as progress:
            result = compressor.compress_documents(
                [Document(name, text) for name, text in texts],
                task.question,
                min_per_document=self.min_per_document,
                template=template,
                progress=progress,
                **task.cut.options(),
            )
        self._write(result, places, task)
        if dropped := result.dropped:
            count = f"{len(dropped)} of {len(dropped) + len(result.documents)}"
            task.console.tell(f"nothing is kept of {count} documents: {', '.join(dropped)}")
        task.tell(result.total, as_json=self.as_json)
        for told in failed:
            task.console.error(told)
        if failed:
            total = len(texts) + len(failed)
            raise SpecPCError(f"{len(failed)} of {total} documents could not be read")

    def _files(
        self, console: Console, failed: list[str], places: dict[str, str]
    ) -> Iterator[tuple[str, str]]:
        """Names and texts; what cannot be read, and where each belongs in the output, is noted."""
        found = find_files(self.names, self.folder)
        tell_skipped(found, console)
        failed += [told for _, told in found.failed]
        for file in found.files:
            try:
                text = read_text(file.name)
            except SpecPCError as error:
                failed.append(str(error))
                continue
            name = file.place if file.name == STDIN else file.name
            places[name] = file.place
            yield name, text

    def _lines(self, failed: list[str]) -> Iterator[tuple[str, str]]:
        """Names and texts of JSON lines; what is none is noted."""
        for number, line in open_lines(self.names[0]):
            try:
                fields: Any = json.loads(line)
                text = fields[self.text_field]
                if not isinstance(text, str) or not text.strip():
                    raise ValueError(f"the field {self.text_field!r} is no text, or empty")
            except KeyError:
                wanted = f"no field {self.text_field!r}: name the right one with --context-field"
                failed.append(f"line {number}: {wanted}")
            except (ValueError, TypeError, RecursionError) as error:
                failed.append(f"line {number}: not a JSON object with a text ({error})")
            else:
                yield str(fields.get("id", number)), text

    def _write(self, result: DocumentsResult, places: dict[str, str], task: Task) -> None:
        if self.folder is not None:
            for document in result.documents:
                path = self.folder / places[document.name]
                path.parent.mkdir(parents=True, exist_ok=True)
                write_file(path, document.text.encode())
            # An earlier run may have kept something of what is dropped now.
            for name in result.dropped:
                (self.folder / places[name]).unlink(missing_ok=True)
            return
        data = result.text.encode()
        if self.as_json:
            fields = documents_fields(result)
            if task.stats.wanted:
                fields["stats"] = task.stats.totals(result.total).fields()
            data = json_line(fields)
        if self.output is None:
            write_stdout(data)
        else:
            write_file(self.output, data)


def _unescape(template: str) -> str:
    r"""Shells pass ``\n`` on as two characters."""
    return template.replace("\\n", "\n").replace("\\t", "\t")

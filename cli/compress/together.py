"""``specpc compress --together``: several documents share one budget."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from specpc.batch.settings import Fields
from specpc.errors import InputError, SpecPCError, UsageError
from specpc.machine.journal import parse_line
from specpc.options import TEMPLATE, check_template
from specpc.output.fields import documents_fields
from specpc_cli.compress.tree import find_files, tell_skipped
from specpc_cli.inputs import STDIN, open_lines, read_text
from specpc_cli.outputs import write_file
from specpc_cli.wording import in_options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specpc.pipeline.documents import DocumentsResult
    from specpc_cli.compress.task import Task


@dataclass(frozen=True)
class TogetherRun:
    """Documents that are read, compressed, and written.

    Attributes:
        task: what is asked of them, and where they come from and go to.
        text_field: in JSON lines, the field that holds the text.
        min_per_document: tokens that each document keeps at least.
        template: how a document stands in the joined text; ``None`` if nothing was said.
        failed: what is told of those that could not be read.
        places: where each belongs in the output, if that is a folder.
    """

    task: Task
    text_field: str
    min_per_document: int
    template: str | None
    failed: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path | None:
        """Where each document becomes a file, if it does."""
        joined = self.task.as_json or self.task.jsonl or self.template is not None
        return None if joined else self.task.output

    def run(self) -> None:
        """Compress all documents to one budget.

        Raises:
            UsageError: the template is none, or the output cannot take the documents.
            InputError: there are no documents.
            SpecPCError: some could not be read; the others were compressed.
        """
        # Shells pass \n on as two characters.
        given = self.template and self.template.replace("\\n", "\n").replace("\\t", "\t")
        template = TEMPLATE if given is None else given
        check_template(template)
        if self.folder is not None:
            if self.folder.exists() and not self.folder.is_dir():
                raise UsageError(
                    f"{self.folder} is a file: name a folder after -o, or give a --template to "
                    "join the documents in one file"
                )
            template = "{text}"  # they come out by themselves: no names count
        task, failed = self.task, self.failed
        texts = list(self._lines() if task.jsonl else self._files())
        if not texts:
            raise InputError(failed[0] if failed else "there are no documents: nothing to compress")
        compressor = task.load()
        from specpc.pipeline.documents import Document

        with task.console.progress("Reading") as progress:
            result = compressor.compress_documents(
                [Document(name, text) for name, text in texts],
                task.asked.question,
                min_per_document=self.min_per_document,
                template=template,
                progress=progress,
                **task.asked.cut.options(),
            )
        self._write(result)
        if dropped := result.dropped:
            count = f"{len(dropped)} of {len(dropped) + len(result.documents)}"
            task.console.tell(f"nothing is kept of {count} documents: {', '.join(dropped)}")
        task.tell(result.total)
        for told in failed:
            task.console.error(told)
        if failed:
            total = len(texts) + len(failed)
            raise SpecPCError(f"{len(failed)} of {total} documents could not be read")

    def _files(self) -> Iterator[tuple[str, str]]:
        """Names and texts of files; what cannot be read is noted."""
        found = find_files(self.task.sources, self.folder)
        tell_skipped(found, self.task.console)
        self.failed.extend(found.failed)
        for file in found.files:
            try:
                text = read_text(file.name)
            except SpecPCError as error:
                self.failed.append(in_options(error))
                continue
            name = file.place if file.name == STDIN else file.name
            self.places[name] = file.place
            yield name, text

    def _lines(self) -> Iterator[tuple[str, str]]:
        """Names and texts of JSON lines; what is none is noted."""
        for number, line in open_lines(self.task.sources[0]):
            try:
                fields = parse_line(line)
                text = Fields(self.text_field).text(fields)
                if not text.strip():
                    raise InputError(f"the field {self.text_field!r} is empty")
            except InputError as error:
                self.failed.append(f"line {number}: {in_options(error)}")
            else:
                yield str(fields.get("id", number)), text

    def _write(self, result: DocumentsResult) -> None:
        if self.folder is not None:
            for document in result.documents:
                path = self.folder / self.places[document.name]
                path.parent.mkdir(parents=True, exist_ok=True)
                write_file(path, document.text.encode())
            # An earlier run may have kept something of what is dropped now.
            for name in result.dropped:
                (self.folder / self.places[name]).unlink(missing_ok=True)
            return
        data = result.text.encode()
        if self.task.as_json:
            data = self.task.json(documents_fields(result), result.total)
        write_file(self.task.output, data)

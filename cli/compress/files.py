"""``specpc compress`` on several files or a folder: each by itself, a bad one stops no other."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specpc.errors import InputError, SpecPCError, UsageError
from specpc_cli.compress.manifest import NAME, Manifest, finished
from specpc_cli.compress.tree import find_files
from specpc_cli.inputs import STDIN, decode, read_bytes
from specpc_cli.outputs import write_stdout, write_through
from specpc_cli.wording import in_options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from specpc_cli.compress.stats import Totals
    from specpc_cli.compress.task import Task
    from specpc_cli.compress.tree import Found, InputFile
    from specpc_cli.console import Console

_PART = ".specpc.part"


@dataclass(frozen=True)
class FilesRun:
    """Which files, and where to.

    Attributes:
        names: files and folders.
        output: folder to write into, or standard output, as JSON.
        as_json: whether to write JSON instead of text.
        made_with: settings that a resumed run must share.
        resume: whether to leave out what is finished.
    """

    names: Sequence[str]
    output: Path | None
    as_json: bool
    made_with: dict[str, Any]
    resume: bool

    def run(self, task: Task) -> None:
        """Compress every file.

        Raises:
            UsageError: the output cannot take the files, or was made with other settings.
            InputError: there are no files.
            SpecPCError: some files could not be compressed; the others were.
        """
        if self.output is not None and self.output.exists() and not self.output.is_dir():
            raise UsageError(f"{self.output} is a file: several files need a folder after -o")
        found = find_files(self.names, self.output)
        tell_skipped(found, task.console)
        if not found.files and not found.failed:
            raise InputError("there are no files in the folder: nothing to compress")
        totals = task.stats.totals()
        failed = [told for _, told in found.failed]
        failed += self._compress(found.files, task, totals)
        if task.stats.wanted:
            task.console.tell(totals.line())
        for told in failed:
            task.console.error(told)
        if failed:
            total = len(found.files) + len(found.failed)
            raise SpecPCError(f"{len(failed)} of {total} files could not be compressed")

    def _compress(self, files: Sequence[InputFile], task: Task, totals: Totals) -> list[str]:
        """Compress the files that are not finished; why some could not be."""
        manifest = None if self.output is None else Manifest(self.output, self.made_with)
        waiting = list(files)
        if manifest is not None and self.resume:
            waiting = _unfinished(files, manifest, totals)
            if done := len(files) - len(waiting):
                task.console.tell(f"{done} of {len(files)} files were finished before")
        if not waiting:
            return []
        compressor = task.load()
        failed = []
        with (
            manifest.writing(files) if manifest else nullcontext() as add,
            task.console.files(len(waiting), sum(file.size for file in waiting)) as progress,
        ):
            for file in waiting:
                progress.start(file.place, file.size)
                tokens = 0
                try:
                    source = read_bytes(file.name)
                    result = compressor.compress(
                        decode(source, file.name),
                        task.question,
                        name=file.name,
                        progress=progress.window,
                        **task.cut.options(),
                    )
                    totals.count(result)
                    data = task.data(file.name, result, as_json=self.as_json)
                    place = self._write(file.place, data)
                    if add is not None:
                        add(finished(file.place, place, source, data, result))
                    if task.console.verbose:
                        task.console.summary(result, file.name)
                    tokens = result.original_tokens
                except SpecPCError as error:
                    told = in_options(error)
                    named = file.name in str(error)
                    failed.append(told if named else f"{file.name}: {told}")
                    if add is not None:
                        add({"path": file.place, "error": told})
                progress.finish(tokens)
        return failed

    def _write(self, place: str, data: bytes) -> str:
        """Write to standard output, or a file of the output tree; where in the tree.

        Raises:
            InputError: something else stands where it belongs.
        """
        if self.output is None:
            write_stdout(data)
            return ""
        place += ".json" if self.as_json else ""
        if place == NAME:
            raise InputError(f"{place} would overwrite the list of what was done: rename it")
        path = self.output / place
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_through(self.output / _PART, path, data)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise InputError(f"cannot write {path}: {error.strerror}") from error
        return place


def _unfinished(files: Sequence[InputFile], manifest: Manifest, totals: Totals) -> list[InputFile]:
    """The files that an earlier run did not finish; those that it did are counted."""
    manifest.load()
    waiting = []
    for file in files:
        if file.name != STDIN and manifest.has(file):
            made = manifest.records[file.place]
            totals.add(made["original_tokens"], made["compressed_tokens"], made["seconds"])
        else:
            waiting.append(file)
    return waiting


def tell_skipped(found: Found, console: Console) -> None:
    """One line on what was left out of folders; with ``-v``, all of it."""
    if not found.skipped:
        return
    reasons = [reason for _, reason in found.skipped]
    counts = ", ".join(f"{reasons.count(r)} ({r})" for r in dict.fromkeys(reasons))
    more = "" if console.verbose else "; -v lists them"
    console.tell(f"skipped {counts}{more}")
    if console.verbose:
        for path, reason in found.skipped:
            console.tell(f"  {path}: {reason}")

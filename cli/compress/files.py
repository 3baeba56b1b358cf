"""``specpc compress`` on several files or a folder: each by itself, a bad one stops no other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from specpc.errors import InputError, SpecPCError, UsageError
from specpc.machine.journal import json_line
from specpc.output.fields import json_fields
from specpc_cli.compress.manifest import NAME, Manifest, finished
from specpc_cli.compress.task import Task
from specpc_cli.compress.tree import Found, Source, find_files
from specpc_cli.inputs import STDIN, decode, read_bytes
from specpc_cli.outputs import write_stdout, write_through

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from specpc_cli.compress.stats import StatsWanted, Totals
    from specpc_cli.compress.task import Engine
    from specpc_cli.console import Console
    from specpc_cli.progress import FilesProgress

_PART = ".specpc.part"


@dataclass(frozen=True)
class Job:
    """Which files, and where to.

    Attributes:
        names: files and folders.
        output: folder to write into, or standard output, as JSON.
        as_json: whether to write JSON instead of text.
        made_with: settings that a resumed run must share.
        resume: whether to leave out what is finished.
        stats: whether to tell totals.
    """

    names: Sequence[str]
    output: Path | None
    as_json: bool
    made_with: dict[str, Any]
    resume: bool
    stats: StatsWanted


def run(job: Job, load: Callable[[], Engine], task: Task, console: Console) -> None:
    """Compress every file.

    Raises:
        UsageError: the output cannot take the files, or was made with other settings.
        InputError: there are no files.
        SpecPCError: some files could not be compressed; the others were.
    """
    if job.output is not None and job.output.exists() and not job.output.is_dir():
        raise UsageError(f"{job.output} is a file: several files need a folder after -o")
    found = find_files(job.names, job.output)
    tell_skipped(found, console)
    if not found.files and not found.failed:
        raise InputError("there are no files in the folder: nothing to compress")
    work = _Work(job, load, task, console)
    failed = [*found.failed, *work.run(found.files)]
    if job.stats.wanted:
        console.tell(work.totals.line())
    if failed:
        for _, told in failed:
            console.error(told)
        total = len(found.files) + len(found.failed)
        raise SpecPCError(f"{len(failed)} of {total} files could not be compressed")


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


class _Work:
    """One run over many files."""

    def __init__(self, job: Job, load: Callable[[], Engine], task: Task, console: Console) -> None:
        self.job = job
        self.load = load
        self.task = task
        self.console = console
        self.totals: Totals = job.stats.totals()
        self.manifest: Manifest | None = None

    def run(self, files: Sequence[Source]) -> list[tuple[str, str]]:
        """Compress the files; what failed, with the reason."""
        waiting = self._begin(files)
        if not waiting:
            return []
        compressor = self.load()
        failed: list[tuple[str, str]] = []
        if self.job.output is not None:
            self.job.output.mkdir(exist_ok=True)
        if self.manifest is not None:
            self.manifest.begin(file.place for file in files if file not in waiting)
        with self.console.files(len(waiting), sum(file.size for file in waiting)) as progress:
            for file in waiting:
                progress.start(file.place, file.size)
                try:
                    tokens = self._compress(file, compressor, progress)
                except SpecPCError as error:
                    tokens = 0
                    told = str(error) if file.name in str(error) else f"{file.name}: {error}"
                    failed.append((file.name, told))
                    if self.manifest is not None:
                        self.manifest.add({"path": file.place, "error": str(error)})
                progress.finish(tokens)
        if self.manifest is not None:
            self.manifest.end(file.place for file in files)
        return failed

    def _begin(self, files: Sequence[Source]) -> list[Source]:
        """The files that are to be compressed in this run."""
        if self.job.output is None:
            return list(files)
        self.manifest = Manifest(self.job.output, self.job.made_with)
        if not self.job.resume:
            return list(files)
        self.manifest.load()
        waiting = []
        for file in files:
            if file.name != STDIN and self.manifest.has(file.place, Path(file.name)):
                made = self.manifest.records[file.place]
                counts = (made["original_tokens"], made["compressed_tokens"], made["seconds"])
                self.totals.add(*counts)
            else:
                waiting.append(file)
        if done := len(files) - len(waiting):
            self.console.tell(f"{done} of {len(files)} files were finished before")
        return waiting

    def _compress(self, file: Source, compressor: Engine, progress: FilesProgress) -> int:
        """Compress one file and write what comes out; how many tokens it had."""
        source = read_bytes(file.name)
        text = decode(source, file.name)
        result = self.task.run(compressor, text, name=file.name, progress=progress.window)
        own = self.job.stats.totals()
        for totals in (own, self.totals):
            totals.add(result.original_tokens, result.compressed_tokens, result.timings.total)
        data = result.text.encode()
        if self.job.as_json:
            fields = {"file": file.name, **json_fields(result)}
            data = json_line(fields | ({"stats": own.fields()} if self.job.stats.wanted else {}))
        if self.manifest is None:
            write_stdout(data)
        else:
            place = file.place + (".json" if self.job.as_json else "")
            self._write(place, data)
            self.manifest.add(finished(file.place, place, source, data, result))
        if self.console.verbose:
            self.console.summary(result, file.name)
        return int(result.original_tokens)

    def _write(self, place: str, data: bytes) -> None:
        """Write a file of the output tree.

        Raises:
            InputError: something else stands where it belongs.
        """
        assert self.job.output is not None
        if place == NAME:
            raise InputError(f"{place} would overwrite the list of what was done: rename it")
        path = self.job.output / place
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_through(self.job.output / _PART, path, data)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise InputError(f"cannot write {path}: {error.strerror}") from error

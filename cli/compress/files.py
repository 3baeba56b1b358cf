"""``specpc compress`` on several files or a folder: each by itself, a bad one stops no other."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from specpc.errors import InputError, SpecPCError, UsageError
from specpc_cli.compress.manifest import NAME, Manifest, sha256
from specpc_cli.compress.tree import find_files, tell_skipped
from specpc_cli.inputs import decode, read_bytes
from specpc_cli.outputs import check_apart, write_stdout, write_through
from specpc_cli.wording import in_options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from specpc_cli.compress.manifest import Record
    from specpc_cli.compress.stats import Totals
    from specpc_cli.compress.task import Task
    from specpc_cli.compress.tree import Found, InputFile
    from specpc_cli.source import TextCompressor

_PART = ".specpc.part"


def compress_files(task: Task) -> None:
    """Compress every file; what fails is told at the end."""
    output, made_with = task.output, task.made_with()
    if output is not None and output.exists() and not output.is_dir():
        raise UsageError(f"{output} is a file: several files need a folder after -o")
    found = find_files(task.sources, output)
    if output is not None:
        places = [NAME, _PART, *(_place(file, task) for file in found.files)]
        check_apart([file.name for file in found.files], [output / place for place in places])
    tell_skipped(found, task.console)
    if not found.files and not found.failed:
        raise InputError("there are no files in the folder: nothing to compress")
    totals, waiting, failed = task.totals(), found.files, list(found.failed)
    manifest = None
    if output is not None:
        made_with |= {"json": task.as_json, "stats": task.as_json and task.stats}
        manifest = Manifest(output, made_with)
    with manifest.alone() if manifest else nullcontext():
        if manifest is not None and task.resume:
            waiting = manifest.unfinished(waiting, totals)
            if done := len(found.files) - len(waiting):
                task.console.tell(f"{done} of {len(found.files)} files were finished before")
        if waiting:
            failed += _compress_all(waiting, found, task, totals, manifest)
    if task.stats:
        task.console.tell(totals.line())
    for told in failed:
        task.console.error(told)
    if failed:
        total = len(found.files) + len(found.failed)
        raise SpecPCError(f"{len(failed)} of {total} files could not be compressed")


def _compress_all(
    waiting: Sequence[InputFile],
    found: Found,
    task: Task,
    totals: Totals,
    manifest: Manifest | None,
) -> list[str]:
    """Compress what is not finished; what is told of those that failed."""
    failed: list[str] = []
    compressor = task.load()
    with (
        manifest.writing(found.files) if manifest else nullcontext(_forget) as add,
        task.console.files(len(waiting), sum(file.size for file in waiting)) as progress,
    ):
        for file in waiting:
            progress.start(file.place, file.size)
            before = totals.before
            try:
                add(_compress(file, task, compressor, totals, progress.window))
            except SpecPCError as error:
                told = in_options(error)
                failed.append(told if file.name in str(error) else f"{file.name}: {told}")
                add({"path": file.place, "error": told})
            progress.finish(totals.before - before)
    return failed


def _compress(
    file: InputFile,
    task: Task,
    compressor: TextCompressor,
    totals: Totals,
    progress: Callable[[int, int], None],
) -> Record:
    """Compress and write one file; the record of it."""
    source = read_bytes(file.name)
    result = compressor.compress(
        decode(source, file.name),
        task.asked.question,
        name=file.name,
        progress=progress,
        **task.asked.cut.options(),
    )
    totals.count(result)
    data = task.data(file.name, result)
    place = _write(_place(file, task), data, task)
    if task.console.verbose:
        task.console.summary(result, file.name)
    return {
        "path": file.place,
        "output": place,
        "original_tokens": result.original_tokens,
        "compressed_tokens": result.compressed_tokens,
        "source_sha256": sha256(source),
        "output_sha256": sha256(data),
        "seconds": round(result.timings.total, 4),
    }


def _place(file: InputFile, task: Task) -> str:
    """Where in the output tree what is made of a file goes."""
    return f"{file.place}.json" if task.as_json else file.place


def _write(place: str, data: bytes, task: Task) -> str:
    """Write to standard output, or a file of the output tree; where in the tree."""
    if task.output is None:
        write_stdout(data)
        return ""
    if place == NAME:
        raise InputError(f"{place} would overwrite the list of what was done: rename it")
    path = task.output / place
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_through(task.output / _PART, path, data)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
    return place


def _forget(record: Record) -> None:
    """Where nothing is written, nothing is gone on with."""

"""``specpc compress --jsonl``: one output line for each input line, in order, resumable.

While it runs, lines are appended to ``OUT.part``, whose first line tells the settings; when all
are done, the rest of it becomes ``OUT`` by one rename. An interrupted run leaves only the part.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from specpc.errors import InputError, OutOfMemoryError, UsageError
from specpc.machine.journal import json_line, parse_line
from specpc.output.fields import batch_fields
from specpc_cli.compress.task import Task
from specpc_cli.inputs import open_lines
from specpc_cli.outputs import replace_file, write_stdout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specpc.batch.settings import Fields
    from specpc_cli.compress.stats import StatsWanted, Totals
    from specpc_cli.compress.task import Engine
    from specpc_cli.console import Console


@dataclass(frozen=True)
class Job:
    """Where a batch comes from and goes to.

    Attributes:
        source: a file, or ``-``.
        output: a file, or standard output.
        fields: names of the input fields.
        made_with: settings that a resumed run must share.
        resume: whether to go on with an interrupted run.
        stats: whether to tell totals.
    """

    source: str
    output: Path | None
    fields: Fields
    made_with: dict[str, Any]
    resume: bool
    stats: StatsWanted


def run(job: Job, load: Callable[[], Engine], task: Task, console: Console) -> None:
    """Compress every line.

    Raises:
        UsageError: there is nothing to go on with, or it was made with other settings.
        InputError: some lines could not be compressed; the others were.
    """
    totals = job.stats.totals()
    if job.output is None:
        failed, total = _run_lines(job, 0, load, task, console, write_stdout, totals)
    else:
        with _part_file(job, job.output) as (file, done):

            def write(line: bytes) -> None:
                file.write(line)
                file.flush()

            failed, total = _run_lines(job, done, load, task, console, write, totals)
    if job.stats.wanted:
        console.tell(totals.line())
    if failed:
        raise InputError(f"{failed} of {total} lines could not be compressed")
    if total == 0:
        raise InputError("there are no lines in the input: nothing to compress")


def _run_lines(
    job: Job,
    done: int,
    load: Callable[[], Engine],
    task: Task,
    console: Console,
    write: Callable[[bytes], None],
    totals: Totals,
) -> tuple[int, int]:
    """Numbers of failed lines and of all lines; the first ``done`` were written before."""
    failed = total = 0
    compressor: Engine | None = None
    for number, line in open_lines(job.source):
        total += 1
        if total <= done:
            continue
        fields: dict[str, Any] = {}
        try:
            fields = parse_line(line)
            context, question = job.fields.texts(fields)
            compressor = compressor or load()
            with console.progress(f"Line {number}") as progress:
                result = task.run(compressor, context, question=question, progress=progress)
            fields.pop(job.fields.context)
            fields |= batch_fields(result)
            totals.add(result.original_tokens, result.compressed_tokens, result.timings.total)
            console.summary(result, f"line {number}")
        except (InputError, UsageError, OutOfMemoryError) as error:
            if compressor is None and not isinstance(error, InputError):
                raise  # no draft could be loaded: no line will do better
            failed += 1
            console.error(f"line {number}: {error}")
            fields.pop(job.fields.context, None)
            fields["error"] = str(error)
        write(json_line(fields))
    return failed, total


@contextmanager
def _part_file(job: Job, output: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The file lines are appended to, and how many it holds; becomes ``output`` on success."""
    if output.exists() and not output.is_file():
        raise UsageError(f"{output} is no ordinary file: leave out -o and redirect the output")
    part = output.with_name(output.name + ".part")
    header = json_line({"specpc": {**job.made_with, **asdict(job.fields)}})
    done = _finished_lines(part, header) if job.resume else None
    if done is None and job.resume and output.exists():
        raise UsageError(
            f"{output} is complete and there is nothing to go on with: leave out --resume to "
            "make it anew"
        )
    with part.open("r+b" if done is not None else "wb") as file:
        if done is None:
            file.write(header)
        else:
            file.seek(0, 2)
        yield file, done or 0
    with part.open("rb") as file:
        file.readline()
        replace_file(output, file)
    part.unlink()


def _finished_lines(part: Path, header: bytes) -> int | None:
    """How many whole lines an interrupted run left; cuts off the one it was writing."""
    if not part.exists():
        return None
    data = part.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole == 0:
        return None
    if not data.startswith(header):
        raise UsageError(
            f"{part} was made with other settings: repeat them, or leave out --resume to start anew"
        )
    with part.open("r+b") as file:
        file.truncate(whole)
    return data.count(b"\n") - 1

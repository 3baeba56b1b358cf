"""``specpc compress --jsonl``: one output line for each input line, in order, resumable.

While it runs, lines are added to ``OUT.part``, a journal (see `specpc.machine.journal`); when all
are done, the rest of it becomes ``OUT`` by one rename. An interrupted run leaves only the part.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from specpc.errors import InputError, OutOfMemoryError, UsageError, WorkerError
from specpc.machine.journal import json_line, parse_line, writing
from specpc.output.fields import batch_fields
from specpc_cli.inputs import open_lines
from specpc_cli.outputs import go_on, replace_file, write_stdout
from specpc_cli.wording import in_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from specpc.batch.settings import Fields
    from specpc_cli.compress.source import TextCompressor
    from specpc_cli.compress.task import Task

    Add = Callable[[Mapping[str, Any]], None]


def compress_lines(task: Task, names: Fields) -> None:
    """Compress every line, of fields with these names; what fails is told at once."""
    totals, failed, total = task.totals(), 0, 0
    compressor: TextCompressor | None = None
    with _writing(task, names) as (add, done):
        for number, line in open_lines(task.sources[0]):
            total += 1
            if total <= done:
                continue
            fields: dict[str, Any] = {}
            try:
                fields = parse_line(line)
                context, question = names.texts(fields)
                compressor = compressor or task.load()
                asked = task.asked.question if question is None else question
                with task.console.progress(f"Line {number}") as progress:
                    result = compressor.compress(
                        context, asked, progress=progress, **task.asked.cut.options()
                    )
                fields.pop(names.context)
                fields |= batch_fields(result)
                totals.count(result)
                task.console.summary(result, f"line {number}")
            except (InputError, UsageError, OutOfMemoryError, WorkerError) as error:
                if compressor is None and not isinstance(error, InputError):
                    raise  # no draft could be loaded: no line will do better
                failed += 1
                told = in_options(error)
                task.console.error(f"line {number}: {told}")
                fields.pop(names.context, None)
                fields["error"] = told
            add(fields)
    if task.stats:
        task.console.tell(totals.line())
    if failed:
        raise InputError(f"{failed} of {total} lines could not be compressed")
    if total == 0:
        raise InputError("there are no lines in the input: nothing to compress")


@contextmanager
def _writing(task: Task, names: Fields) -> Iterator[tuple[Add, int]]:
    """What adds a line to the output, and how many there are; it is whole on success."""
    output, settings = task.output, {**task.made_with(), "fields": asdict(names)}
    if output is None:
        yield lambda fields: write_stdout(json_line(fields)), 0
        return
    if output.exists() and not output.is_file():
        raise UsageError(f"{output} is no ordinary file: leave out -o and redirect the output")
    part = output.with_name(output.name + ".part")
    left = go_on(part, settings) if task.resume else None
    if task.resume and not left and output.exists():
        raise UsageError(
            f"{output} is complete and there is nothing to go on with: leave out --resume to "
            "make it anew"
        )
    with writing(part, settings, left) as add:
        yield add, len(left.lines) if left else 0
    with part.open("rb") as file:
        file.readline()
        replace_file(output, file)
    part.unlink()

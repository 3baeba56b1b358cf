"""``specpc compress`` on one text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc_cli.inputs import read_text
from specpc_cli.outputs import write_output

if TYPE_CHECKING:
    from specpc_cli.compress.task import Task


def compress_one(task: Task) -> None:
    """Compress a file or standard input to a file, into a folder, or to standard output."""
    [source] = task.sources
    text = read_text(source)
    compressor = task.load()
    with task.console.progress("Reading") as progress:
        result = compressor.compress(
            text, task.asked.question, name=source, progress=progress, **task.asked.cut.options()
        )
    write_output(source, task.output, task.data(source, result))
    task.tell(result)

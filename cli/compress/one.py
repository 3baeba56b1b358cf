"""``specpc compress`` on one text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc_cli.inputs import read_text
from specpc_cli.outputs import check_apart, output_file, write_file

if TYPE_CHECKING:
    from specpc_cli.compress.task import Task


def compress_one(task: Task) -> None:
    """Compress a file or standard input to a file, into a folder, or to standard output."""
    [source] = task.sources
    output = output_file(source, task.output)
    check_apart([source], [output])
    text = read_text(source)
    compressor = task.load()
    with task.console.progress("Reading") as progress:
        result = compressor.compress(
            text, task.asked.question, name=source, progress=progress, **task.asked.cut.options()
        )
    write_file(output, task.data(source, result))
    task.tell(result)

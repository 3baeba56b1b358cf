"""``specpc compress`` on one text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc_cli.inputs import read_text
from specpc_cli.outputs import write_output

if TYPE_CHECKING:
    from pathlib import Path

    from specpc_cli.compress.task import Task


def run(source: str, output: Path | None, task: Task, *, as_json: bool) -> None:
    """Compress a file or standard input to a file, into a folder, or to standard output."""
    text = read_text(source)
    compressor = task.load()
    with task.console.progress("Reading") as progress:
        result = compressor.compress(
            text, task.question, name=source, progress=progress, **task.cut.options()
        )
    write_output(source, output, task.data(source, result, as_json=as_json))
    task.tell(result, as_json=as_json)

"""``specpc compress`` on one text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc.machine.journal import json_line
from specpc.output.fields import json_fields
from specpc_cli.compress.task import Task
from specpc_cli.inputs import read_text
from specpc_cli.outputs import write_output

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from specpc_cli.compress.stats import StatsWanted
    from specpc_cli.compress.task import Engine
    from specpc_cli.console import Console


def run(
    source: str,
    output: Path | None,
    load: Callable[[], Engine],
    task: Task,
    console: Console,
    *,
    as_json: bool,
    stats: StatsWanted,
) -> None:
    """Compress a file or standard input to a file, into a folder, or to standard output."""
    text = read_text(source)
    compressor = load()
    with console.progress("Reading") as progress:
        result = task.run(compressor, text, name=source, progress=progress)
    totals = stats.totals((result.original_tokens, result.compressed_tokens, result.timings.total))
    data = result.text.encode()
    if as_json:
        fields = {"file": source, **json_fields(result)}
        data = json_line(fields | ({"stats": totals.fields()} if stats.wanted else {}))
    write_output(source, output, data)
    if stats.wanted and not as_json:
        console.tell(totals.line())
    else:
        console.summary(result)

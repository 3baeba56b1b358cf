"""Which options of ``specpc compress`` go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specpc_cli.command import refuse
from specpc_cli.inputs import STDIN

if TYPE_CHECKING:
    from specpc_cli.compress.task import Task


def check_options(
    task: Task, *, messages: bool, together: bool, each: bool, framed: bool, short: bool
) -> None:
    """Raise `UsageError` for options that do not go together.

    Args:
        task: what is to be done.
        messages: whether the text is a chat request.
        together: whether all texts share one budget.
        each: whether each of several files is compressed by itself.
        framed: whether something was said that only goes with that.
        short: whether lines whose budget is too small stay whole.
    """
    many = len(task.sources) > 1
    where = "FILE" if task.jsonl else "DIR"
    refuse({
        "--format messages reads and writes JSON: leave out --json and --jsonl": (
            messages and (task.as_json or task.jsonl)
        ),
        "--format messages reads one request: leave out --together": messages and together,
        "--format messages reads one file: compress several one by one": messages and many,
        "--together reads all documents at once: leave out --resume": together and task.resume,
        "--template and --min-per-document go with --together": framed and not together,
        "--keep-short goes with --jsonl, line by line": short and (together or not task.jsonl),
        "--resume goes with --jsonl, several files or a folder": (
            task.resume and not (task.jsonl or each)
        ),
        f"--resume needs -o {where}: what was printed cannot be gone on with": (
            task.resume and task.output is None
        ),
        "--jsonl already writes JSON: leave out --json": (
            task.jsonl and task.as_json and not together
        ),
        "a folder, or several files, need -o DIR or --json": (
            each and task.output is None and not task.as_json
        ),
        "--jsonl reads one file: join several with cat and pipe them in": task.jsonl and many,
        "standard input can be read only once": task.sources.count(STDIN) > 1,
    })  # fmt: skip

"""Which options of ``specpc compress`` go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specpc_cli.command import refuse
from specpc_cli.inputs import STDIN

if TYPE_CHECKING:
    from specpc_cli.compress.task import Task


@dataclass(frozen=True)
class Modes:
    """What kind of run it is.

    Attributes:
        messages: whether the text is a chat request.
        together: whether all texts share one budget.
        each: whether each of several files is compressed by itself.
        framed: whether something was said that only goes with one budget.
        short: whether lines whose budget is too small stay whole.
        turned: whether something was said that only goes with chat requests.
    """

    messages: bool
    together: bool
    each: bool
    framed: bool
    short: bool
    turned: bool


def check_options(task: Task, modes: Modes) -> None:
    """Raise `UsageError` for options that do not go together."""
    messages, together, each = modes.messages, modes.together, modes.each
    many = len(task.sources) > 1
    where = "FILE" if task.jsonl else "DIR"
    refuse({
        "--format messages reads and writes JSON: leave out --json": messages and task.as_json,
        "--format messages reads one request: leave out --together": messages and together,
        "--format messages reads one file: compress several one by one": (
            messages and many and not task.jsonl
        ),
        "--together reads all documents at once: leave out --resume": together and task.resume,
        "--template and --min-per-document go with --together": modes.framed and not together,
        "--roles, --min-tokens and --requery go with --format messages": (
            modes.turned and not messages
        ),
        "--format messages keeps short texts anyway: leave out --keep-short": (
            modes.short and messages
        ),
        "--keep-short goes with --jsonl, line by line": (
            modes.short and (together or not task.jsonl)
        ),
        "--resume goes with --jsonl, several files or a folder": (
            task.resume and not (task.jsonl or each)
        ),
        f"--resume needs -o {where}, the one that the earlier run wrote to": (
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

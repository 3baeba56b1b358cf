"""``specpc compress --format messages``: a chat request in, the same request shorter out."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from specpc.errors import InputError
from specpc.machine.journal import json_text
from specpc_cli.inputs import STDIN, read_text
from specpc_cli.outputs import check_apart, output_file, write_file

if TYPE_CHECKING:
    from specpc_cli.compress.task import Task

_INDENT = re.compile(r"\s*[\[{][ \t]*\r?\n([ \t]+)\S")


def compress_messages(task: Task) -> None:
    """Compress the messages of one file, written as JSON with the indentation it had."""
    from specpc.pipeline.messages import LONG_TEXT, Conversation

    [source], question = task.sources, task.asked.question
    output = output_file(source, task.output)
    check_apart([source], [output])
    text = read_text(source)
    request = _parse(text, "standard input" if source == STDIN else source)
    Conversation.read(request, question)  # before a draft is loaded
    compressor = task.load()
    with task.console.progress("Reading") as progress:
        made = compressor.compress_messages(
            request, question, progress=progress, **task.asked.cut.options()
        )
    indent = _INDENT.match(text)
    write_file(output, json_text(made.request, indent[1] if indent else None))
    if made.total is not None:
        task.tell(made.total)
    else:
        task.console.tell(
            f"nothing was cut: besides system messages and the last user turn there is no text of "
            f"more than {LONG_TEXT} characters"
        )


def _parse(text: str, shown: str) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"), parse_float=_finite)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{shown} is not valid JSON ({error.msg} at {where})") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{shown} is not JSON that can be read ({error})") from error


def _finite(number: str) -> float:
    """Refuse what would come out as ``Infinity``, which is no JSON."""
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"the number {number} is out of range")
    return value

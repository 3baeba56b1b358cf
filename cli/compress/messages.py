"""``specpc compress --format messages``: a chat request in, the same request shorter out."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import InputError
from specpc.machine.journal import json_text
from specpc_cli.inputs import STDIN, read_text
from specpc_cli.outputs import check_apart, output_file, write_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specpc.options import Turns
    from specpc.pipeline.messages import CompressedMessages
    from specpc.results import CompressionResult
    from specpc_cli.compress.lines import Line
    from specpc_cli.compress.task import Task
    from specpc_cli.source import TextCompressor

_INDENT = re.compile(r"\s*[\[{][ \t]*\r?\n([ \t]+)\S")


_UNCUT: Final = {
    "short": "no text that may be cut has {least:,} tokens or more (--min-tokens)",
    "instructions": "the long system text is all instructions: put documents in it between tags",
    "question": "nothing is asked of the long texts: give a question with -q",
    "role": "the long texts are by none of {roles}: name others with --roles",
    "last": "the long text is the last message, which the model is to continue",
}


def compress_messages(task: Task, turns: Turns) -> None:
    """Compress the messages of one file, written as JSON with the indentation it had."""
    from specpc.pipeline.vendors.reading import read_request

    [source] = task.sources
    output = output_file(source, task.output)
    check_apart([source], [output])
    text = read_text(source)
    request = _parse(text, "standard input" if source == STDIN else source)
    read_request(request)  # before a draft is loaded
    compressor = task.load()
    with task.console.progress("Reading") as progress:
        made = compressor.compress_messages(
            request,
            task.asked.question,
            turns=turns,
            progress=progress,
            **task.asked.cut.options(),
        )
    indent = _INDENT.match(text)
    write_file(output, json_text(made.request, indent[1] if indent else None))
    if made.total is not None:
        task.tell(made.total)
    else:
        task.console.tell(_why(made, turns))


@dataclass(frozen=True)
class Requests:
    """Lines that are chat requests, or hold one in a field, each of which is cut by itself."""

    field: str | None
    turns: Turns

    def settings(self) -> dict[str, Any]:
        """What a run that goes on must share."""
        return {"messages": {"field": self.field, **asdict(self.turns)}}

    def check(self, fields: Mapping[str, Any]) -> None:
        """Raise `InputError` where a line holds no request."""
        from specpc.pipeline.vendors.reading import read_request

        if self.field is not None and self.field not in fields:
            raise InputError(f"no field {self.field!r}: name the right one with --context-field")
        read_request(fields if self.field is None else fields[self.field])

    def compress(self, compressor: TextCompressor, line: Line) -> CompressionResult | None:
        """Put a shorter request in the place of a line's own."""
        fields = line.fields
        made = compressor.compress_messages(
            fields if self.field is None else fields[self.field],
            line.asked.question,
            turns=self.turns,
            progress=line.progress,
            **line.asked.cut.options(),
        )
        fields.update(made.request if self.field is None else {self.field: made.request})
        if made.total is None:
            line.tell(_why(made, self.turns))
        return made.total

    def is_ours(self, fields: Mapping[str, Any]) -> bool:
        """Whether a line looks like one that was written here."""
        return "error" in fields or self.field is None or self.field in fields

    def clear(self, fields: dict[str, Any]) -> None:
        """Leave out what could not be compressed."""
        fields.pop(self.field, None) if self.field is not None else fields.clear()


def _why(made: CompressedMessages, turns: Turns) -> str:
    told = _UNCUT[made.uncut].format(least=turns.min_tokens, roles=", ".join(turns.roles))
    return f"nothing was cut: {told}"


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

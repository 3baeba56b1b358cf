"""``specpc run``: any command, its output cut."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Annotated

import typer

from specpc.errors import SpecPCError
from specpc.options import LEAST_OUTPUT
from specpc_cli import options as opt
from specpc_cli.screen import tell
from specpc_cli.source import cutter_of
from specpc_cli.wording import in_options

if TYPE_CHECKING:
    from specpc.agents.call import Call
    from specpc.agents.cutting import OutputCutter


@opt.asking("question", "question_file", "ratio", *opt.WHERE)
def run(
    context: typer.Context,
    asked: opt.Asked,
    command: Annotated[list[str], typer.Argument(help="The command, with its arguments.")],
    min_tokens: opt.LeastTokens = LEAST_OUTPUT,
    server: opt.Server = None,
) -> None:
    """Run a command, and print what matters of a long output.

    \b
      specpc run -- pytest -q
      specpc run -q "Which test is slow?" -- pytest --durations 20

    Its exit code is passed on, and what it writes is cut to what the command and the question
    ask for; errors, where they are and how it ended stay. A last line says how 'specpc show'
    gives back all of it. Nothing is printed before the command has ended.
    """
    from specpc.agents.call import Call
    from specpc.agents.running import CommandError, run_command

    cutter = cutter_of(asked, min_tokens, server, context)
    try:
        ran = run_command(command)
    except CommandError as error:
        tell(f"specpc: {error}")
        raise typer.Exit(error.code) from error
    call = Call("shell", shlex.join(command), asked.question or "")
    # The command is done: whatever ends us now, its output is shown.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for data, stream in ((ran.err, sys.stderr), (ran.out, sys.stdout)):
        stream.buffer.write(_cut(data, cutter, call))
        stream.buffer.flush()
    raise typer.Exit(ran.code)


def _cut(data: bytes, cutter: OutputCutter, call: Call) -> bytes:
    """What is printed of an output: all of it, if it cannot be cut."""
    try:
        made = cutter.cut(data.decode("utf-8"), call)
    except UnicodeDecodeError:  # no text
        return data
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get("SPECPC_DEBUG") == "1":
            traceback.print_exc()
        told = in_options(error) if isinstance(error, SpecPCError) else str(error)
        tell(f"specpc: the output is shown whole: {told or 'interrupted'}")
        return data
    return data if made is None else made.text.encode()

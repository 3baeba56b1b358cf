"""``specpc show``: an output that was cut, as it was."""

from __future__ import annotations

from typing import Annotated

import typer

from specpc.errors import InputError
from specpc_cli import options as opt
from specpc_cli.outputs import write_stdout


@opt.asking("question", "question_file", "ratio", "target_tokens", *opt.WHERE)
def show(
    context: typer.Context,
    asked: opt.Asked,
    key: Annotated[str, typer.Argument(help="The key that the last line of a cut output names.")],
    server: opt.Server = None,
) -> None:
    """Print an output that 'specpc run' or 'specpc hook' cut, as it was.

    \b
      specpc show 3f2a9c01b7de
      specpc show 3f2a9c01b7de -q "Which port is used?" --ratio 0.1

    With a question, what of it the question needs. Outputs are kept on this machine, readable by
    you alone: 14 days, and no more than 200 MB of them.
    """
    from specpc.agents.store import OutputStore

    stored = OutputStore().load(key)
    if asked.question is None:
        write_stdout(stored.data)
        return
    from specpc_cli.source import find_source

    try:
        text = stored.data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"output {key} is no text: leave the question out") from error
    load, _ = find_source(asked, server, context)
    result = load().compress(text, asked.question, **asked.cut.options())
    write_stdout(result.text.encode())
    asked.console.summary(result)

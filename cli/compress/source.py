"""What compresses for ``specpc compress``: a draft that is loaded here, or a server."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import typer

from specpc.errors import UsageError
from specpc.machine.network import check_server
from specpc.machine.reporting import silent
from specpc_cli.command import is_typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc import Compressor
    from specpc.options import Setup
    from specpc_cli.compress.task import TextCompressor
    from specpc_cli.console import Console

_SERVERS_OWN: Final = ("device", "dtype", "offline", "cache")


@dataclass(frozen=True)
class Provider:
    """Where a compressor comes from.

    Attributes:
        load: gives it, after seconds where a draft must be loaded.
        draft_name: gives the name of its draft, at once.
    """

    load: Callable[[], TextCompressor]
    draft_name: Callable[[], str]


def from_here(setup: Setup, cache: bool, console: Console) -> Provider:
    """A compressor in this process, with a cache of scores if wanted."""

    def load() -> Compressor:
        from specpc import Compressor
        from specpc.scorers.cache import ScoreCache

        tell = console.tell if console.verbose else silent
        kept = ScoreCache(tell=tell) if cache else False
        compressor = Compressor.of(setup, cache=kept, report=console.tell)
        if console.verbose and setup.scorer == "auto" and compressor.scorer.name == "paper":
            unknown = "the retrieval heads of this draft are not known; better results after"
            name = shlex.quote(compressor.draft.name)
            console.tell(f"{unknown}: specpc calibrate --draft {name}")
        return compressor

    return Provider(load, lambda: setup.draft)


def from_server(address: str, setup: Setup, context: typer.Context) -> Provider:
    """A compressor that is a server: no draft is loaded here, and torch is not imported.

    Args:
        address: as typed, or as SPECPC_SERVER has it.
        setup: a draft that was typed must be the server's.
        context: tells which options were typed.

    Raises:
        UsageError: the address is none, or an option cannot be had from a server.
    """
    address = check_server(address, "server")
    for option in _SERVERS_OWN:
        if is_typed(context, option):
            raise UsageError(
                f"--{option} is for the server to say ('specpc serve --{option}'): leave it out, "
                "or leave out --server and SPECPC_SERVER"
            )
    from specpc.serving.client import ServerCompressor

    server = ServerCompressor(
        address,
        token=os.environ.get("SPECPC_TOKEN") or None,
        draft=setup.draft if is_typed(context, "draft") else None,
        scorer=setup.scorer,
        unit=setup.unit,
        tokenizer=setup.tokenizer,
    )
    return Provider(lambda: server, server.draft_name)

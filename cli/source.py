"""What compresses for ``specpc compress``: a draft that is loaded here, or a server."""

from __future__ import annotations

import os
import shlex
from functools import cache
from typing import TYPE_CHECKING, Final

import typer

from specpc.errors import UsageError
from specpc.machine.network import check_server
from specpc.machine.reporting import silent
from specpc_cli.command import is_typed, refuse

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from specpc import Compressor
    from specpc.agents.cutting import OutputCutter
    from specpc.options import Setup
    from specpc.pipeline.elsewhere import ProcessCompressor
    from specpc.serving.client import ServerCompressor
    from specpc_cli.options import Asked

    TextCompressor: TypeAlias = Compressor | ProcessCompressor | ServerCompressor
    Source: TypeAlias = tuple[Callable[[], TextCompressor], Callable[[], str]]
    """What gives the compressor, after seconds where it is loaded; and the name of its draft."""

AUTO: Final = "auto"
"""In place of a server's address: one of the user's own."""

LOADING: Final = "Loading the draft"
"""What is waited for."""

_SERVERS_OWN: Final = ("device", "dtype", "offline", "cache")


def from_here(asked: Asked, cached: bool) -> Source:
    """A compressor in this process, with a cache of scores if wanted."""
    setup, console = asked.setup, asked.console

    def load() -> Compressor:
        tell = console.tell if console.verbose else silent
        with console.waiting(LOADING):
            from specpc import Compressor
            from specpc.scorers.cache import ScoreCache

            kept = ScoreCache(tell=tell) if cached else False
            compressor = Compressor.of(setup, cache=kept, report=console.tell, defer=True)
        if setup.scorer == "auto" and compressor.scorer.name == "paper":
            name = shlex.quote(compressor.draft.name)
            tell(
                "this draft is not calibrated; better results after: "
                f"specpc calibrate --draft {name}"
            )
        return compressor

    return load, lambda: setup.draft


def from_process(asked: Asked, cached: bool) -> Source:
    """A compressor in a process of its own, for many texts: one that hangs it stops no other."""

    def load() -> ProcessCompressor:
        from specpc.pipeline.elsewhere import ProcessCompressor

        compressor = ProcessCompressor(asked.setup, cached, asked.console.tell)
        with asked.console.waiting(LOADING):
            compressor.start()
        return compressor

    return load, lambda: asked.setup.draft


def from_server(address: str, setup: Setup, context: typer.Context) -> Source:
    """A compressor that is a server: no draft is loaded here, and torch is not imported.

    Of the setup, a draft counts only if it was typed, which the context tells.
    """
    address = check_server(address, "server")
    otherwise = "leave it out here, or leave out --server and SPECPC_SERVER"
    refuse({
        f"--{option} is set where the server is started ('specpc serve --{option}'): {otherwise}": (
            is_typed(context, option)
        )
        for option in _SERVERS_OWN
    })  # fmt: skip
    from specpc.serving.client import ServerCompressor

    server = ServerCompressor(
        address,
        token=os.environ.get("SPECPC_TOKEN") or None,
        draft=setup.draft if is_typed(context, "draft") else None,
        scorer=setup.scorer,
        unit=setup.unit,
        tokenizer=setup.tokenizer,
        markup=setup.markup,
    )
    return lambda: server, server.draft_name


def from_private(asked: Asked) -> Source:
    """A compressor that is a server of the user's own, which is started if it does not run."""
    from specpc.serving.private import PrivateServer

    return PrivateServer(asked.setup, asked.console.tell).compressor, lambda: asked.setup.draft


def find_source(asked: Asked, server: str | None, context: typer.Context) -> Source:
    """A compressor that is a server, if one is named, or is loaded here."""
    if server == AUTO:
        told = "--cache is of no use to a server of your own: leave it out, or --server auto"
        refuse({told: is_typed(context, "cache")})
        return from_private(asked)
    return from_server(server, asked.setup, context) if server else from_here(asked, cached=False)


def cutter_of(
    asked: Asked,
    shortest: int,
    server: str | None,
    context: typer.Context,
    *,
    stored: bool = True,
) -> OutputCutter:
    """What cuts the outputs of tools, and stores them if wanted; it loads nothing before."""
    from specpc.agents.cutting import OutputCutter
    from specpc.agents.store import OutputStore

    if shortest < 0:
        raise UsageError("--min-tokens cannot be negative")
    load, _ = find_source(asked, server, context)
    assert asked.cut.ratio is not None  # nothing else can be typed there
    store = OutputStore() if stored else None
    return OutputCutter(cache(load), asked.cut.ratio, shortest, store)

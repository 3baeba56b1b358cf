"""What compresses for ``specpc compress``: a draft that is loaded here, or a server."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Final

import typer

from specpc.machine.network import check_server
from specpc.machine.reporting import silent
from specpc_cli.command import is_typed, refuse

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from specpc import Compressor
    from specpc.options import Setup
    from specpc.pipeline.elsewhere import ProcessCompressor
    from specpc.serving.client import ServerCompressor
    from specpc_cli.options import Asked

    TextCompressor: TypeAlias = Compressor | ProcessCompressor | ServerCompressor
    Source: TypeAlias = tuple[Callable[[], TextCompressor], Callable[[], str]]
    """What gives the compressor, after seconds where it is loaded; and the name of its draft."""

_SERVERS_OWN: Final = ("device", "dtype", "offline", "cache")


def from_here(asked: Asked, cache: bool) -> Source:
    """A compressor in this process, with a cache of scores if wanted."""
    setup, console = asked.setup, asked.console

    def load() -> Compressor:
        from specpc import Compressor
        from specpc.scorers.cache import ScoreCache

        tell = console.tell if console.verbose else silent
        kept = ScoreCache(tell=tell) if cache else False
        compressor = Compressor.of(setup, cache=kept, report=console.tell, defer=True)
        if setup.scorer == "auto" and compressor.scorer.name == "paper":
            name = shlex.quote(compressor.draft.name)
            tell(
                "the retrieval heads of this draft are not known; better results after: "
                f"specpc calibrate --draft {name}"
            )
        return compressor

    return load, lambda: setup.draft


def from_process(asked: Asked, cache: bool) -> Source:
    """A compressor in a process of its own, for many texts: one that hangs it stops no other."""

    def load() -> ProcessCompressor:
        from specpc.pipeline.elsewhere import ProcessCompressor

        compressor = ProcessCompressor(asked.setup, cache, asked.console.tell)
        compressor.start()
        return compressor

    return load, lambda: asked.setup.draft


def from_server(address: str, setup: Setup, context: typer.Context) -> Source:
    """A compressor that is a server: no draft is loaded here, and torch is not imported.

    Of the setup, a draft counts only if it was typed, which the context tells.
    """
    address = check_server(address, "server")
    otherwise = "leave it out, or leave out --server and SPECPC_SERVER"
    refuse({
        f"--{option} is for the server to say ('specpc serve --{option}'): {otherwise}": (
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

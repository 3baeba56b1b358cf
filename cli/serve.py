"""``specpc serve``: a warm draft behind a local address."""

from __future__ import annotations

import os
from functools import partial
from typing import Annotated

from specpc.options import DEFAULT_RATIO
from specpc.serving import check_installed
from specpc.serving.settings import ServerSettings
from specpc_cli import options as opt

_DEFAULT = ServerSettings()


@opt.asking(*opt.WHERE, "quiet")
def serve(  # noqa: PLR0913, PLR0917 - one parameter an option
    asked: opt.Asked,
    ratio: Annotated[
        float, opt.setting(opt.budget, "ratio", "Chat requests: fraction of long texts kept.")
    ] = DEFAULT_RATIO,
    roles: opt.Roles = opt.ROLES_CUT,
    min_tokens: opt.MinTokens = opt.MIN_TOKENS,
    requery: opt.Requery = False,
    host: Annotated[
        str, opt.io("Address to listen on; one that other machines reach needs SPECPC_TOKEN.")
    ] = _DEFAULT.host,
    port: Annotated[int, opt.io("Port; 0 for any.")] = _DEFAULT.port,
    openai_upstream: Annotated[
        str | None,
        opt.io("Server for requests of OpenAI's clients: a base URL ending in /v1."),
    ] = None,
    anthropic_upstream: Annotated[
        str | None,
        opt.io("Server for requests of Anthropic's clients: a base URL without /v1."),
    ] = None,
    gemini_upstream: Annotated[
        str | None,
        opt.io("Server for requests of Google's clients: a base URL without /v1beta."),
    ] = None,
    cache: opt.Cache = False,
    queue: Annotated[
        int, opt.many("Most texts that wait; more are refused with 429.")
    ] = _DEFAULT.queue,
    max_bytes: Annotated[int, opt.many("Most bytes of a request.")] = _DEFAULT.max_bytes,
    timeout: Annotated[
        float, opt.many("Most seconds until a text is compressed.")
    ] = _DEFAULT.timeout,
    idle: Annotated[
        float | None, opt.many("End after so many seconds without a request.", show_default="never")
    ] = None,
) -> None:
    """Keep a draft warm and compress for other programs.

    \b
      specpc serve
      specpc compress report.md -q "Who signed?" --server http://127.0.0.1:8765
      specpc serve --openai-upstream http://127.0.0.1:8000/v1 --ratio 0.3
      SPECPC_TOKEN=... specpc serve --host 0.0.0.0

    POST /v1/compress takes the arguments of the Python API as JSON, and what gateways send. All
    other paths are passed on, chat requests with their long texts cut. / is a page to try it,
    /healthz and /metrics are for monitoring. It stops cleanly on Ctrl-C and SIGTERM.
    """
    settings = ServerSettings(
        host=host,
        port=port,
        token=os.environ.get("SPECPC_TOKEN") or None,
        ratio=ratio,
        turns=opt.turns_of(roles, min_tokens, requery),
        openai_upstream=openai_upstream,
        anthropic_upstream=anthropic_upstream,
        gemini_upstream=gemini_upstream,
        queue=queue,
        max_bytes=max_bytes,
        timeout=timeout,
        idle=_DEFAULT.idle if idle is None else idle,
    )
    check_installed()

    from specpc.machine.child import ChildProcess
    from specpc.serving.engine import make_engine
    from specpc.serving.run import bind, run, url_of

    taken, console = bind(settings), asked.console
    process = ChildProcess(partial(make_engine, asked.setup, cache), console.tell)
    told = f"listens on {url_of(taken)}"
    run(process, settings, taken, ready=lambda draft: console.tell(f"{draft} {told}"))
    asked.console.tell("stopped")
